"""Whatever the work on a file does to its process, the worker goes on and says what it was."""

import faulthandler
import os
import resource
import signal
import sys
import time
from dataclasses import replace

import pytest

from dlbook.grading.batch.bounded import Bounds, bounded
from dlbook.grading.errors import GraderError, UngradableError
from dlbook.grading.kernel.memory import descendants
from dlbook.grading.run.nbval_run import grade
from tests.grading.sandbox.hostile import Attack

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
BOUNDS = Bounds(seconds=600, memory=200_000_000, reply=10_000)
QUICK = replace(BOUNDS, cpu_seconds=0.5)


def spin():
    while True:
        pass


def take_memory():
    kept = []
    while True:
        kept.append(bytearray(10_000_000))


def take_memory_at_once():
    return len(bytes(2_000_000_000))


def nest():
    return nest()


def end_by_a_signal():
    os.kill(os.getpid(), signal.SIGKILL)


def crash():
    faulthandler.disable()  # which would show a traceback
    faulthandler._sigsegv()


def nest_within_c():
    """Go down in the parts of a library that are written in C, until its stack is used up."""
    faulthandler.disable()
    sys.setrecursionlimit(10**9)
    deep = None
    for _ in range(100_000):
        deep = [deep]
    return repr(deep)


def raise_what_no_one_expects():
    raise SystemExit("no more")


def say_too_much():
    return "x" * 20_000


def say_what_json_cannot_hold():
    return {object()}


CPU, MEMORY = "took the grader more than 0.5 seconds", "more than 0.2 GB of memory"
ENDINGS = {  # what is called: the reason, and whether a busy machine may be the cause
    spin: (CPU, False),
    take_memory: (MEMORY, False),
    take_memory_at_once: (MEMORY, False),
    nest: ("nested too deeply", False),
    nest_within_c: ("Python crashes", False),
    crash: ("Python crashes", False),
    end_by_a_signal: ("more than the memory that there is", True),
    raise_what_no_one_expects: ("cannot deal with it (SystemExit: no more)", False),
    say_too_much: ("too long", False),
    say_what_json_cannot_hold: ("Python crashes", False),
}


@pytest.mark.parametrize("inside", ENDINGS, ids=lambda inside: inside.__name__)
def test_each_way_to_end_is_told_in_words(inside):
    reason, by_chance = ENDINGS[inside]
    before = descendants(os.getpid())
    with pytest.raises(UngradableError) as ending:
        bounded(inside, QUICK if inside is spin else BOUNDS)
    assert reason in str(ending.value) and str(ending.value).endswith(".")
    assert ending.value.by_chance == by_chance
    assert descendants(os.getpid()) == before and bounded(lambda: [1], BOUNDS) == [1]


def test_who_waits_is_ended_by_the_clock():
    bounds, before = Bounds(seconds=0.2), descendants(os.getpid())
    with pytest.raises(UngradableError, match=r"more than 0.2 seconds") as ending:
        bounded(lambda: time.sleep(60), bounds)
    assert ending.value.by_chance and descendants(os.getpid()) == before


def test_waiting_is_no_work():
    bounds = Bounds(seconds=600, cpu_seconds=0.2)
    assert bounded(lambda: time.sleep(0.5), bounds) is None


def test_a_fault_of_the_grader_stays_one():
    def fail():
        raise GraderError("no kernel")

    with pytest.raises(GraderError, match="no kernel"):
        bounded(fail, BOUNDS)


def test_a_child_ends_with_who_forked_it():
    reading, writing = os.pipe()
    worker = os.fork()
    if worker == 0:
        bounded(lambda: time.sleep(60), Bounds(seconds=60))
        os._exit(0)
    os.close(writing)
    while len(descendants(worker)) < 2:
        time.sleep(0.01)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    assert os.read(reading, 1) == b""  # the last process that had the other end is gone
    os.close(reading)


def test_what_a_child_starts_has_no_timer_of_its():
    """A kernel that is started from a child may compute for longer than the grader may."""

    def start():
        pid = os.fork()
        if pid == 0:
            end = time.process_time() + 1.0
            while time.process_time() < end:
                pass
            os._exit(7)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    assert bounded(start, QUICK) == 7


@pytest.mark.notebook
def test_a_kernel_without_a_sandbox_does_not_inherit_the_graders_limit(tiny_key):
    ask = Attack("import resource\nproof = resource.getrlimit(resource.RLIMIT_AS)[0]", "")

    def inside():
        assert resource.getrlimit(resource.RLIMIT_AS)[0] != limit
        return grade(ask.notebook(), tiny_key).exercises[0].outcomes[0].detail

    limit = resource.getrlimit(resource.RLIMIT_AS)[1]
    assert f"proof: {limit}" in bounded(inside, Bounds(seconds=600))
