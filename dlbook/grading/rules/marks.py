"""The marks of a term: for each student and set what it is worth, and by which rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from functools import cached_property

from dlbook.check.shared import _
from dlbook.check.verdict import Verdict
from dlbook.grading.batch.entry import Entry
from dlbook.grading.batch.renamed import namesakes
from dlbook.grading.rules.handed_in import HandedIn, handed_in
from dlbook.grading.rules.people import Person
from dlbook.grading.rules.points import earned, parts_in_words, rounded, text
from dlbook.grading.rules.understand import Understood, understand
from dlbook.grading.rules.word import Override, Word
from dlbook.grading.run.report import ExerciseReport, Report

_NOTHING = Fraction(0)
_UNTRIED = (Verdict.NOT_ATTEMPTED, Verdict.UNREADABLE)
_SHOWN = 20  # names in a remark


@dataclass(frozen=True)
class ExerciseMark:
    """One exercise of one student: its points, and why where they are not those of the checks."""

    name: str
    score: Fraction
    points: int
    why: str = ""
    is_by_hand: bool = False


@dataclass(frozen=True)
class Mark:
    """One student and one set: the score with each rule that made it, and the lecturer's comments.

    Without `entry` nothing was handed in. `score` is None where there is no grade, and `points` are
    those of the set. `reasons` begin with the points of the exercises and end with the score.
    `title` is what the set calls itself, '' where no result has noted it.
    """

    person: Person
    set_name: str
    entry: Entry | None
    score: Fraction | None
    points: int
    exercises: tuple[ExerciseMark, ...] = ()
    reasons: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    when: HandedIn = field(default_factory=HandedIn)
    is_by_hand: bool = False
    title: str = ""

    @property
    def student(self) -> str:
        return self.person.student

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def shown_score(self) -> str:
        """The score as it is written, '' where there is none."""
        return "" if self.score is None else text(self.score)

    @property
    def has_news(self) -> bool:
        """Whether the student has something to read: work that was handed in, or a comment."""
        return self.entry is not None or bool(self.comments) or self.is_by_hand


@dataclass(frozen=True)
class Term:
    """The marks of all students and sets, in order of name; `remarks` are for the lecturer."""

    marks: tuple[Mark, ...]
    remarks: tuple[str, ...] = ()
    has_roster: bool = False

    def mark(self, student: str, set_name: str) -> Mark:
        """Return the mark of one student in one set, which must be there."""
        return self._by_key[student, set_name]

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], Mark]:
        return {(mark.student, mark.set_name): mark for mark in self.marks}

    def of_set(self, name: str) -> list[Mark]:
        """Return the marks of one set."""
        return [mark for mark in self.marks if mark.set_name == name]

    @property
    def set_names(self) -> list[str]:
        """The names of the sets, without that of files of no set."""
        return sorted({mark.set_name for mark in self.marks} - {""})

    def title(self, set_name: str) -> str:
        """Return what a set calls itself, '' where no result has noted it."""
        return next((mark.title for mark in self.marks if mark.set_name == set_name), "")


def term(entries: Sequence[Entry], word: Word | None = None, now: datetime | None = None) -> Term:
    """Return the marks that come of the results and of what the lecturer wrote.

    Args:
        entries: one for each student and set.
        word: what the lecturer wrote; without it the results stand as they are.
        now: the time, by which a deadline is over or not.

    Raises:
        RulesError: if a line of the lecturer's names nobody, or what is not there.
    """
    word = word or Word()
    sets: dict[str, dict[str, int]] = {}
    for entry in entries:
        if entry.set_name:
            exercises = sets.setdefault(entry.set_name, {})
            exercises |= {each.name: each.points for each in _of(entry.report)}
    known = understand(word, entries, {name: list(own) for name, own in sets.items()})
    titles = {entry.set_name: entry.title for entry in entries if entry.title}
    maker = _Maker(word, known, sets, now or datetime.now(UTC))
    by_key = {(entry.student, entry.set_name): entry for entry in entries}
    marks = []
    for person in known.people.persons:
        for name in [*sorted(sets), ""]:
            entry_or_none = by_key.get((person.student, name))
            if entry_or_none or (name and maker.is_expected(person, name)):
                mark = maker.mark(person, name, entry_or_none)
                marks.append(replace(mark, title=titles.get(name, "")))
    remarks = [*known.remarks, *maker.remarks, *_unlisted(known, bool(word.roster))]
    remarks += [
        f"Moodle numbers people anew for each assignment, and several are called {name}: nobody "
        "can tell who is who in the next set, so each set of theirs has a row of its own"
        for name in namesakes(entries)
    ]
    return Term(tuple(marks), tuple(remarks), bool(word.roster))


def _unlisted(known: Understood, has_roster: bool) -> list[str]:
    """Return who handed something in and does not stand in the roster, if there is one."""
    strange = [one.student for one in known.people.persons if has_roster and not one.is_listed]
    more = f" and {len(strange) - _SHOWN} more" if len(strange) > _SHOWN else ""
    return [f"not in roster.csv: {', '.join(strange[:_SHOWN])}{more}"] if strange else []


class _Maker:
    """Makes marks, one by one, and keeps what the lecturer should hear of them."""

    def __init__(
        self, word: Word, known: Understood, sets: dict[str, dict[str, int]], now: datetime
    ) -> None:
        self._word, self._known, self._sets, self._now = word, known, sets, now
        self._points = {name: sum(own.values()) for name, own in sets.items()}
        self.remarks: list[str] = []

    def is_expected(self, person: Person, set_name: str) -> bool:
        """Return whether there is a mark although nothing was handed in."""
        by_hand = any(key[:2] == (person.student, set_name) for key in self._known.overrides)
        return person.is_listed or by_hand

    def mark(self, person: Person, set_name: str, entry: Entry | None) -> Mark:
        """Return the mark of one student in one set."""
        key = (person.student, set_name)
        own = {k[2]: one for k, one in self._known.overrides.items() if k[:2] == key}
        when = handed_in(entry, key, self._known, self._word.settings)
        report = entry.report if entry else None
        exercises = tuple(self._exercise(e, report, own.get(e.name)) for e in _of(report))
        points = self._points.get(set_name, 0)
        mark = Mark(person, set_name, entry, None, points, exercises, when=when)
        by_hand = any(each.is_by_hand for each in exercises)
        mark = replace(mark, comments=_comments(own, exercises), is_by_hand=by_hand)
        if report:
            mark = self._from_checks(mark)
        elif entry is None and self._is_zero(when):
            why = _("nothing was handed in by {due}, which counts as 0")
            mark = replace(mark, score=_NOTHING, reasons=(why.format(due=when.shown_due),))
        whole = own.get("")
        if whole and whole.points is not None:
            mark = self._by_hand(mark, whole, whole.points)
        elif report is None:
            self._remark_idle(own.values())
        return mark

    def _exercise(
        self, exercise: ExerciseReport, report: Report | None, override: Override | None
    ) -> ExerciseMark:
        """Return the points of one exercise: those of its checks, of its parts, or by hand."""
        score, why = earned(report, exercise) if report else _NOTHING, ""
        if report and report.partial and exercise.verdict not in (Verdict.RIGHT, *_UNTRIED):
            why = (
                _("partly right: {score} ({parts})")
                if score
                else _("no part earns points ({parts})")
            )
            why = why.format(score=text(score), parts=parts_in_words(exercise))
        by_hand = override is not None and override.points is not None
        if override and override.points is not None:
            self._remark_above(override, override.points, exercise.points)
            why = _("by hand: {score}, the checks gave {before}").format(
                score=text(override.points), before=text(score)
            )
            score = override.points
        return ExerciseMark(exercise.name, score, exercise.points, why, by_hand)

    def _from_checks(self, mark: Mark) -> Mark:
        """Return a mark with the sum of its exercises, less what being late takes."""
        total = sum((exercise.score for exercise in mark.exercises), _NOTHING)
        reasons = [_("exercises: {score}").format(score=text(total))]
        reasons += [f"{each.name}: {each.why}" for each in mark.exercises if each.why]
        rule, days = self._word.settings.late, mark.when.days
        percent = rule.percent(days)
        score = rounded(total * (100 - percent) / 100)
        if mark.when.words:
            reasons.append(mark.when.words)
        if percent and score != total:
            reasons.append(
                _("{percent} % of {total} taken off: {score}").format(
                    percent=text(percent), total=text(total), score=text(score)
                )
            )
        return replace(mark, score=score, reasons=tuple(reasons))

    def _by_hand(self, mark: Mark, override: Override, points: Fraction) -> Mark:
        """Return a mark whose score is the one that the lecturer wrote."""
        self._remark_above(override, points, mark.points)
        why = _("the whole set by hand: {score}").format(score=text(points))
        return replace(mark, score=points, reasons=(*mark.reasons, why), is_by_hand=True)

    def _is_zero(self, when: HandedIn) -> bool:
        is_over = when.due is not None and when.due < self._now
        return self._word.settings.missing_is_zero and is_over

    def _remark_above(self, override: Override, points: Fraction, most: int) -> None:
        if most and points > most:
            self.remarks.append(
                f"{override.line.place}: {text(points)} points where there are {most}: a bonus?"
            )

    def _remark_idle(self, overrides: Iterable[Override]) -> None:
        """Remark points for exercises of a set that is not graded: they make no score of it."""
        self.remarks += [
            f"{one.line.place}: this set has no grade, so points for one exercise count for "
            "nothing: leave the exercise empty, and write the points of the whole set"
            for one in overrides
            if one.exercise and one.points is not None
        ]


def _of(report: Report | None) -> Sequence[ExerciseReport]:
    return report.exercises if report else ()


def _comments(overrides: dict[str, Override], exercises: Sequence[ExerciseMark]) -> tuple[str, ...]:
    """Return the comments on a set, those on exercises with their name, in order of exercises."""
    order = ["", *(each.name for each in exercises)]
    order += [name for name in overrides if name not in order]
    found = [(name, overrides[name].comment) for name in order if name in overrides]
    return tuple(f"{name}: {said}" if name else said for name, said in found if said)
