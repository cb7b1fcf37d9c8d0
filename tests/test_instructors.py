"""What INSTRUCTORS.md tells lecturers to type exists, and its recipes do what it says."""

import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import pytest

from dlbook.cli import _dlbook, main
from dlbook.grading.batch.journal import current_entries, journals
from tests import ROOT, SAMPLES
from tests.grading.batch.test_batch import outcome
from tests.grading.batch.test_executors import COMMAND
from tests.grading.conftest import built_course, course
from tests.grading.sandbox.inside_it import needs_bubblewrap

__all__ = ["built_course", "course"]  # fixtures

GUIDE = (ROOT / ".github" / "INSTRUCTORS.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(?:bash)?\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
INLINE = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", GUIDE, flags=re.M | re.S))
LINES = [
    line
    for block in BLOCKS
    if not block.startswith(("https://", "#!"))
    for line in block.splitlines()
]
FOREIGN = ("python3", "pip", "git", "openssl", "mkdir", "cp", "cd", "sbatch", "(umask")
SCRIPT = next(block for block in BLOCKS if "#SBATCH" in block)


def commands(name: str) -> list[str]:
    """Return the commands of the guide that begin with `name`, a line each."""
    script = SCRIPT.replace("\\\n", " ").splitlines()
    return [line.strip() for line in (*LINES, *script, *INLINE) if line.strip().startswith(name)]


@pytest.mark.parametrize("line", sorted(set(commands("dlbook "))))
def test_a_command_of_ours_can_be_typed_as_it_stands(line):
    require_command(line)


def require_command(line: str) -> None:
    _name, *words = shlex.split(line.replace('"$part"', "1/4").replace('"$(cat seed.txt)"', "7"))
    words = ["4" if word == "$SLURM_CPUS_PER_TASK" else word for word in words]
    verb, command, rest = _dlbook.resolve_command(click.Context(_dlbook), words)
    assert command is not None
    if rest:  # a verb alone names it, and is no recipe
        command.make_context(verb, rest)


@pytest.mark.parametrize(
    "line", ["dlbook grad x -o y", "dlbook release --sets 05 x", "dlbook grade --set 05"]
)
def test_a_slip_in_a_command_is_noticed(line):
    with pytest.raises(click.UsageError):
        require_command(line)


def test_all_recipes_are_looked_at():
    known = ("dlbook ", "dask ", *(f"{word} " for word in FOREIGN))
    unknown = [line for line in LINES if not line.startswith(known)]
    assert not unknown, f"INSTRUCTORS.md: teach this test what {unknown} begins with"
    assert len(commands("dlbook ")) > 25 and len(commands("dask ")) == 2
    assert COMMAND in LINES, "INSTRUCTORS.md: give the command that tests/…/test_executors.py runs"


def test_every_option_that_is_named_is_one_of_ours():
    options = {
        name for verb in _dlbook.commands.values() for each in verb.params for name in each.opts
    }
    named = {word for text in INLINE if text.startswith("--") for word in text.split()[:1]}
    assert named and named <= options, f"INSTRUCTORS.md: {named - options} is no option"


def test_dask_knows_its_options():
    pytest.importorskip("distributed")
    from distributed.cli import dask_scheduler, dask_worker

    for line in commands("dask "):
        _dask, verb, *words = shlex.split(line)
        command = (dask_scheduler if verb == "scheduler" else dask_worker).main
        options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= options


def test_its_links_lead_somewhere():
    headings = re.findall(r"^#+ (.+)$", GUIDE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}
    for target in re.findall(r"\]\(([^)\s]+)\)", GUIDE):
        inside = target.startswith("#") and target[1:] in anchors
        assert inside or (ROOT / ".github" / target).is_file(), f"INSTRUCTORS.md: mend {target}"


# ---- recipes that are run as they stand ----


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Path:
    """A folder with commands in it: dlbook, and a stand-in for sbatch that runs all parts."""
    place = tmp_path / "bin"
    place.mkdir()
    write(place / "dlbook", f'exec {sys.executable} -P -m dlbook "$@"')
    write(
        place / "sbatch",
        "last=$(sed -n 's/^#SBATCH --array=1-//p' \"$1\")",
        'for part in $(seq "$last"); do',
        '  SLURM_ARRAY_TASK_ID=$part SLURM_ARRAY_TASK_COUNT=$last SLURM_CPUS_PER_TASK=1 bash "$1"',
        "done",
    )
    monkeypatch.setenv("PATH", str(place), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("DLBOOK_KEYS", raising=False)
    return tmp_path


def write(path: Path, *lines: str) -> None:
    path.write_text("\n".join(["#!/usr/bin/env bash", "set -e", *lines]) + "\n")
    path.chmod(0o755)


def run(text: str, folder: Path) -> str:
    """Run commands as a person would, and return what they say."""
    done = subprocess.run(["bash", "-ec", text], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def block(words: str) -> str:
    (found,) = (block for block in BLOCKS if words in block)
    return found


@pytest.mark.notebook  # starts kernels
@needs_bubblewrap
def test_a_course_of_ones_own_leads_to_grades(desk):
    said = run(block("dlbook new"), desk)
    assert "everything is fresh" in said and "1 notebooks" in said
    root = desk / "statistics"
    assert (root / "handout" / "README.md").read_text("utf-8").startswith("# Statistics I\n")
    (root / "submissions" / "ada").mkdir(parents=True)
    text = (root / "handout" / "exercises" / "01_first_steps.ipynb").read_text("utf-8")
    stub = next(line for line in text.splitlines() if "raise NotImplementedError" in line)
    path = root / "submissions" / "ada" / "01_first_steps.ipynb"
    path.write_text(text.replace(stub, '    "    return x - x.mean(axis=0)"'), "utf-8")
    (grade,) = (line for line in commands("dlbook grade submissions -o") if "--set 01" in line)
    said = run(grade, root)
    assert "found 1 notebook of 1 person: 1 graded" in said
    assert ",2,2,graded," in (root / "results" / "grades.csv").read_text("utf-8")


@pytest.mark.notebook
@needs_bubblewrap
def test_a_class_in_parts_under_slurm_is_graded_as_on_one_machine(desk, course):
    root = course.root
    samples = ("right-plain", "wrong-kink", "known_mistake-forgets_g", "unreadable-truncated")
    with zipfile.ZipFile(root / "submissions.zip", "w") as files:
        for student, sample in zip(("ada", "bob", "cem", "dan"), samples, strict=True):
            files.write(SAMPLES / f"relu_back-{sample}.ipynb", f"{student}/90_tiny.ipynb")
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / ".venv" / "bin" / "activate").touch()
    script = SCRIPT.replace("--array=1-4", "--array=1-2").replace("--set 05", "--set 90")
    assert script.count("1-2\n") == script.count("--set 90") == 1
    (root / "grade.sbatch").write_text(script)
    run("echo 7 > seed.txt\nsbatch grade.sbatch", root)
    again = run("sbatch grade.sbatch", root)  # goes on from where it was
    assert re.findall(r"(\d+) of \d files? to grade", again) == ["0", "0"]
    report = "dlbook report results"
    assert report in LINES
    said = subprocess.run(report.split(), cwd=root, capture_output=True, text=True).stdout
    assert "found 4 notebooks of 4 people: 3 graded, 1 not graded" in said
    names = sorted(path.name for path in journals(root / "results"))
    assert names == ["journal-1-of-2.sqlite", "journal-2-of-2.sqlite"]
    parts = [entry for path in journals(root / "results") for entry in current_entries(path)]
    command = ["--course", str(root), "grade", str(root / "submissions.zip"), "--seed", "7"]
    main([*command, "-o", str(root / "alone"), "--jobs", "1"])
    assert outcome(parts) == outcome(current_entries(root / "alone" / "journal.sqlite"))
