"""Seconds count as work or as waiting by what processes do, whatever a busy machine does."""

import os
import signal
import subprocess
import sys

import pytest

from dlbook.grading.sandbox import usage
from dlbook.grading.sandbox.usage import Allowance, Meter, Tree, Watch, comes_true, descendants


class Acted(Meter):
    """A meter that plays what it was given: seconds of work so far, and whether it works."""

    def __init__(self, *acts: tuple[float, bool]) -> None:
        self.acts = list(acts)
        self.now = (0.0, False)

    def seconds(self) -> float:
        self.now = self.acts.pop(0)
        return self.now[0]

    def is_working(self) -> bool:
        return self.now[1]


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    time = [0.0]
    monkeypatch.setattr(usage, "monotonic", lambda: time[0])
    return time


LAPS = {  # what is seen a moment later: seconds passed, worked so far, works now: the lap
    "works": ((0.1, 0.1, True), (0.1, 0.0)),
    "waits": ((0.1, 0.0, False), (0.0, 0.1)),
    "works on many processors": ((0.1, 3.0, True), (3.0, 0.0)),
    "stands in the queue": ((50.0, 0.0, True), (0.0, 0.0)),
    "waits, and the machine is so busy that nobody looks": ((50.0, 0.0, False), (0.0, 0.2)),
}


@pytest.mark.parametrize("case", LAPS)
def test_a_lap_is_work_or_waiting(case, clock):
    (passed, worked, works), lap = LAPS[case]
    watch = Watch(Acted((worked, works)))
    clock[0] += passed
    assert watch.lap() == lap


def test_what_goes_by_between_cells_is_nobodys_waiting(clock):
    watch = Watch(Acted((1.0, False), (1.0, False)))
    clock[0] += 100
    assert watch.work() == 1.0
    assert watch.lap() == (0.0, 0.0)


@pytest.mark.parametrize("kind", ["of processor time", "of waiting"])
def test_an_allowance_says_what_was_used_up(kind):
    allowance = Allowance(2.5)
    for _ in range(5):
        assert allowance.spent == ""
        allowance.spend(*((0.6, 0.0) if kind == "of processor time" else (0.0, 0.6)))
    assert allowance.spent == f"2.5 seconds {kind}"


def test_work_and_waiting_have_an_allowance_each():
    allowance = Allowance(1)
    allowance.spend(0.9, 0.9)
    assert not allowance.spent


def test_somebody_who_starves_is_waited_for(clock):
    def answers(_moment: float) -> bool:
        clock[0] += 10
        return clock[0] > 1000

    assert comes_true(answers, Acted(*[(0.0, True)] * 200), 1)


def test_somebody_who_sleeps_is_not(clock):
    def answers(_moment: float) -> bool:
        clock[0] += 10
        return clock[0] > 1000

    assert not comes_true(answers, Acted(*[(0.0, False)] * 200), 1)


SPINS = """
import os, sys, time
def spin(seconds):
    while time.process_time() < seconds:
        pass
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        spin(0.3)
        print("spun", flush=True)
        time.sleep(1000)
    os._exit(0)
os.wait()
if os.fork() == 0:
    spin(0.2)
    os._exit(0)
os.wait()
print("ended", flush=True)
time.sleep(1000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_tree_counts_children_that_run_and_that_have_ended():
    program = f"import ctypes; ctypes.CDLL(None).prctl(36, 1)\n{SPINS}"  # orphans stay its own
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout
        tree = Tree(process.pid)
        assert {process.stdout.readline(), process.stdout.readline()} == {b"spun\n", b"ended\n"}
        assert len(descendants(process.pid)) == 2
        assert 0.45 < tree.seconds() < 2
        for pid in reversed(descendants(process.pid)):
            os.kill(pid, signal.SIGKILL)
    assert tree.seconds() > 0.45, "what has ended is forgotten"
    assert not tree.is_working()
