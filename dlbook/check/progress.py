"""How far a learner has come: one small file in his own folder, and nothing anywhere else.

It is written whole or not at all, under a lock, so two notebooks at once or a killed kernel cost
nothing. Outside a folder that `dlbook init` or `dlbook lab` has made, nothing is noted.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

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
    """Return the entries by exercise; none where there is no file, or a damaged one.

    What a newer version has added to an entry is passed over, and so is an entry that is damaged.
    """
    found = (_content(path) or {}).get("exercises", {})
    entries = {name: _entry(plain) for name, plain in found.items()}
    return {name: entry for name, entry in entries.items() if entry}


def is_damaged(path: Path | None) -> bool:
    """Return whether there is a file that nothing can be read from."""
    return path is not None and path.exists() and _content(path) is None


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
        if is_damaged(path):
            path.replace(_free(path))
        content = _content(path) or {"exercises": {}}
        plain = content["exercises"]
        old = plain.get(exercise)
        new = asdict(change(_entry(old) or Entry()))
        plain[exercise] = old | new if isinstance(old, dict) else new
        content["exercises"] = dict(sorted(plain.items()))
        atomic.write(path, json.dumps(content, indent=1) + "\n")


def note_attempt(path: Path | None, outcome: Outcome) -> None:
    """Note an outcome of a visible check; a stub is no attempt."""
    if outcome.verdict is Verdict.NOT_ATTEMPTED:
        return
    right = outcome.verdict is Verdict.RIGHT

    def change(entry: Entry) -> Entry:
        return Entry(outcome.verdict.value, entry.attempts + 1, entry.solved or right)

    note(path, outcome.exercise, change)


def _content(path: Path | None) -> dict[str, Any] | None:
    """Return what the file holds, None where it is not there or damaged."""
    if path is None:
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    is_ours = isinstance(found, dict) and isinstance(found.get("exercises"), dict)
    return found if is_ours else None


def _entry(plain: object) -> Entry | None:
    """Return the entry that plain data holds, None where they hold none."""
    if not isinstance(plain, dict):
        return None
    known = {field.name: plain[field.name] for field in fields(Entry) if field.name in plain}
    fits = all(type(value) is type(getattr(Entry, name)) for name, value in known.items())
    return Entry(**known) if known and fits else None


def _free(path: Path) -> Path:
    """Return a name that is free, for a file that something else has damaged."""
    names = (f"progress-damaged{number}.json" for number in ("", *range(2, 100)))
    places = [path.with_name(name) for name in names]
    return next((place for place in places if not place.exists()), places[-1])
