import json
import os
import re
import shutil
import signal
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from threading import Timer

import pytest

from dlbook import i18n
from dlbook.check import progress
from dlbook.check.answer_key import load
from dlbook.check.errors import UserError
from dlbook.check.watching import RUNNERS
from dlbook.cli import learner, main
from dlbook.cli.target import targets
from dlbook.grading.course import place
from dlbook.grading.course.build import Course
from dlbook.grading.kernel.launcher import Local
from dlbook.grading.notebook import read
from dlbook.grading.run.nbval_run import grade
from dlbook.workspace import folder
from tests import ROOT, SAMPLES
from tests.cli.test_main import loaded

REFUSED = {  # arguments: what is said
    ("check", "44"): "a set or an exercise is needed, got '44'; the sets are: 90_tiny",
    ("check", "relu"): "a set or an exercise is needed, got 'relu'; do you mean relu_back?",
    ("check", "90.no_such"): "90_tiny has no exercise 'no_such'; it has relu_back",
    ("check", "no_such.ipynb"): "A notebook file is needed, no_such.ipynb is none",
}


def run(course, *arguments) -> int:
    return main(["--course", str(course.root), *arguments])


@pytest.mark.parametrize("arguments", REFUSED)
def test_what_cannot_be_done_is_told_in_one_line(course, capsys, arguments):
    assert run(course, *arguments) == 2
    said = capsys.readouterr()
    assert said.out == "" and REFUSED[arguments] in said.err and said.err.count("\n") == 1


def test_a_notebook_without_our_exercises_is_refused(course, capsys):
    assert run(course, "check", str(SAMPLES / "tiny-fail-stray_file.ipynb")) == 2
    assert "holds none of its exercises" in capsys.readouterr().err


@pytest.mark.parametrize("target", ["90", "90_tiny", "relu_back", "90.relu_back"])
def test_a_notebook_that_is_missing_is_told_and_the_way_to_it(course, monkeypatch, target):
    (path,) = course.notebooks("exercises")
    path.rename(path.with_name("mine.ipynb"))
    with pytest.raises(UserError, match=r"exercises/90_tiny\.ipynb is needed, it is missing here"):
        targets(course, target)


@pytest.mark.parametrize("target", ["5", "05", "05.cost", "cost"])
def test_a_set_may_go_by_its_number_and_an_exercise_by_its_name(target):
    (found,) = targets(Course(ROOT), target)
    assert found == (ROOT / "exercises" / "05_backpropagation.ipynb", "cost" * ("cost" in target))


def test_the_ending_of_a_notebook_may_be_in_capitals(course, tmp_path):
    assert targets(course, "90_TINY.IPYNB") == [(Path("90_TINY.IPYNB"), "")]


def test_a_chapter_is_refused(capsys):
    assert (
        main(["--course", str(ROOT), "check", str(ROOT / "chapters/05_backpropagation.ipynb")]) == 2
    )
    assert "is not the exercise notebook" in capsys.readouterr().err


def test_a_fresh_seed_needs_the_solutions(course, capsys):
    (course.root / "solutions" / "90_tiny.ipynb").unlink()
    assert run(course, "check", "90", "--seed", "3") == 2
    assert "--seed needs the solutions" in capsys.readouterr().err


def test_a_folder_without_a_course_is_told(tmp_path, capsys):
    assert main(["--course", str(tmp_path), "check"]) == 2
    assert "name it with --course DIR" in capsys.readouterr().err


LAB = {  # what is typed after `dlbook lab`: what JupyterLab gets
    (): [],
    ("--no-browser", "--port", "8899"): ["--no-browser", "--port", "8899"],
    ("--ServerApp.token=", "-y"): ["--ServerApp.token=", "-y"],
    ("--", "--help"): ["--help"],
}


