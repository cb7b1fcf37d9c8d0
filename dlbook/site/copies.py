"""The notebooks as somebody gets them who takes the course in a browser.

They are working copies as `dlbook lab` makes them. Where a set begins by importing torch, which
does not run in a browser, its copy begins without and says so. Each copy carries a version, by
which a page knows whether what it keeps of it is older than the course.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dlbook.check.errors import UserError
from dlbook.edition.book import Edition
from dlbook.grading.course.build import Course
from dlbook.i18n import N_, _, speaking
from dlbook.site.addresses import ROOTS
from dlbook.site.torch_free import torch_free
from dlbook.workspace.folder import FOLDERS, fresh

_NO_TORCH = N_(
    "**In a browser** there is no torch: the exercises that use it stay open here, all others "
    "work. To solve those, too, install the course on your computer: its front page says how."
)


def copies(course: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the file of each notebook of a course, in each of its languages.

    Args:
        course: the folder with chapters/ and exercises/.

    Raises:
        UserError: if there are no notebooks in them.
    """
    for language in ROOTS:
        with speaking(language):
            yield from _of_edition(Edition(Course(course), language, for_lab=True))


def _of_edition(edition: Edition) -> Iterator[tuple[str, bytes]]:
    course = edition.course.root
    paths = [it for folder in FOLDERS for it in sorted((course / folder).glob("*.ipynb"))]
    if not paths:
        raise UserError(
            f"chapters or exercises are needed, {course} has none: name the folder of a course "
            "with --course DIR, or run `dlbook build` in it"
        )
    for path in paths:
        yield f"{ROOTS[edition.language]}{path.parent.name}/{path.name}", _copy(path, edition)


def _copy(path: Path, edition: Edition) -> bytes:
    notebook = json.loads(fresh(path, edition))
    _do_without_torch(notebook["cells"])
    version = hashlib.sha256(json.dumps(notebook["cells"]).encode()).hexdigest()[:12]
    notebook["metadata"]["dlbook"] = {"version": version}
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def _do_without_torch(cells: list[dict[str, Any]]) -> None:
    """Take torch out of the first code cell, and say so in a cell above it."""
    place = next((i for i, cell in enumerate(cells) if cell["cell_type"] == "code"), None)
    if place is None:
        return
    source = "".join(cells[place]["source"])
    if torch_free(source) != source:
        cells[place]["source"] = torch_free(source).splitlines(keepends=True)
        note = {"cell_type": "markdown", "id": "no-torch-here", "metadata": {}}
        cells.insert(place, note | {"source": [_(_NO_TORCH)]})


def version_of(data: bytes) -> str:
    """Return the version that a copy carries."""
    return str(json.loads(data)["metadata"]["dlbook"]["version"])
