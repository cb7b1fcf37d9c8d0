"""What was handed in: every file of a folder or an LMS's ZIP, whose it is, and what cannot be read.

The rule for several copies of one set by one student: those with an answer written before those
with stubs alone, and these before others; then the highest attempt in the name, the newest time,
the last name. The copies that do not count are kept as `older`, for when the one that does cannot
be read.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zipfile import ZipInfo

from dlbook.grading.batch.owners import Owner, is_noise, owner, recognise
from dlbook.grading.batch.source import Source, entries, inner_entries, open_regular
from dlbook.grading.errors import UnreadableError

RULE = (
    "with an answer written, then with answer cells, then highest attempt in the name, "
    "then newest time, then last name"
)
_UNKNOWN = "not an exercise notebook of this course: hand in the one that was released."
_OTHER = {  # endings of files that are no notebooks: the problem that is reported
    ".py": "only the notebook is graded: put what it needs into a cell.",
    ".html": "a page or text typed into the LMS, no notebook: hand in the .ipynb file.",
    ".pdf": "a PDF, no notebook: hand in the .ipynb file.",
}


@dataclass(frozen=True)
class Submission:
    """One student's copy of one set; with a `problem` there is nothing to grade, and it says why.

    `set_name` is '' where not even that is known; `older` are further copies, newest first. Of its
    `answers`, `written` are those that are no stub any more.
    """

    owner: Owner
    set_name: str
    label: str
    source: Source
    time: float = 0.0
    answers: int = 0
    written: int = 0
    problem: str = ""
    notes: tuple[str, ...] = ()
    older: tuple["Submission", ...] = field(default=())

    @property
    def student(self) -> str:
        return self.owner.student


@dataclass(frozen=True)
class _File:
    """One file: the names on its path, where its bytes are, its time, and why it is unreadable."""

    parts: tuple[str, ...]
    source: Source
    time: float
    problem: str = ""


def collect(
    place: Path, exercises: Mapping[str, frozenset[str]], only: str | None = None
) -> list[Submission]:
    """Return what was handed in at `place`, one entry for each student and set, in order of name.

    Args:
        place: a folder, a ZIP from an LMS, or one notebook.
        exercises: the names of the exercises of each set of the course.
        only: the one set that everything belongs to, where that is known.

    Raises:
        UnreadableError: if there is nothing at `place`.
    """
    found: list[Submission] = []
    for file in _files(place):
        found += _read(file, exercises, only)
    return _decide(found, only)


def _read(
    file: _File, exercises: Mapping[str, frozenset[str]], only: str | None
) -> Iterator[Submission]:
    """Yield what one file holds: a notebook, or each file of an archive that a student made."""
    whose = owner(file.parts, tuple(exercises))
    name, problem, data = file.parts[-1], file.problem, b""
    if not problem:
        try:
            data = file.source.read()
            if name.lower().endswith(".zip") and len(file.source.members) < 2:
                for inner in _unpacked(file, data):
                    for submission in _read(inner, exercises, only):
                        yield replace(submission, owner=whose)
                return
        except UnreadableError as error:
            problem = str(error)
    known, answers, written = recognise(name, data, exercises)
    if not problem and not known and not (only and name.lower().endswith(".ipynb")):
        problem = _OTHER.get(Path(name).suffix.lower(), _UNKNOWN)
    if not problem and only and known not in (None, only):
        problem = f"holds the set {known}, where {only} is graded."
    set_name, label = only or known or "", "/".join(file.parts)
    yield Submission(whose, set_name, label, file.source, file.time, answers, written, problem)


def _unpacked(file: _File, data: bytes) -> Iterator[_File]:
    """Yield the files in an archive whose bytes are `data`; they have the time of the archive."""
    for entry, problem in inner_entries(data):
        parts = (*file.parts, *_parts(entry))
        source = replace(file.source, members=(*file.source.members, entry.filename))
        if not is_noise(parts):
            yield _File(parts, source, file.time, problem)


def _files(place: Path) -> Iterator[_File]:
    """Yield each file that was handed in."""
    if place.is_dir():
        yield from _walk(place / "submitted" if (place / "submitted").is_dir() else place)
    elif place.suffix.lower() == ".zip" and place.exists():
        with open_regular(place) as stream:
            for entry, problem in entries(stream):
                parts = _parts(entry)
                if not is_noise(parts):
                    source = Source(place, (entry.filename,))
                    yield _File(parts, source, _entry_time(entry), problem)
    elif place.exists():
        yield _File((place.name,), Source(place), place.stat().st_mtime)
    else:
        raise UnreadableError(
            f"A folder or a ZIP of submissions is needed, there is none at {place}."
        )


def _walk(place: Path) -> Iterator[_File]:
    handed_in = set()
    for folder, subfolders, names in os.walk(place, followlinks=False):
        subfolders.sort()
        here = Path(folder)
        above = tuple(map(_readable, here.relative_to(place).parts))
        links = [name for name in subfolders if (here / name).is_symlink()]
        stamp = _stamp(here / "timestamp.txt") if "timestamp.txt" in names else None
        for name in sorted([*names, *links]):
            parts, path = (*above, _readable(name)), here / name
            if is_noise(parts):
                continue
            handed_in.add(parts[0])
            try:
                with open_regular(path) as stream:
                    time = os.fstat(stream.fileno()).st_mtime
                yield _File(parts, Source(path), stamp or time)
            except UnreadableError as error:
                yield _File(parts, Source(path), stamp or 0.0, str(error))
    for path in sorted(place.iterdir()):
        name = _readable(path.name)
        if path.is_dir() and name not in handed_in and not is_noise((name,)):
            problem = "an empty folder: nothing was handed in."
            yield _File((name, ""), Source(path), 0.0, problem)


def _readable(name: str) -> str:
    """Return a file's name as text that can be stored, also where it is not UTF-8."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _parts(entry: ZipInfo) -> tuple[str, ...]:
    """Return the names on the path of an entry; they are labels and lead nowhere."""
    parts = re.split(r"[\\/]+", entry.filename)
    return tuple(part for part in parts if part not in ("", ".", "..")) or ("nameless",)


