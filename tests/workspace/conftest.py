import pytest

from dlbook.grading.course import place
from dlbook.grading.notebook import Cell, canonical
from dlbook.workspace import folder
from tests.grading.conftest import built_course, course

__all__ = ["built_course", "course"]  # fixtures

OUTPUT = {"output_type": "stream", "name": "stdout", "text": "93"}
CHAPTER = [
    Cell("markdown", "# 90 Tiny", "title"),
    Cell("code", "import numpy as np", "first", 1),
    Cell("code", "reveal.give_up()  # the book as published", "as-published", 2),
    Cell("code", "print(93)", "measure", 3, (OUTPUT,)),
]


@pytest.fixture
def published(course, monkeypatch):
    """A course with a chapter, which is the one that the package is installed with."""
    (course.root / "chapters" / "90_tiny.ipynb").write_text(canonical(CHAPTER, "digest"), "utf-8")
    monkeypatch.setattr(place, "PACKAGE", course.root / "dlbook")
    return course


@pytest.fixture
def workspace(published, tmp_path_factory):
    """A learner's folder, with a name as people give them."""
    return folder.init(tmp_path_factory.mktemp("home") / "课程 目录")
