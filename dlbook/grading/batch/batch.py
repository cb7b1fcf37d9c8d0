"""Many submissions, over any executor: each one graded once, none lost, none scored by accident.

Only this process writes to the journal. Where the grader itself fails, the file is graded once
more. If that fails too, it is reported as a fault of the grader, and costs no student a point.
Where a limit of time or memory has cost a point, a busy machine may be the cause: such a file is
graded once more when no other is in flight, and what this gives counts.

The life of a file, and the methods that move it on:

    registered --_admit--> its result is known: nothing to do
               |---------> it cannot be read: its next older copy is registered, else not graded
               |---------> its bytes are those of a queued file: it waits for that one's result
               `---------> queued --_submit--> in flight --_finish--> graded
                             ^                   |   |  |
                             |-----_fail, once---'   |  |--_fail, twice--> not graded: grader fault
                             |                       |  `--the executor broke: _grade_alone
                             `--_finish, at a limit--'
                                for the first time: queued for the end

Nobody knows which of the files in flight broke an executor. So each of them is then graded alone,
and only one that breaks an executor by itself fails.
"""

import hashlib
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field, replace
from typing import TypeVar

from dlbook.check.answer_key import Key
from dlbook.grading.batch.entry import AGAIN, CHANGED, FAULT, OLDER, Entry, Origin, Record
from dlbook.grading.batch.executors import WorkerPool
from dlbook.grading.batch.found import Found
from dlbook.grading.batch.journal import Journal
from dlbook.grading.batch.submission import Submission
from dlbook.grading.batch.worker import SandboxMode, Task, engine, pack, work
from dlbook.grading.errors import UnreadableError
from dlbook.grading.kernel.limits import Limits

_TRIES = 2
_LOST = "the worker's process ended"
_Own = TypeVar("_Own", Submission, Found)  # what belongs to a student


@dataclass(frozen=True)
class Reference:
    """What the submissions of one set are judged by: key, digest of its solution, own title."""

    key: Key
    digest: str
    title: str = ""


@dataclass(frozen=True)
class BatchSettings:
    """How a batch is graded; a worker calls `work` for each task, and tests replace it.

    A result of an earlier run counts whatever its seed, unless `seed_was_asked_for`.
    """

    references: dict[str, Reference]
    seed: int
    limits: Limits = field(default_factory=Limits)
    sandbox: SandboxMode = "required"
    work: Callable[[Task], Record] = work
    seed_was_asked_for: bool = False


def fresh_seed() -> int:
    """Return a seed that nobody could know before."""
    return secrets.randbelow(2**31 - 1) + 1


def shard(items: Iterable[_Own], number: int, count: int) -> list[_Own]:
    """Return the part `number` of `count` (from 1): whole students, the same on every machine."""

    def place(student: str) -> int:
        digest = hashlib.sha256(student.encode("utf-8")).digest()
        return int.from_bytes(digest[:8]) % count

    return [item for item in items if place(item.student) == number - 1]


@dataclass
class _Pending:
    """A file that is to be graded for one entry; `failures` are those of the grader at it."""

    entry: Entry
    submission: Submission
    failures: int = 0
    is_last_try: bool = False  # what this one gives counts, also where it is at a limit

    @property
    def origin(self) -> Origin:
        assert self.entry.origin
        return self.entry.origin


_Queue = deque[_Pending]
_InFlight = dict["Future[Record]", _Pending]


