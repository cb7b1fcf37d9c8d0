"""Are two values the same; if not, how do they differ; and which known mistake is this?

Floats agree within a tolerance; integers, booleans, texts and shapes agree exactly; containers by
the one rule in `containers`. A difference is put into words that never give the needed numbers
away: they show the learner's own number and say in coarse words how far off the numbers are, never
a ratio that only some of them share. Only numbers that are right to four digits are called close,
so this gives nothing away either.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from dlbook.check.advice import with_advice
from dlbook.check.answer_key import CheckKey, ExerciseKey
from dlbook.check.cases import label_at
from dlbook.check.containers import like
from dlbook.check.fingerprint import EVIDENCE, fingerprint
from dlbook.check.numbers import count_wrong, explain_numbers
from dlbook.check.roles import stub_message
from dlbook.check.verdict import Outcome, Verdict
from dlbook.check.wire import Failure, Foreign, Json, WireError, decode
from dlbook.i18n import N_, _
from dlbook.i18n.retell import retold

SECOND_CALL = ("first call", "second call")
_ARGUMENT = re.compile(r"(?:(.*) )?(?:given|afterwards|unchanged)", re.DOTALL)
_ORDINALS = (
    *(N_("first"), N_("second"), N_("third"), N_("fourth"), N_("fifth")),
    *(N_("sixth"), N_("seventh"), N_("eighth"), N_("ninth"), N_("tenth")),
)


def judge(exercise: ExerciseKey, check: CheckKey, got: Json) -> Outcome:
    """Return the verdict on what one check put out, with the hints of the mistakes it equals."""

    def outcome(verdict: Verdict, hints: Iterable[str] = (), detail: str = "") -> Outcome:
        unknown = verdict in (Verdict.WRONG, Verdict.ERROR)
        mark = fingerprint(value) if unknown else ""
        words = _case(check, needed, value) if detail else ""
        hidden, counted = check.hidden, parts(needed, value, check.rtol, check.atol)
        found = Outcome(exercise.name, verdict, tuple(hints), detail, hidden, mark, case=words)
        return replace(found, parts=counted[0], parts_right=counted[1])

    value: object = None
    needed = decode(check.expected)
    try:
        value = decode(got)
    except WireError as error:
        return outcome(Verdict.WRONG, detail=str(error))
    if is_stub(exercise.name, value):
        return outcome(Verdict.NOT_ATTEMPTED)
    detail = explain(needed, value, check.rtol, check.atol)
    if detail is None:
        return outcome(Verdict.RIGHT)
    hints = {
        exercise.hints[label]: None
        for label, mistake in check.mistakes.items()
        if explain(decode(mistake), value, check.rtol, check.atol) is None
    }
    if hints:
        return outcome(Verdict.KNOWN_MISTAKE, hints, detail)
    return outcome(Verdict.ERROR if isinstance(value, Failure) else Verdict.WRONG, detail=detail)


def parts(expected: object, got: object, rtol: float, atol: float) -> tuple[int, int]:
    """Return how many labelled values a check has, and how many of them are right.

    Arguments that were to stay as they were are no part: where one was changed, nothing is right.

    Args:
        expected: a decoded value; what is no dict is one part.
        got: a decoded value.
        rtol: relative tolerance of floats.
        atol: absolute tolerance of floats.
    """
    if not isinstance(expected, dict):
        return 1, int(explain(expected, got, rtol, atol) is None)
    labels = [label for label in expected if label != EVIDENCE]
    arguments = [label for label in labels if _ARGUMENT.fullmatch(label)]
    count = len(labels) - len(arguments)
    if not isinstance(got, dict) or list(got) != list(expected):
        return count, 0
    right = {each for each in labels if explain(expected[each], got[each], rtol, atol) is None}
    return count, len(right) - len(arguments) if right.issuperset(arguments) else 0


def is_stub(name: str, value: object) -> bool:
    """Return whether `value` is what the untouched stub of exercise `name` puts out."""
    return isinstance(value, Failure) and value == Failure(
        "NotImplementedError", stub_message(name)
    )


def explain(expected: object, got: object, rtol: float, atol: float) -> str | None:
    """Return how `got` differs from `expected` in words, None where they are the same.

    Args:
        expected: a decoded value: number, text, None, array of any shape, list, dict, Failure;
            a Foreign, of which nothing is known but its type, is the same as nothing.
        got: a decoded value.
        rtol: relative tolerance of floats, measured against `expected`.
        atol: absolute tolerance of floats.
    """
    with np.errstate(all="ignore"):
        return _explain(expected, got, rtol, atol)


def _explain(expected: object, got: object, rtol: float, atol: float) -> str | None:
    if isinstance(got, Failure):
        same = isinstance(expected, Failure) and got == expected
        return None if same else _explain_failure(got)
    if isinstance(expected, Foreign):
        return _needed(expected, got)
    got = like(expected, got)
    if isinstance(expected, dict):
        return _explain_dict(expected, got, rtol, atol)
    if isinstance(expected, list):
        return _explain_list(expected, got, rtol, atol)
    if isinstance(expected, np.ndarray):
        return _explain_array(expected, got, rtol, atol)
    if isinstance(expected, float) and isinstance(got, (int, float)) and not isinstance(got, bool):
        return explain_numbers(np.array([expected]), np.array([float(got)]), rtol, atol)
    if type(expected) is not type(got):
        return _needed(expected, got)
    return None if expected == got else _("not right, yours is {got!r}").format(got=got)


def _explain_failure(got: Failure) -> str:
    """Return an exception as text, with the place that it was raised at where that is known."""
    message = retold(got.message)  # it may be ours: that of a refused import
    text = with_advice(f"{got.type}: {message}", got.where.partition("\n")[0])
    return f"{text}\n{retold(got.where)}" if got.where else text


def _explain_dict(expected: dict[str, Any], got: object, rtol: float, atol: float) -> str | None:
    if isinstance(got, dict) and tuple(got) == SECOND_CALL and tuple(expected) != SECOND_CALL:
        return _("called a second time on the same input, it gives something else")
    if not isinstance(got, dict) or list(got) != list(expected):
        keys = list(got) if isinstance(got, dict) else _name(got)
        return _("a dict with keys {need} is needed, got {got}").format(
            need=list(expected), got=keys
        )
    found = first_difference(expected, got, rtol, atol)
    if found is None:
        return None
    if isinstance(got.get(EVIDENCE), str) and got[EVIDENCE]:
        return str(got[EVIDENCE])
    label, difference = found
    if _ARGUMENT.fullmatch(label):
        return difference
    return _("{title}: {text}").format(title=label, text=difference)


def _case(check: CheckKey, needed: object, got: object) -> str:
    """Return which labelled case is the first that differs, '' where that cannot be told.

    These words are made of labels of the check alone, so students may read them of a hidden check.
    """
    if not isinstance(needed, dict):
        return ""
    if isinstance(got, Failure):
        label = label_at(check.source, got.line) if got.line else ""
        return label if label in needed else ""
    if not isinstance(got, dict) or list(got) != list(needed):
        return ""
    with np.errstate(all="ignore"):
        label, difference = first_difference(needed, got, check.rtol, check.atol) or ("", "")
    return difference if _ARGUMENT.fullmatch(label) else label


def first_difference(
    expected: dict[str, Any], got: dict[str, Any], rtol: float, atol: float
) -> tuple[str, str] | None:
    """Return the label of the first value that differs, and how; arguments come first.

    Args:
        expected: labelled values, decoded.
        got: others with the same labels.
        rtol: relative tolerance of floats.
        atol: absolute tolerance of floats.
    """
    for label in sorted(expected, key=lambda label: not _ARGUMENT.fullmatch(label)):
        difference = _explain(expected[label], got[label], rtol, atol)
        if difference is None or label == EVIDENCE:
            continue
        argument = _ARGUMENT.fullmatch(label)
        if argument:
            return label, _explain_argument(argument[1], expected[label], got[label], rtol, atol)
        return label, difference
    return None


def _explain_argument(
    names: str | None, expected: object, got: object, rtol: float, atol: float
) -> str:
    """Return that a function has written to an argument, by the name that its label gives it.

    Args:
        names: what the label says before its last word, such as `w` or `x, w, b`, or None.
        expected: the argument as it was, or a list of arguments.
        got: the argument as it is after the call.
        rtol: relative tolerance of floats.
        atol: absolute tolerance of floats.
    """
    each = re.split(r", | and ", names) if names else []
    if len(each) == 1:
        return _("your function changed its argument {name}").format(name=each[0])
    if isinstance(expected, list) and isinstance(got, list) and len(each) == len(got):
        for name, left, right in zip(each, expected, got, strict=True):
            if _explain(left, right, rtol, atol) is not None:
                return _("your function changed its argument {name}").format(name=name)
    if each:
        return _("your function changed one of its arguments {names}").format(names=names)
    return _("your function changed one of its arguments")


def _explain_list(expected: list[Any], got: object, rtol: float, atol: float) -> str | None:
    if not isinstance(got, list) or len(got) != len(expected):
        return _("a list or tuple of {need} values is needed, got {got}").format(
            need=len(expected), got=_name(got)
        )
    for index, (left, right) in enumerate(zip(expected, got, strict=True)):
        difference = _explain(left, right, rtol, atol)
        if difference is not None:
            which = _which(index, len(expected))
            return (
                _("{title}: {text}").format(title=which, text=difference) if which else difference
            )
    return None


def _which(index: int, count: int) -> str:
    """Return which of the values of a list is meant, '' where it is the only one."""
    if count == 1:
        return ""
    if index < len(_ORDINALS):
        return _("the {nth} of {n} values").format(nth=_(_ORDINALS[index]), n=count)
    return _("value {number} of {n}").format(number=index + 1, n=count)


def _explain_array(expected: np.ndarray, got: object, rtol: float, atol: float) -> str | None:
    if not isinstance(got, np.ndarray):
        return _needed(expected, got)
    if got.shape != expected.shape:
        text = _("shape {got}, where {need} is needed").format(got=got.shape, need=expected.shape)
        if got.shape == expected.shape[::-1] and np.allclose(got.T, expected, rtol, atol):
            text = _("{text} (it is transposed)").format(text=text)
        return text
    if expected.dtype.kind == "f" and got.dtype.kind in "fiu":
        return explain_numbers(expected, got.astype(expected.dtype), rtol, atol)
    if (expected.dtype.kind == "b") != (got.dtype.kind == "b") or got.dtype.kind == "f":
        return _("numbers of dtype {got}, where {need} is needed").format(
            got=got.dtype, need=expected.dtype
        )
    return count_wrong(expected != got, got)


def _needed(expected: object, got: object) -> str:
    text = _("{need} is needed, got {got}").format(need=_kind(expected), got=_name(got))
    if got is None:
        text = _("{text}: is a `return` missing?").format(text=text)
    return text


def _kind(value: object) -> str:
    """Return the type of a value in a learner's words, with the shape of an array."""
    if isinstance(value, np.ndarray):
        return _("an array of shape {shape}").format(shape=value.shape)
    if isinstance(value, list):
        return _("a list or tuple of {n}").format(n=len(value))
    if isinstance(value, Foreign):
        return _("an object of type {type}").format(type=value.type)
    return "None" if value is None else _("a value of type {t}").format(t=type(value).__name__)


def _name(value: object) -> str:
    """Return the kind of a value that a learner has put out, and the value if it is short."""
    if isinstance(value, (bool, int, float, str)):
        return f"{type(value).__name__} {str(value)[:40]!r}".replace("'", "")
    return _kind(value)
