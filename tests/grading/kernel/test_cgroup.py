"""Control groups: found only where they are lent, with limits, and gone afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dlbook.grading.kernel import cgroup
from dlbook.grading.kernel.cgroup import Group, Groups
from dlbook.grading.kernel.launcher import KernelSettings
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.warm import Warm
from tests.grading.sandbox.inside_it import needs_bubblewrap

FILES = "cgroup.procs cgroup.subtree_control cpu.weight memory.max memory.oom.group pids.max"


@pytest.fixture
def lent(tmp_path, monkeypatch):
    """A folder that looks like a group which was lent to this process."""
    monkeypatch.setattr(Path, "mkdir", made(Path.mkdir))
    folder = tmp_path / "user.scope"
    folder.mkdir()
    (folder / "cgroup.controllers").write_text("cpuset cpu io memory pids\n")
    (folder / "cgroup.procs").write_text(f"{os.getpid()}\n")
    monkeypatch.setattr(cgroup, "_own_folder", lambda: folder)
    monkeypatch.setattr(cgroup, "_is_delegated", lambda folder: True)
    return folder


def made(mkdir):
    """Return a mkdir that puts into a folder the files which the system makes in a group."""

    def mkdir_of_system(self, *args, **options):
        mkdir(self, *args, **options)
        for name in FILES.split():
            (self / name).touch()

    return mkdir_of_system


def test_a_group_that_was_lent_is_used(lent):
    groups = cgroup.find()
    assert groups is not None
    graders = lent / "dlbook-graders"
    assert (graders / "cgroup.procs").read_text() == str(os.getpid())
    assert (lent / "cgroup.subtree_control").read_text() == "+cpu +memory +pids"
    with subprocess.Popen(["sleep", "1000"]) as childless:
        groups.make(childless.pid, 500_000_000)
        childless.kill()
    made = lent / f"dlbook-{os.getpid()}-1"
    assert (made / "cgroup.procs").read_text() == str(childless.pid)
    assert (made / "memory.max").read_text() == "500000000"
    assert (made / "memory.oom.group").read_text() == "1"


def test_what_a_group_tells_is_read(lent):
    group = Group(lent / "one", os.getpid())
    assert group.seconds() == 0 and not group.has_run_out()
    (lent / "one" / "cpu.stat").write_text("usage_usec 1500000\nuser_usec 1000000\n")
    (lent / "one" / "memory.events").write_text("low 0\nmax 9\noom 1\noom_kill 0\n")
    assert group.seconds() == 1.5 and not group.has_run_out()
    (lent / "one" / "memory.events").write_text("oom 1\noom_kill 2\noom_group_kill 1\n")
    assert group.has_run_out()


def test_a_second_grader_finds_the_same_place(lent, monkeypatch):
    cgroup.find()
    monkeypatch.setattr(cgroup, "_own_folder", lambda: lent / "dlbook-graders")
    groups = cgroup.find()
    assert groups is not None
    groups.make(os.getpid(), 1)
    assert (lent / f"dlbook-{os.getpid()}-1").is_dir()


def take_controller(lent, monkeypatch):
    (lent / "cgroup.controllers").write_text("cpuset cpu io pids\n")


def lend_nothing(lent, monkeypatch):
    monkeypatch.setattr(cgroup, "_is_delegated", lambda folder: False)


def have_none(lent, monkeypatch):
    monkeypatch.setattr(cgroup, "_own_folder", lambda: None)


def refuse(lent, monkeypatch):
    monkeypatch.setattr(cgroup, "_write", lambda path, value: os.listdir("/nowhere"))


@pytest.mark.parametrize("why", [take_controller, lend_nothing, have_none, refuse])
def test_elsewhere_there_are_none(why, lent, monkeypatch):
    why(lent, monkeypatch)
    assert cgroup.find() is None
    assert lent.is_dir() and not any(lent.glob("dlbook-[0-9]*"))


def test_the_own_group_is_looked_up_in_what_is_mounted(monkeypatch):
    texts = {
        "/proc/self/cgroup": "4:memory:/old\n0::/user.slice/run-1.scope\n",
        "/proc/self/mountinfo": (
            "25 1 0:22 / /proc rw - proc proc rw\n"
            "31 25 0:26 /user.slice /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
        ),
    }
    monkeypatch.setattr(Path, "read_text", lambda self: texts[str(self)])
    assert cgroup._own_folder() == Path("/sys/fs/cgroup/run-1.scope")


@needs_bubblewrap
@pytest.mark.notebook
def test_results_say_that_groups_were_in_force(monkeypatch, tmp_path):
    monkeypatch.setattr(cgroup, "find", lambda: Groups(tmp_path))
    with Warm() as launcher:
        assert launcher.isolation == "bwrap+seccomp+cgroup"
    monkeypatch.undo()
    with Warm() as launcher:
        assert launcher.isolation.startswith("bwrap+seccomp")


# ---- with groups of this machine, where some can be made ----


@pytest.fixture
def real():
    """A folder of the system in which this process may make groups."""
    folder = cgroup._own_folder()
    if folder is None or not os.access(folder, os.W_OK):
        pytest.skip("no group (cgroup v2) of this machine can be written here")
    return folder


def test_a_real_group_counts_ends_and_goes(real):
    program = "import os, time\nos.fork()\nwhile time.process_time() < 0.2: pass\ntime.sleep(1000)"
    command = [sys.executable, "-c", f"input()\n{program}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        folder = real / f"dlbook-test-{os.getpid()}"
        group = Group(folder, process.pid)
        try:
            assert process.stdin
            process.stdin.write(b"\n")
            process.stdin.flush()
            while group.seconds() < 0.3:
                assert process.poll() is None
            assert len((folder / "cgroup.procs").read_text().split()) == 2
        finally:
            group.remove()
        assert process.wait() == -9 and not folder.exists()


@needs_bubblewrap
@pytest.mark.notebook
def test_a_kernel_in_a_real_group_leaves_none(real, monkeypatch):
    monkeypatch.setattr(Group, "limit", lambda self, memory: None)  # the controllers may be absent
    monkeypatch.setattr(cgroup, "find", lambda: Groups(real))
    with Warm() as launcher:
        kernel = launcher.start(Limits(), KernelSettings(0, ""))
        [folder] = real.glob(f"dlbook-{os.getpid()}-*")
        inside = (folder / "cgroup.procs").read_text().split()
        kernel.kill()
    assert len(inside) == 1 and not list(real.glob(f"dlbook-{os.getpid()}-*"))
