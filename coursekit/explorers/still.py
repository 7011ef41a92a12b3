"""A live picture that stands still: for pages behind which no kernel runs."""

import base64
from importlib.resources import files

from coursekit.palette import escaped

STYLE = files("coursekit.explorers").joinpath("shell.css").read_text(encoding="utf-8")
WIDTH = 960  # pixels
SAID = "Live explorer: run this cell in JupyterLab to use it."
SVG, XHTML = (f'xmlns="http://www.w3.org/{year}"' for year in ("2000/svg", "1999/xhtml"))


def still(scene):
    """Return the picture of a scene as HTML: an image, with what it shows as alternative text."""
    now = {name: getattr(scene, name) for name in scene.moment}
    vars(scene).update(scene.moment)
    frame, words = scene.frame(), scene.status()
    vars(scene).update(now)
    marks = "" if scene.dataset is None else scene.marks()
    style = STYLE.partition("@media")[0]  # an image is a small window
    page = f'<style>{style}</style>{marks}<div class="ck-picture"><div class="ck-frame">{frame}</div></div>'
    page = page.replace(f"ck-points-{id(scene)}", "ck-points").replace("<svg", f"<svg {SVG}")
    page = f'<div {XHTML} class="ck-explorer" style="font: 15px sans-serif">{page}</div>'
    around = f'<svg {SVG} width="{WIDTH}" height="{scene.height}"><foreignObject width="100%" height="100%">'
    data = base64.b64encode(f"{around}{page}</foreignObject></svg>".encode()).decode()
    image = f'<img src="data:image/svg+xml;base64,{data}" alt="{escaped(words)}"'
    said = f"<p>{SAID} The picture shows {'it with all numbers' if scene.moment else 'how it begins'}.</p>"
    return f'{said}{image} style="max-width: 100%; background: white">'
