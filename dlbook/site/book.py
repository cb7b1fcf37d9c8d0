"""The book as static pages: chapters with their stored outputs, exercise sets, claims.

There is one book for each language of an edition: the English one, and the Chinese one in `zh/`,
whose figures are those of the English one. No notebook is run.
Sphinx works in a temporary folder; only what is whole reaches the site.
"""

import io
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dlbook import atomic
from dlbook.edition.book import Edition
from dlbook.grading.course.build import Course
from dlbook.i18n import N_, _, speaking
from dlbook.site import mathjax, pages, preview, spoken
from dlbook.site.addresses import ROOTS
from dlbook.site.front import THEME, claims_page, front_page
from dlbook.site.settings import settings

_CONTENTS = """
```{{toctree}}
:hidden:
:caption: {caption}

{names}
```
"""


@contextmanager
def built(course: Course, runs: bool) -> Iterator[tuple[Path, list[str]]]:
    """Give a folder with the finished books, and what Sphinx warned of, a line each.

    Args:
        course: its chapters and exercise sets become pages.
        runs: whether pages lead to where they can be run.
    """
    with tempfile.TemporaryDirectory(prefix="dlbook-site-") as place:
        root = Path(place)
        told: list[str] = []
        for language in ROOTS:
            with speaking(language):
                told += _build(Edition(course, language), root, runs)
        (root / "book" / ".nojekyll").touch()  # else GitHub Pages leaves out folders like _static
        lost = (THEME / "404.html").read_bytes()
        atomic.write(root / "book" / "404.html", lost, sync=False)  # what hosts show for no page
        yield root / "book", told


def _build(edition: Edition, root: Path, runs: bool) -> list[str]:
    """Write the book of an edition below `root / "book"`; return what Sphinx warned of."""
    work = root / edition.language
    source, static, made = work / "source", work / "static", work / "made"
    for folder in (source, static, made):  # beside what it makes, myst-nb leaves notebooks
        folder.mkdir(parents=True)
    _write_source(edition, source, root / "book", runs)
    mathjax.copy(static / "mathjax")
    told = _run_sphinx(source, made, work / "trees", settings(static, edition.language))
    for path in made.rglob("*.html"):
        if "_static" not in path.relative_to(made).parts:
            _finish(path, edition.language)
    shutil.copytree(made, root / "book" / ROOTS[edition.language], dirs_exist_ok=True)
    return told


def _finish(path: Path, language: str) -> None:
    """Write into a page what Sphinx does not: languages of its parts, names, a preview."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    if page.html:
        page.html["data-theme"] = "light"  # until a script knows better; without one it stays so
    spoken.tell(page, language)
    preview.tell(page)
    atomic.write(path, str(page), sync=False)


def _write_source(edition: Edition, source: Path, book: Path, runs: bool) -> None:
    chapters, sets = (edition.course.notebooks(name) for name in ("chapters", "exercises"))
    for path in (*chapters, *sets):
        target = source / path.parent.name / path.name
        target.parent.mkdir(exist_ok=True)
        atomic.write(target, pages.page(edition, path, book, runs), sync=False)
    claims = claims_page(edition)
    if claims:
        atomic.write(source / "claims.md", claims, sync=False)
    front = front_page(edition, runs)
    parts = {
        N_("Chapters"): [f"chapters/{path.stem}" for path in chapters],
        N_("Exercises"): [f"exercises/{path.stem}" for path in sets],
        N_("The article"): ["claims"] if claims else [],
    }
    for caption, names in parts.items():
        if names:
            front += _CONTENTS.format(caption=_(caption), names="\n".join(names))
    atomic.write(source / "index.md", front, sync=False)


def _run_sphinx(source: Path, to: Path, trees: Path, values: dict[str, object]) -> list[str]:
    """Return what Sphinx warned of while it made pages in `to`."""
    from sphinx import locale
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    said = io.StringIO()
    locale.translators.clear()  # else a book after a Chinese one in this process has its words
    with patch_docutils(), docutils_namespace(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # themes use what later versions of Sphinx will not have
        app = Sphinx(
            source,
            None,
            to,
            trees,
            "html",
            confoverrides=values,
            status=None,
            warning=said,
        )
        app.build(force_all=True)
    (to / ".buildinfo").unlink()  # a note of Sphinx for itself
    return [line.replace(f"{source}/", "") for line in said.getvalue().splitlines() if line.strip()]
