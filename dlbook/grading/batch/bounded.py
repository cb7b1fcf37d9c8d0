"""Run our own code on a stranger's bytes in a process of its own, within limits.

The bytes may hold anything: code that no parser gets through, texts that take minutes to search,
values that crash a library. A child process is forked for them, which sends one piece of JSON
back. However it ends, this process goes on and knows why.
"""

import ctypes
import json
import os
import select
import signal
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from traceback import extract_tb
from typing import Any, NoReturn

from dlbook.check.shared import _
from dlbook.grading.errors import GraderError, UngradableError

Json = Any  # what json.loads returns

_PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>
_CHUNK = 1 << 16
_OOM_SCORE = 500  # a machine short of memory ends kernels (1000) first, then this, then graders


@dataclass(frozen=True)
class Bounds:
    """What the work on one file may take: seconds, seconds of CPU, and bytes of memory.

    The memory is what is taken beyond that which the parent has. `reply` is in bytes.
    """

    seconds: float
    cpu_seconds: float = 60.0
    memory: int = 1_000_000_000
    reply: int = 10_000_000


def bounded(inside: Callable[[], Json], bounds: Bounds) -> Json:
    """Return what `inside` returns, which is called in a child process.

    Args:
        inside: returns something that JSON can hold; what else it does is lost.
        bounds: what it may take.

    Raises:
        GraderError: if `inside` raises one.
        UngradableError: if `inside` raises anything else, crashes, or takes more than it may.
    """
    if not hasattr(os, "fork"):  # there are no sandboxes either, so the notebooks are trusted
        return _result(_reply(inside, bounds))
    parent = os.getpid()
    reading, writing = os.pipe()
    child = _fork()
    if child == 0:
        _serve(inside, bounds, writing, parent)
    os.close(writing)
    try:
        reply = _receive(reading, bounds)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(reading)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return _result(_parsed(reply) if code == 0 else _how_it_ended(code, bounds))


def end_with(parent: int) -> None:
    """Let this process end when `parent` does, however that ends (on Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(1)


# ---- in the parent ----


def _fork() -> int:
    with warnings.catch_warnings():  # Python warns where there are other threads: none takes part
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _receive(reading: int, bounds: Bounds) -> bytes:
    """Return what the child sends until it ends."""
    end, left = monotonic() + bounds.seconds, bounds.reply
    parts: list[bytes] = []
    poller = select.poll()
    poller.register(reading, select.POLLIN)
    while True:
        if not poller.poll(max(0.0, end - monotonic()) * 1000):
            raise _too_much(_seconds(bounds.seconds), by_chance=True)
        part = os.read(reading, _CHUNK)
        if not part:
            return b"".join(parts)
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise UngradableError(
                _("what is to be said of it is too long: take out what is no part of an answer.")
            )


def _parsed(reply: bytes) -> dict[str, Json]:
    try:
        return dict(json.loads(reply))
    except (ValueError, TypeError, RecursionError):
        return _failed(UngradableError(_("what came of it cannot be read: hand it in again.")))


def _result(reply: dict[str, Json]) -> Json:
    if "fault" in reply:
        raise GraderError(reply["fault"])
    if "failed" in reply:
        raise UngradableError(reply["failed"], by_chance=reply.get("by_chance", False))
    return reply["done"]


def _how_it_ended(code: int, bounds: Bounds) -> dict[str, Json]:
    """Return the reply of a child that has sent none."""
    if code == -signal.SIGPROF:
        return _failed(_too_much(_seconds(bounds.cpu_seconds)))
    if code == -signal.SIGKILL:  # by a machine that is short of memory
        return _failed(_too_much(_("the memory that there is"), by_chance=True))
    return _failed(
        UngradableError(
            _("Python crashes when it reads it: take out what is no part of an answer.")
        )
    )


def _too_much(what: str, *, by_chance: bool = False) -> UngradableError:
    words = _(
        "reading and judging it took the grader more than {what}: "
        "take out what is no part of an answer."
    )
    return UngradableError(words.format(what=what), by_chance=by_chance)


def _seconds(n: float) -> str:
    return _("{n} seconds").format(n=f"{n:g}")


# ---- in the child ----


def _serve(inside: Callable[[], Json], bounds: Bounds, writing: int, parent: int) -> NoReturn:
    code = 1
    try:
        end_with(parent)
        lift = _limit(bounds)
        reply = _reply(inside, bounds)
        lift()
        _send(writing, json.dumps(reply).encode())
        code = 0
    finally:
        os._exit(code)


def _send(pipe: int, data: bytes) -> None:
    while data:
        data = data[os.write(pipe, data) :]


def _limit(bounds: Bounds) -> Callable[[], None]:
    """Set the limits of this process; return what takes that of memory back.

    Kernels that are started from here do not inherit a timer, as they would a limit of CPU time;
    the limit of memory they set anew.
    """
    import resource

    signal.setitimer(signal.ITIMER_PROF, bounds.cpu_seconds)  # ends it by SIGPROF
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    before = resource.getrlimit(resource.RLIMIT_AS)
    if sys.platform == "linux":
        score = max(int(Path("/proc/self/oom_score_adj").read_text()), _OOM_SCORE)
        Path("/proc/self/oom_score_adj").write_text(str(score))
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        allowed = pages * resource.getpagesize() + bounds.memory
        if before[0] == resource.RLIM_INFINITY or allowed < before[0]:
            resource.setrlimit(resource.RLIMIT_AS, (allowed, before[1]))
    return lambda: resource.setrlimit(resource.RLIMIT_AS, before)


def _reply(inside: Callable[[], Json], bounds: Bounds) -> dict[str, Json]:
    try:
        return {"done": inside()}
    except GraderError as error:
        return {"fault": str(error)[:_CHUNK]}
    except MemoryError:
        return _failed(_too_much(_("{n} GB of memory").format(n=f"{bounds.memory / 1e9:g}")))
    except RecursionError:
        return _failed(
            UngradableError(
                _("something in it is nested too deeply: take out what is no part of an answer.")
            )
        )
    except BaseException as error:
        words = _(
            "the grader cannot deal with it ({place}): take out what is no part of an answer."
        )
        return _failed(UngradableError(words.format(place=_place(error))))


def _place(error: BaseException) -> str:
    """Return what an exception is and where it was raised.

    Its text may hold what the code of a submission has put there, who is shown the reason.
    """
    last = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in line {last.lineno} of {Path(last.filename).name}"


def _failed(error: UngradableError) -> dict[str, Json]:
    return {"failed": str(error), "by_chance": error.by_chance}
