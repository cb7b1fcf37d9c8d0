"""An exercise begins again, and what was there is kept."""

import json

import nbformat
import pytest

from dlbook.check.errors import UserError
from dlbook.grading.errors import UnreadableError
from dlbook.grading.notebook import read
from dlbook.workspace.reset import reset


def test_the_stub_comes_back_and_the_rest_stays(published, workspace):
    (path,) = published.notebooks("exercises")
    (copy,) = workspace.notebooks("exercises")
    worked = copy.read_text("utf-8").replace("def relu_back(g, x):", "def relu_back(g, x): # mine")
    worked = worked.replace('"# check: relu_back', '"# own note\\n",\n    "# check: relu_back')
    copy.write_text(worked, "utf-8")
    found, kept = reset(workspace, "relu_back")
    assert found == copy and kept.read_text("utf-8") == worked
    assert "# mine" not in copy.read_text("utf-8") and "# own note" in copy.read_text("utf-8")
    assert path.read_text("utf-8").count("your turn") == copy.read_text("utf-8").count("your turn")


@pytest.mark.parametrize("name", ["no_such", "relu", "check", ""])
def test_an_unknown_exercise_is_told(workspace, name):
    with pytest.raises(UserError, match="an exercise of your notebooks is needed"):
        reset(workspace, name)


def test_without_its_line_the_cell_is_not_guessed(workspace):
    (copy,) = workspace.notebooks("exercises")
    copy.write_text(copy.read_text("utf-8").replace("# answer: relu_back", "# mine"), "utf-8")
    was = copy.read_bytes()
    with pytest.raises(UserError, match="has none: write that line above your answer"):
        reset(workspace, "relu_back")
    assert copy.read_bytes() == was


def rewrite(copy, change):
    """Let a function change the list of cells in a copy; return what the file holds then."""
    content = json.loads(copy.read_text("utf-8"))
    change(content["cells"])
    copy.write_text(json.dumps(content), "utf-8")
    return copy.read_bytes()


def answers(copy):
    return [cell.source for cell in read(copy).cells if "# answer:" in cell.source]


def place(cells):
    return next(n for n, cell in enumerate(cells) if "# answer:" in "".join(cell["source"]))


def test_a_second_answer_goes_so_that_the_stub_is_in_force(workspace):
    (copy,) = workspace.notebooks("exercises")
    (stub,) = answers(copy)
    mine = "# answer: relu_back\ndef relu_back(g, x):\n    return g"

    def add(cells):
        at = place(cells)
        cells.insert(at + 1, {**cells[at], "id": "second", "source": mine})

    was = rewrite(copy, add)
    assert answers(copy) == [stub, mine]
    kept = reset(workspace, "relu_back")[1]
    assert answers(copy) == [stub] and kept.read_bytes() == was
    assert reset(workspace, "relu_back") == (copy, None)


def test_in_a_cell_with_two_answers_the_other_one_stays(workspace):
    (copy,) = workspace.notebooks("exercises")
    (stub,) = answers(copy)
    other = "import math\n\n# answer: other\nother = '\f'"

    def join(cells):
        cells[place(cells)]["source"] = f"{other}\n# answer: relu_back\nrelu_back = 3"

    rewrite(copy, join)
    assert reset(workspace, "relu_back")[1]
    assert answers(copy) == [f"{other}\n{stub}"]
    assert reset(workspace, "relu_back") == (copy, None)


def test_the_course_version_that_an_update_shows_is_no_answer(workspace):
    (copy,) = workspace.notebooks("exercises")

    def show(cells):
        at = place(cells)
        news = {"cell_type": "markdown", "metadata": {}, "source": "# answer: relu_back\nnew"}
        cells[at] = {**news, "id": cells[at]["id"]}

    (stub,) = answers(copy)
    rewrite(copy, show)
    assert reset(workspace, "relu_back")[1]
    assert answers(copy) == [stub, "# answer: relu_back\nnew"]
    nbformat.validate(json.loads(copy.read_text("utf-8")))


def test_a_notebook_that_is_gone_or_damaged_is_named(workspace):
    (copy,) = workspace.notebooks("exercises")
    copy.write_text("{ no notebook")
    with pytest.raises(UnreadableError, match=r"exercises/90_tiny\.ipynb: the file is cut off"):
        reset(workspace, "relu_back")
    copy.unlink()
    with pytest.raises(UserError, match=r"90_tiny\.ipynb is needed, it is missing: `dlbook update"):
        reset(workspace, "relu_back")
    copy.mkdir()
    with pytest.raises(UnreadableError, match=r"it is a folder"):
        reset(workspace, "relu_back")


def test_an_answer_cell_that_is_gone_comes_back_in_its_place(published, workspace):
    (copy,) = workspace.notebooks("exercises")
    before = [cell.source for cell in read(copy).cells]

    def take_out(cells):
        del cells[place(cells)]

    was = rewrite(copy, take_out)
    kept = reset(workspace, "relu_back")[1]
    assert [cell.source for cell in read(copy).cells] == before and kept.read_bytes() == was
    nbformat.validate(json.loads(copy.read_text("utf-8")))
    assert reset(workspace, "relu_back") == (copy, None)


def test_no_chapter_is_read_to_find_an_exercise(published, workspace):
    (chapter,) = published.notebooks("chapters")
    chapter.write_text("no notebook")
    assert reset(workspace, "relu_back")[0].name == "90_tiny.ipynb"
