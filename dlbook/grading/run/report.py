"""What came out of an exercise and of a notebook: verdicts and points, as text and plain data."""

from dataclasses import dataclass, field
from typing import Any

from dlbook.check.safe_text import clean_line
from dlbook.check.shared import _
from dlbook.check.verdict import Outcome, Verdict

# what a busy machine, or a greedy neighbour, may be the cause of
AT_LIMIT = (Verdict.TIME_OUT, Verdict.OUT_OF_MEMORY, Verdict.KERNEL_DIED)
_MAX_TEXT = 10_000  # characters of a detail or a note that are kept: both may quote a submission


@dataclass(frozen=True)
class ExerciseReport:
    """One exercise: the outcomes of its checks; points are given when every check is right."""

    name: str
    points: int
    outcomes: tuple[Outcome, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict of the first check that is not right."""
        return next((o.verdict for o in self.outcomes if o.verdict != "right"), Verdict.RIGHT)

    @property
    def text(self) -> str:
        """The card of the first check that is not right, or else of the first one."""
        problems = [o for o in self.outcomes if o.verdict is not Verdict.RIGHT]
        return (problems or list(self.outcomes))[0].text()

    @property
    def score(self) -> int:
        return self.points if self.verdict is Verdict.RIGHT else 0


@dataclass(frozen=True)
class Report:
    """One notebook: its exercises, notes on what was repaired, and the isolation of its kernels.

    `stopped` says that a limit has ended a cell of it. `answers` are the sources of the cells that
    answered; they are no part of the plain data. `partial` says that the set asks for credit for
    the parts of an exercise that are right; exercises here earn all or nothing all the same.
    `final` is what the rules of a lecturer made of the score. `worth` are the points of the set
    where there are no exercises: nothing was handed in.
    """

    set_name: str
    seed: int
    exercises: tuple[ExerciseReport, ...]
    notes: tuple[str, ...] = field(default=())
    isolation: str = "none"
    stopped: bool = False
    answers: dict[str, str] = field(default_factory=dict)
    partial: bool = False
    final: int | float | None = None
    worth: int = 0

    @property
    def at_limit(self) -> bool:
        """Whether a busy machine may have cost a point."""
        verdicts = {outcome.verdict for exercise in self.exercises for outcome in exercise.outcomes}
        return not self.all_right and (self.stopped or not verdicts.isdisjoint(AT_LIMIT))

    @property
    def score(self) -> int | float:
        """What its exercises earn or, where rules of a lecturer say another number, that one."""
        return self.earned if self.final is None else self.final

    @property
    def earned(self) -> int:
        return sum(exercise.score for exercise in self.exercises)

    @property
    def points(self) -> int:
        return sum(exercise.points for exercise in self.exercises) or self.worth

    @property
    def all_right(self) -> bool:
        return all(exercise.verdict is Verdict.RIGHT for exercise in self.exercises)

    def text(self, before: "Report | None" = None) -> str:
        """Return the report for a terminal: a line for each exercise, its problem below it.

        Args:
            before: a report whose lines on exercises, and notes, are not said again.
        """
        parts = [self.set_name]
        known = before._lines() if before else []
        parts += [line for line in self._lines() if line not in known]
        right = sum(exercise.verdict is Verdict.RIGHT for exercise in self.exercises)
        parts.append(
            _("{right} of {all} right, {score} of {points} points").format(
                right=right, all=len(self.exercises), score=self.score, points=self.points
            )
        )
        return "\n".join(parts)

    def _lines(self) -> list[str]:
        lines = [exercise.text for exercise in self.exercises]
        return lines + [_("note: {note}").format(note=clean_line(note)) for note in self.notes]

    def to_dict(self, *, whole: bool = False) -> dict[str, Any]:
        """Return the report as plain data for JSON.

        Args:
            whole: also what a student must not see: details and fingerprints of hidden checks.
        """
        partial = {"partial": True} if whole and self.partial else {}
        return partial | {
            "set": self.set_name,
            "seed": self.seed,
            "score": self.score,
            "points": self.points,
            "isolation": self.isolation,
            "notes": [note[:_MAX_TEXT] for note in self.notes],
            "exercises": [
                {
                    "name": exercise.name,
                    "verdict": exercise.verdict.value,
                    "score": exercise.score,
                    "points": exercise.points,
                    "checks": [_outcome_dict(outcome, whole) for outcome in exercise.outcomes],
                }
                for exercise in self.exercises
            ],
        }


def _outcome_dict(outcome: Outcome, whole: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "verdict": outcome.verdict.value,
        "hidden": outcome.hidden,
        "fresh": outcome.fresh,
        "case": outcome.case,
        "hints": list(outcome.hints),
        "detail": "" if outcome.hidden and not whole else outcome.detail[:_MAX_TEXT],
    }
    if not whole:
        return data
    counted = {"parts": outcome.parts, "parts_right": outcome.parts_right}
    return data | {"fingerprint": outcome.fingerprint} | counted


def from_dict(data: dict[str, Any]) -> Report:
    """Return the report that `Report.to_dict` made plain data of."""
    exercises = tuple(
        ExerciseReport(
            entry["name"],
            entry["points"],
            tuple(_outcome(entry["name"], check) for check in entry["checks"]),
        )
        for entry in data["exercises"]
    )
    return Report(
        data["set"],
        data["seed"],
        exercises,
        tuple(data["notes"]),
        data["isolation"],
        partial=data.get("partial", False),
        final=data.get("final"),
        worth=data["points"],
    )


def _outcome(exercise: str, data: dict[str, Any]) -> Outcome:
    return Outcome(
        exercise,
        Verdict(data["verdict"]),
        tuple(data["hints"]),
        data["detail"],
        data["hidden"],
        data.get("fingerprint", ""),
        data.get("fresh", False),  # which records of older versions lack, and this:
        data.get("case", ""),
        parts=data.get("parts", 0),
        parts_right=data.get("parts_right", 0),
    )
