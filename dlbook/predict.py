"""Predictions: a reader commits to an answer before the run gives it."""

from typing import Any

from dlbook.words import _


def reveal(guess: Any, answer: Any) -> None:
    """Print what the reader predicted beside what the run says, and whether they agree.

    Args:
        guess: what the reader wrote; None where nothing was predicted.
        answer: what the run found; compared with `guess` as text, letter case aside.
    """
    if guess is None:
        print(
            _("You predicted nothing yet: write your guess, then run again. The run says:"), answer
        )
        return
    same = str(guess).strip().casefold() == str(answer).strip().casefold()
    print(
        _("As you predicted:") if same else _("You predicted {}; the run says:").format(guess),
        answer,
    )
