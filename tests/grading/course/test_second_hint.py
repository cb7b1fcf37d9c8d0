from dataclasses import replace

import pytest

from dlbook.grading.course.exercise_set import understand
from dlbook.grading.course.second_hint import second_hint_problems
from dlbook.grading.notebook import Notebook, read
from tests import SAMPLES

NONE = "relu_back: no second hint: add a raw cell `# second hint: relu_back`."
TOO_LONG = "relu_back: the second hint has at most 3 sentences and 60 words, got {}: shorten it."
HINTS = {  # a hint: what is wrong with it, '' where nothing is
    "": NONE,
    "One. Two? Three!": "",
    "One. Two? Three! Four.": TOO_LONG.format("4 and 4"),
    "Take 0.5 and x.T, and look at a.b": "",
    " ".join(["word"] * 60): "",
    " ".join(["word"] * 61): TOO_LONG.format("0 and 61"),
}


@pytest.mark.parametrize("hint", HINTS)
def test_a_second_hint_is_there_and_short(hint):
    assert "".join(second_hint_problems("relu_back", hint)) == HINTS[hint]


CELLS = {  # the cells in place of the sample's second hint: what the builder says, '' for nothing
    ("# second hint: relu_back\nFirst draw it.\nThen look.",): "",
    ("# second hint: relu_back",): NONE,
    ("# second hint: relu_back\n\n",): NONE,
    ("# second hint: relu_back\nOne. Two. Three.\nFour.",): TOO_LONG.format("4 and 4"),
    (): NONE,
    ("# second hint: relu_back\nDraw it.", "# second hint: relu_back\nPrint it."): (
        "relu_back: two cells start with `# second hint: relu_back`: rename or remove one."
    ),
    ("# second hint: relu_back / drawn\nDraw it.",): (
        "relu_back: `# second hint: relu_back / drawn`: only wrong and right answers have a label."
    ),
}


@pytest.mark.parametrize("sources", CELLS)
def test_an_exercise_has_exactly_one_second_hint(sources):
    cells = read(SAMPLES / "tiny-pass.ipynb").cells
    (hint,) = [cell for cell in cells if cell.role and cell.role.kind == "second hint"]
    place = cells.index(hint)
    put = tuple(replace(hint, source=source) for source in sources)
    _set, problems = understand("90_tiny", Notebook((*cells[:place], *put, *cells[place + 1 :])))
    assert "\n".join(problems) == CELLS[sources]
