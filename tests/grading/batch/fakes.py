"""Workers that grade nothing, fast: for tests of what surrounds grading.

`python -m tests.grading.batch.fakes FOLDER JOURNAL` grades a folder of files with `slow`.
"""

import faulthandler
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from dlbook.check.answer_key import ExerciseKey, Key
from dlbook.check.verdict import Outcome, Verdict
from dlbook.grading.batch import worker
from dlbook.grading.batch.batch import Batch, BatchSettings, Reference
from dlbook.grading.batch.bounded import Bounds
from dlbook.grading.batch.executors import WorkerPool, processes
from dlbook.grading.batch.intake import collect
from dlbook.grading.batch.journal import Entry, Journal, Record, current_entries
from dlbook.grading.batch.worker import Task
from dlbook.grading.notebook import Notebook, canonical, parse
from dlbook.grading.run.report import ExerciseReport, Report

SET = "90_tiny"
EXERCISES = {SET: frozenset({"relu_back"})}
KEY = Key(SET, 7, "", "", (ExerciseKey("relu_back", 2, {}, ()),))
VERDICTS = list(Verdict)[:8]


def notebook(text: str) -> bytes:
    """Return a submission that says `text` below its answer's first line."""
    cells = parse(b'{"cells": [{"cell_type": "code", "source": ""}]}').cells
    source = f"# answer: relu_back\n{text}"
    return canonical([type(cells[0])("code", source)]).encode()


def report(verdict: Verdict, **more: str) -> Report:
    outcome = Outcome("relu_back", verdict, **more)
    return Report(SET, 7, (ExerciseReport("relu_back", 2, (outcome,)),), isolation="fake")


def work(task: Task) -> Record:
    """Return a verdict that depends on the file's bytes alone, or the end that the file asks for.

    `unreadable` is a verdict, `fault` a fault of the grader, `die` the end of the worker.
    """
    if b"unreadable" in task.data:
        return Record(unreadable="the file is cut off.")
    if b"fault" in task.data:
        raise RuntimeError("the grader itself failed")
    if b"die" in task.data:
        os._exit(1)
    verdict = VERDICTS[sum(task.data) % len(VERDICTS)]
    return Record(report(verdict, detail=str(sum(task.data))).to_dict(whole=True))


def once(task: Task) -> Record:
    """Fail at the first try, and do as `work` does at the second."""
    mark = Path(os.environ["DLBOOK_FAKE_MARK"])
    if not mark.exists():
        mark.touch()
        raise RuntimeError("not today")
    return work(task)


def slow(task: Task) -> Record:
    time.sleep(0.005)
    return work(task)


def hostile(task: Task) -> Record:
    """Grade a file as workers do; where it says so, reading it spins, takes memory or crashes.

    Each try leaves a line in the file that the environment names.
    """
    with open(os.environ["DLBOOK_FAKE_MARK"], "a") as stream:
        print(task.data.rpartition(b"# ")[2][:8], file=stream)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "parse", _parse)
        patch.setattr(worker, "Bounds", partial(Bounds, cpu_seconds=1.0, memory=300_000_000))
        return worker.work(task)


def _parse(data: bytes) -> Notebook:
    while b"# spins" in data:
        pass
    kept = [b""]
    while b"# eats" in data:
        kept.append(bytes(10_000_000))
    if b"# crashes" in data:
        faulthandler._sigsegv()
    if b"# killed" in data:
        os.kill(os.getpid(), signal.SIGKILL)
    return parse(data)


def settings(work=work, digest="reference", seed=7) -> BatchSettings:
    return BatchSettings({SET: Reference(KEY, digest)}, seed, sandbox="off", work=work)


def run(
    folder: Path, path: Path, settings: BatchSettings, pool: WorkerPool | None = None
) -> list[Entry]:
    """Grade a folder into a journal, and return the entries."""
    journal = Journal(path)
    try:
        batch = Batch(settings, journal)
        batch.register(collect(folder, EXERCISES))
        batch.grade(pool or processes(2))
    finally:
        journal.close()
    return current_entries(path)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), settings(slow))
