"""Whatever is set around dlbook for other programs changes no verdict, and breaks no verb."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dlbook.check.letters import LETTERS
from tests import ROOT, SAMPLES
from tests.grading.sandbox.inside_it import needs_bubblewrap

STARTUP = "raise SystemExit\n"
SURROUNDINGS = {
    "for other programs": {
        "PYTEST_ADDOPTS": "-n 2 --no-such-option -x",
        "PYTEST_PLUGINS": "no_such_plugin",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_DEBUG": "1",
        "PYTHONOPTIMIZE": "2",
        "PYTHONWARNINGS": "error",
        "PYTHONHASHSEED": "7",
        "PYTHONSAFEPATH": "1",
        "PYTHONSTARTUP": "/no/such/file.py",
        "PYTHONUNBUFFERED": "1",
        "DLBOOK_SEED": "5",
        "IPYTHONDIR": "{place}/ipython",
        "JUPYTER_CONFIG_DIR": "{place}/no such folder",
        "MPLBACKEND": "tkagg",
        "COLUMNS": "10",
        "NO_COLOR": "1",
        "LANGUAGE": "zh:de",
        "TMPDIR": "{place}/" + "a-long-name-" * 12,
    },
    "cp1252 in pipes": {"PYTHONIOENCODING": "cp1252"},
    "ASCII alone": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


def run(course: Path, place: Path, variables: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Return the exit code and the output of a verb, its marks as a poor terminal shows them."""
    filled = {name: value.format(place=place) for name, value in variables.items()}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **filled}
    command = [sys.executable, "-m", "dlbook", "--course", str(course), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, cwd=place)
    text = done.stdout.decode("utf-8", "replace")
    return done.returncode, text.replace("\r", "").translate(
        str.maketrans(LETTERS)
    ) + done.stderr.decode()[-2000:]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder with a submission, settings of IPython that end it, and a long folder for files."""
    found = tmp_path_factory.mktemp("place")
    startup = found / "ipython/profile_default/startup/00.py"
    startup.parent.mkdir(parents=True)
    startup.write_text(STARTUP)
    (found / ("a-long-name-" * 12)).mkdir()
    (found / "class/Zoë").mkdir(parents=True)
    solution = (SAMPLES / "tiny-pass.ipynb").read_bytes()
    (found / "class/Zoë/90_tiny.ipynb").write_bytes(solution)
    return found


def results(course: Path, place: Path, variables: dict[str, str], out: str) -> list[object]:
    """Return what each verb says, and what it has written."""
    submission = str(place / "class/Zoë/90_tiny.ipynb")
    grade = ["grade", "class", "-o", out, "--seed", "3", "--jobs", "1"]
    verbs = (["check", submission], ["build", "--check"], grade, ["report", out])
    said = [run(course, place, variables, *arguments) for arguments in verbs]
    codes = [code for code, _text in said]
    tables = [(place / out / name).read_bytes() for name in ("grades.csv", "class.csv")]
    return [codes, *said[:2], *tables]


@pytest.fixture(scope="module")
def undisturbed(built_course, place) -> list[object]:
    return results(built_course, place, {}, "out")


@pytest.mark.notebook
@needs_bubblewrap
@pytest.mark.parametrize("name", SURROUNDINGS)
def test_surroundings_change_nothing(built_course, place, undisturbed, name):
    assert results(built_course, place, SURROUNDINGS[name], f"out {name}") == undisturbed
    assert undisturbed[0] == [0, 0, 0, 0] and "relu_back: right" in undisturbed[1][1]
