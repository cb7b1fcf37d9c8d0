"""Which scores changed between two runs, and why: from what each result depends on."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from fractions import Fraction

from dlbook.grading.batch.entry import Entry
from dlbook.grading.rules.points import earned, text, total

_CAUSES = {  # what two results differ in, and how that reads
    "submission": "another file was handed in",
    "reference": "the reference solution was changed",
    "seed": "the inputs were drawn from another seed",
    "engine": "the grader, its settings or its packages were changed",
}


@dataclass(frozen=True)
class Change:
    """One student's points by the checks in one set: before, after, which exercises, and why.

    Shares of exercises count; the late rule and points by hand do not. `gain` is what the points
    have risen by, 0 where one of the runs gave no grade.
    """

    student: str
    set_name: str
    before: str
    after: str
    exercises: str
    why: str
    gain: Fraction = Fraction(0)


def changes(before: Iterable[Entry], after: Iterable[Entry]) -> list[Change]:
    """Return the changes between the entries of two runs, of students who are in both."""
    old = {(entry.student, entry.set_name): entry for entry in before}
    found = []
    for entry in after:
        earlier = old.get((entry.student, entry.set_name))
        if earlier and _result(earlier) != _result(entry):
            found.append(
                Change(
                    entry.student,
                    entry.set_name,
                    _score(earlier),
                    _score(entry),
                    "; ".join(_exercises(earlier, entry)),
                    _why(earlier, entry),
                    _gain(earlier, entry),
                )
            )
    return found


def _result(entry: Entry) -> tuple[str, dict[str, str]]:
    return _score(entry), _verdicts(entry)


def _score(entry: Entry) -> str:
    report = entry.report
    return f"{text(total(report))} of {report.points}" if report else "not graded"


def _gain(before: Entry, after: Entry) -> Fraction:
    old, new = before.report, after.report
    return total(new) - total(old) if old and new else Fraction(0)


def _verdicts(entry: Entry) -> dict[str, str]:
    """Return the verdict on each exercise, with its points where there are shares of them."""
    report = entry.report
    if report is None:
        return {}
    return {
        e.name: f"{e.verdict.value} ({text(earned(report, e))})"
        if report.partial
        else e.verdict.value
        for e in report.exercises
    }


def _exercises(before: Entry, after: Entry) -> list[str]:
    old, new = _verdicts(before), _verdicts(after)
    names = dict.fromkeys([*old, *new]) if old and new else {}
    return [
        f"{name}: {old.get(name, 'none')}, now {new.get(name, 'none')}"
        for name in names
        if old.get(name) != new.get(name)
    ]


def _why(before: Entry, after: Entry) -> str:
    if not after.origin or not before.origin:
        return after.reason or before.reason
    old, new = asdict(before.origin), asdict(after.origin)
    causes = [words for name, words in _CAUSES.items() if old[name] != new[name]]
    return "; ".join(causes) or after.reason or before.reason
