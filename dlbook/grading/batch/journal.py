"""The journal of a batch: one SQLite file that holds every result as soon as it is known.

A result's key is the digest of all that it depends on: the bytes handed in, the reference, the
seed and the engine. What has a result is never graded twice, and no kill loses a stored row.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from dlbook.grading.batch.entry import Entry, Origin, Record
from dlbook.grading.batch.found import Found
from dlbook.grading.errors import JournalBusyError, JournalDamagedError

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


class Journal:
    """The journal in the file at `path`, which is made where there is none; one writer at a time.

    Raises:
        JournalBusyError: if another process is writing to it.
        JournalDamagedError: if it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._lock = path, _lock(path.with_suffix(".lock"))
        self._database = sqlite3.connect(path, isolation_level=None)  # each statement is committed
        try:
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
            self._database.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            self.close()
            raise _refusal(path, error) from None

    def close(self) -> None:
        self._database.close()
        self._lock.release()

    def interrupted_seed(self) -> int | None:
        """Return the seed of the newest run where that has not come to its end, else None."""
        query = "SELECT seed, finished FROM runs ORDER BY id DESC LIMIT 1"
        row = self._database.execute(query).fetchone()
        return row[0] if row and row[1] is None else None

    def graded_as(self, origin: Origin) -> Origin | None:
        """Return `origin` with the newest seed under which it has a result, None without one."""
        for (seed,) in self._database.execute(
            "SELECT seed FROM runs GROUP BY seed ORDER BY MAX(id) DESC"
        ):
            found = replace(origin, seed=seed)
            query = "SELECT 1 FROM results WHERE key = ?"
            if self._database.execute(query, (found.key,)).fetchone():
                return found
        return None

    def begin(self, seed: int, entries: Iterable[Entry], files: Iterable[Found] = ()) -> int:
        """Start a run with its entries, all or nothing; return its number.

        Entries of the last run that are not among these are carried over with their results, but
        for those of somebody who is among these under another name.

        Args:
            seed: what inputs are drawn from.
            entries: one for each student and set.
            files: every name that was handed in.
        """
        entries = list(entries)
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
            self._let_old_names_go(run, entries)
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

    def _let_old_names_go(self, run: int, entries: Iterable[Entry]) -> None:
        """Remove entries that a student has under a name of before: the LMS's number tells it."""
        here = {(entry.student, entry.set_name) for entry in entries}
        numbered = {(entry.lms_id, entry.set_name) for entry in entries if entry.lms_id}
        query = "SELECT student, set_name, entry FROM roll WHERE run = ?"
        for student, set_name, text in self._database.execute(query, (run,)).fetchall():
            is_carried_over = (student, set_name) not in here
            if is_carried_over and (json.loads(text)["lms_id"], set_name) in numbered:
                query = "DELETE FROM roll WHERE run = ? AND student = ? AND set_name = ?"
                self._database.execute(query, (run, student, set_name))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException as error:
            if self._database.in_transaction:  # SQLite may have rolled it back on a full disk
                self._database.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise _refusal(self._path, error) from None
            raise
        self._database.execute("COMMIT")


def current_entries(path: Path, back: int = 0) -> list[Entry]:
    """Return the entries with their results of the newest run, or of a finished run before it.

    This is safe while another process writes. A journal without such a run gives an empty list.

    Args:
        path: the journal.
        back: how many finished runs to go back.
    """
    with _reading(path) as database:
        runs = [row[0] for row in database.execute("SELECT id FROM runs ORDER BY id DESC LIMIT 1")]
        if back and runs:
            query = "SELECT id FROM runs WHERE id < ? AND finished IS NOT NULL ORDER BY id DESC"
            runs = [row[0] for row in database.execute(query, runs)][back - 1 : back]
        query = "SELECT entry FROM roll WHERE run = ? ORDER BY student, set_name"
        rows = [row for run in runs for row in database.execute(query, (run,))]
        return [_entry(database, json.loads(row[0])) for row in rows]


def current_files(path: Path) -> list[Found]:
    """Return every name that was handed in at the newest run; an older journal has noted none."""
    with _reading(path) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE name = 'found'")
        if not tables.fetchall():
            return []
        query = "SELECT found FROM found WHERE run = (SELECT MAX(id) FROM runs) ORDER BY rowid"
        plain = [json.loads(row[0]) for row in database.execute(query)]
        return [Found(**data | {"students": tuple(data["students"])}) for data in plain]


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Give the journal at `path` to read, also where nothing can be written beside it.

    Raises:
        JournalDamagedError: if it cannot be read.
    """
    address = path.resolve().as_uri()
    is_still = not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists()
    database = None
    try:
        database = sqlite3.connect(
            f"{address}?immutable=1" if is_still else address, uri=True, isolation_level=None
        )
        yield database
    except sqlite3.DatabaseError as error:
        raise _refusal(path, error) from None
    finally:
        if database:
            database.close()


def _refusal(path: Path, error: sqlite3.DatabaseError) -> JournalDamagedError:
    """Return what to say of a journal: one that a disk or a right keeps closed is not damaged."""
    if isinstance(error, sqlite3.OperationalError):
        todo = "see to the room on the disk and to its rights, or copy the folder to another disk"
        return JournalDamagedError(f"{path} cannot be used ({error}): {todo}")
    return JournalDamagedError(f"{path} is damaged ({error}): move it away")


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
