"""What a worker does: one task, from bytes to a record. Both are sent; nothing is shared.

A worker may be a process on this machine or on another one: whatever an executor starts.
"""

import gc
import multiprocessing
import re
import signal
import sys
import zlib
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import util
from time import monotonic
from typing import Literal

from dlbook.check.answer_key import Key, from_json
from dlbook.check.shared import _, use
from dlbook.grading.batch.bounded import Bounds, Json, bounded, end_with
from dlbook.grading.batch.entry import Record
from dlbook.grading.errors import (
    EngineMismatchError,
    GraderError,
    UngradableError,
    UnreadableError,
)
from dlbook.grading.kernel.launcher import KernelSettings, Launcher
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.scratch import sweep
from dlbook.grading.kernel.warm import launcher
from dlbook.grading.notebook import parse
from dlbook.grading.package import PACKAGE, digest
from dlbook.grading.run.graft import why_not_this_set
from dlbook.grading.run.report import from_dict

SandboxMode = Literal["required", "off"]

_MAX_ANSWER = 4_000  # characters
_PATIENCE, _EXTRA_SECONDS = 10, 300  # by the clock, for a busy machine: what hangs ends
_TORCH = re.compile(rb"\b(?:import|from)[ \t]+torch\b")


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
    """Return what grading a file gives; the file is opened in a process of its own.

    Raises:
        GraderError: if the grader itself fails; it says nothing about the file.
        EngineMismatchError: if this worker has another grader than the sender of the task.
        SandboxError: if no sandbox can start here.
    """
    if engine(task.limits, task.sandbox) != task.engine:
        raise EngineMismatchError(
            "this worker has another dlbook, NumPy or torch: install the same."
        )
    use("en")  # so that a record is the same wherever it is made
    started = monotonic()
    _preload()
    key = _unpack(task.key)
    _launcher(task.sandbox).prepare(KernelSettings(key.seed, "", key.hides, _uses_torch(task, key)))
    bounds = Bounds(_PATIENCE * task.limits.submission_seconds + _EXTRA_SECONDS)
    try:
        record = _believe(bounded(lambda: asdict(_grade(task, key)), bounds))
    except UngradableError as error:
        _close_launcher(task.sandbox)
        sweep()
        record = Record(unreadable=str(error), at_limit=error.by_chance)
    except GraderError:
        _close_launcher(task.sandbox)
        raise
    return replace(record, seconds=round(monotonic() - started, 3))


@lru_cache(maxsize=1)
def _preload() -> None:
    """Load what grading needs, once: the process that only sends tasks does without."""
    from dlbook.grading.run.pytest_pass import preload

    preload()
    gc.freeze()  # what is shared with forked processes is not looked through in each of them


def _uses_torch(task: Task, key: Key) -> bool:
    """Return whether a file seems to import torch; if this is wrong, it costs only time."""
    return bool(_TORCH.search(task.data) or _TORCH.search(key.setup.encode()))


def _believe(data: Json) -> Record:
    """Return the record that came from the process in which a file was opened."""
    try:
        record = Record(**data)
        if record.report is not None:
            from_dict(record.report)
        return record
    except (TypeError, ValueError, KeyError) as error:
        words = _("what came out is no result ({error}): hand it in again.")
        raise UngradableError(words.format(error=repr(error))) from None


def _close_launcher(sandbox: SandboxMode) -> None:
    """End all kernels of this worker, whoever has started them; the next file gets new ones."""
    _launcher(sandbox).close()
    _launcher.cache_clear()


def _grade(task: Task, key: Key) -> Record:
    """Return what is in a file. Everything here may fail or hang for what the file holds."""
    from dlbook.grading.run.nbval_run import grade

    try:
        notebook = parse(task.data)
    except UnreadableError as error:
        return Record(unreadable=str(error))
    reason = why_not_this_set(notebook.cells, key)
    if reason:
        return Record(unreadable=reason)
    report = grade(notebook, key, task.limits, _launcher(task.sandbox))
    return Record(
        report=report.to_dict(whole=True),
        answers={name: text[:_MAX_ANSWER] for name, text in report.answers.items()},
        at_limit=report.at_limit,
    )


@lru_cache(maxsize=2)
def _launcher(sandbox: SandboxMode) -> Launcher:
    """Return the launcher of this worker; its warm kernels end when the worker does."""
    found = launcher(sandbox)
    util.Finalize(None, found.close, exitpriority=10)
    return found


def start_process() -> None:
    """Tie a worker's process to its parent: it ends when the parent does, however that ends.

    It ignores Ctrl-C, which the parent handles.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        end_with(parent.pid)
