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
    chapter = f"chapters/{new.name}.ipynb"
    if not (root / chapter).is_file():
        yield f"next   write {chapter}; under `Try it` it names `exercises/{new.name}.ipynb`"
    else:
        yield (
            f"next   {chapter}: under `Try it`, name `exercises/{new.name}.ipynb` and say "
            f"{len(now)} exercises"
        )
    readme = root / "README.md"
    if readme.is_file() and _COUNT.search(readme.read_text("utf-8")):
        difference = len(now) - len(before)
        yield f"next   README.md: add {difference} to the number of exercises in all"
