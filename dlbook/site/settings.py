"""How Sphinx makes the book: every setting that is not its own."""

from pathlib import Path
from typing import Any

from dlbook.site.front import THEME

NAME = "dlbook"
_LAYOUT = {  # of the theme: what stands at the edges of a page
    "logo": {"text": NAME},
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
    "navigation_with_keys": False,
    "show_prev_next": True,
    "footer_content_items": [],
}


def settings(static: Path, extra: Path) -> dict[str, Any]:
    """Return the settings of Sphinx.

    Args:
        static: a folder that becomes `_static`, beside what the theme puts there.
        extra: a folder whose files go into the root of the site as they are.
    """
    return {
        "project": NAME,
        "language": "en",
        "extensions": ["myst_nb"],
        "root_doc": "index",
        "html_theme": "sphinx_book_theme",
        "html_theme_options": _LAYOUT,
        "html_title": NAME,
        "html_context": {"default_mode": "auto"},
        "html_static_path": [str(THEME / "static"), str(static)],
        "html_favicon": str(THEME / "favicon.svg"),
        "html_css_files": ["book.css"],
        "html_extra_path": [str(extra)],
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_show_sphinx": False,
        "html_show_copyright": False,
        "html_use_index": False,
        "html_domain_indices": False,
        "mathjax_path": "mathjax/tex-chtml.js",
        "myst_enable_extensions": ["dollarmath"],
        "myst_heading_anchors": 4,
        "myst_heading_slug_func": "dlbook.site.addresses.anchor_of",
        "nb_execution_mode": "off",
        "nb_render_markdown_format": "myst",
    }
