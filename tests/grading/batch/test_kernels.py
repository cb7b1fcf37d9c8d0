"""A process that grades ends in the middle of it: no kernel of it stays, the next file is right."""

import os
import signal

import pytest

from dlbook.grading.batch import worker
from dlbook.grading.kernel import warm
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.memory import descendants
from dlbook.grading.kernel.scratch import prefix
from dlbook.grading.run import nbval_items
from tests import SAMPLES
from tests.grading.sandbox.inside_it import needs_bubblewrap

pytestmark = [pytest.mark.notebook, needs_bubblewrap]
RIGHT = (SAMPLES / "relu_back-right-plain.ipynb").read_bytes()


@pytest.fixture
def task(tiny_key):
    limits = Limits()
    yield worker.Task(
        RIGHT, worker.pack(tiny_key), limits, "required", worker.engine(limits, "required")
    )
    worker._close_launcher("required")


def end_by_force(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)


def run_out_of_memory(*_arguments):
    raise MemoryError


def nest(*_arguments):
    return nest()


def below() -> set[int]:
    """Return the processes that come from this one."""
    return set(descendants(os.getpid()))


ENDS = {  # what judging does in the middle of a kernel's work: the verdict on the file
    end_by_force: "the memory that there is",
    run_out_of_memory: "1 GB of memory",
    nest: "nested too deeply",
}


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_its_kernels_end_with_it_and_the_next_file_gets_its_points(end, task, monkeypatch):
    before = below()
    assert worker.work(task).report["score"] == 2
    started = below() - before
    with monkeypatch.context() as patch:
        patch.setattr(nbval_items, "judge", end)
        record = worker.work(task)
    assert ENDS[end] in record.unreadable and record.report is None
    assert started and below() == before  # with the kernel goes the warm parent, now out of step
    assert worker.work(task).report["score"] == 2
    assert len(below()) == len(before) + len(started)


def test_a_killed_one_leaves_no_folder(task, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(nbval_items, "judge", end_by_force)
    worker.work(task)
    left = {path.name for path in tmp_path.glob("dlbook-*")}
    assert all(name.startswith(prefix()) for name in left)


def test_files_one_after_the_other_share_a_warm_parent_and_no_user(task, monkeypatch):
    seen = []
    fork = warm.ForkedKernel.__init__

    def note(self, *arguments):
        fork(self, *arguments)
        os.write(writing, f"{self._user.number} ".encode())

    reading, writing = os.pipe()
    monkeypatch.setattr(warm.ForkedKernel, "__init__", note)
    for _ in range(3):
        worker.work(task)
        seen.append(below())
    os.close(writing)
    users = os.read(reading, 1000).split()
    os.close(reading)
    assert seen[0] == seen[1] == seen[2] and len(users) == len(set(users)) >= 4
