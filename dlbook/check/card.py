"""The card of an answer: its verdict against the shipped key, and how a notebook shows it."""

import sys
from dataclasses import replace
from typing import Any

from dlbook.check import answer_key
from dlbook.check.compare import judge
from dlbook.check.evaluate import Result
from dlbook.check.example import example
from dlbook.check.hidden import refusal, used_by
from dlbook.check.letters import printable
from dlbook.check.localized import localized_exercise
from dlbook.check.names import near
from dlbook.check.verdict import Outcome, Step, Verdict
from dlbook.i18n import _
from dlbook.i18n.retell import retold


def key_of(name: object, call: str = "check") -> tuple[answer_key.Key, answer_key.ExerciseKey]:
    """Return the shipped set and key of an exercise, its hints in the reader's language.

    Args:
        name: of the exercise.
        call: what it was given to, which an error names.

    Raises:
        LookupError: if no shipped key has it; names that are near are told.
    """
    found = answer_key.find(name) if isinstance(name, str) else None
    if found is None:
        raise LookupError(_no_exercise(name, call))
    key, exercise = found
    return key, localized_exercise(key.name, exercise)


def _no_exercise(name: object, call: str) -> str:
    every = [exercise.name for key in answer_key.all_keys() for exercise in key.exercises]
    alike = near(name, every) if isinstance(name, str) else []
    got = _("nothing") if name is None else repr(name)
    text = _(
        "{call} needs a name of this course's exercises, got {got}: use the one in the answer "
        'cell\'s first line, as in {call}("relu_back")'
    )
    if alike:
        text = _(
            "{call} needs a name of this course's exercises, got {got}: do you mean {names}? As "
            'in {call}("{one}")'
        )
    return text.format(call=call, got=got, names=", ".join(alike), one=(alike or [""])[0])


def verdict(name: str, result: Result, answer: object) -> Outcome:
    """Return the outcome of the visible check of `name`, judged against the shipped key.

    Args:
        name: the exercise.
        result: what the check put out.
        answer: what was checked, which is to do without the packages that its set hides.

    Raises:
        LookupError: if no shipped key has the exercise.
    """
    key, exercise = key_of(name)
    outcome = judge(exercise, visible(exercise), result.values)
    outcome = replace(outcome, example=example(visible(exercise), result.values))
    package = used_by(answer, key.hides)
    if package:
        return Outcome(name, Verdict.ERROR, detail=refusal(package))
    if outcome.verdict is Verdict.NOT_ATTEMPTED:
        text = _(
            "the line that raises NotImplementedError is still there: write your answer in its "
            "place"
        )
        return replace(outcome, detail=text)
    if result.error is None:
        return outcome
    detail = _without_torch(result.error) or outcome.detail
    if isinstance(result.error, KeyboardInterrupt):
        detail = _("stopped by you while it ran: when does its loop end?")
        where = result.values.get("where")
        if where:
            detail += f"\n{retold(where)}"
    return replace(outcome, detail=detail)


def _without_torch(error: BaseException) -> str:
    """Return what to say of an error that comes from having no torch in a browser, else ''.

    A copy of the course in a browser does not import it, so its name is unknown there.
    """
    if sys.platform != "emscripten" or getattr(error, "name", "") != "torch":
        return ""
    return _(
        "this exercise needs torch, Python in a browser has none: install the course on your "
        "computer, as its front page says, and solve it there"
    )


def visible(exercise: answer_key.ExerciseKey) -> answer_key.CheckKey:
    """Return the check that learners see."""
    return next(entry for entry in exercise.checks if not entry.hidden)


def show(card: Outcome, steps: list[Step]) -> None:
    """Show a card, with the steps on folded below it, or named where nothing folds."""
    more = _('More: check.hint("{name}")').format(name=card.exercise) if steps else ""
    display({"text/plain": card.text(more), "text/html": card.html(steps)})


def display(data: dict[str, str]) -> None:
    """Show a bundle in a notebook; print its text where there is no notebook."""
    if shell() is None:
        say(data["text/plain"])
        return
    from IPython.display import display as publish

    publish(data | {"text/plain": _printable(data["text/plain"])}, raw=True)


def say(text: str) -> None:
    """Print a text, whatever letters the terminal has."""
    print(_printable(text))


def _printable(text: str) -> str:
    return printable(text, getattr(sys.stdout, "encoding", None) or "utf-8")


def shell() -> Any:
    """Return the running IPython shell, None outside one; never imports IPython by itself."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None
