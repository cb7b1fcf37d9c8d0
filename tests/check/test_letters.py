"""Every terminal can tell the marks apart, whatever letters it has."""

import codecs
import os
import subprocess
import sys

import pytest

from dlbook.check.letters import LETTERS, PLAIN, printable
from tests import ROOT

ENCODINGS = ("ascii", "latin-1", "cp1252", "cp437", "gbk", "big5", "shift_jis", "utf-8", "utf-16")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_marks_stay_apart_in_every_encoding(encoding):
    for marks in ("✓✗○", "●◐○"):
        assert len({printable(mark, encoding) for mark in marks}) == 3
    assert printable("plain 课", encoding) in ("plain 课", "plain ?")


def test_a_mark_that_there_is_stays_as_it_is_and_others_are_told_by_a_question_mark():
    assert printable("✓●", "utf-8") == "✓●" and printable("●…≈", "gbk") == "●…≈"
    assert printable("".join(LETTERS), "ascii") == "".join(LETTERS.values())
    assert printable("é✗", "ascii") == "?x"
    with pytest.raises(UnicodeDecodeError):
        codecs.lookup_error(PLAIN)(UnicodeDecodeError("ascii", b"\xff", 0, 1, "no letter"))


VERBS = """
from dlbook.cli import main
for verb in ("progress", "solution relu_back --anyway", "hint relu_bakc", "--help"):
    print(main(verb.split()))
print(main([]))
"""
TERMINALS = {"a dumb one": {"TERM": "dumb"}, "without colour": {"NO_COLOR": "1"}}
TERMINALS |= {encoding: {"PYTHONIOENCODING": encoding} for encoding in ENCODINGS}


@pytest.mark.parametrize("name", TERMINALS)
def test_verbs_speak_in_every_terminal(name, tmp_path):
    (tmp_path / ".dlbook").mkdir()
    around = os.environ | {"PYTHONPATH": str(ROOT)} | TERMINALS[name]
    command = [sys.executable, "-c", VERBS]
    done = subprocess.run(command, env=around, cwd=tmp_path, capture_output=True)
    encoding = TERMINALS[name].get("PYTHONIOENCODING", "utf-8")
    said = done.stdout.decode(encoding) + done.stderr.decode(encoding)
    codes = [line for line in said.splitlines() if line.isdecimal()]
    assert codes == ["0", "0", "2", "0", "0"], said
    assert "def relu_back" in said and "Next: scale in 00" in said
    assert "Traceback" not in said and "\x1b" not in said
