"""Progress is noted in one file, which nothing that happens beside it can break."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from dlbook.check import progress
from dlbook.check.progress import Entry


@pytest.fixture
def path(tmp_path):
    (tmp_path / ".dlbook").mkdir()
    (tmp_path / "exercises").mkdir()
    return progress.find(tmp_path / "exercises")


def tried(entry):
    return replace(entry, attempts=entry.attempts + 1)


def test_what_is_noted_is_read_again_and_nothing_else_changes(path):
    progress.note(path, "relu_back", tried)
    progress.note(path, "softmax", lambda entry: replace(entry, verdict="right", solved=True))
    progress.note(path, "relu_back", tried)
    assert progress.read(path) == {
        "relu_back": Entry(attempts=2),
        "softmax": Entry("right", solved=True),
    }


def test_outside_a_learners_folder_nothing_is_noted(tmp_path):
    assert progress.find(tmp_path) is None and progress.read(None) == {}
    progress.note(None, "relu_back", tried)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"exercises": 3}', "[" * 100_000])
def test_a_damaged_file_counts_as_none_and_is_kept(path, text):
    path.write_text(text)
    assert progress.read(path) == {}
    assert progress.is_damaged(path)
    progress.note(path, "relu_back", tried)
    assert progress.read(path) == {"relu_back": Entry(attempts=1)} and not progress.is_damaged(path)
    assert path.with_name("progress-damaged.json").read_text() == text


def test_a_second_damaged_file_does_not_take_the_place_of_the_first(path):
    for text in ("{", "["):
        path.write_text(text)
        progress.note(path, "relu_back", tried)
    kept = sorted(path.parent.glob("progress-damaged*.json"))
    assert [file.read_text() for file in kept] == ["{", "["]


def test_what_a_newer_version_has_noted_counts_and_stays(path):
    newer = {"verdict": "right", "attempts": 3, "solved": True, "stars": 5}
    content = {"exercises": {"relu_back": newer, "later": newer}, "version": 2}
    path.write_text(json.dumps(content))
    assert progress.read(path)["relu_back"] == Entry("right", 3, solved=True)
    progress.note(path, "relu_back", tried)
    content["exercises"]["relu_back"] = newer | {"attempts": 4}
    assert json.loads(path.read_text()) == content


@pytest.mark.parametrize("plain", [3, None, {"b": 1}, {"attempts": "3"}, {"attempts": None}])
def test_a_damaged_entry_costs_the_others_nothing(path, plain):
    path.write_text(json.dumps({"exercises": {"a": plain, "b": {"attempts": 2}}}))
    assert progress.read(path) == {"b": Entry(attempts=2)}
    progress.note(path, "a", tried)
    assert progress.read(path) == {"a": Entry(attempts=1), "b": Entry(attempts=2)}


def test_a_disk_that_is_full_hides_no_card(path, monkeypatch):
    def refuse(*_args):
        raise OSError(28, "No space left on device")

    progress.note(path, "relu_back", tried)
    monkeypatch.setattr("dlbook.atomic.write", refuse)
    progress.note(path, "relu_back", tried)
    assert progress.read(path) == {"relu_back": Entry(attempts=1)}


PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
from dlbook.check import progress
print("begun", flush=True)
for _ in range(int(sys.argv[2])):
    progress.note(Path(sys.argv[1]), "relu_back", lambda e: replace(e, attempts=e.attempts + 1))
"""


def start(path, times):
    command = [sys.executable, "-c", PROGRAM, str(path), str(times)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ)


@pytest.mark.notebook
def test_two_processes_lose_nothing(path):
    with start(path, 40) as one, start(path, 40) as other:
        assert [one.wait(), other.wait()] == [0, 0]
    assert progress.read(path) == {"relu_back": Entry(attempts=80)}


@pytest.mark.notebook
def test_a_kernel_that_is_killed_in_mid_write_leaves_a_whole_file(path):
    for _ in range(5):
        with start(path, 10**6) as process:
            process.stdout.readline()
            while not progress.read(path):
                pass
            process.send_signal(signal.SIGKILL)
        assert json.loads(path.read_text("utf-8"))["exercises"]["relu_back"]["attempts"] >= 1
        before = progress.read(path)["relu_back"].attempts
        progress.note(path, "relu_back", tried)
        assert progress.read(path)["relu_back"].attempts == before + 1
