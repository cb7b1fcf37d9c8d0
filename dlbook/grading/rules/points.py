"""Points are exact: fractions, rounded half up to hundredths where a rule leaves more digits."""

from fractions import Fraction

from dlbook.check.verdict import Verdict
from dlbook.grading.run.report import ExerciseReport

_UNIT = 100  # of a point


def rounded(value: Fraction) -> Fraction:
    """Return a value of 0 or more rounded to hundredths; half a hundredth goes up."""
    return Fraction((2 * value * _UNIT + 1) // 2, _UNIT)


def text(value: Fraction | int) -> str:
    """Return points as they are written: 2, 1.5 or 0.67; not more than hundredths are shown."""
    whole, hundredths = divmod(round(Fraction(value) * _UNIT), _UNIT)
    return f"{whole}.{hundredths:02}".rstrip("0").removesuffix(".") if hundredths else str(whole)


def share(exercise: ExerciseReport) -> Fraction:
    """Return what part of an exercise is right, by the labelled parts of its checks.

    Each check counts alike, and in it each part. Of the checks those on inputs that nobody has
    seen count, where there are any, since the values of the others can be looked up.
    """
    if exercise.verdict is Verdict.RIGHT:
        return Fraction(1)
    if any(outcome.verdict is Verdict.NOT_ATTEMPTED for outcome in exercise.outcomes):
        return Fraction(0)
    unseen = [outcome for outcome in exercise.outcomes if outcome.hidden]
    has_fresh = any(outcome.fresh for outcome in unseen)
    counted = unseen if has_fresh else list(exercise.outcomes)
    shares = [Fraction(one.parts_right, one.parts) if one.parts else Fraction(0) for one in counted]
    return sum(shares, Fraction(0)) / max(len(shares), 1)
