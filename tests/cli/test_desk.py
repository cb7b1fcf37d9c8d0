"""A learner at work in a terminal: hint, solution, progress, watch, doctor."""

import json
import re
import shutil

import pytest

from dlbook.check import progress
from dlbook.check.progress import Entry
from dlbook.check.verdict import Outcome, Verdict
from dlbook.cli import desk, doctor, main
from dlbook.grading.course import place
from dlbook.grading.run.report import ExerciseReport, Report
from dlbook.workspace import folder
from tests import ROOT, SAMPLES


@pytest.fixture
def home(course, monkeypatch, tmp_path_factory):
    """A learner's folder."""
    monkeypatch.setattr(place, "PACKAGE", course.root / "dlbook")
    workspace = folder.init(tmp_path_factory.mktemp("home") / "mine")
    monkeypatch.chdir(workspace.root)
    return workspace.root


def test_the_bare_command_says_where_you_are_and_what_is_next(home, capsys):
    note = Entry("right", 2, solved=True)
    progress.note(progress.find(home), "scale", lambda entry: note)
    assert main([]) == 0
    said = capsys.readouterr().out
    assert "00 start here" in said and "●○" in said and "Next: shapes in 00 start here" in said


def test_progress_is_there_for_programs_too(home, capsys):
    note = Entry("right", 2, solved=True)
    progress.note(progress.find(home), "scale", lambda entry: note)
    assert main(["progress", "--json"]) == 0
    first, second, *_rest = json.loads(capsys.readouterr().out)
    assert first["exercise"] == "scale" and first["solved"] and first["attempts"] == 2
    assert second["set"] == "00_start_here" and second["minutes"] > 0 and not second["solved"]


def test_what_the_guide_says_of_json_is_what_is_printed(home, course, capsys):
    guide = (ROOT / ".github" / "INSTRUCTORS.md").read_text("utf-8")
    lines = [line for line in guide.splitlines() if line.startswith("- `dlbook ")]
    told = {
        line.split("`")[1]: set(re.findall(r"`(\w+)`", line.partition(":")[2])) for line in lines
    }
    assert main(["progress", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)[0]) == told["dlbook progress --json"]
    outcome = Outcome("relu_back", Verdict.WRONG, detail="no")
    report = Report("90_tiny", 0, (ExerciseReport("relu_back", 1, (outcome,)),)).to_dict()
    (exercise,) = report["exercises"]
    assert {*report, *exercise, *exercise["checks"][0]} == told["dlbook check --json"]


def test_nothing_is_printed_in_colour(home, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    for arguments in ([], ["progress"], ["--help"], ["solution", "relu_back", "--anyway"]):
        main(arguments)
    assert "\x1b" not in capsys.readouterr().out


def test_without_a_folder_the_bare_command_names_the_verbs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["--course", str(tmp_path)]) == 0
    assert "progress" in capsys.readouterr().out


@pytest.mark.notebook
def test_a_hint_checks_the_answer_and_leads_on(home, capsys):
    (path,) = (home / "exercises").glob("*.ipynb")
    content = json.loads(path.read_text("utf-8"))
    (cell,) = [c for c in content["cells"] if "".join(c["source"]).startswith("# answer:")]
    cell["source"] = "# answer: relu_back\ndef relu_back(g, x):\n    return 0 * g"
    path.write_text(json.dumps(content), "utf-8")
    assert main(["hint", "relu_back", "--example"]) == 1
    said = capsys.readouterr().out
    assert "✗ relu_back: " in said and "where it is taught: " in said
    assert "needed and got: dx\nneeded:" in said


@pytest.mark.notebook
def test_a_check_in_the_terminal_counts_as_an_attempt(home, capsys):
    (path,) = (home / "exercises").glob("*.ipynb")
    assert main(["check", "90"]) == 1
    assert progress.read(progress.find(home)) == {}, "a stub is no attempt"
    shutil.copy(SAMPLES / "relu_back-right-plain.ipynb", path)
    assert main(["check", "90"]) == 0
    assert progress.read(progress.find(home)) == {"relu_back": Entry("right", 1, solved=True)}


def test_a_solution_waits_for_an_attempt_or_a_clear_word(home, capsys):
    assert main(["solution", "relu_back"]) == 2
    assert "add --anyway" in capsys.readouterr().err
    assert main(["solution", "relu_back", "--anyway"]) == 0
    assert "def relu_back" in capsys.readouterr().out


def test_a_slip_in_a_name_is_told_with_names_that_are_near(home, capsys):
    for verb in ("hint", "solution"):
        assert main([verb, "relu_bakc"]) == 2
        assert "an exercise is needed, got 'relu_bakc'; try relu_back" in capsys.readouterr().err


def test_a_save_is_seen(tmp_path):
    path, other = tmp_path / "a.ipynb", tmp_path / "b.ipynb"
    path.write_text("one")
    before = desk.saved([path, other])
    assert desk.saved([path, other]) == before and before[other] == 0
    path.write_text("two")
    other.write_text("new")
    after = desk.saved([path, other])
    assert after[path] != before[path] and after[other] != before[other]


@pytest.mark.notebook
def test_the_doctor_finds_this_machine_well(capsys):
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "✗" not in said and "✓ a kernel starts and imports dlbook" in said


def test_the_doctor_names_what_is_missing_and_the_mend(monkeypatch, capsys):
    needs = ["numpy>=99", "no-such-package>=1"]
    monkeypatch.setattr("importlib.metadata.requires", lambda _name: needs)
    monkeypatch.setattr(doctor, "_kernel", lambda: iter([(False, "a kernel does not start", "x")]))
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "✗ no-such-package is missing, >=1 is needed\n  pip install" in said
    assert "✗ numpy" in said and 'pip install "numpy>=99"' in said
