"""Seconds that processes use: of processor time, and of waiting, both seen from outside.

A limit by the clock on the wall would punish whoever runs on a busy machine. So what counts is
the processor time of a process and all its descendants, and beside it the time in which none of
them ran or stood in the queue for a processor: a sleeper is stopped, a starved process is not.
"""

import os
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from random import random
from time import monotonic

from dlbook.check.shared import _

TICK = 0.1  # seconds between looks at a process that is awaited
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_UTIME, _CSTIME = 11, 14  # in /proc/PID/stat, counted from the state


def own_memory() -> int:
    """Return the bytes of memory that this process holds, 0 where the system does not tell."""
    pages = _text("self/statm").split()
    return int(pages[1]) * os.sysconf("SC_PAGE_SIZE") if pages else 0


class Meter(ABC):
    """Tells what some processes use."""

    @abstractmethod
    def seconds(self) -> float:
        """Return the seconds of processor time that they have used so far."""

    @abstractmethod
    def is_working(self) -> bool:
        """Return whether one of them runs, or waits for a processor, at this moment."""


class Clock(Meter):
    """Where processes cannot be seen, all the time that goes by counts as work."""

    def __init__(self) -> None:
        self._started = monotonic()

    def seconds(self) -> float:
        return monotonic() - self._started

    def is_working(self) -> bool:
        return True


class Tree(Meter):
    """A process and all that come from it, on Linux; those that have ended count as well.

    Whoever starts children whose end is not waited for could hide their seconds: `seccomp` sees
    to it that this cannot be asked for in the sandbox.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._most = 0.0

    def seconds(self) -> float:
        # a parent is read before its children, so what they hand up meanwhile is missed this time
        # and never counted twice
        self._most = max(self._most, sum(map(_seconds, descendants(self._root))))
        return self._most

    def is_working(self) -> bool:
        return next(working_threads(self._root), None) is not None


def working_threads(root: int) -> Iterator[tuple[int, int]]:
    """Yield process and thread of all that run, or wait for a processor, at this moment."""
    for pid in descendants(root):
        for thread in _names(f"{pid}/task"):
            if _stat(f"{pid}/task/{thread}")[:1] == ["R"]:
                yield pid, int(thread)


def descendants(root: int) -> list[int]:
    """Return the numbers of process `root` and of all that come from it, parents first."""
    found = [root]
    for pid in found:
        for thread in _names(f"{pid}/task"):
            found += map(int, _text(f"{pid}/task/{thread}/children").split())
    return found


def send(signal_number: int, pids: Iterable[int], root: int) -> None:
    """Send a signal to those processes that are in the namespace of process `root`."""
    try:
        own = os.readlink(f"/proc/{root}/ns/pid")
    except OSError:  # it has ended, and all others with it
        return
    for pid in pids:
        with suppress(OSError):  # it has ended
            file = os.pidfd_open(pid)
            try:
                # now the number cannot pass to another process unseen
                if os.readlink(f"/proc/{pid}/ns/pid") == own:
                    signal.pidfd_send_signal(file, signal_number)
            finally:
                os.close(file)


def _seconds(pid: int) -> float:
    """Return the processor time of a process and of its children that have ended."""
    return sum(map(int, _stat(str(pid))[_UTIME : _CSTIME + 1])) / _TICKS_A_SECOND


def _stat(place: str) -> list[str]:
    """Return what the system tells of a process or thread, from its state on."""
    return _text(f"{place}/stat").rpartition(")")[2].split()  # its name may hold anything


def _text(place: str) -> str:
    try:
        with open(f"/proc/{place}", encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:  # it has ended meanwhile
        return ""


def _names(place: str) -> list[str]:
    try:
        return os.listdir(f"/proc/{place}")
    except OSError:
        return []


class Watch:
    """Tells how much processes have worked and waited since it was asked last.

    When the next look is due, nobody can foresee: else who is watched would work at that moment,
    and wait at all others.
    """

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._note(0.0)

    def _note(self, seconds: float) -> None:
        self._seconds, self._time = seconds, monotonic()
        self._due = self._time + TICK * (0.5 + random())

    def lap(self) -> tuple[float, float]:
        """Return the seconds of work and of waiting.

        What they do now stands for the time since the last look, but for no more than two ticks
        of it: whoever looks late, because the machine is busy, knows nothing of the rest.
        """
        seconds = self._meter.seconds()
        worked, passed = seconds - self._seconds, monotonic() - self._time
        self._note(seconds)
        return worked, 0.0 if self._meter.is_working() else min(passed, 2 * TICK)

    def work(self) -> float:
        """Return the seconds of work; the time since the last look was nobody's waiting."""
        seconds = self._meter.seconds()
        worked = seconds - self._seconds
        self._note(seconds)
        return worked

    @property
    def until_due(self) -> float:
        """The seconds until the next look, one tick or so after the last."""
        return max(0.0, self._due - monotonic())


class Allowance:
    """So many seconds of work, and as many of waiting, of which some are spent."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._worked = self._waited = 0.0

    def spend(self, worked: float, waited: float) -> None:
        """Take seconds off it."""
        self._worked += worked
        self._waited += waited

    @property
    def spent(self) -> str:
        """What was used up, in words; '' while there is something left."""
        worked, waited = _("{n} seconds of processor time"), _("{n} seconds of waiting")
        used_up = {worked: self._worked, waited: self._waited}
        found = (words for words, spent in used_up.items() if spent > self._seconds)
        return next(found, "").format(n=f"{self._seconds:g}")


def comes_true(what: Callable[[float], bool], meter: Meter, seconds: float) -> bool:
    """Return whether `what`, called with seconds to wait, holds before the allowance is spent."""
    watch, allowance = Watch(meter), Allowance(seconds)
    watch.work()
    while not what(TICK):
        allowance.spend(*watch.lap())
        if allowance.spent:
            return False
    return True
