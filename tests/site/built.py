"""The site of this course, built once a session; its pages are parsed as a browser would."""

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from dlbook.grading.course.build import Course
from dlbook.site import book, place
from tests import ROOT

NEEDED = "bs4", "myst_nb", "sphinx_book_theme"


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The folder of the site, with buttons that lead to `run/`, which is not built here."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"needs {', '.join(missing)}: pip install -e '.[site]'")
    folder = tmp_path_factory.getbasetemp() / "site"
    if not folder.exists():
        with book.built(Course(ROOT), runs=True) as (pages, warnings):
            assert warnings == [], "\n".join(warnings)
            place.publish(pages, folder)
    return folder


@cache
def parsed(path: Path):
    from bs4 import BeautifulSoup

    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def pages(site: Path) -> dict[str, Path]:
    """Return the pages by their address; the theme leaves templates of its own in `_static`."""
    found = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*.html"))}
    return {name: path for name, path in found.items() if "_static/" not in name}
