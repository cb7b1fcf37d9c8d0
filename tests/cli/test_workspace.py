"""From a bare package to a folder of one's own, and on with a newer course."""

import os
import subprocess

import pytest

from dlbook.cli import main
from dlbook.grading.course import place


@pytest.fixture
def home(course, monkeypatch, tmp_path_factory):
    """A folder to begin in; the course is that of the installed package."""
    monkeypatch.setattr(place, "PACKAGE", course.root / "dlbook")
    home = tmp_path_factory.mktemp("home")
    monkeypatch.chdir(home)
    return home


def test_a_learner_begins_updates_and_begins_an_exercise_again(course, home, monkeypatch, capsys):
    assert main(["init", "my course"]) == 0
    assert """Next: `cd "my course"`, then `dlbook lab`""" in capsys.readouterr().out
    monkeypatch.chdir(home / "my course" / "exercises")
    assert main(["update"]) == 0
    assert "has the course of today" in capsys.readouterr().out
    (path,) = course.notebooks("exercises")
    path.write_text(path.read_text("utf-8").replace("your turn", "your turn now"), "utf-8")
    assert main(["update"]) == 0
    said = capsys.readouterr().out
    assert "updated     exercises/90_tiny.ipynb (as it was: backups/" in said
    copy = home / "my course" / "exercises" / "90_tiny.ipynb"
    text = copy.read_text("utf-8")
    assert "your turn now" in text
    assert main(["reset", "relu_back"]) == 0
    assert "relu_back is as it was handed out" in capsys.readouterr().out
    for name in ("relu_back", "90.relu_back"):
        copy.write_text(text.replace("your turn now", "mine"), "utf-8")
        assert main(["reset", name]) == 0
        assert "relu_back begins again in" in capsys.readouterr().out
        assert copy.read_text("utf-8").count("your turn now") == text.count("your turn now")


@pytest.mark.parametrize("verb", ["build", "build --check", "build 90", "release new"])
def test_an_authors_verb_writes_nothing_into_a_learners_folder(home, verb, monkeypatch, capsys):
    assert main(["init", "mine"]) == 0
    monkeypatch.chdir(home / "mine")
    before = contents(home)
    capsys.readouterr()
    assert main(verb.split()) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and contents(home) == before
    assert "holds a learner's copies" in said.err and "`dlbook check`" in said.err


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


NAMES = {  # of a folder: how it is typed behind `cd` in a shell of POSIX
    "mine": "mine",
    "课程 目录": '"课程 目录"',
    "it's": '"it\'s"',
    'say "hi"': "'say \"hi\"'",
    "$HOME": "'$HOME'",
    "a;b": '"a;b"',
    "~": '"~"',
    "-dash": "./-dash",
}


@pytest.mark.skipif(os.name != "posix", reason="quotes of another shell")
@pytest.mark.parametrize("name", NAMES)
def test_the_next_step_can_be_typed_as_it_is_told(home, capsys, name):
    assert main(["init", "--", name]) == 0
    told = capsys.readouterr().out
    assert f"Next: `cd {NAMES[name]}`, then" in told
    command = ["sh", "-c", f"cd {NAMES[name]} && pwd"]
    assert subprocess.check_output(command, text=True).strip() == str(home / name)


def test_in_the_folder_itself_the_next_step_is_no_cd(home, capsys):
    assert main(["init", "."]) == 0
    assert capsys.readouterr().out.endswith(". Next: `dlbook lab`.\n")


def test_a_copy_that_is_no_notebook_is_told_and_the_others_are_updated(home, capsys):
    assert main(["init", "mine"]) == 0
    (home / "mine" / "exercises" / "90_tiny.ipynb").write_text("oh")
    (home / "mine" / ".dlbook" / "handed-out" / "exercises" / "90_tiny.ipynb").write_text("older")
    assert main(["--course", "mine", "update"]) == 1
    said = capsys.readouterr().out
    assert "left alone  exercises/90_tiny.ipynb" in said and "or move it out of" in said


def test_without_its_exercises_a_folder_is_still_a_learners(home, monkeypatch, capsys):
    assert main(["init", "mine"]) == 0
    monkeypatch.chdir(home / "mine")
    (home / "mine" / "exercises").rename(home / "mine" / "old")
    capsys.readouterr()
    for verb in ("check", "check 90", "reset relu_back"):
        assert main(verb.split()) == 2
        assert "90_tiny.ipynb is needed, it is missing" in capsys.readouterr().err
    assert main(["update"]) == 0
    assert "new         exercises/90_tiny.ipynb" in capsys.readouterr().out


def test_a_folder_in_use_is_told_in_one_line(home, capsys):
    (home / "thesis.txt").write_text("mine")
    assert main(["init", "."]) == 2
    assert capsys.readouterr().err.count("\n") == 1
