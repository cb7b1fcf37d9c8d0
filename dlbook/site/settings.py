"""How Sphinx makes the book: every setting that is not its own."""

from pathlib import Path
from typing import Any

from dlbook.i18n import LANGUAGES
from dlbook.site.addresses import ROOTS, to_root
from dlbook.site.front import THEME

NAME = "dlbook"
_LANGUAGES = {"en": "en", "zh": "zh_CN"}  # as Sphinx names them
_LAYOUT = {  # of the theme: what stands at the edges of a page
    "logo": {"text": NAME},
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "navbar_start": [],
    "navbar_center": [],
    "navbar_end": [],
    "navbar_persistent": [],
    "article_header_start": ["toggle-primary-sidebar.html", "other-language.html"],
    "navigation_with_keys": False,
    "show_prev_next": True,
    "footer_content_items": [],
}


def settings(static: Path, language: str) -> dict[str, Any]:
    """Return the settings of Sphinx.

    Args:
        static: a folder that becomes `_static`, beside what the theme puts there.
        language: of the edition.
    """
    return {
        "project": NAME,
        "language": _LANGUAGES[language],
        "extensions": ["myst_nb", "dlbook.site.chinese_search"],
        "root_doc": "index",
        "html_theme": "sphinx_book_theme",
        "html_theme_options": _LAYOUT,
        "html_title": NAME,
        "html_context": {"default_mode": "auto", "others": _others(language)},
        "templates_path": [str(THEME / "templates")],
        "html_static_path": [str(THEME / "static"), str(static)],
        "html_favicon": str(THEME / "favicon.svg"),
        "html_css_files": ["book.css"],
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


def _others(language: str) -> list[dict[str, str]]:
    """Return the other languages of a page: how each is called, and where its book begins."""
    return [
        {
            "lang": _LANGUAGES[other].replace("_", "-"),
            "name": LANGUAGES[other],
            "root": f"{to_root(language)}{root}",
        }
        for other, root in ROOTS.items()
        if other != language
    ]
