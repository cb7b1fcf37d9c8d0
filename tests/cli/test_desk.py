"""A learner at work in a terminal: hint, solution, progress, watch, doctor."""

import json
import re
import shutil
from email.message import Message
from io import BytesIO, TextIOWrapper
from types import SimpleNamespace

import pytest

from dlbook.check import progress
from dlbook.check.letters import PLAIN
from dlbook.check.progress import Entry
from dlbook.check.verdict import Outcome, Verdict
from dlbook.cli import desk, doctor, main
from dlbook.cli.course import plain_json
from dlbook.grading.course import place
from dlbook.grading.errors import GraderError, SandboxError
from dlbook.grading.run.report import ExerciseReport, Report
from dlbook.grading.sandbox import bubblewrap
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


def test_damaged_progress_is_told_and_that_no_answer_is_lost(home, capsys):
    progress.find(home).write_text("{")
    assert main(["progress", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) and said.err.count("\n") == 1
    assert f"{progress.find(home)} is damaged: run `dlbook check`" in said.err


def test_progress_is_there_for_programs_too(home, capsys):
    note = Entry("right", 2, solved=True)
    progress.note(progress.find(home), "scale", lambda entry: note)
    assert main(["progress", "--json"]) == 0
    first, second, *_rest = json.loads(capsys.readouterr().out)
    assert first["exercise"] == "scale" and first["solved"] and first["attempts"] == 2
    assert second["set"] == "00_start_here" and second["minutes"] > 0 and not second["solved"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_json_is_whole_in_every_encoding(encoding, monkeypatch):
    out = TextIOWrapper(BytesIO(), encoding, errors=PLAIN)
    monkeypatch.setattr("sys.stdout", out)
    print(plain_json({"hint": "写一个答案 ✓"}), flush=True)
    assert json.loads(out.buffer.getvalue().decode(encoding)) == {"hint": "写一个答案 ✓"}


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


ABOUT_WORK = ("", "check", "check 90", "progress", "progress --json", "hint relu_back", "watch")
ABOUT_WORK += ("solution relu_back", "lab", "update", "reset relu_back")


@pytest.mark.parametrize("typed", ABOUT_WORK)
def test_without_a_folder_for_work_nobody_is_told_that_it_is_gone(typed, packaged, capsys):
    _is_sent_home(typed, capsys)


@pytest.mark.parametrize("typed", ABOUT_WORK)
def test_a_clone_elsewhere_is_not_taken_for_ones_own_folder(typed, course, monkeypatch, capsys):
    monkeypatch.setattr(place, "PACKAGE", course.root / "dlbook")
    monkeypatch.chdir(course.root.parent)
    _is_sent_home(typed, capsys)


def _is_sent_home(typed, capsys):
    assert main(typed.split()) == (2 if typed else 0)
    said = capsys.readouterr()
    told = said.err if typed else said.out
    assert "there is none here: go to yours, " in told and "or make one with `dlbook init" in told
    assert "not attempted" not in said.out and "have been right" not in said.out


@pytest.fixture
def packaged(course, monkeypatch, tmp_path_factory):
    """A folder with no course above it; the course is that of the installed package."""
    monkeypatch.setattr(place, "PACKAGE", course.root / "none")
    for module in (place, folder):
        monkeypatch.setattr(module, "PACKAGED", course.root)
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))


def test_progress_is_found_from_each_folder_of_a_clone(course, monkeypatch, capsys):
    folder.of(course).hand_out()
    note = Entry("right", 2, solved=True)
    progress.note(progress.find(course.root), "relu_back", lambda entry: note)
    for inside in ("", "exercises", "work", "work/exercises"):
        monkeypatch.chdir(course.root / inside)
        assert main(["progress"]) == 0
        assert "1 of " in capsys.readouterr().out


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
    assert "(05_backpropagation.ipynb)" in said and "../" not in said, "it holds in no folder"
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


NEAR = {  # what is typed: the names that are told
    "relu_bakc": "relu_back",
    "back": "exp_back, sigmoid_back",
    "0": "scale, shapes, chain, moments",
    "00.scalee": "scale, shapes, chain, moments",
    "10_capstone": "study",
    "RELU_BACK": "relu_back",
}


