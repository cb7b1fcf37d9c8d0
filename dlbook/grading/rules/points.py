"""Points are exact: fractions, rounded half up to hundredths where a rule leaves more digits."""

from fractions import Fraction

from dlbook.check.shared import N_, _
from dlbook.check.verdict import Outcome, Verdict
from dlbook.grading.run.report import ExerciseReport, Report

_UNIT = 100  # of a point
_VISIBLE = N_("visible check")


def rounded(value: Fraction) -> Fraction:
    """Return a value of 0 or more rounded to hundredths; half a hundredth goes up."""
    return Fraction((2 * value * _UNIT + 1) // 2, _UNIT)


def text(value: Fraction | int) -> str:
    """Return points as they are written: 2, 1.5 or 0.67; not more than hundredths are shown."""
    whole, hundredths = divmod(round(Fraction(value) * _UNIT), _UNIT)
    return f"{whole}.{hundredths:02}".rstrip("0").removesuffix(".") if hundredths else str(whole)


def earned(report: Report, exercise: ExerciseReport) -> Fraction:
    """Return what the checks of an exercise earn: all or nothing, or a share in a set that asks."""
    if exercise.score or not report.partial:
        return Fraction(exercise.score)
    return rounded(exercise.points * share(exercise))


def total(report: Report) -> Fraction:
    """Return the sum of what the exercises of a notebook earn by their checks."""
    return sum((earned(report, each) for each in report.exercises), Fraction(0))


def share(exercise: ExerciseReport) -> Fraction:
    """Return what part of an exercise is right, by the labelled parts of its checks.

    Each check counts alike, and in it each part. The visible check runs twice, on the inputs that
    the notebook shows and on fresh ones, and the run with fewer right parts counts: so numbers that
    were looked up earn nothing, and what is not right never earns all.
    """
    if exercise.verdict is Verdict.RIGHT:
        return Fraction(1)
    if any(outcome.verdict is Verdict.NOT_ATTEMPTED for outcome in exercise.outcomes):
        return Fraction(0)
    shares = [_share(outcome) for outcome in counted(exercise)]
    return sum(shares, Fraction(0)) / max(len(shares), 1)


def counted(exercise: ExerciseReport) -> list[Outcome]:
    """Return one outcome for each check: of the visible one that with fewer right parts."""
    visible = [one for one in exercise.outcomes if one.fresh or not one.hidden]
    others = [one for one in exercise.outcomes if one.hidden and not one.fresh]
    return [*([min(visible, key=_share)] if visible else []), *others]


def parts_in_words(exercise: ExerciseReport) -> str:
    """Return how many parts of each check are right: what a share is made of."""
    words = _("{check}: {right} of {parts} parts right")
    return ", ".join(
        words.format(check=_(one.kind or _VISIBLE), right=one.parts_right, parts=max(one.parts, 1))
        for one in counted(exercise)
    )


def _share(outcome: Outcome) -> Fraction:
    return Fraction(outcome.parts_right, outcome.parts) if outcome.parts else Fraction(0)
