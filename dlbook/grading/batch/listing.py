"""Every name in what was handed in: files of a folder and of ZIPs, empty folders, and noise.

Nothing is left out here. What a student packed is bounded by sums that are known before anything
is read: entries, and the bytes of what looks like a notebook.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from dlbook.check.shared import N_, _
from dlbook.grading.batch.archive import Member, members
from dlbook.grading.batch.names import compose, decode
from dlbook.grading.batch.noise import file_noise, folder_noise
from dlbook.grading.batch.source import Source, cannot_be_opened, open_regular, read_member
from dlbook.grading.errors import UnreadableError
from dlbook.grading.notebook import MAX_BYTES

MAX_ENTRIES = 50_000  # of an archive that an LMS made
MAX_SUM = 20_000_000_000  # bytes in it that look like notebooks
MAX_INNER = 2_000  # entries of an archive that a student handed in
MAX_INNER_SUM = 50_000_000
_MAX_DEPTH = 50  # folders
_MAX_NESTED = 2  # ZIPs in each other
HEAD = 64  # bytes that tell what a file is
_EMPTY = N_("an empty folder: nothing was handed in.")
_DEEP = N_("more than {most} folders in each other: hand in the notebook itself.")


@dataclass(frozen=True)
class File:
    """One file or empty folder: the names on its path, where its bytes are, and its time.

    With a `problem` it cannot be read; with `noise` it is nobody's work, and that says what it is.
    The last part of an empty folder is ''. `guess` is the encoding that a name was taken for.
    """

    parts: tuple[str, ...]
    source: Source
    time: float = 0.0
    problem: str = ""
    noise: str = ""
    guess: str = ""
    archive: bytes = field(default=b"", repr=False)  # the student's ZIP that it lies in
    is_noted: bool = False  # its time is what nbgrader noted when it was handed in

    @property
    def name(self) -> str:
        return self.parts[-1]

    @property
    def is_zip(self) -> bool:
        return self.name.lower().endswith(".zip")

    def read(self, limit: int | None = None) -> bytes:
        """Return its bytes, all of them or the first `limit`.

        Raises:
            UnreadableError: if they cannot be read.
        """
        if self.archive:
            return read_member(BytesIO(self.archive), self.source.members[-1], limit)
        return self.source.read(limit)


@dataclass
class _Budget:
    """What is left of the entries and bytes that one archive may hold, ZIPs inside it included."""

    entries: int
    bytes: int


def is_like_notebook(name: str, head: bytes) -> bool:
    """Return whether a file may be a notebook: by its name, or by how it begins."""
    start = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return ".ipynb" in name.lower() or start.startswith(b"{")


def list_files(place: Path) -> Iterator[File]:
    """Yield each name at `place`: a folder, a ZIP, or one file.

    Raises:
        UnreadableError: if there is nothing at `place`, or it is a damaged ZIP.
    """
    if place.is_dir():
        found = list(_walk(place))
        handed_in = [file for file in found if not file.noise]
        for file in found:
            is_only = handed_in == [file] and len(file.parts) == 1 and not file.problem
            if is_only and file.is_zip:
                yield from _lone_archive(file)
            else:
                yield from _opened(file, _of_student())
    elif place.suffix.lower() == ".zip" and place.exists():
        try:
            yield from _class_archive(File((), Source(place)))
        except UnreadableError as error:
            raise UnreadableError(f"{place}: {error}") from None
    elif place.exists():
        yield File((_readable(place.name),), Source(place), place.stat().st_mtime)
    else:
        raise UnreadableError(
            f"A folder or a ZIP of submissions is needed, there is none at {place}."
        )


def _of_student() -> _Budget:
    return _Budget(MAX_INNER, MAX_INNER_SUM)


# ---- a folder ----


def _walk(place: Path) -> Iterator[File]:
    waiting: list[tuple[Path, tuple[str, ...]]] = [(place, ())]
    while waiting:
        folder, parts = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if not parts:
                raise UnreadableError(f"{place} {cannot_be_opened(error)}") from None
            yield File((*parts, ""), Source(folder), problem=cannot_be_opened(error))
            continue
        if not found and parts:
            yield File((*parts, ""), Source(folder), problem=_EMPTY)
        stamp = _stamp(folder / "timestamp.txt")
        for entry in found:
            own = (*parts, _readable(entry.name))
            path = Path(entry.path)
            if not entry.is_dir(follow_symlinks=False):
                file = _file(path, own)
                yield replace(file, time=stamp or file.time, is_noted=stamp is not None)
            elif folder_noise(entry.name):
                yield File((*own, ""), Source(path), noise=folder_noise(entry.name))
            elif len(own) > _MAX_DEPTH:
                yield File((*own, ""), Source(path), problem=_DEEP.format(most=_MAX_DEPTH))
            else:
                waiting.append((path, own))


def _file(path: Path, parts: tuple[str, ...]) -> File:
    file = File(parts, Source(path), noise=file_noise(parts[-1]))
    try:
        with open_regular(path) as stream:
            return replace(file, time=os.fstat(stream.fileno()).st_mtime)
    except UnreadableError as error:
        return replace(file, problem=str(error))


def _stamp(path: Path) -> float | None:
    """Return the time in the file that nbgrader puts next to a submission, None without one.

    It ends in the name of a time zone, which is UTC unless somebody has set another one.
    """
    try:
        with open_regular(path) as stream:
            text = stream.read(60).decode("ascii")
        zone = UTC if text.rstrip().endswith(("UTC", "+0000")) else None  # None: this machine's
        return datetime.fromisoformat(text[:19]).replace(tzinfo=zone).timestamp()
    except (UnreadableError, ValueError, OverflowError):
        return None


def _readable(name: str) -> str:
    return compose(decode(os.fsencode(name))[0])


# ---- a ZIP ----


def _opened(file: File, budget: _Budget) -> Iterator[File]:
    """Yield a file, or what is in it if it is a ZIP that can be read."""
    if not file.is_zip or file.problem or file.noise:
        yield file
        return
    try:
        if len(file.source.members) >= _MAX_NESTED:
            raise UnreadableError(_("a ZIP in a ZIP in a ZIP: hand in the notebook itself."))
        data = file.read()
        found = _entries(replace(file, archive=data), BytesIO(data), budget)
    except UnreadableError as error:
        yield replace(file, problem=str(error))
        return
    for inner in found or [replace(file, problem=_("an empty ZIP: nothing was handed in."))]:
        yield from _opened(inner, budget)


def _class_archive(zipped: File) -> Iterator[File]:
    """Yield what is in the archive of a class, each ZIP of a student opened with a budget.

    Raises:
        UnreadableError: if it is no ZIP, or holds too much.
    """
    with open_regular(zipped.source.path) as stream:
        budget = _Budget(MAX_ENTRIES, MAX_SUM)
        for file in _entries(replace(zipped, time=0.0), stream, budget):
            yield from _opened(file, _of_student())


def _lone_archive(file: File) -> Iterator[File]:
    """Yield what is in a ZIP that lies alone in a folder, which may be that of a whole class."""
    try:
        yield from _class_archive(file)
    except UnreadableError as error:
        yield replace(file, problem=str(error))


def _entries(zipped: File, stream: IO[bytes], budget: _Budget) -> list[File]:
    """Return what is in an archive, and take it off the budget before any of it is read.

    Raises:
        UnreadableError: if it is no ZIP, or holds more than is left of the budget.
    """
    inside = members(stream, budget.entries)
    files = list(_named(zipped, inside))
    size = sum(_bytes_to_read(file, stream) for file in files)
    if size > budget.bytes:
        words = _(
            "holds {size} MB of notebooks, at most {most} MB are read: hand in the notebook alone."
        )
        size, most = size // 1_000_000, budget.bytes // 1_000_000
        raise UnreadableError(words.format(size=size, most=most))
    budget.entries -= len(inside)
    budget.bytes -= size
    return files


def _bytes_to_read(file: File, stream: IO[bytes]) -> int:
    """Return how many bytes of an entry are going to be read."""
    if file.noise or file.problem:
        return 0
    member = file.source.members[-1]
    try:
        is_read = file.is_zip or is_like_notebook(file.name, read_member(stream, member, HEAD))
    except UnreadableError:
        return 0
    return member.size if is_read and member.size <= MAX_BYTES else 0


def _named(zipped: File, inside: list[Member]) -> Iterator[File]:
    """Yield the files of an archive, its empty folders, and each folder of noise once."""
    full = {member.parts[:depth] for member in inside for depth in range(1, len(member.parts))}
    told = set()
    for member in inside:
        own, noise = _up_to_noise(member)
        if member.is_folder and not noise:
            if own in full:
                continue
            own = (*own, "")
        if noise and own in told:
            continue
        told.add(own)
        problem = _EMPTY if member.is_folder else member.problem
        if len(own) > _MAX_DEPTH:
            own, problem = (*own[:_MAX_DEPTH], own[-1]), _DEEP.format(most=_MAX_DEPTH)
        source = replace(zipped.source, members=(*zipped.source.members, member))
        parts, time = (*zipped.parts, *own), zipped.time or member.time
        archive, is_noted = zipped.archive, zipped.is_noted
        yield File(parts, source, time, problem, noise, member.guess, archive, is_noted)


def _up_to_noise(member: Member) -> tuple[tuple[str, ...], str]:
    """Return the path of an entry as far as the first folder of noise, and what that is."""
    folders = member.parts if member.is_folder else member.parts[:-1]
    for depth, name in enumerate(folders, 1):
        if what := folder_noise(name):
            return (*member.parts[:depth], ""), what
    return member.parts, "" if member.is_folder else file_noise(member.parts[-1])
