"""The picture of an explorer that stays in the notebook when the kernel behind it is gone.

It is an output of its own, before the one with the controls. While the controls live, they show a
newer picture, so this one is hidden; when they are gone, what JupyterLab says of it is hidden, and
the picture tells how to bring them back. In a dark theme the picture does not glare. Words in
pictures are English, so in another language the words for the picture stand below it.
"""

from html import escape
from typing import Any

from IPython.display import display

from dlbook.i18n import _, language
from dlbook.picture import DARK

LIVE, STILL = "dlbook-live", "dlbook-still"  # classes of the widget, and of the picture
_DEAD = f".jp-OutputArea:has(.{STILL}):not(:has(.{LIVE}))"


def _style() -> str:
    again = _("Run this cell again to move it.")
    return f"""\
<style>
.jp-OutputArea:has(.{LIVE}) .jp-OutputArea-child:has(.{STILL}),
{_DEAD} .jp-OutputArea-child:has(> .jupyter-widgets) {{ display: none; }}
.jp-NotebookPanel {_DEAD} .{STILL}::after
{{ content: "{again}"; display: block; font-weight: 600; }}
{DARK}
</style>"""


def show(bundle: Any, picture: str, alt: str) -> None:
    """Display a widget, and its picture for wherever the widget does not live.

    Args:
        bundle: what the widget's `_repr_mimebundle_` returns.
        picture: from `plots.html`.
        alt: the words for it.
    """
    below = "" if language() == "en" else f'<p aria-hidden="true">{escape(alt)}</p>'
    still = f'{_style()}<div class="{STILL}">{picture}{below}</div>'
    display({"text/html": still, "text/plain": alt}, raw=True)
    data, _metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    words = _("To move the controls, run this cell in JupyterLab.")
    display({**data, "text/plain": words}, raw=True)
