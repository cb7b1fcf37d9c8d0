"""Many threads of one kernel weigh as much as one, so that they take nothing from a neighbour.

This is for machines without control groups. Nobody in the sandbox can raise a priority.
"""

import os
from contextlib import suppress
from math import ceil, log
from pathlib import Path

from dlbook.grading.sandbox.usage import working_threads

_A_STEP = 1.25  # by which a process of the next priority weighs less
_LOWEST = 19
_FREE = 3  # threads that work beside the first one and are nobody's burden


def share_fairly(root: int) -> None:
    """Lower the priority of all that works in a tree but its first thread, if it is much."""
    threads = [(pid, thread) for pid, thread in working_threads(root) if thread != root]
    if len(threads) <= _FREE:
        return
    wanted = niceness(len(threads) + 1)
    for pid, thread in threads:
        with suppress(OSError):  # it has ended, or is that low already
            if os.getpriority(os.PRIO_PROCESS, thread) < wanted:
                os.setpriority(os.PRIO_PROCESS, thread, wanted)
            if pid != root and pid == thread:
                _lower_session(pid, wanted)


def niceness(count: int) -> int:
    """Return the priority at which so many weigh together as one does at the usual priority."""
    return min(ceil(log(count, _A_STEP)), _LOWEST)


def _lower_session(pid: int, wanted: int) -> None:
    """Lower the weight of a session, for which some kernels of Linux keep a priority of its own."""
    if not Path(f"/proc/{pid}/autogroup").read_text().endswith(f"nice {wanted}\n"):
        Path(f"/proc/{pid}/autogroup").write_text(str(wanted))