class Batch:
    """One run over submissions: first `register`, then `grade`."""

    def __init__(self, settings: BatchSettings, journal: Journal) -> None:
        self._settings, self._journal = settings, journal
        self._tick: Callable[[], object] = lambda: None
        self._engine = engine(settings.limits, settings.sandbox)
        self._keys = {name: pack(reference.key) for name, reference in settings.references.items()}
        self._queue: _Queue = deque()
        self._at_limit: _Queue = deque()  # files that are graded once more, one after the other
        self._duplicates: dict[str, list[_Pending]] = {}  # by origin of a file that is not done
        self._run = 0
        self.kept = 0  # entries of an earlier run that were not handed in again

    def register(self, submissions: Iterable[Submission], files: Iterable[Found] = ()) -> int:
        """Write an entry for each submission; return how many files are to be graded.

        Args:
            submissions: what is to be graded, or cannot be.
            files: every name that was found, those that are set aside included.
        """
        found = [_Pending(self._entry(item), item) for item in submissions]
        entries = [pending.entry for pending in found]
        self._run = self._journal.begin(self._settings.seed, entries, files)
        self.kept = self._journal.carried_over(self._run, entries)
        for pending in found:
            self._admit(pending)
        return len(self._queue)

    def grade(self, pool: WorkerPool, tick: Callable[[], object] = lambda: None) -> None:
        """Grade what is left; when it returns, every entry has a result or a reason.

        Args:
            pool: the workers.
            tick: called for each file that is done.
        """
        self._tick = tick
        while self._queue or self._at_limit:
            queue, width = self._queue, 2 * pool.workers
            if not queue:
                queue, width = self._at_limit, 1
            for pending in self._work_off(queue, pool, width):
                self._grade_alone(pending, pool)
        self._journal.finish(self._run)

    # ---- from a submission to the queue ----

    def _entry(self, item: Submission, notes: tuple[str, ...] = ()) -> Entry:
        entry = replace(item.entry, notes=(*item.notes, *notes), problem=item.problem)
        entry = replace(entry, time=item.handed_in, has_noted_time=item.has_noted_time)
        if entry.problem:
            return entry
        reference = self._settings.references[item.set_name]
        try:
            digest = hashlib.sha256(item.source.read()).hexdigest()
        except UnreadableError as error:
            return replace(entry, problem=str(error))
        entry = replace(entry, title=reference.title)
        origin = Origin(digest, reference.digest, self._settings.seed, self._engine)
        if not self._settings.seed_was_asked_for:
            origin = self._journal.graded_as(origin) or origin
        return replace(entry, origin=origin)

    def _admit(self, pending: _Pending) -> None:
        """Queue a file, unless its result is known or the same bytes are queued already."""
        if pending.entry.origin is None:
            self._try_older_copy(pending, pending.entry.problem)
            return
        record = self._journal.record(pending.origin)
        if record:
            self._settle(pending, record)
        elif pending.origin.key in self._duplicates:
            self._duplicates[pending.origin.key].append(pending)
        else:
            self._duplicates[pending.origin.key] = []
            self._queue.append(pending)

    # ---- from the queue to the workers and back ----

    def _work_off(self, queue: _Queue, pool: WorkerPool, width: int) -> list[_Pending]:
        """Work until the queue is empty; if the executor breaks, return what was in flight.

        Args:
            queue: the files to grade; those that are to be tried again go back into it.
            pool: the workers.
            width: how many files are in flight at most.
        """
        in_flight: _InFlight = {}
        with pool.open() as executor:
            try:
                while queue or in_flight:
                    self._submit(executor, queue, in_flight, width)
                    for future in wait(in_flight, return_when=FIRST_COMPLETED).done:
                        self._collect(future, in_flight[future], queue)
                        del in_flight[future]
            except BrokenExecutor:
                return self._collect_finished(in_flight, queue)
        return []

    def _grade_alone(self, pending: _Pending, pool: WorkerPool) -> None:
        """Grade a file that was in flight when an executor broke, with no other beside it."""
        queue = deque([pending])
        while queue:
            if self._work_off(queue, pool, 1):
                self._fail(pending, _LOST, queue)

    def _submit(self, executor: Executor, queue: _Queue, in_flight: _InFlight, width: int) -> None:
        """Send files to the workers until `width` are in flight."""
        while queue and len(in_flight) < width:
            task = self._task(queue[0])
            if task:
                in_flight[executor.submit(self._settings.work, task)] = queue[0]
            queue.popleft()  # only now: a file that could not be submitted stays in the queue

    def _task(self, pending: _Pending) -> Task | None:
        """Return the task of a file, None if the file has changed since it was registered."""
        try:
            data = pending.submission.source.read()
            if hashlib.sha256(data).hexdigest() != pending.origin.submission:
                raise UnreadableError(CHANGED)
        except UnreadableError as error:
            self._give_up(pending, str(error))
            return None
        key, settings = self._keys[pending.entry.set_name], self._settings
        return Task(data, key, settings.limits, settings.sandbox, self._engine)

    def _collect(self, future: "Future[Record]", pending: _Pending, queue: _Queue) -> None:
        try:
            record = future.result()
        except BrokenExecutor:
            raise
        except Exception as error:
            self._fail(pending, f"{type(error).__name__}: {error}", queue)
        else:
            self._finish(pending, record)

    def _collect_finished(self, in_flight: _InFlight, queue: _Queue) -> list[_Pending]:
        """Keep what was finished before the executor broke, and return the rest."""
        lost = []
        for future, pending in in_flight.items():
            try:
                self._collect(future, pending, queue)
            except BrokenExecutor:
                lost.append(pending)
        return lost

    # ---- the end of a file ----

    def _fail(self, pending: _Pending, reason: str, queue: _Queue) -> None:
        """Queue a file again that the grader has failed at, or give it up after the second time."""
        pending.failures += 1
        if pending.failures < _TRIES:
            queue.append(pending)
        else:
            first_line = reason.splitlines()[0][:200]
            self._give_up(pending, f"{FAULT} ({first_line}): run the same command again.")

    def _finish(self, pending: _Pending, record: Record) -> None:
        """Store a result, which is that of the duplicates too; or queue a file at a limit again."""
        if record.at_limit and not pending.is_last_try:
            pending.is_last_try = True
            self._at_limit.append(pending)
            return
        if pending.is_last_try:
            record = record.with_note(AGAIN)
        self._journal.put(self._run, replace(pending.entry, record=record))
        for each in self._with_duplicates(pending):
            self._settle(each, record)

    def _give_up(self, pending: _Pending, problem: str) -> None:
        """Store why a file, and its duplicates, have no result."""
        for each in self._with_duplicates(pending):
            self._journal.put(self._run, replace(each.entry, problem=problem))

    def _with_duplicates(self, pending: _Pending) -> list[_Pending]:
        """Return a file that is done, and all that have waited for its result."""
        self._tick()
        return [pending, *self._duplicates.pop(pending.origin.key, [])]

    def _settle(self, pending: _Pending, record: Record) -> None:
        if record.unreadable:
            self._try_older_copy(pending, record.unreadable)

    def _try_older_copy(self, pending: _Pending, reason: str) -> None:
        """Register the next older copy of a file that cannot be read; without one do nothing."""
        older = pending.submission.older
        if not older:
            return
        note = OLDER.format(label=pending.submission.label, reason=reason)
        copy = replace(older[0], older=older[1:], set_name=pending.entry.set_name)
        entry = self._entry(copy, (*pending.entry.notes, note))
        self._journal.put(self._run, entry)
        self._admit(_Pending(entry, copy))
