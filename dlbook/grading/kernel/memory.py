"""How much memory of the machine a kernel and all its descendants hold, on Linux.

Pages are the smaller part of what can be taken: buffers of sockets and pipes, files in the scratch
folders, page tables and mappings belong to the operating system. What it does not tell is counted
at the most that it can be.
"""

import os
from functools import cache
from pathlib import Path

from dlbook.grading.sandbox.inside.confine import SCRATCH
from dlbook.grading.sandbox.usage import descendants

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
# bytes that the operating system holds, at the most
_OPEN_FILE = 65_536  # for an open file: the buffer of a pipe, which cannot be made larger
_THREAD = 65_536  # for a thread: its stack in the kernel, and what describes it
_MAPPING = 1_024  # for a mapping of memory
_SCRATCH_FILE = 2_048  # for a file or a name in a scratch folder, besides what it holds


def exceeds(root: int, limit: int) -> bool:
    """Return whether the processes below and with `root` hold more than `limit` bytes together.

    The quick sum counts pages that they share several times, so it is refined when it is large.
    """
    tree = descendants(root)
    if sum(map(_resident, tree)) + _buffers(root, tree) + _scratch(root) <= limit:
        return False
    return exact(root) > limit


def exact(root: int) -> int:
    """Return the bytes that the processes below and with `root` hold together."""
    tree = descendants(root)
    return sum(map(_own, tree)) + _buffers(root, tree) + _scratch(root)


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _own(pid: int) -> int:
    """Return the bytes of a process, where pages that it shares count in parts.

    Pages of files in the scratch folders are left out, because those are counted there.
    """
    try:
        rollup = _fields(f"/proc/{pid}/smaps_rollup")
        status = _fields(f"/proc/{pid}/status")
        mappings = Path(f"/proc/{pid}/maps").read_bytes().count(b"\n")
    except OSError:  # not ours to read, or it has ended: the quick sum has to do
        return _resident(pid)
    pages = rollup.get("Pss", 0) - rollup.get("Pss_Shmem", 0) + status.get("VmPTE", 0)
    return 1024 * pages + _THREAD * status.get("Threads", 1) + _MAPPING * mappings


def _fields(path: str) -> dict[str, int]:
    """Return the numbers that a file of the system gives, by name; sizes are in kilobytes."""
    lines = (line.split() for line in Path(path).read_text().splitlines())
    return {w[0].rstrip(":"): int(w[1]) for w in lines if len(w) > 1 and w[1].isdigit()}


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
