"""What a lecturer should know about an intake: names that were guessed, and people in doubt."""

from collections.abc import Iterable, Iterator, Sequence

from dlbook.grading.batch.items import Item
from dlbook.grading.batch.owners import is_attempt
from dlbook.grading.batch.submission import Submission

_SHOWN = 5


def guesses(items: Iterable[Item]) -> list[str]:
    """Return which names say not how they are written, and what they were read as."""
    by_encoding: dict[str, list[str]] = {}
    for item in items:
        if item.file.guess:
            by_encoding.setdefault(item.file.guess, []).append(item.label)
    return [
        f"names that do not say in which encoding they are were read as {encoding}: "
        f"{_shown(labels)}"
        for encoding, labels in by_encoding.items()
    ]


def doubts(submissions: Sequence[Submission], set_names: Iterable[str]) -> list[str]:
    """Return who may be several people, and which people may be one."""
    found = [*_nameless(submissions, tuple(set_names)), *_several(submissions)]
    if len(found) > _SHOWN:
        found = [*found[:_SHOWN], f"and {len(found) - _SHOWN} more of this kind"]
    names: dict[str, set[str]] = {}
    for item in submissions:
        names.setdefault(item.student.casefold(), set()).add(item.student)
    return found + [
        f"{' and '.join(sorted(same))} differ in capital letters alone: are they one person?"
        for same in names.values()
        if len(same) > 1
    ]


def _nameless(submissions: Iterable[Submission], set_names: tuple[str, ...]) -> Iterator[str]:
    for item in submissions:
        if item.student in set_names:
            labels = _shown([copy.label for copy in (item, *item.older)])
            yield f"the name of a file says not whose it is: {labels}"


def _several(submissions: Iterable[Submission]) -> Iterator[str]:
    for item in submissions:
        written = [copy for copy in (item, *item.older) if copy.written]
        places = sorted({copy.place for copy in written if not is_attempt(copy.place)})
        if len(places) > 1:
            yield (
                f"{item.student}: {len(written)} copies of {item.set_name} lie in "
                f"{len(places)} folders ({_shown(places)}), and one of them counts; if they are "
                f"of several people, grade {item.student} by itself"
            )


def _shown(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(name or "." for name in names[:_SHOWN]) + more
