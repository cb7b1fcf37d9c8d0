"""The folder of results: a run adds to it, and nothing that a person wrote is lost."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from dlbook.check.shared import atomic
from dlbook.grading.batch.journal import Journal
from dlbook.grading.errors import ResultsFolderError
from dlbook.grading.rules.word import FILES


def require_results_or_nothing(folder: Path) -> None:
    """Refuse a folder for results in which other things are; the lecturer's files may be there.

    Raises:
        ResultsFolderError: if it is a file, or holds files and no journal.
    """
    if folder.exists() and not folder.is_dir():
        raise ResultsFolderError(
            f"a folder for the results is needed, {folder} is a file: name another"
        )
    others = folder.is_dir() and not all(map(_is_lecturers, folder.iterdir()))
    if others and not any(folder.glob("journal*.sqlite")):
        raise ResultsFolderError(
            f"an empty folder or one with earlier results is needed, {folder} holds other "
            "things: name a new one with -o"
        )


def _is_lecturers(path: Path) -> bool:
    """Return whether it is a lecturer's file, or what a spreadsheet puts beside an open one."""
    return path.name in FILES or path.name.startswith((".~lock.", "~$"))


class Results:
    """Writes files of a folder; what somebody has changed since is kept under another name."""

    def __init__(self, folder: Path, journal: Journal, say: Callable[[str], None]) -> None:
        self._folder, self._journal, self._say = folder, journal, say

    def write(self, name: str, text: str) -> None:
        """Write a file whole or not at all; `name` is its path below the folder."""
        path, data = self._folder / name, text.encode("utf-8", "replace")
        digest = hashlib.sha256(data).hexdigest()
        old = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
        if old != digest:
            if old is not None and old != self._journal.wrote(name):
                kept = free_sibling(path, "yours")
                path.rename(kept)
                self._say(f"{path} was changed by hand: kept as {kept.name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            atomic.write(path, data)
        self._journal.note_file(name, digest)


def free_sibling(path: Path, word: str) -> Path:
    """Return a path in the same folder where no file is: `grades.csv` gives `grades.yours.csv`."""
    number, free = 1, path.with_name(f"{path.stem}.{word}{path.suffix}")
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}.{word}-{number}{path.suffix}")
    return free
