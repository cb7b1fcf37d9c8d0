"""A control group (cgroup v2) for each kernel, where this machine lends the grader some.

A group is what the operating system itself counts by: processor time, and memory with all that is
no page of a process. It is used only where its folder was delegated to whoever runs this, such as
by `systemd-run --user --scope -p Delegate=yes dlbook grade ...`.
"""

import os
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

from dlbook.grading.sandbox.inside.confine import PROCESSES
from dlbook.grading.sandbox.usage import Tree, descendants

_CONTROLLERS = ("cpu", "memory", "pids")
_GRADERS = "dlbook-graders"  # the group of the graders themselves
_END_SECONDS = 5.0  # on the clock, in which a group that was killed gets empty
_DELEGATED = ("user.delegate", "trusted.delegate")  # attributes that systemd gives


class Group(Tree):
    """The group of one kernel, whose first process is `root`."""

    def __init__(self, folder: Path, root: int) -> None:
        super().__init__(root)
        self._folder = folder
        folder.mkdir()
        for pid in descendants(root):  # what the first one starts from now on is in it as well
            _write(folder / "cgroup.procs", pid)

    def limit(self, memory: int) -> None:
        """Set what it may hold; whatever is in it ends where that is not enough."""
        _write(self._folder / "memory.max", memory)
        _write(self._folder / "memory.oom.group", 1)
        _write(self._folder / "pids.max", 2 * PROCESSES)
        with suppress(OSError):  # there is no such file where there is no swap
            _write(self._folder / "memory.swap.max", 0)

    def seconds(self) -> float:
        return _number(self._folder / "cpu.stat", "usage_usec") / 1e6

    def has_run_out(self) -> bool:
        """Return whether something in it was ended because it held too much."""
        return _number(self._folder / "memory.events", "oom_kill") > 0

    def remove(self) -> None:
        """End what is in it, and remove it."""
        with suppress(OSError):
            _write(self._folder / "cgroup.kill", 1)
        end = monotonic() + _END_SECONDS
        while self._folder.exists() and monotonic() < end:
            try:
                self._folder.rmdir()
            except OSError:  # something in it is still ending
                sleep(0.01)


class Groups:
    """The folder in which this process makes groups."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0

    def make(self, root: int, memory: int) -> Group:
        """Return a new group for a process and its descendants, which may hold `memory` bytes."""
        self._made += 1
        group = Group(self._folder / f"dlbook-{os.getpid()}-{self._made}", root)
        try:
            group.limit(memory)
        except OSError:
            group.remove()
            raise
        return group


def find() -> Groups | None:
    """Return where groups can be made, None where this machine lends none."""
    folder = _own_folder()
    if folder is None:
        return None
    if folder.name == _GRADERS:  # another grader has moved this process
        folder = folder.parent
    try:
        usable = set(_CONTROLLERS) <= set((folder / "cgroup.controllers").read_text().split())
        if not (usable and _is_delegated(folder)):
            return None
        _make_room(folder)
    except OSError:
        return None
    return Groups(folder)


def _own_folder() -> Path | None:
    """Return the folder of the group in which this process is."""
    try:
        groups = Path("/proc/self/cgroup").read_text().splitlines()
        mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return None
    own = next((line[3:] for line in groups if line.startswith("0::")), None)
    for line in mounts:
        shown, _dash, kind = line.partition(" - ")
        if own is not None and kind.startswith("cgroup2 "):
            root, place = shown.split()[3:5]
            if Path(own).is_relative_to(root):
                return Path(place) / Path(own).relative_to(root)
    return None


def _is_delegated(folder: Path) -> bool:
    for name in _DELEGATED:
        with suppress(OSError):
            if os.getxattr(folder, name) == b"1":
                return True
    return False


def _make_room(folder: Path) -> None:
    """Move all processes of a group into one below it: only then may others be made beside that.

    Raises:
        OSError: if that is not allowed.
    """
    graders = folder / _GRADERS
    graders.mkdir(exist_ok=True)
    for pid in (folder / "cgroup.procs").read_text().split():
        with suppress(ProcessLookupError):
            _write(graders / "cgroup.procs", pid)
    _write(folder / "cgroup.subtree_control", " ".join(f"+{name}" for name in _CONTROLLERS))
    _write(graders / "cpu.weight", 1000)  # ten kernels: they get equal shares of what is left


def _number(path: Path, name: str) -> int:
    """Return the number behind a name in a file of a group; 0 where there is none."""
    try:
        words = path.read_text().split()
    except OSError:
        return 0
    return int(words[words.index(name) + 1]) if name in words else 0


def _write(path: Path, value: object) -> None:
    """Tell the system a value in one call; never makes a file."""
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, str(value).encode("ascii"))
    finally:
        os.close(file)
