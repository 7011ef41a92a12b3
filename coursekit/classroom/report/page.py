"""Pages of HTML that stand alone: no script, nothing from elsewhere, every text escaped."""

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

STYLE = files("coursekit.classroom").joinpath("templates/page.css").read_text(encoding="utf-8")
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
_TEMPLATES = Environment(
    loader=PackageLoader("coursekit.classroom"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template, **values):
    """Return a whole page, from a file of `coursekit/classroom/templates` and the values that it shows."""
    return _TEMPLATES.get_template(template).render(style=Markup(STYLE), policy=Markup(POLICY), **values)


def points(value):
    """Return a number of points as it is said: to a tenth, without a needless zero."""
    return f"{round(value, 1):g}"


_TEMPLATES.filters["points"] = points