@pytest.mark.parametrize("typed", NEAR)
def test_a_slip_in_a_name_is_told_with_names_that_are_near(typed, home, capsys):
    for verb in ("hint", "solution", "reset"):
        assert main([verb, typed]) == 2
        said = capsys.readouterr().err
        assert f"an exercise is needed, got {typed!r}; try {NEAR[typed]}" in said


def test_no_name_is_told_that_is_not_near(home, capsys):
    for typed in ("nosuch", "???", "", "../x"):
        assert main(["reset", typed]) == 2
        said = capsys.readouterr().err
        assert f"got {typed!r}: name it as its answer cell does, such as relu_back" in said


def test_an_exercise_may_be_named_with_its_set(home, capsys):
    assert main(["solution", "05.relu_back", "--anyway"]) == 0
    assert "def relu_back" in capsys.readouterr().out


RIGHT = (SAMPLES / "relu_back-right-plain.ipynb").read_text("utf-8")
EDITS = {  # what is written in the place of the notebook before each look: what is said of it
    "saved": ([RIGHT, None], ["90_tiny: checked"]),
    "not saved": ([None, None], []),
    "saved twice quickly": ([RIGHT, RIGHT + "\n", None], ["90_tiny: checked"]),
    "saved while it was checked": ([RIGHT, None, RIGHT + "\n", None], ["90_tiny: checked"] * 2),
    "half written, then whole": (["{", RIGHT, None], ["90_tiny: checked"]),
    "broken, then mended": (
        ["{", None, RIGHT, None],
        ["90_tiny.ipynb is checked again when you have mended it", "90_tiny: checked"],
    ),
    "empty": (["", None], ["90_tiny.ipynb is checked again when you have mended it"]),
    "gone, then back": (
        ["gone", None, RIGHT, None],
        ["90_tiny.ipynb is gone; it is checked again once it is back", "90_tiny: checked"],
    ),
    "replaced between two looks": (["gone, then back", None], ["90_tiny: checked"]),
    "another notebook": (
        [RIGHT.replace("relu_back", "no_such"), None],
        ["90_tiny.ipynb: an exercise notebook of this course is needed, 90_tiny.ipynb holds"],
    ),
    "a folder": (["folder", None], ["90_tiny.ipynb is checked again when you have mended it"]),
}


def edit(path, what):
    if what is None:
        return
    if path.is_dir():
        path.rmdir()
    if what in ("gone", "gone, then back", "folder"):
        path.rename(path.with_suffix(".kept"))
    if what == "folder":
        path.mkdir()
    elif what != "gone":
        path.write_text(RIGHT if what == "gone, then back" else what, "utf-8")


def test_a_watch_survives_a_kernel_that_does_not_start(home, monkeypatch, capsys):
    def fail(*_, **__):
        raise GraderError("no kernel to be had")

    monkeypatch.setattr("dlbook.grading.run.nbval_run.grade", fail)
    (path,) = (home / "exercises").glob("*.ipynb")
    said = desk._looked_at(place.find(home), path, "", {})
    assert said == "90_tiny.ipynb: no kernel to be had"


@pytest.mark.parametrize("name", EDITS)
def test_a_watch_tells_each_state_of_a_notebook_once_and_goes_on(name, home, monkeypatch, capsys):
    writes, said = EDITS[name]
    (path,) = (home / "exercises").glob("*.ipynb")
    turns = iter(writes)

    def wait(_seconds):
        try:
            edit(path, next(turns))
        except StopIteration:
            raise KeyboardInterrupt from None

    outcome = Outcome("relu_back", Verdict.RIGHT)
    report = Report("90_tiny", 0, (ExerciseReport("relu_back", 1, (outcome,)),))
    monkeypatch.setattr(Report, "text", lambda self, before: f"{self.set_name}: checked")
    monkeypatch.setattr("dlbook.grading.run.nbval_run.grade", lambda *_, **__: report)
    monkeypatch.setattr(desk.time, "sleep", wait)
    assert main(["watch"]) == 130
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == "watching 90_tiny.ipynb; save to have it checked, Ctrl-C ends this"
    assert len(lines) == len(said)
    assert all(line.startswith(start) for line, start in zip(lines, said, strict=True))
    solved = progress.read(progress.find(home)).get("relu_back", Entry()).solved
    assert solved is ("90_tiny: checked" in said), "what a watch has seen is noted as progress"


