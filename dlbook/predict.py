"""Predictions: a reader commits to an answer before the run gives it."""

import linecache
import re
import sys
from fractions import Fraction
from numbers import Real
from types import FrameType
from typing import Any, NamedTuple

from dlbook.i18n import _

_NUMBER = re.compile(r"[+-]?(\d[\d_]*|\d{1,3}(,\d{3})+)?(\.\d+)?(e[+-]?\d+)?\s*%?", re.IGNORECASE)
_WORDS = {"yes": True, "true": True, "no": False, "false": False, "是": True, "否": False}
_CLOSE = 0.005  # relative; how near a guess has to be where nobody says how many digits count
_LONGEST = 60  # characters of a guess that are repeated
_GUESS = re.compile(r"\breveal\((\w+)")  # the name that a call of `reveal` passes as the guess


class Used(NamedTuple):
    """A guess that one line has judged; no other line judges it again."""

    guess: Any
    line: str

    def __repr__(self) -> str:
        return repr(self.guess)


class Reveal:
    """Shows what a run says, once the reader has made a guess: ``reveal(guess, answer)``.

    Without a guess it asks for one and gives nothing away, until `give_up` is called. A guess that
    an earlier prediction has used up counts as none.
    """

    def __init__(self) -> None:
        self.gave_up = False

    def give_up(self) -> None:
        """Show every answer from now on, also without a guess."""
        self.gave_up = True

    def __call__(
        self, guess: Any, answer: Any, digits: int | None = None, within: float = 0.0
    ) -> None:
        """Print what the reader predicted beside what the run says, and whether they agree.

        Args:
            guess: what the reader wrote; None where nothing was predicted.
            answer: what the run found. Numbers are compared as numbers, lists item by item, words
                without letter case, and "a and b" as "b and a".
            digits: decimals of a measured number that are shown; a guess that rounds to them is
                right, so 2.303 is right for 2.30.
            within: how far a guess may be away from a measured number to count as near.
        """
        guess = _unused(guess, sys._getframe(1))
        shown = _shown(answer, digits)
        if guess is None:
            print(_("The run says: {}").format(shown) if self.gave_up else ask())
        elif isinstance(answer, bool) and not isinstance(_plain(guess), bool):
            print(_('Write "yes" or "no", with the quotes, in the cell above, then run both.'))
        elif _agree(guess, answer, digits):
            print(_("As you predicted: {}").format(shown))
        elif _is_near(guess, answer, within):
            print(_("Near: you predicted {}, the run says {}").format(_repeated(guess), shown))
        else:
            print(_("You predicted {}; the run says: {}").format(_repeated(guess), shown))


reveal = Reveal()


def ask() -> str:
    """Return what a reader without a guess is told."""
    return _(
        "No guess yet. Write one into the cell above, run it, then run this cell again.\n"
        "To see all answers without guessing: reveal.give_up()"
    )


def _unused(guess: Any, caller: FrameType) -> Any:
    """Return a guess, None where another line has judged it; the caller's name for it is marked."""
    line = linecache.getline(caller.f_code.co_filename, caller.f_lineno).strip()
    if isinstance(guess, Used):
        return guess.guess if guess.line == line else None
    found = _GUESS.search(line)
    if guess is not None and found and caller.f_globals.get(found[1]) is guess:
        caller.f_globals[found[1]] = Used(guess, line)
    return guess


def _shown(answer: Any, digits: int | None) -> str:
    """Return an answer as text; a measured number is marked, since its last digit may differ."""
    if isinstance(answer, (list, tuple)):
        return ", ".join(_shown(item, digits) for item in answer)
    if digits is not None:
        return f"≈ {answer:,.{digits}f}"
    return (_("yes") if answer else _("no")) if isinstance(answer, bool) else str(answer)


def _repeated(guess: Any) -> str:
    text = " ".join(str(guess).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _agree(guess: Any, answer: Any, digits: int | None) -> bool:
    if isinstance(answer, (list, tuple)):
        guesses = _items(guess)
        return len(guesses) == len(answer) and all(
            _agree(one, other, digits) for one, other in zip(guesses, answer, strict=True)
        )
    one, other = _plain(guess), _plain(answer)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, float) and isinstance(other, float):
        return _same_number(one, other, _decimals(answer) if digits is None else digits)
    return one == other


def _same_number(guess: float, answer: float, decimals: int | None) -> bool:
    if guess == answer or (guess != guess and answer != answer):  # the latter: both are nan
        return True
    if decimals is not None:
        return round(guess, decimals) == round(answer, decimals)
    return not answer.is_integer() and abs(guess - answer) <= _CLOSE * abs(answer)


def _decimals(answer: Any) -> int | None:
    """Return how many decimals an answer that is a text shows; None where it shows none."""
    found = re.fullmatch(r"[+-]?[\d,]*\.(\d+)", answer.strip()) if isinstance(answer, str) else None
    return len(found[1]) if found else None


def _is_near(guess: Any, answer: Any, within: float) -> bool:
    one, other = _plain(guess), _plain(answer)
    if isinstance(one, float) and isinstance(other, float):
        return within > 0 and abs(one - other) <= within
    return False


def _items(guess: Any) -> list[Any]:
    """Return the items of a guess, also of one that was written as a text."""
    if isinstance(guess, str):
        return [
            part
            for part in re.split(r"\s*(?:[,;，；、和]|\band\b)\s*", guess.strip("[]() "))
            if part
        ]
    try:
        return list(guess)
    except TypeError:
        return [guess]


def _plain(value: Any) -> bool | float | frozenset[str]:
    """Return what a value means: yes or no, a number, or a set of words."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().strip("'\"").casefold()
    if text in _WORDS:
        return _WORDS[text]
    number = _number(value if isinstance(value, Real) else text)
    if number is not None:
        return number
    return frozenset(
        part.strip("'\"") for part in re.split(r"[\s,;，；、和&+\[\]]+|\band\b", text) if part
    )


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        if value in ("nan", "inf", "-inf"):
            return float(value)
        if re.fullmatch(r"[+-]?\d+\s*/\s*\d*[1-9]\d*", value):
            return float(Fraction(value.replace(" ", "")))
        if not _NUMBER.fullmatch(value) or not any(letter.isdigit() for letter in value):
            return None
        share = 0.01 if value.endswith("%") else 1.0
        return float(value.rstrip("% ").replace(",", "")) * share
    return float(value)
