"""The journal of a batch: one SQLite file that holds every result as soon as it is known.

A result's key is the digest of all that it depends on: the bytes handed in, the reference, the
seed and the engine. What has a result is never graded twice, and no kill loses a stored row.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from dlbook.grading.batch.found import Found
from dlbook.grading.errors import JournalBusyError, JournalDamagedError
from dlbook.grading.run.report import Report, from_dict

FAULT = "grader fault, not graded"  # how a problem begins that is none of the file
_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, started TEXT NOT NULL, finished TEXT, seed INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS results (
    key TEXT PRIMARY KEY, at TEXT NOT NULL, record TEXT NOT NULL);
-- the entries of each run; older folders of results hold this table, so its name stays
CREATE TABLE IF NOT EXISTS roll (
    run INTEGER NOT NULL, student TEXT NOT NULL, set_name TEXT NOT NULL, entry TEXT NOT NULL,
    PRIMARY KEY (run, student, set_name));
CREATE TABLE IF NOT EXISTS files (path TEXT PRIMARY KEY, digest TEXT NOT NULL);
-- every name that was handed in
CREATE TABLE IF NOT EXISTS found (run INTEGER NOT NULL, found TEXT NOT NULL);
"""

# whoever handed nothing in keeps the entry of the last run; a file of no set goes as soon as the
# student hands in anything else
_CARRY_OVER = """
INSERT OR IGNORE INTO roll SELECT :run, student, set_name, entry FROM roll AS old
WHERE run = :last AND (set_name != '' OR NOT EXISTS (
    SELECT 1 FROM roll WHERE run = :run AND student = old.student));
"""


@dataclass(frozen=True)
class Origin:
    """All that a result depends on: three digests or versions, and the seed."""

    submission: str
    reference: str
    seed: int
    engine: str

    @property
    def key(self) -> str:
        return hashlib.sha256(json.dumps(list(asdict(self).values())).encode()).hexdigest()


@dataclass(frozen=True)
class Record:
    """What grading one file gave: a report as plain data, or why the file cannot be read.

    `answers` are the sources of answers that are wrong in a way that is not known. `at_limit` says
    that a limit of time or memory has cost it something, so that a busy machine may be the cause.
    """

    report: dict[str, Any] | None = None
    unreadable: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    at_limit: bool = False

    def with_note(self, note: str) -> "Record":
        """Return this record with one more note in its report, if it has one."""
        if self.report is None:
            return self
        return replace(self, report=self.report | {"notes": [*self.report["notes"], note]})


@dataclass(frozen=True)
class Entry:
    """One student and one set: who handed in which file, and the result.

    With `problem` it has no result; without `origin` there was nothing to grade.
    """

    student: str
    set_name: str
    name: str = ""
    lms_id: str = ""
    late: bool = False
    label: str = ""
    notes: tuple[str, ...] = ()
    problem: str = ""
    origin: Origin | None = None
    record: Record | None = None

    @property
    def report(self) -> Report | None:
        """The report, None where nothing was graded."""
        return from_dict(self.record.report) if self.record and self.record.report else None

    @property
    def is_fault(self) -> bool:
        """Whether the grader itself has failed at it: that is told to the lecturer alone."""
        return self.problem.startswith(FAULT)

    @property
    def reason(self) -> str:
        """Why there is no grade, '' where there is one."""
        if self.problem:
            return self.problem
        if self.record is None:
            return "not graded yet: run the same command again, it goes on where it stopped."
        return self.record.unreadable