@pytest.fixture
def commands(monkeypatch):
    """What would be started instead of JupyterLab."""
    called = []
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "mine")
    for name in ("DLBOOK_SEED", *RUNNERS):
        monkeypatch.setenv(name, "1")
    monkeypatch.setattr(learner.os, "name", "another")
    monkeypatch.setattr("subprocess.call", lambda command: called.append(command) or 5)
    return called


@pytest.mark.parametrize("options", LAB)
def test_lab_hands_other_options_on_to_jupyterlab(course, commands, options):
    chapter = course.root / "chapters" / "90_tiny.ipynb"
    shutil.copy(SAMPLES / "relu_back-right-plain.ipynb", chapter)
    assert run(course, "lab", *options) == 5
    ((_python, _m, module, root, *rest),) = commands
    assert module == "jupyterlab" and root == f"--ServerApp.root_dir={course.root / 'work'}"
    assert rest[0] == "--LabApp.default_url=/lab/tree/chapters/90_tiny.ipynb"
    assert rest[3:] == LAB[options]
    assert os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0] == str(folder.JUPYTER)
    assert not os.environ.keys() & {"DLBOOK_SEED", *RUNNERS}, "its kernels would show no cards"


def test_lab_makes_no_copies_of_the_course_in_the_package(course, commands, monkeypatch, capsys):
    monkeypatch.setattr(folder, "PACKAGED", course.root)
    assert run(course, "lab") == 2
    assert "make one with `dlbook init deep-learning`" in capsys.readouterr().err
    assert commands == [] and not (course.root / "work").exists()


@pytest.mark.parametrize("verb", ["lab", "update", "reset relu_back"])
def test_in_another_folder_the_work_of_the_clone_is_left_alone(
    course, commands, monkeypatch, capsys, tmp_path_factory, verb
):
    monkeypatch.setattr(place, "PACKAGE", course.root / "dlbook")
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))
    assert main(verb.split()) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and f"to the clone in {course.root}, or make one with" in said
    assert commands == [] and not (course.root / "work").exists()


def test_lab_changes_the_language_of_copies_only_when_it_is_named(course, commands, monkeypatch):
    run(course, "lab")
    assert folder.of(course).language == "en"
    monkeypatch.setenv("DLBOOK_LANG", "zh")  # for words of the program, not for copies that exist
    i18n.forget()
    run(course, "lab")
    assert folder.of(course).language == "en" and os.environ["DLBOOK_LANG"] == "zh"
    run(course, "lab", "--language", "zh")
    assert folder.of(course).language == "zh"
    monkeypatch.delenv("DLBOOK_LANG")
    monkeypatch.chdir(course.root)
    i18n.forget()
    run(course, "lab")
    assert folder.of(course).language == "zh" and os.environ["DLBOOK_LANG"] == "zh"


@pytest.mark.notebook
def test_check_looks_into_the_working_copies_where_there_are_some(course, capsys):
    assert run(course, "check") == 1
    assert capsys.readouterr().err == f"checking {course.root / 'exercises'}\n"
    folder.of(course).hand_out()
    mine = course.root / "work" / "exercises" / "90_tiny.ipynb"
    shutil.copy(SAMPLES / "relu_back-right-plain.ipynb", mine)
    assert run(course, "check") == 0
    assert capsys.readouterr().err == f"checking {mine.parent}\n"
    for target in ("90", "relu_back"):
        assert [path for path, _exercise in targets(course, target)] == [mine]


@pytest.mark.notebook
def test_a_stub_is_not_attempted_and_a_renamed_right_answer_passes(course, capsys, tmp_path):
    assert run(course, "check", "90") == 1
    assert "○ relu_back: not attempted" in capsys.readouterr().out
    renamed = tmp_path / "my work (final).ipynb"
    shutil.copy(SAMPLES / "relu_back-right-plain.ipynb", renamed)
    assert run(course, "check", str(renamed)) == 0
    assert "✓ relu_back: right" in capsys.readouterr().out


