"""Pages from the templates of this folder, on which no text of a stranger can act.

Three things see to it, whatever a template shows: every value is cleaned of control and direction
characters, every value is escaped, and the page allows no script and loads nothing.

All that a student sees goes through `_` and can be translated, and so does the class page. Notes
on files, which come from reading them, are in English.
"""

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dlbook.check.safe_text import clean
from dlbook.check.shared import _, language


class _Cleaned(str):
    """A text that was cleaned and cut already."""


def limited(value: object, limit: int = 2_000) -> str:
    """Return a value as text that is clean and has at most `limit` characters.

    Templates put every value through it; `{{ code | limited(4_000) }}` asks for another limit.
    HTML that a macro has made stays as it is, since the values in it were cleaned one by one.
    """
    if isinstance(value, Markup | _Cleaned):
        return value
    return _Cleaned(clean(str(value), limit))


ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    finalize=limited,
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters["limited"] = limited
ENVIRONMENT.globals |= {"_": _, "language": language}


def render(template: str, **values: object) -> str:
    """Return a whole HTML page: the template of that name, filled with values."""
    style = ENVIRONMENT.get_template("style.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return ENVIRONMENT.get_template(template).render(values, style_digest=digest)


def title_of(set_name: str, title: str = "") -> str:
    """Return a set's heading: its title or, from its name, `05 Backpropagation`."""
    if title:
        return title
    number, _underscore, topic = set_name.partition("_")
    return f"{number} {_(topic.replace('_', ' ')).capitalize()}".strip() or _("No set")
