"""Which scores changed between two runs, and why: from what each result depends on."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from dlbook.grading.batch.entry import Entry

_CAUSES = {  # what two results differ in, and how that reads
    "submission": "another file was handed in",
    "reference": "the reference solution was changed",
    "seed": "the inputs were drawn from another seed",
    "engine": "the grader, its settings or its packages were changed",
}


@dataclass(frozen=True)
class Change:
    """One student's score in one set: before, after, which exercises, and why.

    `gain` is what the score has risen by, 0 where one of the runs gave no grade.
    """

    student: str
    set_name: str
    before: str
    after: str
    exercises: str
    why: str
    gain: int = 0


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
    return f"{report.earned} of {report.points}" if report else "not graded"


def _gain(before: Entry, after: Entry) -> int:
    old, new = before.report, after.report
    return new.earned - old.earned if old and new else 0


def _verdicts(entry: Entry) -> dict[str, str]:
    report = entry.report
    return {e.name: e.verdict.value for e in report.exercises} if report else {}


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