def _entry_time(entry: ZipInfo) -> float:
    try:
        return datetime(*entry.date_time).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _stamp(path: Path) -> float | None:
    """Return the time in the file that nbgrader puts next to a submission, None without one."""
    try:
        with open_regular(path) as stream:
            return datetime.fromisoformat(stream.read(19).decode("ascii")).timestamp()
    except (UnreadableError, ValueError, OverflowError):
        return None


def _decide(found: list[Submission], only: str | None) -> list[Submission]:
    """Return one submission for each student and set, the copies that do not count inside it."""
    sets = {item.set_name for item in found if item.set_name and not item.problem}
    alone = only or (next(iter(sets)) if len(sets) == 1 else "")
    copies: dict[tuple[str, str], list[Submission]] = {}
    for item in found:
        copies.setdefault((item.student, item.set_name or alone), []).append(item)
    good = {student for (student, _), items in copies.items() if any(not i.problem for i in items)}
    left_aside: dict[str, list[str]] = {}  # notes on unreadable files of students in `good`
    for item in found:
        if item.problem and item.student in good:
            left_aside.setdefault(item.student, []).append(
                f"{item.label} left aside: {item.problem}"
            )
    decided = []
    for (student, set_name), items in sorted(copies.items()):
        readable = [item for item in items if not item.problem]
        if readable or student not in good:
            ranked = sorted(readable or items, key=rank, reverse=True)
            older = tuple(ranked[1:]) if readable else ()
            more = (*_notes(ranked), *left_aside.pop(student, [])[:5])
            decided.append(replace(ranked[0], set_name=set_name, older=older, notes=more))
    return decided


def rank(item: Submission) -> tuple[bool, bool, int, float, str]:
    """Return what copies of one student are ordered by; the greatest counts."""
    written, answers = item.written > 0, item.answers > 0
    return written, answers, item.owner.attempt, item.time, item.label


def _notes(ranked: list[Submission]) -> tuple[str, ...]:
    if len(ranked) == 1:
        return ()
    others = ", ".join(copy.label for copy in ranked[1:6])
    return (f"{len(ranked)} copies: {ranked[0].label} counts ({RULE}); set aside: {others}",)
