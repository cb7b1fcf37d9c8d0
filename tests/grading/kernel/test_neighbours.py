"""A right answer gets its points beside whatever another kernel does."""

from contextlib import contextmanager

import pytest

from dlbook.grading.kernel.channels import Channels
from dlbook.grading.kernel.launcher import KernelSettings
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.warm import Warm
from dlbook.grading.run.nbval_run import grade
from dlbook.grading.sandbox.usage import Allowance, descendants, working_threads
from tests.grading.sandbox.hostile import ATTACKS, Attack
from tests.grading.sandbox.inside_it import needs_bubblewrap

pytestmark = [pytest.mark.notebook, needs_bubblewrap]

WORKS = """
def relu_back(g, x):
    import time
    end = time.process_time() + 0.5
    while time.process_time() < end:
        pass
    return g * (x > 0)"""
NEIGHBOURS = {
    "a hog of processor time": "processes that spin, each in a session of its own",
    "a hog of memory": "memory in arrays",
}


@contextmanager
def beside(payload):
    """Run a payload in a kernel that nobody stops, until what is inside is done."""
    limits = Limits(memory=3_000_000_000)
    with Warm() as launcher:
        kernel = launcher.start(limits, KernelSettings(0, ""))
        channels = Channels(kernel, limits, Allowance(600))
        try:
            channels.wait_until_ready()
            channels.execute("import numpy as np")
            channels.receive("shell")
            channels.execute(payload)
            yield kernel
        finally:
            channels.close()
            kernel.kill()


@pytest.mark.parametrize("neighbour", NEIGHBOURS)
def test_a_right_answer_gets_its_points_beside(neighbour, warm, tiny_key):
    payload = ATTACKS[NEIGHBOURS[neighbour]].payload
    honest = Attack("pass", "", answer=WORKS).notebook()
    with beside(payload) as kernel:
        while "processor" in neighbour and len(descendants(kernel.root_pid)) < 20:
            pass
        report = grade(honest, tiny_key, Limits(cell_seconds=2, submission_seconds=8), warm)
    assert report.all_right, report.text()


def result_of(channels: Channels, source: str) -> str:
    """Return the message of the error that a cell ends with."""
    channels.execute(source)
    content = channels.receive("iopub")["content"]
    while "evalue" not in content:
        content = channels.receive("iopub")["content"]
    while content.get("execution_state") != "idle":
        content |= channels.receive("iopub")["content"]
    return str(content["evalue"])


def test_what_a_stopped_cell_has_started_ends_with_it(running):
    kernel, channels = running
    channels.execute(ATTACKS[NEIGHBOURS["a hog of processor time"]].payload)
    while len(descendants(kernel.root_pid)) < 20:
        pass
    channels.interrupt()
    while any(pid != kernel.root_pid for pid, _thread in working_threads(kernel.root_pid)):
        assert kernel.is_alive()
    assert kernel.is_alive()


FORKS = """
import os, time
def lose():  # Python drops what is raised here, an interrupt as well
    global calls
    calls += 1
    while calls == 1:
        pass
calls = 0
os.register_at_fork(after_in_parent=lose)
while True:
    if os.fork() == 0:
        time.sleep(1000)
    os.wait()"""


def test_an_interrupt_that_is_lost_while_a_process_forks_comes_again(running):
    kernel, channels = running
    channels.execute(FORKS)
    while len(descendants(kernel.root_pid)) < 2:
        pass
    channels.interrupt()
    assert channels.receive("shell")["content"]["status"] == "error"
    assert result_of(channels, "raise ValueError('goes on')") == "goes on"


def test_a_process_that_a_cell_has_forked_ends_with_the_cell(running):
    _kernel, channels = running
    channels.execute("import os\nchild = os.fork()")
    assert channels.receive("shell")["content"]["status"] == "ok"
    wait = "raise ValueError(os.waitpid(child, 0)[1])"
    assert result_of(channels, wait) == "0"