class Journal:
    """The journal in the file at `path`, which is made where there is none; one writer at a time.

    Raises:
        JournalBusyError: if another process is writing to it.
        JournalDamagedError: if it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(path.with_suffix(".lock"))
        self._database = sqlite3.connect(path, isolation_level=None)  # each statement is committed
        try:
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
            self._database.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            self.close()
            raise JournalDamagedError(f"{path} is damaged ({error}): move it away") from None

    def close(self) -> None:
        self._database.close()
        self._lock.release()

    def last_seed(self) -> int | None:
        """Return the seed of the newest run, None before the first."""
        row = self._database.execute("SELECT seed FROM runs ORDER BY id DESC LIMIT 1").fetchone()
        return row[0] if row else None

    def begin(self, seed: int, entries: Iterable[Entry], files: Iterable[Found] = ()) -> int:
        """Start a run with its entries, all or nothing; return its number.

        Entries of the last run that are not among these are carried over with their results.

        Args:
            seed: what inputs are drawn from.
            entries: one for each student and set.
            files: every name that was handed in.
        """
        with self._transaction():
            last = self._database.execute("SELECT MAX(id) FROM runs").fetchone()[0]
            cursor = self._database.execute(
                "INSERT INTO runs (started, seed) VALUES (?, ?)", (_now(), seed)
            )
            run = int(cursor.lastrowid or 0)
            for entry in entries:
                self._write_entry(run, entry)
            rows = [(run, json.dumps(asdict(file))) for file in files]
            self._database.executemany("INSERT INTO found VALUES (?, ?)", rows)
            self._database.execute(_CARRY_OVER, {"run": run, "last": last})
        return run

    def carried_over(self, run: int, entries: Iterable[Entry]) -> int:
        """Return how many entries of a run are none of `entries`."""
        here = {(entry.student, entry.set_name) for entry in entries}
        query = "SELECT student, set_name FROM roll WHERE run = ?"
        return sum(row not in here for row in self._database.execute(query, (run,)))

    def put(self, run: int, entry: Entry) -> None:
        """Store an entry, and its record if it has one, in the place of the old one."""
        with self._transaction():
            self._write_entry(run, entry)
            if entry.record and entry.origin:
                self._database.execute(
                    "INSERT OR REPLACE INTO results VALUES (?, ?, ?)",
                    (entry.origin.key, _now(), json.dumps(asdict(entry.record))),
                )

    def record(self, origin: Origin) -> Record | None:
        """Return the result stored for `origin`, None where it was not graded yet."""
        return _record(self._database, origin.key)

    def finish(self, run: int) -> None:
        self._database.execute("UPDATE runs SET finished = ? WHERE id = ?", (_now(), run))

    def wrote(self, path: str) -> str | None:
        """Return the digest of the file that was last written at `path`, None for none."""
        row = self._database.execute("SELECT digest FROM files WHERE path = ?", (path,)).fetchone()
        return row[0] if row else None

    def note_file(self, path: str, digest: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO files VALUES (?, ?)", (path, digest))

    def _write_entry(self, run: int, entry: Entry) -> None:
        data = asdict(entry) | {"record": None}
        self._database.execute(
            "INSERT OR REPLACE INTO roll VALUES (?, ?, ?, ?)",
            (run, entry.student, entry.set_name, json.dumps(data)),
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")


def current_entries(path: Path, back: int = 0) -> list[Entry]:
    """Return the entries with their results of the newest run, or of a finished run before it.

    This is safe while another process writes. A journal without such a run gives an empty list.

    Args:
        path: the journal.
        back: how many finished runs to go back.
    """
    database = sqlite3.connect(path, isolation_level=None)
    try:
        runs = [row[0] for row in database.execute("SELECT id FROM runs ORDER BY id DESC LIMIT 1")]
        if back and runs:
            query = "SELECT id FROM runs WHERE id < ? AND finished IS NOT NULL ORDER BY id DESC"
            runs = [row[0] for row in database.execute(query, runs)][back - 1 : back]
        query = "SELECT entry FROM roll WHERE run = ? ORDER BY student, set_name"
        rows = [row for run in runs for row in database.execute(query, (run,))]
        return [_entry(database, json.loads(row[0])) for row in rows]
    finally:
        database.close()


def current_files(path: Path) -> list[Found]:
    """Return every name that was handed in at the newest run; an older journal has noted none."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        tables = database.execute("SELECT name FROM sqlite_master WHERE name = 'found'")
        if not tables.fetchall():
            return []
        query = "SELECT found FROM found WHERE run = (SELECT MAX(id) FROM runs) ORDER BY rowid"
        plain = [json.loads(row[0]) for row in database.execute(query)]
        return [Found(**data | {"students": tuple(data["students"])}) for data in plain]
    finally:
        database.close()


def journals(folder: Path) -> list[Path]:
    """Return the journals in a folder of results: one, or one for each shard."""
    return sorted(folder.glob("journal*.sqlite"))


def _entry(database: sqlite3.Connection, data: dict[str, Any]) -> Entry:
    origin = Origin(**data["origin"]) if data["origin"] else None
    record = _record(database, origin.key) if origin and not data["problem"] else None
    return Entry(**data | {"origin": origin, "record": record, "notes": tuple(data["notes"])})


def _record(database: sqlite3.Connection, key: str) -> Record | None:
    row = database.execute("SELECT record FROM results WHERE key = ?", (key,)).fetchone()
    return Record(**json.loads(row[0])) if row else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _lock(path: Path) -> FileLock:
    """Return a lock on a file that no other process holds; it ends with the process."""
    lock = FileLock(path, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise JournalBusyError(
            f"another dlbook is writing to {path.parent}: wait for it to end."
        ) from None
    return lock
