"""How much memory of the machine a kernel and all its descendants hold, on Linux.

Pages are the smaller part of what can be taken: buffers of sockets and pipes, files in the scratch
folders, page tables and mappings belong to the operating system. What it does not tell is counted
at the most that it can be.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import monotonic

from dlbook.grading.sandbox.inside.confine import SCRATCH
from dlbook.grading.sandbox.usage import descendants, send

# bytes that the operating system holds, at the most
_OPEN_FILE = 65_536  # for an open file: the buffer of a pipe, which cannot be made larger
_THREAD = 65_536  # for a thread: its stack in the kernel, and what describes it
_MAPPING = 1_024  # for a mapping of memory
_SCRATCH_FILE = 2_048  # for a name in a scratch folder, besides what the file holds
_MANY = 6  # processes, which take much from whoever looks at them
_PAUSE = 0.3  # seconds in which an exact sum is good enough


class Memory:
    """What the processes below and with `root`, the first one in a sandbox, hold together.

    The exact sum takes milliseconds a process. A quick one counts pages that processes share
    several times, and leaves out mappings; so it decides only while it is small.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._quick = self._exact = 0
        self._good_until = 0.0

    def exceeds(self, limit: int) -> bool:
        """Return whether it is more than `limit` bytes."""
        tree = descendants(self._root)
        shared = self._shared(tree)
        quick = shared + sum(map(_quick, tree))
        if quick <= limit // 2:
            return False
        grown = quick - self._quick + self._exact
        if grown > limit or monotonic() > self._good_until:
            started = monotonic()
            with _still(tree):
                self._quick, self._exact = quick, shared + sum(map(_exact, tree))
            self._good_until = monotonic() + max(_PAUSE, 4 * (monotonic() - started))
        return self._exact > limit

    def exact(self) -> int:
        """Return the bytes, as near as they can be known."""
        tree = descendants(self._root)
        return self._shared(tree) + sum(map(_exact, tree))

    def _shared(self, tree: list[int]) -> int:
        return _buffers(self._root, tree) + _scratch(self._root)


@contextmanager
def _still(tree: list[int]) -> Iterator[None]:
    """Let processes stand still for a moment, if they are many: the sum would take long beside."""
    pids = tree if len(tree) > _MANY else []
    send(signal.SIGSTOP, pids, tree[0])
    try:
        yield
    finally:
        send(signal.SIGCONT, pids, tree[0])


def _quick(pid: int) -> int:
    status = _fields(f"/proc/{pid}/status")
    kilobytes = status.get("VmRSS", 0) + status.get("VmPTE", 0)
    return 1024 * kilobytes + _THREAD * status.get("Threads", 0)


def _exact(pid: int) -> int:
    """Return the bytes of a process, where pages that it shares count in parts.

    Pages of files in the scratch folders are left out, because those are counted there.
    """
    status, pages = _fields(f"/proc/{pid}/status"), _fields(f"/proc/{pid}/smaps_rollup")
    if not pages:  # not ours to read, or it has ended: the quick sum has to do
        return _quick(pid)
    kilobytes = pages["Pss"] - pages.get("Pss_Shmem", 0) + status.get("VmPTE", 0)
    try:
        mappings = Path(f"/proc/{pid}/maps").read_bytes().count(b"\n")
    except OSError:
        mappings = 0
    return 1024 * kilobytes + _THREAD * status.get("Threads", 0) + _MAPPING * mappings


def _fields(path: str) -> dict[str, int]:
    """Return the numbers that a file of the system gives, by name; sizes are in kilobytes."""
    try:
        lines = (line.split() for line in Path(path).read_text().splitlines())
        return {w[0].rstrip(":"): int(w[1]) for w in lines if len(w) > 1 and w[1].isdigit()}
    except OSError:
        return {}


def _buffers(root: int, tree: list[int]) -> int:
    """Return what open files and sockets of these processes can hold.

    Sockets are counted in the network namespace: some may be on their way from one process to
    another, where no process has them open.
    """
    files = 0
    for pid in tree:
        try:
            files += len(os.listdir(f"/proc/{pid}/fd"))
        except OSError:
            continue
    try:
        sockets = int(Path(f"/proc/{root}/net/sockstat").read_text().split(maxsplit=3)[2])
    except (OSError, IndexError, ValueError):
        sockets = 0
    return _OPEN_FILE * files + _socket_buffer() * sockets


@cache
def _socket_buffer() -> int:
    """Return the bytes that a unix socket can hold: its buffer, and one message beyond it."""
    return 2 * int(Path("/proc/sys/net/core/wmem_default").read_text())


def _scratch(root: int) -> int:
    """Return the bytes of files in the scratch folders."""
    total = 0
    for folder in SCRATCH:
        try:
            found = os.statvfs(f"/proc/{root}/root{folder}")
        except OSError:
            continue
        total += (found.f_blocks - found.f_bfree) * found.f_frsize
        total += (found.f_files - found.f_ffree) * _SCRATCH_FILE
    return total
