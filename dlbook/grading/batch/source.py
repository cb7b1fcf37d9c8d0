"""Where the bytes of a submission come from: a regular file, or an entry of a ZIP, never a link.

Nothing is ever unpacked: a name inside an archive is a label and never becomes a path.
"""

import os
import stat
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from dlbook.check.shared import N_, _
from dlbook.grading.batch.archive import Member, unpack
from dlbook.grading.errors import UnreadableError
from dlbook.grading.notebook import MAX_BYTES

TOO_LARGE = N_("larger than 20 MB: clear its outputs and save it again.")


@dataclass(frozen=True)
class Source:
    """A file at `path`; with `members`, an entry of the ZIP there, or of a ZIP inside it."""

    path: Path
    members: tuple[Member, ...] = ()

    def read(self, limit: int | None = None) -> bytes:
        """Return the bytes, all of them or the first `limit`.

        Raises:
            UnreadableError: if there is no regular file, if it is larger than 20 MB or broken.
        """
        with open_regular(self.path) as stream:
            if not self.members:
                return _read_file(stream, limit)
            archive: IO[bytes] = stream
            for outer in self.members[:-1]:
                archive = BytesIO(read_member(archive, outer))
            return read_member(archive, self.members[-1], limit)


def read_member(archive: IO[bytes], member: Member, limit: int | None = None) -> bytes:
    """Return the bytes of an entry, all of them or the first `limit`.

    Raises:
        UnreadableError: if it cannot be read, is larger than 20 MB or broken.
    """
    if member.problem:
        raise UnreadableError(member.problem)
    if member.size > MAX_BYTES and limit is None:
        raise UnreadableError(_(TOO_LARGE))
    return unpack(archive, member, limit)


def open_regular(path: Path) -> IO[bytes]:
    """Return the file at `path`, opened so that no link is followed and no pipe waited for.

    Raises:
        UnreadableError: if it is no regular file, or cannot be opened.
    """
    try:
        found = path.lstat().st_mode
        if stat.S_ISLNK(found):
            raise UnreadableError(_("a link, which may point anywhere: hand in the file itself."))
        if not stat.S_ISREG(found):
            raise UnreadableError(_("not a regular file: hand in a notebook file."))
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise UnreadableError(cannot_be_opened(error)) from None
    stream = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        stream.close()
        raise UnreadableError(_("not a regular file: hand in a notebook file."))
    return stream


def cannot_be_opened(error: OSError | ValueError) -> str:
    """Return why a file or folder cannot be opened."""
    reason = getattr(error, "strerror", None) or str(error)
    return _("cannot be opened ({reason}): check its name and rights.").format(reason=reason)


def _read_file(stream: IO[bytes], limit: int | None) -> bytes:
    """Return what a file holds, never more than 20 MB however it grows meanwhile."""
    if limit is not None:
        return stream.read(limit)
    if os.fstat(stream.fileno()).st_size > MAX_BYTES:
        raise UnreadableError(_(TOO_LARGE))
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableError(_(TOO_LARGE))
    return data
