"""Many submissions, over any executor: each one graded once, none lost, none scored by accident.

The journal's only writer is this process. What fails in the grader itself is tried once more and
then told as such; it never costs a student a point.
"""

import hashlib
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass, field, replace

from dlbook.check.answer_key import Key
from dlbook.grading.batch.executors import Pool
from dlbook.grading.batch.intake import Submission
from dlbook.grading.batch.journal import Entry, Journal, Origin, Record
from dlbook.grading.batch.worker import Job, Sandbox, engine, pack, work
from dlbook.grading.errors import UnreadableError
from dlbook.grading.kernel.limits import Limits

FAULT = "grader fault, not graded"
_TRIES = 2
_LOST = "the worker's process ended"


@dataclass(frozen=True)
class Reference:
    """What the submissions of a set are judged by: its key, and the digest of its solution."""

    key: Key
    digest: str


@dataclass(frozen=True)
class Plan:
    """How a batch is graded. `work` is what a worker calls; tests put their own in."""

    references: dict[str, Reference]
    seed: int
    limits: Limits = field(default_factory=Limits)
    sandbox: Sandbox = "required"
    work: Callable[[Job], Record] = work


def fresh_seed() -> int:
    """Return a seed that nobody could know before."""
    return secrets.randbelow(2**31 - 1) + 1


def shard(submissions: Iterable[Submission], number: int, count: int) -> list[Submission]:
    """Return the part `number` of `count` (from 1): whole students, the same on every machine."""

    def place(student: str) -> int:
        digest = hashlib.sha256(student.encode("utf-8")).digest()
        return int.from_bytes(digest[:8]) % count

    return [item for item in submissions if place(item.student) == number - 1]


@dataclass
class _Task:
    """A file that is to be graded for one entry of the roll, and how often that has failed."""

    entry: Entry
    submission: Submission
    failures: int = 0


