"""ZIP archives, read by their directory: every entry is named, and none is unpacked to a disk.

Python's own reader is not used. It refuses a whole archive for one odd name, keeps one of two
equal names, takes quadratic time on crafted extra fields, and parses the directory again for each
entry that is read. What an entry promises is believed only as a limit.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from dlbook.check.shared import N_, _
from dlbook.grading.batch.names import compose, decode
from dlbook.grading.errors import UnreadableError

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_EXTRA = struct.Struct("<2H")
_LONGEST_COMMENT = 65_535
_MAX_DIRECTORY = 64_000_000  # bytes: 50,000 entries with long names take a quarter of it
_MAX_NAME = 1_000  # bytes; a path on Linux may have 4,096, a file's name 255
_MAX_FIELDS = 32  # of an entry; there are hardly more than three
_ZIP_64, _UNICODE_PATH = 0x0001, 0x7075  # kinds of extra fields
_WINDOWS = (0, 10, 11, 14)  # systems on which a backslash parts folders
_STORED, _DEFLATED = 0, 8
_BROKEN = N_("not a ZIP archive, or cut off: hand it in again.")
_LYING = N_("broken inside its archive: hand it in again.")


@dataclass(frozen=True)
class Member:
    """One entry: the names on its path, where its bytes are, and what it promises of them.

    `guess` is the encoding that its name was taken for where the archive does not say it.
    """

    parts: tuple[str, ...]
    is_folder: bool
    offset: int
    packed: int
    size: int
    checksum: int
    method: int
    flags: int
    mode: int
    time: float
    guess: str = ""

    @property
    def problem(self) -> str:
        """Why it cannot be read, '' where it can."""
        if self.mode & 0o170000 not in (0, 0o100000):
            return _("a link or a device inside an archive: hand in the file itself.")
        if self.flags & 1:
            return _("encrypted: hand it in without a password.")
        if self.method not in (_STORED, _DEFLATED):
            return _("packed in an unusual way: hand in an ordinary ZIP archive.")
        return ""


def members(stream: IO[bytes], most: int) -> list[Member]:
    """Return the entries of a ZIP, in its order.

    Args:
        stream: the archive.
        most: how many entries it may have.

    Raises:
        UnreadableError: if it is no ZIP, or has more entries.
    """
    try:
        start, directory, count = _directory(stream)
        if count > most:
            words = _("has {count} entries, at most {most} are read.")
            raise UnreadableError(words.format(count=count, most=most))
        raw = list(_raw_entries(directory, most))
    except (struct.error, OSError, ValueError):
        raise UnreadableError(_(_BROKEN)) from None
    names = [_name(fields, name, extra) for fields, name, extra in raw]
    only_backslashes = not any("/" in name for name, _guess in names)
    found = []
    for (fields, _name_bytes, extra), (name, guess) in zip(raw, names, strict=True):
        windows = fields[1] >> 8 in _WINDOWS or only_backslashes
        found.append(_member(fields, extra, start, name, guess, windows))
    return found


def unpack(stream: IO[bytes], member: Member, limit: int | None = None) -> bytes:
    """Return the bytes of an entry, all of them or the first `limit`; never more than it promises.

    Raises:
        UnreadableError: if it is broken.
    """
    wanted = member.size if limit is None else min(member.size, limit)
    try:
        stream.seek(member.offset)
        head = _LOCAL.unpack(stream.read(_LOCAL.size))
        if head[0] != b"PK\3\4":
            raise UnreadableError(_(_LYING))
        stream.seek(head[-2] + head[-1], 1)
        packed = stream.read(min(member.packed, wanted + wanted // 100 + 1_000))
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        data = packed if member.method == _STORED else inflate.decompress(packed, wanted + 1)
    except (struct.error, OSError, ValueError, zlib.error):
        raise UnreadableError(_(_LYING)) from None
    if limit is not None:
        return data[:limit]
    if len(data) != member.size or zlib.crc32(data) != member.checksum:
        raise UnreadableError(_(_LYING))
    return data


# ---- the directory ----


def _directory(stream: IO[bytes]) -> tuple[int, bytes, int]:
    """Return where the archive begins in the stream, its directory, and how many entries it has."""
    size = stream.seek(0, 2)
    before = max(0, size - _END.size - _LONGEST_COMMENT)
    stream.seek(before)
    tail = stream.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0:
        raise UnreadableError(_(_BROKEN))
    _sign, _disk, _first, _here, count, length, offset, _comment = _END.unpack_from(tail, at)
    end = before + at
    if at >= _LOCATOR.size and tail.startswith(b"PK\6\7", at - _LOCATOR.size):
        _sign, _disk, place, _disks = _LOCATOR.unpack_from(tail, at - _LOCATOR.size)
        stream.seek(place)
        record = _END_64.unpack(stream.read(_END_64.size))
        if record[0] != b"PK\6\6":
            raise UnreadableError(_(_BROKEN))
        end, (count, length, offset) = place, record[-3:]
    if length > min(end, _MAX_DIRECTORY):
        raise UnreadableError(_(_BROKEN))
    stream.seek(end - length)
    return end - length - offset, stream.read(length), count


def _raw_entries(directory: bytes, most: int) -> Iterator[tuple[tuple[int, ...], bytes, bytes]]:
    """Yield the fields of each entry, the bytes of its name, and its extra fields."""
    at = count = 0
    while at < len(directory):
        fields = _ENTRY.unpack_from(directory, at)
        count += 1
        if fields[0] != b"PK\1\2":
            raise UnreadableError(_(_BROKEN))
        if count > most:
            raise UnreadableError(_("has more than {most} entries.").format(most=most))
        name_end = at + _ENTRY.size + fields[10]
        extra_end = name_end + fields[11]
        yield fields, directory[at + _ENTRY.size : name_end], directory[name_end:extra_end]
        at = extra_end + fields[12]


def _member(
    fields: tuple[int, ...], extra: bytes, start: int, name: str, guess: str, windows: bool
) -> Member:
    """Return an entry; on `windows`, a backslash parts folders and may mark one at its end."""
    _sign, _made, _needs, flags, method, clock, day, checksum, packed, size = fields[:10]
    offset, mode = fields[-1], fields[-2] >> 16
    wide = iter(_wide_numbers(extra))
    size = next(wide, size) if size == 0xFFFFFFFF else size
    packed = next(wide, packed) if packed == 0xFFFFFFFF else packed
    offset = next(wide, offset) if offset == 0xFFFFFFFF else offset
    path = name.replace("\\", "/") if windows else name
    has_mark = path.endswith("/") or bool(fields[-2] & 0x10)
    is_folder = name.endswith("/") or (has_mark and not size)
    parts = tuple(compose(part) for part in path.split("/") if part not in ("", ".", ".."))
    return Member(
        parts or ("nameless",),
        is_folder,
        max(0, start + offset),
        packed,
        size,
        checksum,
        method,
        flags,
        mode & 0xFFFF if not is_folder else 0,
        _time(day, clock),
        guess,
    )


def _name(fields: tuple[int, ...], raw: bytes, extra: bytes) -> tuple[str, str]:
    """Return the name of an entry as text, and the encoding that was guessed, '' for none."""
    noted = _field(extra, _UNICODE_PATH)
    if len(noted) > 5 and noted[1:5] == struct.pack("<L", zlib.crc32(raw)):
        raw, is_utf_8 = noted[5:], True
    else:
        is_utf_8 = bool(fields[3] & 0x800)
    long = len(raw) > _MAX_NAME
    raw = raw[:_MAX_NAME] + (b"..." if long else b"")
    if is_utf_8 or long:
        return raw.decode("utf-8", "backslashreplace"), ""
    return decode(raw)


def _wide_numbers(extra: bytes) -> tuple[int, ...]:
    field = _field(extra, _ZIP_64)
    return struct.unpack(f"<{len(field) // 8}Q", field[: len(field) // 8 * 8])


def _field(extra: bytes, wanted: int) -> bytes:
    """Return what an extra field of some kind holds, b'' where it is not among the first few."""
    at = 0
    for _field_number in range(_MAX_FIELDS):
        if at + _EXTRA.size > len(extra):
            break
        kind, length = _EXTRA.unpack_from(extra, at)
        at += _EXTRA.size
        if kind == wanted:
            return extra[at : at + length]
        at += length
    return b""


def _time(day: int, clock: int) -> float:
    try:
        date = datetime(
            (day >> 9) + 1980, day >> 5 & 15, day & 31, clock >> 11, clock >> 5 & 63, clock % 32 * 2
        )
        return date.timestamp()
    except (ValueError, OverflowError):
        return 0.0
