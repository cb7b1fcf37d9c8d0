"""Where the bytes of a submission come from: a regular file, or an entry of a ZIP, never a link.

Nothing is ever unpacked: a name inside an archive is a label and never becomes a path.
"""

import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from dlbook.grading.errors import UnreadableError
from dlbook.grading.notebook import MAX_BYTES

MAX_ENTRIES = 50_000  # of an archive that an LMS made
MAX_INNER = 2_000  # of an archive that a student handed in
_CHUNK = 1 << 16
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Source:
    """A file at `path`; with `members`, an entry of the ZIP there, or of a ZIP inside it."""

    path: Path
    members: tuple[str, ...] = ()

    def read(self) -> bytes:
        """Return the bytes.

        Raises:
            UnreadableError: if there is no regular file, if it is larger than 20 MB or broken.
        """
        with open_regular(self.path) as stream:
            if not self.members:
                return _take(stream)
            return _read_member(stream, self.members)


def open_regular(path: Path) -> IO[bytes]:
    """Return the file at `path`, opened so that no link is followed and no pipe waited for.

    Raises:
        UnreadableError: if it is no regular file, or cannot be opened.
    """
    try:
        found = path.lstat().st_mode
        if stat.S_ISLNK(found):
            raise UnreadableError("a link, which may point anywhere: hand in the file itself.")
        if not stat.S_ISREG(found):
            raise UnreadableError("not a regular file: hand in a notebook file.")
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(f"cannot be opened ({reason}): check its name and rights.") from None
    stream = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        stream.close()
        raise UnreadableError("not a regular file: hand in a notebook file.")
    return stream


def inner_entries(data: bytes) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """Yield the files in a ZIP that a student handed in, as `entries` does.

    Raises:
        UnreadableError: if it is no ZIP, or has more than 2,000 entries.
    """
    count = data.count(b"PK\1\2")  # before memory is taken for each
    if count > MAX_INNER:
        raise UnreadableError(f"has {count} entries, at most {MAX_INNER} are read.")
    return entries(BytesIO(data))


def entries(stream: IO[bytes]) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """Yield the files in a ZIP, each with why it cannot be read, or ''.

    Raises:
        UnreadableError: if it is no ZIP, or has more than 50,000 entries.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            found = archive.infolist()
    except Exception:  # zipfile raises a dozen kinds on damaged archives
        raise UnreadableError("not a ZIP archive, or cut off: hand it in again.") from None
    if len(found) > MAX_ENTRIES:
        raise UnreadableError(f"has {len(found)} entries, at most {MAX_ENTRIES} are read.")
    for entry in found:
        if not entry.is_dir():
            yield entry, _why_not(entry)


def _why_not(entry: zipfile.ZipInfo) -> str:
    kind = entry.external_attr >> 16
    if stat.S_IFMT(kind) not in (0, stat.S_IFREG):
        return "a link or a device inside an archive: hand in the file itself."
    if entry.flag_bits & 1:
        return "encrypted: hand it in without a password."
    if entry.compress_type not in _PLAIN:
        return "packed in an unusual way: hand in an ordinary ZIP archive."
    if entry.file_size > MAX_BYTES:
        return "larger than 20 MB: clear its outputs and save it again."
    return ""


def _read_member(stream: IO[bytes], members: tuple[str, ...]) -> bytes:
    try:
        with zipfile.ZipFile(stream) as archive:
            entry = archive.getinfo(members[0])
            reason = _why_not(entry)
            if reason:
                raise UnreadableError(reason)
            with archive.open(entry) as inner:
                data = _take(inner)
    except UnreadableError:
        raise
    except Exception as error:
        raise UnreadableError(
            f"broken inside its archive ({_short(error)}): hand it in again."
        ) from None
    return _read_member(BytesIO(data), members[1:]) if members[1:] else data


def _take(stream: IO[bytes]) -> bytes:
    """Return what `stream` holds, never more than 20 MB whatever its header promises."""
    parts, left = [], MAX_BYTES + 1
    while left > 0 and (part := stream.read(min(_CHUNK, left))):
        parts.append(part)
        left -= len(part)
    if left <= 0:
        raise UnreadableError("larger than 20 MB: clear its outputs and save it again.")
    return b"".join(parts)


def _short(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:80].rstrip(".")
