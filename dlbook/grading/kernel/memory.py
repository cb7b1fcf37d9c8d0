"""How much memory a process and all its descendants hold, on Linux."""

import os
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def exceeds(root: int, limit: int) -> bool:
    """Return whether the processes below and with `root` hold more than `limit` bytes together.

    The quick sum counts pages that they share several times, so it is refined when it is large.
    """
    tree = descendants(root)
    return sum(map(_resident, tree)) > limit and sum(map(_proportional, tree)) > limit


def descendants(root: int) -> list[int]:
    """Return the numbers of process `root` and of all processes that come from it."""
    found = [root]
    for pid in found:
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:  # it has ended meanwhile
                continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _proportional(pid: int) -> int:
    """Return the resident bytes of a process, where shared pages count in parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # not ours to read: the quick sum has to do
        return _resident(pid)
    return next((int(s.split()[1]) * 1024 for s in lines if s.startswith("Pss:")), 0)
