"""What a worker does: one job, from bytes to a record. Jobs and records travel; nothing is shared.

A worker may be a process on this machine or on another one: whatever an executor starts.
"""

import ctypes
import faulthandler
import hashlib
import multiprocessing
import os
import signal
import sys
import zlib
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import util
from pathlib import Path
from time import monotonic
from typing import Literal

from dlbook.check.answer_key import Key, from_json
from dlbook.check.verdict import Verdict
from dlbook.grading.batch.journal import Record
from dlbook.grading.errors import EngineMismatchError, GraderError, UnreadableError
from dlbook.grading.kernel.launcher import Launcher, Limits
from dlbook.grading.kernel.warm import launcher
from dlbook.grading.notebook import Notebook, parse
from dlbook.grading.package import PACKAGE, package_files
from dlbook.grading.run.graft import graft, why_not_this_set
from dlbook.grading.run.report import Report

Sandbox = Literal["required", "off"]

_MAX_ANSWER = 4_000  # characters


@dataclass(frozen=True)
class Job:
    """One file to grade: its bytes, the packed key of its set, and how it is to be graded."""

    data: bytes
    key: bytes
    limits: Limits
    sandbox: Sandbox
    engine: str


def pack(key: Key) -> bytes:
    """Return a key in a form that travels; `work` unpacks it once a worker."""
    return zlib.compress(key.to_json().encode("utf-8"))


@lru_cache(maxsize=64)
def _unpack(key: bytes) -> Key:
    return from_json(zlib.decompress(key).decode("utf-8"))


def engine(limits: Limits, sandbox: Sandbox) -> str:
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


def digest(package: Path) -> str:
    """Return a digest of the names and contents of all files that a verdict may depend on.

    Args:
        package: the folder of dlbook, or a copy of it.
    """
    found = hashlib.sha256()
    for path in package_files(package):
        data = (package / path).read_bytes()
        found.update(f"{path.as_posix()} {len(data)}\n".encode() + data)
    return found.hexdigest()[:12]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def work(job: Job) -> Record:
    """Return what grading a file gives.

    Raises:
        Exception: if the grader itself fails; it says nothing about the file.
    """
    if engine(job.limits, job.sandbox) != job.engine:
        raise EngineMismatchError(
            "this worker has another dlbook, NumPy or torch: install the same."
        )
    started = monotonic()
    try:
        notebook = parse(job.data)
    except UnreadableError as error:
        return Record(unreadable=str(error))
    key = _unpack(job.key)
    if reason := why_not_this_set(notebook.cells, key):
        return Record(unreadable=reason)
    from dlbook.grading.run.nbval_run import (
        grade,  # nbval takes seconds to load, and the parent needs none
    )

    patience = 2 * job.limits.submission_seconds + 300
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(patience, exit=True, file=nowhere)  # hung: give up
        try:
            report = grade(notebook, key, job.limits, _launcher(job.sandbox))
        except GraderError:
            _launcher(job.sandbox).close()
            _launcher.cache_clear()  # the next try gets a new one
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()
    return Record(
        report=report.to_dict(whole=True),
        answers=_unknown_answers(notebook, key, report),
        seconds=round(monotonic() - started, 3),
    )


@lru_cache(maxsize=2)
def _launcher(sandbox: Sandbox) -> Launcher:
    """Return the launcher of this worker; what it keeps running ends with the worker."""
    found = launcher(sandbox)
    util.Finalize(None, found.close, exitpriority=10)
    return found


def _unknown_answers(notebook: Notebook, key: Key, report: Report) -> dict[str, str]:
    """Return the sources of answers that are wrong in a way that no hint knows."""
    unknown = {e.name for e in report.exercises if e.verdict in (Verdict.WRONG, Verdict.ERROR)}
    steps = graft(notebook.cells, key).steps
    return {step.answer: step.source[:_MAX_ANSWER] for step in steps if step.answer in unknown}


def start_process() -> None:
    """Tie a worker's process to its parent: it ends when the parent does, however that ends.

    Ctrl-C is the parent's to handle.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if sys.platform == "linux" and parent is not None:
        set_death_signal = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
        if os.getppid() != parent.pid:  # it ended before the line above
            os._exit(1)
