"""What has to follow by hand when a set gets other exercises than it had."""

import re
from collections.abc import Iterator
from pathlib import Path

from dlbook.check.answer_key import Key

_COUNT = re.compile(r"\d+ in all")


def lines(root: Path, old: Key | None, new: Key) -> Iterator[str]:
    """Yield what to do next after a set was built, a line each.

    Args:
        root: the folder of the course.
        old: its key before; None for a new set.
        new: its key now.
    """
    before = [exercise.name for exercise in old.exercises] if old else []
    now = [exercise.name for exercise in new.exercises]
    if set(before) == set(now):
        return
    chapter, exercises = f"chapters/{new.name}.ipynb", f"`exercises/{new.name}.ipynb`"
    verb = "look at" if (root / chapter).is_file() else "write"
    yield (
        f"next   {verb} {chapter}: under `Try it` it names {exercises} and says how many "
        f"exercises there are, now {len(now)}"
    )
    readme = root / "README.md"
    if readme.is_file() and _COUNT.search(readme.read_text("utf-8")):
        difference = len(now) - len(before)
        yield f"next   look at README.md: the number of exercises in all changes by {difference:+}"
