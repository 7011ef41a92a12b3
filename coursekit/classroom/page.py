"""A page of HTML that stands alone: no script, nothing from elsewhere, every text escaped."""

import base64
import hashlib
from html import escape

STYLE = """
:root { color-scheme: light dark;
  --ink: #1a1a1a; --paper: #fff; --line: #767676; --bar: #0072b2; --soft: #f2f2f2 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eee; --paper: #161616; --line: #8a8a8a; --bar: #56b4e9; --soft: #262626 }
}
body { margin: 0 auto; max-width: 46rem; padding: 1.5rem; color: var(--ink); background: var(--paper);
  font: 1.05rem/1.5 system-ui, sans-serif }
h1 { line-height: 1.2 } h2 { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: 1rem }
table { border-collapse: collapse; width: 100% }
th, td { padding: 0.35rem 0.6rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line) }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.message { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); padding: 0.6rem 0.8rem;
  border-left: 4px solid var(--line); margin: 0.4rem 0 }
ul { padding-left: 1.2rem } li { margin: 0.3rem 0; overflow-wrap: anywhere }
svg text { fill: var(--ink); font: 14px system-ui, sans-serif } svg rect { fill: var(--bar) }
"""
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"


def page(title, *parts):
    """Return a whole page.

    Parameters
    ----------
    title : str
        A text, not HTML.
    *parts : str
        HTML, made by the functions of this module.

    Returns
    -------
    str
    """
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n" + "\n".join(parts) + "\n</main>\n</body>\n</html>\n"
    )


def element(tag, text, **attributes):
    """Return an element with a text in it, both escaped; `class_` is written as class."""
    given = "".join(f' {name.rstrip("_")}="{escape(str(value))}"' for name, value in attributes.items())
    return f"<{tag}{given}>{escape(str(text))}</{tag}>"


def items(texts):
    """Return a list of texts."""
    return "<ul>" + "".join(element("li", text) for text in texts) + "</ul>"


def table(caption, head, rows):
    """Return a table; a cell that is a number stands to the right.

    Parameters
    ----------
    caption : str
    head : list of str
    rows : list of list of str or number
        The first cell of a row is its head.
    """
    numeric = [bool(rows) and all(isinstance(row[i], (int, float)) for row in rows) for i in range(len(head))]

    def cell(tag, value, i, **attributes):
        value = f"{value:g}" if isinstance(value, float) else value
        return element(tag, value, **attributes, **({"class_": "number"} if numeric[i] else {}))

    lines = ["".join(cell("th", name, i, scope="col") for i, name in enumerate(head))]
    for first, *rest in rows:
        lines.append(
            cell("th", first, 0, scope="row") + "".join(cell("td", v, i) for i, v in enumerate(rest, 1))
        )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table>{element('caption', caption)}{body}</table>"


def bars(title, counts):
    """Return a bar chart with its numbers beside the bars.

    Parameters
    ----------
    title : str
        Says what is counted; it is the text alternative, with the numbers.
    counts : dict
        Label -> whole number.
    """
    largest = max([*counts.values(), 1])
    rows = []
    for i, (label, count) in enumerate(counts.items()):
        y, width = 24 * i, 300 * count / largest
        rows.append(f'<text x="0" y="{y + 16}">{escape(label)}</text>')
        rows.append(f'<rect x="190" y="{y + 3}" width="{width:.1f}" height="16"></rect>')
        rows.append(f'<text x="{196 + width:.1f}" y="{y + 16}">{count}</text>')
    said = escape(f"{title}: " + ", ".join(f"{label} {count}" for label, count in counts.items()))
    height = 24 * len(counts) + 4
    return (
        f'<svg role="img" aria-label="{said}" viewBox="0 0 540 {height}" width="100%">'
        + "".join(rows)
        + "</svg>"
    )
