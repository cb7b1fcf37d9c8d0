"""Where things are on the site: addresses relative to its root, and how pages reach each other."""

import re
from posixpath import join, normpath
from urllib.parse import quote, unquote

RUN = "run"  # the folder of the site in which the course runs in the reader's browser
ROOTS = {"en": "", "zh": "zh/"}  # where the book of an edition begins, by its language
RUNS = {"en": "notebooks", "zh": "notebooks-zh"}  # its page by language; the name begins so
CELL = "cell-id="  # what JupyterLab's anchor of a cell begins with
_NOTEBOOK = re.compile(r"(?P<place>[^#]+)\.ipynb(?:#(?P<anchor>.*))?")


def to_root(language: str) -> str:
    """Return how the front page of an edition reaches the root of the site: '' or `../`."""
    return "../" * ROOTS[language].count("/")


def run_address(folder: str, stem: str, language: str = "en") -> str:
    """Return where a notebook runs, from the root of the book of an edition.

    `run_address("chapters", "05_backpropagation")` is such an address.
    """
    path = quote(f"{ROOTS[language]}{folder}/{stem}.ipynb")
    return f"{to_root(language)}{RUN}/{RUNS[language]}/index.html?path={path}"


def page_address(folder: str, stem: str, anchor: str = "") -> str:
    """Return the page of a notebook, at the section that has `anchor` in the notebook."""
    place = quote(f"{folder}/{stem}.html")
    return f"{place}#{id_of(anchor)}" if anchor else place


def from_notebook(link: str, folder: str) -> str:
    """Return where on the site a link leads that stands in a notebook.

    Args:
        link: such as `../chapters/05_backpropagation.ipynb#5.2-Send-slopes-back`.
        folder: of the notebook that it stands in: chapters or exercises.
    """
    found = _NOTEBOOK.fullmatch(unquote(link))
    if found is None or "://" in link:
        return link
    other, _, stem = normpath(join(folder, found["place"])).rpartition("/")
    return page_address(other, stem, found["anchor"] or "")


def anchor_of(title: str) -> str:
    """Return the anchor that notebooks give a heading; Sphinx resolves links by it."""
    return title.strip().replace(" ", "-")


def id_of(anchor: str) -> str:
    """Return the id that Sphinx gives the section with an anchor."""
    from docutils.nodes import make_id

    return str(make_id(anchor))
