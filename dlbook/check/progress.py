"""How far a learner has come: one small file in his own folder, and nothing anywhere else.

It is written whole or not at all, under a lock, so two notebooks at once or a killed kernel cost
nothing. Outside a folder that `dlbook init` or `dlbook lab` has made, nothing is noted.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from dlbook.check.verdict import Outcome, Verdict

NOTES = ".dlbook"  # the folder, in that of a learner, with what dlbook notes
_SECONDS = 2.0  # to wait for another kernel that writes


@dataclass(frozen=True)
class Entry:
    """One exercise: the last verdict, how often it was tried, and whether it was ever right."""

    verdict: str = ""
    attempts: int = 0
    solved: bool = False


def find(here: Path) -> Path | None:
    """Return the file of the learner's folder that `here` is in or above; None without one."""
    for folder in (here, *here.parents):
        for home in (folder, folder / "work"):  # beside the course in a clone
            if (home / NOTES).is_dir():
                return home / NOTES / "progress.json"
    return None


def read(path: Path | None) -> dict[str, Entry]:
    """Return the entries by exercise; none where there is no file, or a damaged one."""
    if path is None:
        return {}
    try:
        found = json.loads(path.read_text("utf-8"))["exercises"]
        return {str(name): Entry(**entry) for name, entry in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def was_tried(path: Path | None, exercise: str, last: Outcome | None = None) -> bool:
    """Return whether there is an attempt at an exercise; a stub is none.

    Args:
        path: where attempts are noted; None for nowhere.
        exercise: which.
        last: what became of its answer in this session, which may be noted nowhere.
    """
    if last is not None and last.verdict is not Verdict.NOT_ATTEMPTED:
        return True
    return read(path).get(exercise, Entry()).attempts > 0


def note(path: Path | None, exercise: str, change: Callable[[Entry], Entry]) -> None:
    """Change the entry of an exercise; where the file cannot be written, nothing is said.

    A card is worth more than a note on it: a full disk or a read-only folder hides none.
    """
    if path is None:
        return
    from filelock import FileLock, Timeout

    from dlbook import atomic  # a graded kernel may not have it, and notes nothing

    with suppress(OSError, Timeout), FileLock(f"{path}.lock", timeout=_SECONDS):
        _keep_damaged(path)
        entries = read(path)
        entries[exercise] = change(entries.get(exercise, Entry()))
        plain = {name: asdict(entry) for name, entry in sorted(entries.items())}
        atomic.write(path, json.dumps({"exercises": plain}, indent=1) + "\n")


def note_attempt(path: Path | None, outcome: Outcome) -> None:
    """Note an outcome of a visible check; a stub is no attempt."""
    if outcome.verdict is Verdict.NOT_ATTEMPTED:
        return
    right = outcome.verdict is Verdict.RIGHT

    def change(entry: Entry) -> Entry:
        return Entry(outcome.verdict.value, entry.attempts + 1, entry.solved or right)

    note(path, outcome.exercise, change)


def _keep_damaged(path: Path) -> None:
    """Put a file aside that something else has damaged."""
    if path.exists() and not read(path):
        path.replace(path.with_name("progress-damaged.json"))
