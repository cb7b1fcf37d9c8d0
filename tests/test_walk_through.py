"""The walk in CONTRIBUTING.md leads where it says: its blocks are run, one after the other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT

GUIDE = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
SECTION = re.search(r"^## Walk through it once\n(.*?)^## ", GUIDE, re.MULTILINE | re.DOTALL)
CHANGED = {
    "chapters/00_start_here.ipynb",
    "dlbook/keys/00_start_here.json",
    "exercises/00_start_here.ipynb",
    "solutions/00_start_here.ipynb",
}


def run(block: str, clone: Path) -> "subprocess.CompletedProcess[str]":
    """Run the lines of a block in a clone, with the clone's own dlbook."""
    scripts = Path(sys.executable).parent
    path = os.pathsep.join([str(scripts), os.environ["PATH"]])
    variables = os.environ | {"PATH": path, "PYTHONPATH": str(clone)}
    return subprocess.run(
        ["bash", "-ec", block], cwd=clone, env=variables, capture_output=True, text=True
    )


@pytest.mark.notebook
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a clone: get one with git")
def test_a_sentence_is_mended_and_an_exercise_added(tmp_path):
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    mend, row, add, check = re.findall(r"^```\n(.*?)^```$", SECTION[1], re.MULTILINE | re.DOTALL)
    done = run(mend, clone)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "chapters/00_start_here.ipynb" in done.stdout
    for block in (row, add):
        done = run(block, clone)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "everything is fresh" in done.stdout
    done = run(check, clone)
    assert (done.returncode, done.stderr) == (1, ""), done.stderr
    assert "○ largest_gap: not attempted" in done.stdout
    names = run("git diff --name-only", clone).stdout.split()
    assert set(names) == CHANGED and run("git status --short", clone).stdout.count("??") == 0
