"""What came out of a check, an exercise, a notebook: verdicts, as text, HTML and plain data."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from typing import Any

from dlbook.grading.text import clean, clean_line
from dlbook.words import _


class Verdict(StrEnum):
    """How one check ended; a crash is never a zero in disguise, so each way has its own name."""

    RIGHT = "right"
    KNOWN_MISTAKE = "known mistake"
    WRONG = "wrong"
    ERROR = "error"
    TIME_OUT = "time out"
    OUT_OF_MEMORY = "out of memory"
    TOO_MUCH_OUTPUT = "too much output"
    KERNEL_DIED = "kernel died"
    NOT_ATTEMPTED = "not attempted"
    UNREADABLE = "unreadable"


_LOOK = {  # symbol and colour: green = truth, vermillion = what to change, grey = context
    Verdict.RIGHT: ("✓", "#009E73"),
    Verdict.NOT_ATTEMPTED: ("○", "#6E6E6E"),
}
_AMISS = ("✗", "#D55E00")


_ON_OTHERS = "Right on the inputs that the notebook shows, not on others: which cases are left?"


def hint_lines(hints: Iterable[str]) -> list[str]:
    """Return hints as lines; of several that fit the same values, not all are facts."""
    lines = [_("Hint: {hint}").format(hint=hint) for hint in hints]
    return [_("One of these:"), *lines] if len(lines) > 1 else lines


@dataclass(frozen=True)
class Outcome:
    """The verdict of one check: the hints it deserves, and how the values differ or what broke.

    `fingerprint` is equal for equal wrong values, so that one new hint can serve all who have them.
    """

    exercise: str
    verdict: Verdict
    hints: tuple[str, ...] = ()
    detail: str = ""
    hidden: bool = False
    fingerprint: str = ""

    @property
    def headline(self) -> str:
        """The verdict in one line, with a symbol so that colour is never alone."""
        symbol, _colour = _LOOK.get(self.verdict, _AMISS)
        where = _(" (hidden check)") if self.hidden else ""
        return f"{symbol} {self.exercise}{where}: {_(self.verdict.value)}"

    @property
    def remark(self) -> str:
        """What a learner is told of how the values differ: of visible checks only."""
        if self.hidden:
            return "" if self.hints or self.verdict is Verdict.RIGHT else _(_ON_OTHERS)
        return clean(self.detail)

    @property
    def lines(self) -> list[str]:
        """What a learner is told below the headline: the remark, then hints."""
        hints = hint_lines(self.hints)
        return [self.remark, *hints] if self.remark else hints

    def text(self) -> str:
        return "\n".join([self.headline, *self.lines]).replace("\n", "\n  ")

    def html(self) -> str:
        _symbol, colour = _LOOK.get(self.verdict, _AMISS)
        rows = "".join(f'<div style="margin-top:4px">{escape(line)}</div>' for line in self.lines)
        return (
            f'<div role="status" style="border-left:4px solid {colour};padding:4px 12px;'
            f'max-width:42em;white-space:pre-wrap"><b style="color:{colour}">'
            f"{escape(self.headline)}</b>{rows}</div>"
        )


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
    def score(self) -> int:
        return self.points if self.verdict is Verdict.RIGHT else 0


@dataclass(frozen=True)
class Report:
    """One notebook: its exercises, notes on what was repaired, and the walls that it ran in."""

    set_name: str
    seed: int
    exercises: tuple[ExerciseReport, ...]
    notes: tuple[str, ...] = field(default=())
    isolation: str = "none"

    @property
    def score(self) -> int:
        return sum(exercise.score for exercise in self.exercises)

    @property
    def points(self) -> int:
        return sum(exercise.points for exercise in self.exercises)

    @property
    def all_right(self) -> bool:
        return all(exercise.verdict is Verdict.RIGHT for exercise in self.exercises)

    def text(self) -> str:
        """Return the report for a terminal: a line an exercise, what is amiss below it."""
        parts = [self.set_name]
        for exercise in self.exercises:
            amiss = [o for o in exercise.outcomes if o.verdict is not Verdict.RIGHT]
            parts.append((amiss or list(exercise.outcomes))[0].text())
        parts += [_("note: {note}").format(note=clean_line(note)) for note in self.notes]
        right = sum(exercise.verdict is Verdict.RIGHT for exercise in self.exercises)
        parts.append(
            _("{right} of {all} right, {score} of {points} points").format(
                right=right, all=len(self.exercises), score=self.score, points=self.points
            )
        )
        return "\n".join(parts)

    def to_dict(self, *, whole: bool = False) -> dict[str, Any]:
        """Return the report as plain data for JSON.

        Args:
            whole: also what a student must not see: details and fingerprints of hidden checks.
        """
        return {
            "set": self.set_name,
            "seed": self.seed,
            "score": self.score,
            "points": self.points,
            "isolation": self.isolation,
            "notes": list(self.notes),
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
        "hints": list(outcome.hints),
        "detail": "" if outcome.hidden and not whole else outcome.detail,
    }
    return data | {"fingerprint": outcome.fingerprint} if whole else data


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
    return Report(data["set"], data["seed"], exercises, tuple(data["notes"]), data["isolation"])


def _outcome(exercise: str, data: dict[str, Any]) -> Outcome:
    return Outcome(
        exercise,
        Verdict(data["verdict"]),
        tuple(data["hints"]),
        data["detail"],
        data["hidden"],
        data.get("fingerprint", ""),
    )