@pytest.mark.notebook
def test_what_was_tried_and_not_saved_is_told(course, capsys):
    folder.of(course).hand_out()
    noted = progress.find(course.root)
    run(course, "check", "90")
    assert "Ctrl+S" not in capsys.readouterr().err
    progress.note(noted, "relu_back", lambda entry: progress.Entry("right", 1, True))
    run(course, "check", "90")
    told = capsys.readouterr()
    assert "relu_back: tried before, and not in the file" in told.err and "Ctrl+S" in told.err
    assert "○ relu_back: not attempted" in told.out and "Ctrl+S" not in told.out


@pytest.mark.notebook
@pytest.mark.parametrize("verb", [["check", "90"], ["hint", "relu_back"]])
def test_ctrl_c_in_an_endless_answer_ends_with_a_word(course, monkeypatch, capsys, verb):
    text = (SAMPLES / "relu_back-right-plain.ipynb").read_text("utf-8")
    endless = re.sub(r"def relu_back\(g, x\):", r"\g<0>\\n    while True: pass", text)
    assert endless != text
    (path,) = course.notebooks("exercises")
    path.write_text(endless, "utf-8")

    press = Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))

    @contextmanager
    def press_once_it_runs():
        yield lambda name: press.ident or press.start()

    monkeypatch.setattr(learner, "_progress", press_once_it_runs)
    assert run(course, *verb) == 130
    assert capsys.readouterr().err.strip() == "stopped"


@pytest.mark.notebook
def test_what_runs_is_named_also_where_it_answers_nothing(course):
    content = json.loads((SAMPLES / "relu_back-right-plain.ipynb").read_text("utf-8"))
    own = {"cell_type": "code", "source": "\nmine = 3\nmore = 4", "outputs": []}
    content["cells"].insert(1, own)
    (path,) = course.notebooks("exercises")
    path.write_text(json.dumps(content), "utf-8")
    told = []
    grade(read(path), load(course.key("90_tiny")), watch=told.append)
    assert "mine = 3" in told and told[-1] == "relu_back"


def test_a_terminal_is_told_when_what_runs_is_stopped(monkeypatch):
    screen = StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr("sys.stderr", screen)
    with learner._progress() as watch:
        watch("sigmoid_back")
        watch("x = 1  # " + "a long line " * 9)
    lines = [line.strip() for line in screen.getvalue().split("\r")]
    told = "is running; it is stopped after 60 s of work, Ctrl-C ends it"
    assert f"sigmoid_back {told}" in lines and f"x = 1  # a long  {told}" in lines
    assert max(map(len, lines)) < 80


@pytest.mark.notebook
def test_a_set_of_stubs_needs_one_kernel(course, monkeypatch):
    started = []
    start = Local.start
    monkeypatch.setattr(Local, "start", lambda *these: started.append(1) or start(*these))
    assert run(course, "check", "90") == 1 and len(started) == 1


@pytest.mark.notebook
def test_a_check_loads_nothing_that_draws_or_learns(course):
    code = f"from dlbook.cli import main; main(['--course', {str(course.root)!r}, 'check'])"
    found = {name.split(".")[0] for name in loaded(code)}
    slow = found & {"torch", "matplotlib", "IPython", "sklearn", "jupyterlab", "nbclient"}
    assert "nbval" in found and not slow, f"import {slow} inside what needs it"


@pytest.mark.notebook
def test_json_holds_the_verdict_of_each_check(course, capsys):
    path = SAMPLES / "relu_back-wrong-kink.ipynb"
    assert run(course, "check", str(path), "--seed", "3", "--json") == 1
    (report,) = json.loads(capsys.readouterr().out)
    (exercise,) = report["exercises"]
    assert report["seed"] == 3 and report["score"] == 0 and exercise["verdict"] == "wrong"
    assert [c["verdict"] for c in exercise["checks"]] == ["right", "right", "wrong"]


def test_an_unknown_verb_is_refused_with_those_there_are(capsys):
    assert main(["nonsense"]) == 2
    said = capsys.readouterr().err
    assert "No such command 'nonsense'" in said and "init, lab, check, hint" in said
