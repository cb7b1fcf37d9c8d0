"""The book as static pages: chapters with their stored outputs, exercise sets, claims.

No notebook is run. Sphinx works in a temporary folder; only what is whole reaches the site.
"""

import io
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dlbook import atomic
from dlbook.grading.course.build import Course
from dlbook.site import mathjax, pages
from dlbook.site.front import claims_page, front_page
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
    """Give a folder with the finished book, and what Sphinx warned of, a line each.

    Args:
        course: its chapters and exercise sets become pages.
        runs: whether pages lead to where they can be run.
    """
    with tempfile.TemporaryDirectory(prefix="dlbook-site-") as place:
        root = Path(place)
        source, static, extra = (root / name for name in ("source", "static", "extra"))
        for folder in (source, static, extra):
            folder.mkdir()
        _write_source(course, source, extra, runs)
        mathjax.copy(static / "mathjax")
        (extra / ".nojekyll").touch()  # else GitHub Pages leaves out folders such as _static
        told = _run_sphinx(source, root / "book", root / "trees", settings(static, extra))
        yield root / "book", told


def _write_source(course: Course, source: Path, extra: Path, runs: bool) -> None:
    chapters, sets = course.notebooks("chapters"), course.notebooks("exercises")
    for path in (*chapters, *sets):
        target = source / path.parent.name / path.name
        target.parent.mkdir(exist_ok=True)
        atomic.write(target, pages.page(path, extra, runs), sync=False)
    claims = claims_page(chapters)
    if claims:
        atomic.write(source / "claims.md", claims, sync=False)
    front = front_page(chapters, sets, runs)
    parts = {
        "Chapters": [f"chapters/{path.stem}" for path in chapters],
        "Exercises": [f"exercises/{path.stem}" for path in sets],
        "The article": ["claims"] if claims else [],
    }
    for caption, names in parts.items():
        if names:
            front += _CONTENTS.format(caption=caption, names="\n".join(names))
    atomic.write(source / "index.md", front, sync=False)


def _run_sphinx(source: Path, to: Path, trees: Path, values: dict[str, object]) -> list[str]:
    """Return what Sphinx warned of while it made pages in `to`."""
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    said = io.StringIO()
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
