"""Answers of different students that are unusually alike: a hint to look, never a verdict.

What many have counts for nothing, so that short answers, which everybody writes alike, and the
lines that were handed out arouse no suspicion. What few share counts, piece by piece.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from dlbook.check.verdict import Verdict
from dlbook.grading.batch.entry import Entry
from dlbook.grading.results.pieces import pieces

FEWEST_RARE = 12  # rare pieces that two answers share at least
LEAST_SHARE = 0.6  # of the rare pieces of the one who has fewer
_CHARACTERS = 4_000  # of an answer that are read
_Pieces = frozenset[tuple[str, ...]]


@dataclass(frozen=True)
class Alike:
    """One exercise of two students: how many rare pieces they share, which part, and both codes."""

    exercise: str
    shared: int
    share: float
    first: str
    second: str


@dataclass(frozen=True)
class Pair:
    """Two students with at least one exercise that is unusually alike, the most alike first."""

    students: tuple[str, str]
    exercises: tuple[Alike, ...]

    @property
    def shared(self) -> int:
        """How many rare pieces they share in all."""
        return sum(each.shared for each in self.exercises)


def likeness(entries: Sequence[Entry]) -> list[Pair]:
    """Return the pairs of students of one set whose answers are unusually alike, most first.

    Of equal files there is no pair, since these are told already.
    """
    files = {entry.student: entry.origin.submission for entry in entries if entry.origin}
    found: dict[tuple[str, str], list[Alike]] = defaultdict(list)
    for exercise, answers in _answers(entries).items():
        for pair, alike in _alike(exercise, answers).items():
            if files.get(pair[0]) != files.get(pair[1]):
                found[pair].append(alike)
    pairs = [Pair(pair, tuple(_most_first(alike))) for pair, alike in found.items()]
    return sorted(pairs, key=lambda pair: (-pair.shared, pair.students))


def most_that_is_rare(students: int) -> int:
    """Return how many students may have a piece that is called rare.

    It is a tenth of them, three in small classes, and never more than a third.
    """
    return min(max(3, students // 10), students // 3)


def _answers(entries: Sequence[Entry]) -> dict[str, dict[str, str]]:
    """Return the sources of answers that were attempted, by exercise and student."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in entries:
        report = entry.report
        for each in report.exercises if report else ():
            source = entry.record.answers.get(each.name) if entry.record else None
            if source and each.verdict is not Verdict.NOT_ATTEMPTED:
                found[each.name][entry.student] = source[:_CHARACTERS]
    return found


def _alike(exercise: str, answers: dict[str, str]) -> dict[tuple[str, str], Alike]:
    """Return the pairs of students whose answers to one exercise share much that is rare."""
    own = {student: pieces(source) for student, source in answers.items()}
    rare = _rare(own)
    counts = Counter(piece for has in own.values() for piece in has if piece in rare)
    sizes = {student: len(has & rare) for student, has in own.items()}
    having: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for student in sorted(own):
        for piece in own[student]:
            if counts[piece] > 1:
                having[piece].append(student)
    shared = Counter(pair for students in having.values() for pair in combinations(students, 2))
    return {
        (a, b): Alike(exercise, number, number / min(sizes[a], sizes[b]), answers[a], answers[b])
        for (a, b), number in shared.items()
        if number >= FEWEST_RARE and number >= LEAST_SHARE * min(sizes[a], sizes[b])
    }


def _rare(own: dict[str, _Pieces]) -> _Pieces:
    counts = Counter(piece for has in own.values() for piece in has)
    most = most_that_is_rare(len(own))
    return frozenset(piece for piece, count in counts.items() if count <= most)


def _most_first(alike: list[Alike]) -> list[Alike]:
    return sorted(alike, key=lambda each: -each.shared)
