"""An update brings the course along, keeps what was written, and can be cut off anywhere."""

import json
import os
import time

import nbformat
import pytest

from dlbook.check.errors import UserError
from dlbook.grading.notebook import read
from dlbook.workspace import folder
from dlbook.workspace.update import update


def rewrite(path, old, new):
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def sources(path):
    return [cell.source for cell in read(path).cells]


@pytest.fixture
def exercise(workspace):
    """The learner's copy of the one exercise set, solved."""
    (path,) = workspace.notebooks("exercises")
    content = json.loads(path.read_text("utf-8"))
    (answer,) = [c for c in content["cells"] if "".join(c["source"]).startswith("# answer:")]
    answer["source"] = "# answer: relu_back\ndef relu_back(g, x):\n    return g * (x > 0)"
    own = {"cell_type": "code", "execution_count": 1, "id": "own", "metadata": {"tags": ["try"]}}
    content["cells"].append(own | {"outputs": [], "source": "relu_back(1, 2)"})
    path.write_text(json.dumps(content), "utf-8")
    return path


def lines(workspace):
    said = []
    assert update(workspace, said.append)
    return said


def test_without_news_nothing_is_written(workspace, exercise):
    was = exercise.read_bytes()
    assert lines(workspace) == [] and exercise.read_bytes() == was
    assert not (workspace.root / "backups").exists()


def test_a_worked_set_gets_new_words_and_keeps_all_that_was_written(published, workspace, exercise):
    was, before = exercise.read_bytes(), sources(exercise)
    (path,) = published.notebooks("exercises")
    task = next(c.source for c in read(path).cells if c.kind == "markdown")
    first = task.splitlines()[0]
    rewrite(path, json.dumps(first + "\n")[1:-1], json.dumps(first + " (new)\n")[1:-1])
    (said,) = lines(workspace)
    assert said.startswith("updated     exercises/90_tiny.ipynb (as it was: backups/")
    after = sources(exercise)
    assert after == [source.replace(first, f"{first} (new)", 1) for source in before]
    own = json.loads(exercise.read_text("utf-8"))["cells"][-1]
    assert own["metadata"] == {"tags": ["try"]}, "what is not ours to judge is gone"
    (kept,) = (workspace.root / "backups").rglob("*.ipynb")
    assert kept.read_bytes() == was
    assert lines(workspace) == []


def test_a_changed_stub_is_shown_below_the_answer(published, workspace, exercise):
    (path,) = published.notebooks("exercises")
    rewrite(path, "def relu_back(g, x):", "def relu_back(g, x, at_zero=0):")
    said = lines(workspace)
    assert "'answer: relu_back' has changed in the course: yours stays" in said[1]
    answer, shown = (s for s in sources(exercise) if "def relu_back" in s)
    assert "g * (x > 0)" in answer and "at_zero=0" in shown


def test_an_update_that_was_cut_off_ends_the_same(published, workspace, exercise, monkeypatch):
    (path,) = published.notebooks("exercises")
    rewrite(path, "def relu_back(g, x):", "def relu_back(g, x, at_zero=0):")
    noted = workspace.handed_out(exercise)
    was = noted.read_bytes()
    lines(workspace)
    whole = sources(exercise)
    noted.write_bytes(was)  # as if it had been killed before the last step
    lines(workspace)
    assert sources(exercise) == whole


def test_what_is_missing_is_made_and_what_is_no_notebook_is_left_alone(workspace, exercise):
    (chapter,) = workspace.notebooks("chapters")
    chapter.unlink()
    exercise.write_text("{ no notebook")
    workspace.handed_out(exercise).write_text("older")
    said = []
    assert not update(workspace, said.append)
    assert said[0] == "new         chapters/90_tiny.ipynb"
    assert said[1].startswith("left alone  exercises/90_tiny.ipynb: ")
    assert chapter.exists() and exercise.read_text() == "{ no notebook"


def test_cells_that_an_update_brought_before_it_was_cut_off_are_not_brought_again(
    published, workspace, exercise
):
    (path,) = published.notebooks("exercises")
    content = json.loads(path.read_text("utf-8"))
    news = {"cell_type": "markdown", "id": "news", "metadata": {}, "source": "More to read."}
    content["cells"].insert(2, news)
    path.write_text(json.dumps(content), "utf-8")
    noted = workspace.handed_out(exercise)
    was = noted.read_bytes()
    lines(workspace)
    whole = sources(exercise)
    assert whole.count("More to read.") == 1
    noted.write_bytes(was)  # as if it had been killed before the last step
    lines(workspace)
    assert sources(exercise) == whole