def test_a_watch_says_again_only_what_has_changed(home, monkeypatch):
    def report(first, note):
        outcomes = Outcome("relu_back", first), Outcome("scale", Verdict.WRONG, detail="no")
        exercises = tuple(ExerciseReport(one.exercise, 1, (one,)) for one in outcomes)
        return Report("90_tiny", 0, exercises, (note,))

    found = [report(Verdict.WRONG, "a"), report(Verdict.RIGHT, "b"), report(Verdict.RIGHT, "b")]
    turns = iter(found)
    monkeypatch.setattr("dlbook.grading.run.nbval_run.grade", lambda *_, **__: next(turns))
    (path,), last = (home / "exercises").glob("*.ipynb"), {}
    said = [desk._looked_at(place.find(home), path, "", last).splitlines() for _ in found]
    assert said[0] == found[0].text().splitlines() and len(said[0]) > 4
    assert said[1] == ["90_tiny", "✓ relu_back: right", "note: b", "1 of 2 right, 1 of 2 points"]
    assert said[2] == ["90_tiny", "1 of 2 right, 1 of 2 points"]


@pytest.mark.notebook
def test_the_doctor_finds_this_machine_well(capsys):
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert (
        "✗" not in said
        and said.endswith("\nall is well\n")
        and "✓ a kernel starts and imports dlbook" in said
    )


SANDBOXES = {  # where bwrap is, and what a start of it says: what the doctor says
    ("", ""): "bubblewrap is not here; only `dlbook grade` needs it: apt install bubblewrap",
    ("/usr/bin/bwrap", ""): "bubblewrap starts: `dlbook grade` locks students' code up in it",
    ("/usr/bin/bwrap", "no namespaces"): "bubblewrap is here and does not start: no namespaces",
}


@pytest.mark.parametrize("case", SANDBOXES)
def test_the_doctor_says_whether_students_code_can_be_locked_up(case, monkeypatch, capsys):
    where, refusal = case

    def probe():
        if refusal:
            raise SandboxError(refusal)

    monkeypatch.setattr(shutil, "which", lambda _name: where or None)
    monkeypatch.setattr(bubblewrap, "probe", probe)
    monkeypatch.setattr(doctor, "_kernel", lambda: iter(()))
    assert main(["doctor"]) == 0
    assert f"✓ {SANDBOXES[case]}" in capsys.readouterr().out


def test_the_doctor_names_what_is_missing_and_the_mend(monkeypatch, capsys):
    asked = ["numpy>=99", "no-such-package>=1"]
    installed = SimpleNamespace(requires=asked, metadata=Message())
    monkeypatch.setattr("dlbook.check.requirements.distribution", lambda: installed)
    monkeypatch.setattr(doctor, "_kernel", lambda: iter([(False, "a kernel does not start", "x")]))
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "✗ no-such-package is missing, >=1 is needed\n  pip install" in said
    assert "✗ numpy" in said and 'pip install "numpy>=99"' in said


def test_an_extra_that_is_not_here_is_no_fault_and_one_of_a_wrong_version_is(monkeypatch, capsys):
    asked = ["numpy>=2", 'no-such-package; extra == "photo"', 'matplotlib>=99; extra == "lab"']
    installed = SimpleNamespace(requires=asked, metadata=Message())
    monkeypatch.setattr("dlbook.check.requirements.distribution", lambda: installed)
    monkeypatch.setattr("dlbook.check.requirements.extras", lambda: ["lab", "photo"])
    monkeypatch.setattr(doctor, "_kernel", lambda: iter([]))
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert (
        said.count("✗") == 2
        and "\n1 of these to mend" in said
        and 'pip install "matplotlib>=99"' in said
    )
    assert "extras that are missing, or here in part: photo" in said