class Batch:
    """One run over submissions: first `enrol`, then `grade`."""

    def __init__(self, plan: Plan, journal: Journal) -> None:
        self._plan, self._journal = plan, journal
        self._tick: Callable[[], object] = lambda: None
        self._engine = engine(plan.limits, plan.sandbox)
        self._keys = {name: pack(reference.key) for name, reference in plan.references.items()}
        self._queue: deque[_Task] = deque()
        self._twins: dict[str, list[_Task]] = {}  # tasks with the same bytes as one in work
        self._run = 0
        self.kept = 0  # entries of an earlier run that were not handed in again

    def enrol(self, submissions: Iterable[Submission]) -> int:
        """Write the roll, and return how many files are to be graded; the rest is known."""
        tasks = [_Task(self._entry(item), item) for item in submissions]
        entries = [task.entry for task in tasks]
        self._run = self._journal.begin(self._plan.seed, entries)
        self.kept = self._journal.others(self._run, entries)
        for task in tasks:
            self._admit(task)
        return len(self._queue)

    def grade(self, pool: Pool, tick: Callable[[], object] = lambda: None) -> None:
        """Grade what is left; when it returns, every entry has a result or a reason.

        Args:
            pool: who does the work.
            tick: called for each file that is done.
        """
        self._tick = tick
        while self._queue:
            for suspect in self._work_off(self._queue, pool, 2 * pool.workers):
                alone = deque([suspect])
                while alone:
                    for task in self._work_off(alone, pool, 1):
                        self._failed(task, _LOST, alone)
        self._journal.finish(self._run)

    def _entry(self, item: Submission, notes: tuple[str, ...] = ()) -> Entry:
        who = item.owner
        entry = Entry(who.student, item.set_name, who.name, who.lms_id, who.late, item.label)
        entry = replace(entry, notes=(*item.notes, *notes), problem=item.problem)
        if entry.problem:
            return entry
        reference = self._plan.references[item.set_name]
        try:
            digest = hashlib.sha256(item.source.read()).hexdigest()
        except UnreadableError as error:
            return replace(entry, problem=str(error))
        origin = Origin(digest, reference.digest, self._plan.seed, self._engine)
        return replace(entry, origin=origin)

    def _admit(self, task: _Task) -> None:
        """Queue a task, unless its result is known or the same bytes are queued already."""
        origin = task.entry.origin
        if origin is None:
            self._next_copy(task, task.entry.problem)
        elif record := self._journal.record(origin):
            self._settle(task, record)
        elif origin.key in self._twins:
            self._twins[origin.key].append(task)
        else:
            self._twins[origin.key] = []
            self._queue.append(task)

    def _work_off(self, queue: deque[_Task], pool: Pool, width: int) -> list[_Task]:
        """Work until the queue is empty; return what was in work if the executor broke."""
        running: dict[Future[Record], _Task] = {}
        with pool.open() as executor:
            while queue or running:
                try:
                    while queue and len(running) < width:
                        if job := self._job(queue[0]):
                            running[executor.submit(self._plan.work, job)] = queue[0]
                        queue.popleft()
                    done = wait(running, return_when=FIRST_COMPLETED).done
                    for future in done:
                        self._take(future, running[future], queue)
                        del running[future]
                except BrokenExecutor:
                    return self._take_finished(running, queue)
        return []

    def _take(self, future: "Future[Record]", task: _Task, queue: deque[_Task]) -> None:
        try:
            record = future.result()
        except BrokenExecutor:
            raise
        except Exception as error:
            self._failed(task, f"{type(error).__name__}: {error}", queue)
        else:
            self._done(task, record)

    def _take_finished(
        self, running: "dict[Future[Record], _Task]", queue: deque[_Task]
    ) -> list[_Task]:
        """Keep what was finished before the executor broke, and return the rest."""
        lost = []
        for future, task in running.items():
            try:
                self._take(future, task, queue)
            except BrokenExecutor:
                lost.append(task)
        return lost

    def _job(self, task: _Task) -> Job | None:
        """Return the job of a task; a file that has changed since the roll is not graded."""
        assert task.entry.origin
        try:
            data = task.submission.source.read()
            if hashlib.sha256(data).hexdigest() != task.entry.origin.submission:
                raise UnreadableError("the file was changed meanwhile: run the same command again.")
        except UnreadableError as error:
            self._close(task, replace(task.entry, problem=str(error)))
            return None
        plan = self._plan
        return Job(data, self._keys[task.entry.set_name], plan.limits, plan.sandbox, self._engine)

    def _failed(self, task: _Task, reason: str, queue: deque[_Task]) -> None:
        task.failures += 1
        if task.failures < _TRIES:
            queue.append(task)
            return
        problem = f"{FAULT} ({reason.splitlines()[0][:200]}): run the same command again."
        self._close(task, replace(task.entry, problem=problem))

    def _done(self, task: _Task, record: Record) -> None:
        self._journal.put(self._run, replace(task.entry, record=record))
        self._tick()
        assert task.entry.origin
        for twin in [task, *self._twins.pop(task.entry.origin.key, [])]:
            self._settle(twin, record)

    def _close(self, task: _Task, entry: Entry) -> None:
        """End a task, and those with the same bytes, without a result."""
        assert task.entry.origin
        self._tick()
        for twin in [task, *self._twins.pop(task.entry.origin.key, [])]:
            self._journal.put(self._run, replace(twin.entry, problem=entry.problem))

    def _settle(self, task: _Task, record: Record) -> None:
        if record.unreadable:
            self._next_copy(task, record.unreadable)

    def _next_copy(self, task: _Task, reason: str) -> None:
        """Take the next older copy where one cannot be read; without one, the entry stays."""
        older = task.submission.older
        if not older:
            return
        note = f"{task.submission.label} does not count, an older copy does: {reason}"
        copy = replace(older[0], older=older[1:], set_name=task.entry.set_name)
        entry = self._entry(copy, (*task.entry.notes, note))
        self._journal.put(self._run, entry)
        self._admit(_Task(entry, copy))
