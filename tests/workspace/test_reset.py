"""An exercise begins again, and what was there is kept."""

import pytest

from dlbook.check.errors import UserError
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


def test_no_chapter_is_read_to_find_an_exercise(published, workspace):
    (chapter,) = published.notebooks("chapters")
    chapter.write_text("no notebook")
    assert reset(workspace, "relu_back")[0].name == "90_tiny.ipynb"
