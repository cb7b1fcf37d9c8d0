"""On a real disk that is full or only read a verb says so in a sentence, and nothing is lost."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests import ROOT

ROOM = ["unshare", "--user", "--map-root-user", "--mount"]  # where mounting is nobody's business


def may_mount() -> bool:
    return bool(shutil.which("unshare")) and subprocess.run([*ROOM, "true"]).returncode == 0


pytestmark = [
    pytest.mark.notebook,
    pytest.mark.skipif(not may_mount(), reason="needs user namespaces, to mount a small disk"),
]

BEGIN = """
import io, json, subprocess, sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from dlbook.check import progress
from dlbook.cli import main

disk = Path(sys.argv[1])
home = disk / "mine"

def mount(*words):
    subprocess.run(["mount", *words, str(disk)], check=True)

def verb(*words):
    said = io.StringIO()
    with redirect_stderr(said), redirect_stdout(said):
        code = main([str(word) for word in words])
    return [code, said.getvalue()]

def files():
    return {str(path.relative_to(disk)): path.read_bytes() for path in disk.rglob("*.*")
            if path.is_file() and path.name not in ("ballast.bin", "progress.json.lock")}

def note():
    progress.note(progress.find(home), "scale", lambda entry: progress.Entry("wrong", 1))
"""


def on_a_disk(tmp_path, program: str):
    """Return what a program tells that has a disk of its own, as JSON."""
    (tmp_path / "disk").mkdir()
    command = [*ROOM, sys.executable, "-c", BEGIN + program, str(tmp_path / "disk")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


TOO_SMALL = """
mount("-t", "tmpfs", "-o", "size=1M", "none")
first = verb("init", home)
whole = [bool(json.loads(data)["cells"]) for name, data in files().items()]
left = [str(path) for path in disk.rglob("*.part")]
mount("-o", "remount,size=100M")
again = verb("init", home)
print(json.dumps([first, whole, left, again, len(list(home.glob("*/*.ipynb")))]))
"""


def test_a_disk_too_small_for_the_course_is_told_and_filled_up_later(tmp_path):
    (code, said), whole, left, again, count = on_a_disk(tmp_path, TOO_SMALL)
    assert code == 2 and said.count("\n") == 1
    assert "(no space left on device): make room" in said
    assert whole and all(whole) and left == []
    assert again[0] == 0 and count == sum(1 for _ in ROOT.glob("[ce]*s/*.ipynb"))


WORKED = """
{before}
made = verb("init", home)
note()
path = home / "exercises" / "00_start_here.ipynb"
path.write_text(path.read_text("utf-8").replace("scale: your turn", "mine"), "utf-8")
before = files()
{after}
said = [verb("--course", home, "reset", "scale"), verb("init", disk / "other")]
progress.note(progress.find(home), "scale", lambda entry: progress.Entry("right", 2, True))
told = verb("--course", home, "progress")
print(json.dumps([made, said, told, files() == before, len(before)]))
"""
FULL = """
with open(disk / "ballast.bin", "wb", buffering=0) as file:
    try:
        while True:
            file.write(bytes(4096))
    except OSError:
        pass
"""
KINDS = {  # how the disk is at first, what becomes of it, and what the system calls that
    "full": ('mount("-t", "tmpfs", "-o", "size=20M", "none")', FULL, "no space left on device"),
    "only read": (
        'mount("-t", "tmpfs", "none")',
        'mount("-o", "remount,ro")',
        "read-only file system",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_where_nothing_can_be_written_a_verb_says_why_and_changes_nothing(tmp_path, kind):
    before, after, why = KINDS[kind]
    program = WORKED.format(before=before, after=after)
    made, said, told, same, count = on_a_disk(tmp_path, program)
    assert made[0] == 0 and count > 40
    for code, words in said:
        assert code == 2 and words.count("\n") == 1 and f"({why}): make room" in words
    assert told[0] == 0 and "◐" in told[1]
    assert same, "something was lost, or left half"
