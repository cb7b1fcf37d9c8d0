"""Predictions: a reader commits to an answer before the run gives it."""

import re
from typing import Any

from dlbook.i18n import _


def reveal(guess: Any, answer: Any) -> None:
    """Print what the reader predicted beside what the run says, and whether they agree.

    Args:
        guess: what the reader wrote; None where nothing was predicted.
        answer: what the run found; numbers are compared as numbers, so that 2.3 is 2.30 and 2778
            is 2,778, and all else as text, letter case aside. A comma separates thousands.
    """
    if guess is None:
        print(
            _("You predicted nothing yet: write your guess, then run again. The run says:"), answer
        )
        return
    same = _plain(guess) == _plain(answer)
    print(
        _("As you predicted:") if same else _("You predicted {}; the run says:").format(guess),
        answer,
    )


def _plain(value: Any) -> float | str:
    text = str(value).strip().casefold()
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", text):
        text = text.replace(",", "")
    try:
        number = float(text)
    except ValueError:
        return text
    return text if number != number else number  # nan is itself as a text alone