DAMAGED = {  # what stands in a file: what is said of it
    "": "the file is empty",
    "{ no notebook": "the file is cut off",
    "<<<<<<< HEAD\n{}": "marks of a git merge",
}


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_notebook_is_told_also_where_the_course_is_as_it_was(workspace, exercise, text):
    exercise.write_text(text)
    said = []
    assert not update(workspace, said.append)
    assert len(said) == 1 and DAMAGED[text] in said[0]
    assert said[0].startswith("left alone  exercises/90_tiny.ipynb: ")
    assert exercise.read_text() == text


def test_a_folder_in_the_place_of_a_notebook_is_left_alone(workspace, exercise):
    exercise.unlink()
    exercise.mkdir()
    said = []
    assert not update(workspace, said.append)
    assert said == [
        "left alone  exercises/90_tiny.ipynb: a notebook file is needed, it is a folder: give the "
        "folder another name."
    ]


def test_a_damaged_note_of_how_it_was_handed_out_is_no_dead_end(workspace, exercise):
    workspace.handed_out(exercise).write_text("{")
    was = exercise.read_bytes()
    assert "it is not noted how it was handed out" in lines(workspace)[-1]
    assert exercise.read_bytes() == was and lines(workspace) == []


def test_half_of_a_letter_stops_no_update(published, workspace, exercise):
    text = exercise.read_text("utf-8").replace("g * (x > 0)", "g * (x > 0) # \\ud800")
    exercise.write_text(text, "utf-8")
    (path,) = published.notebooks("exercises")
    rewrite(path, "def relu_back(g, x):", "def relu_back(g, x, at_zero=0):")
    lines(workspace)
    answer = next(c for c in json.loads(exercise.read_bytes())["cells"] if "> 0" in str(c))
    assert "".join(answer["source"]).endswith("# \ud800")


def test_cells_that_had_no_ids_are_in_a_format_with_ids(published, workspace, exercise):
    content = json.loads(exercise.read_text("utf-8")) | {"nbformat_minor": 4}
    for cell in content["cells"]:
        del cell["id"]
    exercise.write_text(json.dumps(content), "utf-8")
    (path,) = published.notebooks("exercises")
    rewrite(path, "def relu_back(g, x):", "def relu_back(g, x, at_zero=0):")
    lines(workspace)
    nbformat.validate(json.loads(exercise.read_text("utf-8")))


def test_where_nobody_noted_how_it_was_handed_out_all_that_differs_stays(
    published, workspace, exercise
):
    workspace.handed_out(exercise).unlink()
    before = sources(exercise)
    (path,) = published.notebooks("exercises")
    rewrite(path, "def relu_back(g, x):", "def relu_back(g, x, at_zero=0):")
    said = lines(workspace)
    assert sources(exercise) == before
    assert "it is not noted how it was handed out" in said[-1]


def test_a_full_disk_changes_nothing(published, workspace, exercise, monkeypatch):
    was = exercise.read_bytes()
    (path,) = published.notebooks("exercises")
    rewrite(path, "def relu_back(g, x):", "def relu_back(g, x, at_zero=0):")

    def refuse(path, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder.atomic, "write", refuse)
    with pytest.raises(UserError, match="no space left"):
        update(workspace, print)
    assert exercise.read_bytes() == was


def test_what_a_killed_update_left_half_written_is_cleared_away_when_nobody_writes_it(workspace):
    day = 24 * 3600
    ages = {"old": 25 * 3600, "new": 3600}  # seconds
    parts = {}
    for place in ("chapters", "exercises", ".dlbook/handed-out/chapters", "backups/2026/exercises"):
        for name, age in ages.items():
            path = workspace.root / place / f".dlbook-{name}.part"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("half")
            os.utime(path, (time.time() - age,) * 2)
            parts[path] = age < day
    mine = workspace.root / "chapters" / "mine.part"
    mine.write_text("mine")
    os.utime(mine, (0, 0))
    update(workspace, lambda line: None)
    assert {path: path.exists() for path in parts} == parts and mine.exists()
