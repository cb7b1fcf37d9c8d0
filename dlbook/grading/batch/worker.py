"""What a worker does: one task, from bytes to a record. Both are sent; nothing is shared.

A worker may be a process on this machine or on another one: whatever an executor starts.
"""

import ctypes
import faulthandler
import multiprocessing
import os
import signal
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import util
from time import monotonic
from typing import Literal

from dlbook.check.answer_key import Key, from_json
from dlbook.check.verdict import Verdict
from dlbook.grading.batch.journal import Record
from dlbook.grading.errors import EngineMismatchError, GraderError, UnreadableError
from dlbook.grading.kernel.launcher import Launcher
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.warm import launcher
from dlbook.grading.notebook import Notebook, parse
from dlbook.grading.package import PACKAGE, digest
from dlbook.grading.run.graft import why_not_this_set
from dlbook.grading.run.report import Report

SandboxMode = Literal["required", "off"]

_MAX_ANSWER = 4_000  # characters
_EXTRA_SECONDS = 300  # beyond three times the notebook's own limit; a worker that needs more hangs
_PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>


@dataclass(frozen=True)
class Task:
    """One file to grade: its bytes, the packed key of its set, and how it is to be graded."""

    data: bytes
    key: bytes
    limits: Limits
    sandbox: SandboxMode
    engine: str


def pack(key: Key) -> bytes:
    """Return a key in a form that travels; `work` unpacks it once a worker."""
    return zlib.compress(key.to_json().encode("utf-8"))


@lru_cache(maxsize=64)
def _unpack(key: bytes) -> Key:
    return from_json(zlib.decompress(key).decode("utf-8"))


def engine(limits: Limits, sandbox: SandboxMode) -> str:
    """Return a text that changes when anything changes that a verdict may depend on."""
    return f"{_installed()} sandbox={sandbox} " + " ".join(
        f"{name}={value}" for name, value in asdict(limits).items()
    )


@lru_cache(maxsize=1)
def _installed() -> str:
    return (
        f"dlbook={digest(PACKAGE)} python={sys.version_info[0]}.{sys.version_info[1]} "
        + " ".join(f"{name}={_version(name)}" for name in ("numpy", "torch"))
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def work(task: Task) -> Record:
    """Return what grading a file gives.

    Raises:
        Exception: if the grader itself fails; it says nothing about the file.
    """
    if engine(task.limits, task.sandbox) != task.engine:
        raise EngineMismatchError(
            "this worker has another dlbook, NumPy or torch: install the same."
        )
    started = monotonic()
    try:
        notebook = parse(task.data)
    except UnreadableError as error:
        return Record(unreadable=str(error))
    key = _unpack(task.key)
    reason = why_not_this_set(notebook.cells, key)
    if reason:
        return Record(unreadable=reason)
    with _ends_if_it_hangs(3 * task.limits.submission_seconds + _EXTRA_SECONDS):
        report = _grade(notebook, key, task)
    return Record(
        report=report.to_dict(whole=True),
        answers=_unknown_answers(report),
        seconds=round(monotonic() - started, 3),
    )


def _grade(notebook: Notebook, key: Key, task: Task) -> Report:
    # nbval takes seconds to load, and the process that only sends tasks does not need it
    from dlbook.grading.run.nbval_run import grade

    try:
        return grade(notebook, key, task.limits, _launcher(task.sandbox))
    except GraderError:
        _launcher(task.sandbox).close()
        _launcher.cache_clear()  # the next try gets a new one
        raise


@contextmanager
def _ends_if_it_hangs(seconds: float) -> Iterator[None]:
    """End this process if what is inside takes longer than `seconds`; the executor notices."""
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


@lru_cache(maxsize=2)
def _launcher(sandbox: SandboxMode) -> Launcher:
    """Return the launcher of this worker; its warm kernels end when the worker does."""
    found = launcher(sandbox)
    util.Finalize(None, found.close, exitpriority=10)
    return found


def _unknown_answers(report: Report) -> dict[str, str]:
    """Return the sources of answers that are wrong in a way that no hint knows."""
    unknown = {e.name for e in report.exercises if e.verdict in (Verdict.WRONG, Verdict.ERROR)}
    return {name: text[:_MAX_ANSWER] for name, text in report.answers.items() if name in unknown}


def start_process() -> None:
    """Tie a worker's process to its parent: it ends when the parent does, however that ends.

    It ignores Ctrl-C, which the parent handles.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if sys.platform == "linux" and parent is not None:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent.pid:  # it ended before the line above
            os._exit(1)
