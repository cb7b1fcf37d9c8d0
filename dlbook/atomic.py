"""Write files whole or not at all: whoever reads one finds the old content or the new.

That holds when a program is killed in the middle of writing and, with `sync`, when the power fails.
"""

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_PART = ".dlbook-{}.part"  # the name of a file that is not whole yet
_FORGOTTEN = 24 * 3600  # seconds after which nobody still writes a file


def write(path: str | Path, data: str | bytes, *, sync: bool = True) -> None:
    """Write a file whole or not at all.

    Args:
        path: where to; its folder exists.
        data: what the file will hold; text is written as UTF-8, its line ends as they are.
        sync: whether to wait until the disk has it, as for what nobody could make again; for
            hundreds of files that takes long.
    """
    with writing(path, sync=sync) as file:
        file.write(data.encode("utf-8") if isinstance(data, str) else data)


@contextmanager
def writing(path: str | Path, *, sync: bool = True) -> Iterator[BinaryIO]:
    """Give a new file to write to, which takes the place of `path` when the block ends.

    The new file is beside the old one and has its permissions. A block that ends in an error
    leaves the old file as it was and removes the new one. A symbolic link stays a link: the file
    that it leads to is written.

    Args:
        path: where to; its folder exists.
        sync: as in `write`.
    """
    target = Path(os.path.realpath(path))
    fresh = target.with_name(_PART.format(os.urandom(8).hex()))
    try:
        with _create(fresh, like=target) as file:
            yield file
            file.flush()
            if sync:
                os.fsync(file.fileno())  # the content is on the disk before the name is
        os.replace(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)
    if sync:
        _sync_folder(target.parent)


def clear(folder: Path) -> None:
    """Remove what programs that were killed have left half-written, in a folder and those in it.

    A file that was written to within a day stays, since somebody may be at it.
    """
    for path in folder.rglob(_PART.format("*")):
        with suppress(OSError):  # somebody else may clear away too, or may forbid it
            if path.is_file() and time.time() - path.stat().st_mtime > _FORGOTTEN:
                path.unlink()


def _create(path: Path, like: Path) -> BinaryIO:
    """Create a file with the permissions of `like`, or those usual for a new file."""
    mode = stat.S_IMODE(like.stat().st_mode) if like.exists() else None
    first = 0o666 if mode is None else mode  # no moment in which more people may read it
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags, first), "wb")
    if mode is not None:
        path.chmod(mode)  # the umask may have taken something away
    return file


def _sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can do that."""
    with suppress(OSError):  # Windows opens no folders, and some network disks sync none
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
