"""Working copies begin without answers, and nothing that was written into one is ever lost."""

import json

import pytest

from dlbook.grading.course import copies, place
from dlbook.grading.notebook import Cell, canonical, read

OUTPUT = {"output_type": "stream", "name": "stdout", "text": "93"}
CHAPTER = [
    Cell("markdown", "# 90 Tiny", "title"),
    Cell("code", "import numpy as np", "first", 1),
    Cell("code", "reveal.give_up()  # the book as published", "as-published", 2),
    Cell("code", "print(93)", "measure", 3, (OUTPUT,)),
]


@pytest.fixture
def copied(course):
    """A course with a chapter, and its working copies."""
    (course.root / "chapters" / "90_tiny.ipynb").write_text(canonical(CHAPTER, "digest"), "utf-8")
    chapter = course.root / "work" / "chapters" / "90_tiny.ipynb"
    assert copies.make(course) == [chapter]
    return course


def test_a_chapter_is_copied_without_outputs_and_without_the_cell_that_gives_up(copied):
    path = copied.root / "work" / "chapters" / "90_tiny.ipynb"
    copy = read(path)
    assert [cell.id for cell in copy.cells] == ["title", "first", "measure"]
    assert not any(cell.outputs or cell.count for cell in copy.cells)
    assert "dlbook" not in json.loads(path.read_text("utf-8"))["metadata"]


def test_an_exercise_is_copied_as_it_is(copied):
    one, other = copied.notebooks("exercises")[0], copies.exercises(copied)[0]
    assert other == copied.root / "work" / "exercises" / one.name
    assert one.read_bytes() == other.read_bytes()


def test_nothing_is_overwritten_and_what_is_missing_is_made(copied):
    chapter, exercise = (
        copied.root / "work" / f / "90_tiny.ipynb" for f in ("chapters", "exercises")
    )
    chapter.write_text("mine")
    exercise.unlink()
    assert copies.make(copied) == [chapter]
    assert chapter.read_text() == "mine" and exercise.exists()


def test_inside_the_copies_the_course_is_the_one_above(copied):
    for here in ("work/exercises", "work", "."):
        assert place.find(copied.root / here).root == copied.root


def test_a_course_may_live_in_a_folder_of_that_name(copied, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere") / "work"
    (copied.root / "exercises").rename(copied.root / "gone")
    (copied.root / "work").rename(folder)
    assert place.find(folder).root == folder
