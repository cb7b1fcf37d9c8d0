"""The class in numbers: which verdicts, which known mistakes, which equal wrong outputs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from dlbook.check.fingerprint import same
from dlbook.check.verdict import Verdict
from dlbook.grading.batch.entry import Entry
from dlbook.grading.run.report import ExerciseReport, Report

_UNTRIED = (Verdict.NOT_ATTEMPTED, Verdict.UNREADABLE)
_WITH_FINGERPRINT = 4  # parts of a mark: verdict, check, fingerprint and message
LIMITS = (
    Verdict.TIME_OUT,
    Verdict.OUT_OF_MEMORY,
    Verdict.TOO_MUCH_OUTPUT,
    Verdict.KERNEL_DIED,
)


@dataclass(frozen=True)
class Group:
    """Students of one exercise with the same mistake: known, equal outputs, or the same limit.

    `what` is the hint or how the values differ, `which` the check where it is not that of the
    notebook; `answer` is one student's code, '' if known.
    """

    verdict: Verdict
    what: str
    students: tuple[str, ...]
    which: str = ""
    answer: str = ""

    @property
    def is_known(self) -> bool:
        return self.verdict is Verdict.KNOWN_MISTAKE

    @property
    def is_limit(self) -> bool:
        return self.verdict in LIMITS


@dataclass(frozen=True)
class ExerciseTally:
    """One exercise over the class; groups are largest first."""

    name: str
    points: int
    verdicts: Counter[Verdict]
    groups: tuple[Group, ...]

    @property
    def tried(self) -> int:
        """How many students have written an answer."""
        return sum(n for verdict, n in self.verdicts.items() if verdict not in _UNTRIED)

    @property
    def known(self) -> list[Group]:
        """The mistakes that a hint knows."""
        return [group for group in self.groups if group.is_known]

    @property
    def limits(self) -> list[Group]:
        """Who broke which limit."""
        return [group for group in self.groups if group.is_limit]

    @property
    def unknown(self) -> list[Group]:
        """The wrong outputs that no hint knows: each waits for a hint."""
        return [group for group in self.groups if not (group.is_known or group.is_limit)]


@dataclass(frozen=True)
class SetTally:
    """One set over the class: the entries with and without a grade, scores, exercises."""

    name: str
    graded: tuple[Entry, ...]
    not_graded: tuple[Entry, ...]
    scores: tuple[int, ...]
    points: int
    exercises: tuple[ExerciseTally, ...]
    same_files: tuple[tuple[str, ...], ...]


def tally(entries: Iterable[Entry]) -> list[SetTally]:
    """Return the numbers of each set, in order of name."""
    by_set: dict[str, list[Entry]] = {}
    for entry in entries:
        by_set.setdefault(entry.set_name, []).append(entry)
    return [_set(name, by_set[name]) for name in sorted(by_set)]


def _set(name: str, entries: list[Entry]) -> SetTally:
    graded = [(entry, report) for entry in entries if (report := entry.report)]
    names = dict.fromkeys(e.name for _, report in graded for e in report.exercises)
    files: dict[str, list[str]] = {}
    for entry, report in graded:
        if entry.origin and report.earned:  # untouched notebooks are equal, and no wonder
            files.setdefault(entry.origin.submission, []).append(entry.student)
    return SetTally(
        name,
        tuple(entry for entry, _ in graded),
        tuple(entry for entry in entries if entry.reason),
        tuple(report.earned for _, report in graded),
        max((report.points for _, report in graded), default=0),
        tuple(_exercise(exercise, graded) for exercise in names),
        tuple(tuple(students) for students in files.values() if len(students) > 1),
    )


def _exercise(name: str, graded: list[tuple[Entry, Report]]) -> ExerciseTally:
    verdicts: Counter[Verdict] = Counter()
    points = 0
    found: dict[tuple[str, ...], list[str]] = {}
    firsts: dict[tuple[str, ...], Group] = {}
    for entry, report in graded:
        for exercise in report.exercises:
            if exercise.name == name:
                points = exercise.points
                verdicts[exercise.verdict] += 1
                for exact, group in _groups(entry, exercise):
                    mark = next((one for one in firsts if _means_the_same(one, exact)), exact)
                    found.setdefault(mark, []).append(entry.student)
                    firsts.setdefault(mark, group)
    groups = [
        Group(first.verdict, first.what, tuple(found[mark]), first.which, first.answer)
        for mark, first in firsts.items()
    ]
    groups.sort(key=lambda group: (-len(group.students), not group.is_known, group.what))
    return ExerciseTally(name, points, verdicts, tuple(groups))


def _means_the_same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether two marks are of one group: their fingerprints need to be nearly equal."""
    if len(one) < _WITH_FINGERPRINT or len(other) < _WITH_FINGERPRINT:
        return one == other
    return one[:2] == other[:2] and one[3:] == other[3:] and same(one[2], other[2])


def _groups(entry: Entry, exercise: ExerciseReport) -> list[tuple[tuple[str, ...], Group]]:
    """Return the mistakes of one student in one exercise, each with what makes it equal to others'.

    The first check that is not right speaks for an answer; a hint counts once.
    """
    first = next((o for o in exercise.outcomes if o.verdict is not Verdict.RIGHT), None)
    if first is None:
        return []
    if first.verdict is Verdict.KNOWN_MISTAKE:
        hints = dict.fromkeys(hint for o in exercise.outcomes for hint in o.hints)
        return [((hint,), Group(first.verdict, hint, ())) for hint in hints]
    if first.verdict in _UNTRIED:
        return []
    if first.verdict in LIMITS:
        limit = Group(first.verdict, first.detail, (), first.kind)
        return [((first.verdict.value, first.detail), limit)]
    is_error = first.verdict is Verdict.ERROR
    line = first.detail.partition("\n")[0]  # without the place, and what follows it
    message = line if is_error and not first.fingerprint else ""  # the fingerprint has it all
    mark = (first.verdict.value, first.kind, first.fingerprint, message)
    answer = entry.record.answers.get(exercise.name, "") if entry.record else ""
    return [(mark, Group(first.verdict, first.detail, (), first.kind, answer))]
