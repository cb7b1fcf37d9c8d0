"""No hostile notebook gains a point, harms the next one, outlives its limits, or fills memory."""

import json
import os
import re
import socket
import subprocess
import sys

import pytest

from dlbook.check.verdict import Verdict
from dlbook.grading.kernel.launcher import Launcher
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.run.nbval_run import grade
from dlbook.grading.run.report import Report
from tests import ROOT
from tests.grading.sandbox import hostile
from tests.grading.sandbox.hostile import ATTACKS, FLOODS
from tests.grading.sandbox.inside_it import SLEEP, needs_bubblewrap, processes_with
from tests.grading.sandbox.measured import Measured

pytestmark = [pytest.mark.notebook, needs_bubblewrap]

LIMITS = Limits(cell_seconds=2, submission_seconds=8, memory=300_000_000)
CONTROLLED = [name for name, attack in ATTACKS.items() if attack.outside]


@pytest.fixture(scope="module")
def places(tmp_path_factory, monkeymodule):
    """What attacks are after: a secret, a listening port, an abstract socket, a variable."""
    folder = tmp_path_factory.mktemp("secret")
    (folder / "secret.txt").write_text("canary")
    monkeymodule.setenv("DLBOOK_SECRET", "canary")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as hidden:
        port = server.getsockname()[1]
        hidden.bind(f"\0dlbook-test-{port}")
        hidden.listen()
        yield {"folder": folder, "port": port, "seconds": SLEEP}


def everything_in(report: Report) -> str:
    """Return what a lecturer can read in a report, also of hidden checks."""
    [exercise] = report.exercises
    text = ""
    for outcome in exercise.outcomes:
        text += "hidden: " if outcome.hidden else ""
        text += f"{outcome.verdict}: {outcome.detail}; "
    return text + " ".join(report.notes)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gains_nothing_and_harms_nobody(name, places, warm: Launcher, tiny_key):
    attack, measured = ATTACKS[name], Measured(warm)
    report = grade(attack.notebook(**places), tiny_key, LIMITS, measured)
    assert sum(measured.seconds) < LIMITS.submission_seconds + 1
    assert re.search(attack.inside, everything_in(report), re.DOTALL), everything_in(report)
    assert report.score == attack.points
    assert report.isolation == "bwrap+seccomp"
    assert not warm.cold_reason
    assert processes_with(SLEEP) == 0
    assert not (places["folder"] / "written").exists()
    assert grade(hostile.honest(), tiny_key, LIMITS, warm).all_right


@pytest.mark.parametrize("name", CONTROLLED)
def test_without_a_sandbox_the_same_payload_succeeds(name, places, tmp_path):
    attack = ATTACKS[name]
    program = hostile.fill(attack.payload, places) + "\nprint(proof)"
    program = f"PLACES = [{str(tmp_path)!r}]\n{program}"
    command = [sys.executable, "-c", program]
    # a session of its own: the first one of a machine has no weight that could be written
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        start_new_session=True,
    )
    assert re.search(attack.outside, done.stdout), done.stdout + done.stderr
    (places["folder"] / "written").unlink(missing_ok=True)


def test_a_cell_ends_within_a_second_of_its_limit(warm, tiny_key):
    measured = Measured(warm)
    attack = ATTACKS["loop that catches interrupts"]
    report = grade(attack.notebook(), tiny_key, LIMITS, measured)
    assert LIMITS.cell_seconds < max(measured.seconds) < LIMITS.cell_seconds + 1
    assert report.exercises[0].verdict is Verdict.TIME_OUT


def test_a_submission_ends_within_a_second_of_its_limit(warm, tiny_key):
    limits, measured = Limits(cell_seconds=60, submission_seconds=2), Measured(warm)
    report = grade(ATTACKS["loop in a check"].notebook(), tiny_key, limits, measured)
    assert 2 < sum(measured.seconds) < 3
    assert {o.verdict for o in report.exercises[0].outcomes} == {Verdict.TIME_OUT}
    used_up = "2 seconds of processor time"
    assert used_up in report.exercises[0].outcomes[0].detail
    assert report.notes == (f"stopped: it had used up its {used_up}",)


def test_what_a_hidden_check_says_stays_with_the_lecturer(places, warm, tiny_key):
    attack = ATTACKS["reads the hidden check's source"]
    report = grade(attack.notebook(**places), tiny_key, LIMITS, warm)
    shown = report.text() + json.dumps(report.to_dict()) + report.exercises[0].outcomes[-1].html()
    assert "hidden=True" in everything_in(report) and "x[0] = 0" not in shown


def test_feedback_carries_no_script_and_no_escape(places, warm, tiny_key):
    attack = ATTACKS["says it in HTML and with escapes"]
    report = grade(attack.notebook(**places), tiny_key, LIMITS, warm)
    page = report.exercises[0].outcomes[0].html()
    assert "&lt;script&gt;" in page and "<script" not in page
    assert not set("\x1b\x07\u202e") & set(page + report.text())


def test_files_next_to_a_submission_never_run_in_the_grader(warm, tiny_key, tmp_path, monkeypatch):
    fires = f"open({str(tmp_path / 'fired')!r}, 'w').close()"
    for name in ("conftest.py", "nbformat.py", "planted.py"):
        (tmp_path / name).write_text(fires)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p planted\npythonpath = .\n")
    subprocess.run(
        [sys.executable, "-m", "pytest", "--co", "-q"], cwd=tmp_path, capture_output=True
    )
    assert (tmp_path / "fired").exists(), "the plant does not fire where pytest looks for it"
    (tmp_path / "fired").unlink()
    monkeypatch.chdir(tmp_path)
    assert grade(hostile.honest(), tiny_key, LIMITS, warm).all_right
    assert not (tmp_path / "fired").exists()


FLOOD = """
import sys
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.warm import launcher
from dlbook.grading.run.nbval_run import grade
from dlbook.check.answer_key import from_json
from tests.grading.sandbox.hostile import FLOODS

key = from_json(sys.stdin.read())
limits = Limits(cell_seconds=2, submission_seconds=8, memory=300_000_000)
with launcher("required") as warm:
    for attack in FLOODS.values():
        grade(attack.notebook(), key, limits, warm)
status = open("/proc/self/status").read()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


def test_the_grader_stays_small_under_floods(tiny_key):
    root = ROOT
    path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", FLOOD],
        input=tiny_key.to_json(),
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) / 1024 < 120, f"{len(FLOODS)} floods: {done.stdout} KB"
