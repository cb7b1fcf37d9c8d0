"""What has to follow by hand when a set gets other exercises than it had."""

from collections.abc import Iterator
from pathlib import Path

from dlbook.check.answer_key import Key


def lines(root: Path, old: Key | None, new: Key) -> Iterator[str]:
    """Yield what to do next after a set was built, a line each; nothing in a course of sets alone.

    Args:
        root: the folder of the course.
        old: its key before; None for a new set.
        new: its key now.
    """
    before = [exercise.name for exercise in old.exercises] if old else []
    now = [exercise.name for exercise in new.exercises]
    if set(before) == set(now) or not any((root / "chapters").glob("*.ipynb")):
        return
    chapter, exercises = f"chapters/{new.name}.ipynb", f"`exercises/{new.name}.ipynb`"
    verb = "look at" if (root / chapter).is_file() else "write"
    yield (
        f"next   {verb} {chapter}: under `Try it` it names {exercises} and says how many "
        f"exercises there are, now {len(now)}"
    )
