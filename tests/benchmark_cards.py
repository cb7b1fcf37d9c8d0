"""How long a card looks for its key: the first time in a session, and later.

Run by hand: `python -m tests.benchmark_cards`. Reading and parsing all keys in order up to the
right one, as each card once did, is timed in the same run; the last column is how many times
longer that takes than a later card.
"""

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from dlbook.check import answer_key
from dlbook.check.answer_key import find, from_json

TURNS = 7


def read_all(exercise: str) -> object:
    """Return the key of an exercise as it was once found: nothing is kept between two cards."""
    for path in sorted(answer_key.folder().glob("*.json")):
        key = from_json(path.read_text("utf-8"))
        for entry in key.exercises:
            if entry.name == exercise:
                return key, entry
    return None


def milliseconds(call: Callable[[], object]) -> float:
    started = perf_counter()
    call()
    return 1000 * (perf_counter() - started)


def forget() -> None:
    """Make the next card the first one of a session."""
    answer_key._text.cache_clear()
    answer_key._parsed.cache_clear()


def row(path: Path) -> str:
    """Return a line of the table: medians for the last exercise of the set at `path`."""
    exercise = from_json(path.read_text("utf-8")).exercises[-1].name
    before, first, later = [], [], []
    for _ in range(TURNS):
        before.append(milliseconds(lambda: read_all(exercise)))
        forget()
        first.append(milliseconds(lambda: find(exercise)))
        later.append(milliseconds(lambda: find(exercise)))
    old, new = median(before), median(later)
    return f"{path.stem:28} {old:10.1f} {median(first):10.1f} {new:10.2f} {old / new:10.0f}"


def main() -> None:
    print(f"{'ms a card':28} {'read all':>10} {'first':>10} {'later':>10} {'ratio':>10}")
    for path in sorted(answer_key.folder().glob("*.json")):
        print(row(path))


if __name__ == "__main__":
    main()
