import re

import pytest

from dlbook.edition.sources import cells, hints, locale, overlay_name
from dlbook.grading.notebook import read
from dlbook.i18n.overlay import digest, path
from tests.grading.conftest import built_course, course
from tests.workspace.conftest import published

__all__ = ["built_course", "course", "published"]  # fixtures


def write(course, name, pieces):
    """Write an overlay; `pieces` are (name, English that it was made from, translation)."""
    place = path(name, "zh", locale(course))
    place.parent.mkdir(parents=True, exist_ok=True)
    marks = (f"<!-- {piece} {digest(english)} -->\n{text}\n" for piece, english, text in pieces)
    place.write_text("\n".join(marks), "utf-8")
    return place


def on_one_line(text):
    return re.sub(r"(?<=\w|[.,;:])\n(?=[A-Za-z`])", " ", text)


@pytest.fixture
def translated(published):
    """The tiny course; its chapter is in Chinese, and so is a sentence below all other prose."""
    (chapter,), (exercise,) = published.notebooks("chapters"), published.notebooks("exercises")
    write(published, overlay_name(chapter), [("title", "# 90 Tiny", "# 90 小")])
    english = cells(read(exercise)) | hints(published, exercise.stem)
    write(
        published,
        overlay_name(exercise),
        [(name, text, f"{on_one_line(text)}\n\n中文。") for name, text in english.items()],
    )
    return published
