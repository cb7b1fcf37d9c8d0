"""The sandbox: what it shows, what it refuses, and the error where it cannot start."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pytest

from dlbook.check.verdict import Verdict
from dlbook.grading.errors import GraderError, SandboxError
from dlbook.grading.kernel.launcher import Launcher, Local
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.warm import Warm, launcher
from dlbook.grading.notebook import Cell, Notebook
from dlbook.grading.run.nbval_run import grade
from dlbook.grading.sandbox import bubblewrap as sandbox, view
from dlbook.grading.sandbox.inside import seccomp
from tests import ROOT
from tests.grading.sandbox import hostile
from tests.grading.sandbox.inside_it import SLEEP, needs_bubblewrap, processes_with

pytestmark = pytest.mark.notebook  # starts worker processes


@pytest.fixture
def cold():
    """A launcher that starts a sandbox for each kernel."""
    with Warm(fork=False) as launcher:
        yield launcher


@pytest.mark.notebook
@needs_bubblewrap
def test_a_cold_kernel_is_as_isolated(cold, tiny_key):
    report = grade(hostile.honest(), tiny_key, launcher=cold)
    assert report.all_right and report.isolation == "bwrap+seccomp"
    for name in ("mounts, traces, and asks for rights", "writes to the system", "disk"):
        attack = hostile.ATTACKS[name]
        report = grade(attack.notebook(), tiny_key, launcher=cold)
        assert re.search(attack.inside, report.exercises[0].outcomes[0].detail), name


@pytest.mark.notebook
@needs_bubblewrap
@pytest.mark.parametrize("name", ["leaves at once", "memory in many processes", "daemons"])
def test_a_cold_kernel_ends_with_all_its_processes(name, cold, tiny_key):
    limits = Limits(cell_seconds=5, memory=300_000_000)
    report = grade(hostile.ATTACKS[name].notebook(seconds=SLEEP), tiny_key, limits, cold)
    wanted = {"leaves at once": "kernel died", "memory in many processes": "out of memory"}
    assert report.exercises[0].verdict == wanted.get(name, "error")
    assert processes_with(SLEEP) == 0


PART = {"scipy": "scipy", "dlbook.nn": "dlbook.nn", "dlbook": "dlbook.functional"}


@pytest.mark.notebook
@needs_bubblewrap
@pytest.mark.parametrize("hidden", PART)
def test_a_hidden_package_cannot_be_imported(hidden, warm: Launcher, tiny_key):
    setup = Cell("code", "import numpy as np\n\nfrom dlbook.check import check")
    answer = (
        f"# answer: relu_back\nimport {PART[hidden]}\ndef relu_back(g, x):\n    return g * (x > 0)"
    )
    notebook = Notebook((setup, Cell("code", answer)))
    key = replace(tiny_key, hides=(hidden,))
    report = grade(notebook, key, launcher=warm)
    assert report.exercises[0].verdict is Verdict.ERROR
    assert f"this set is solved without {hidden}: write that part yourself" in report.text()
    assert grade(notebook, tiny_key, launcher=warm).all_right
    assert grade(notebook, key).exercises[0].verdict is Verdict.ERROR  # without a sandbox, too


@pytest.mark.notebook
@needs_bubblewrap
def test_a_hidden_package_is_not_there_at_all(warm: Launcher, tiny_key):
    unblock = "import sys\nsys.meta_path[:] = sys.meta_path[1:]\n"
    payload = (
        unblock + "try:\n    import dlbook.tensor\nexcept ImportError as e:\n    proof = str(e)"
    )
    key = replace(tiny_key, hides=("dlbook",))
    report = grade(hostile.Attack(payload, "").notebook(), key, launcher=warm)
    assert "proof: this set is solved without dlbook.tensor" in report.text()


@pytest.mark.notebook
@needs_bubblewrap
def test_every_reference_of_the_course_is_out_of_sight(warm, tiny_key):
    places = [str(p) for p in (ROOT / "solutions").glob("*")]
    places += [str(p) for p in (ROOT / "dlbook" / "keys").glob("*")]
    places += [f"/course/dlbook/keys/{Path(p).stem}.json" for p in places]
    assert len(places) > 2
    payload = f"import os\nproof = [p for p in {places} if os.path.exists(p)]"
    report = grade(hostile.Attack(payload, "").notebook(), tiny_key, launcher=warm)
    assert "proof: []" in report.text()


@pytest.mark.notebook
@needs_bubblewrap
def test_no_process_outlives_a_grader_that_is_killed(tiny_key):
    program = f"""
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.warm import launcher
from dlbook.grading.run.nbval_run import grade
from dlbook.check.answer_key import from_json
from tests.grading.sandbox.hostile import Attack
sleeper = Attack('import subprocess\\nsubprocess.run(["sleep", "{SLEEP}"])', "")
key = from_json({tiny_key.to_json()!r})
grade(sleeper.notebook(), key, Limits(), launcher("required"))
"""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    grader = subprocess.Popen(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}
    )
    end = monotonic() + 300
    while processes_with(f"sleep\0{SLEEP}") == 0 and monotonic() < end:
        sleep(0.05)
    assert processes_with(f"sleep\0{SLEEP}") == 1
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    end = monotonic() + 30
    while processes_with(f"sleep\0{SLEEP}") and monotonic() < end:
        sleep(0.05)
    assert processes_with(f"sleep\0{SLEEP}") == 0
    assert processes_with(f"bwrap\x00--die-with-parent\x00{grader.pid}") == 0


def test_without_bubblewrap_it_refuses_with_the_reason_and_the_fix(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sandbox, "environment", lambda: {"PATH": "/nowhere"})
    with pytest.raises(SandboxError) as refusal:
        launcher("required")
    text = str(refusal.value)
    assert text.startswith("Not graded: bubblewrap cannot start here (")
    assert all(fix in text for fix in ("apt install", "AppArmor".lower(), "--sandbox off"))
    assert launcher("off").isolation == "none"


def test_where_bubblewrap_fails_its_own_words_are_the_reason(monkeypatch, tmp_path):
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(SandboxError, match="setting up uid map: Permission denied"):
        launcher("required")


def test_a_folder_with_solutions_is_never_shown(monkeypatch, tmp_path):
    (tmp_path / "solutions").mkdir()
    monkeypatch.setattr(view, "_packages", lambda: {str(tmp_path): "/packages/0"})
    with pytest.raises(SandboxError, match="holds solutions"):
        view.sandbox_command("once", ())


def test_a_kernel_that_cannot_start_is_the_graders_fault(tiny_key):
    class Broken(Local):
        def start(self, limits, setting):
            raise GraderError("no kernel")

    with pytest.raises(GraderError, match="no kernel"):
        grade(hostile.honest(), tiny_key, launcher=Broken())


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_jumps_only_within_itself(machine):
    code = seccomp.program(machine)
    jumps = [(i, max(line[1:3])) for i, line in enumerate(code) if line[0] & 7 == 5]
    assert all(i + 1 + far < len(code) and far < 256 for i, far in jumps)
    assert code[-1] == (6, 0, 0, 0x7FFF0000) and len(code) < 4096


def test_the_filter_refuses_a_machine_that_it_does_not_know():
    with pytest.raises(NotImplementedError, match="riscv64"):
        seccomp.program("riscv64")


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


@pytest.mark.parametrize("machine", HEADERS)
def test_the_numbers_of_calls_are_those_of_the_system_headers(machine):
    if not HEADERS[machine].is_file():
        pytest.skip(f"no {HEADERS[machine]} here")
    words = [line.split() for line in HEADERS[machine].read_text().splitlines()]
    numbers = {w[1].replace("__NR3264_", "__NR_"): w[2] for w in words if len(w) > 2}
    column = list(HEADERS).index(machine)
    for name, pair in (seccomp._NUMBERS | seccomp._FORGOTTEN | seccomp._BY_ARGUMENT).items():
        found = numbers.get(f"__NR_{name}")
        assert found is None or not found.isdigit() or int(found) == pair[column], name
