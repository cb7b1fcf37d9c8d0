"""Cards below answers: what a person runs is judged at once, also without running the check."""

from typing import Any

from dlbook.check import answer_key
from dlbook.check.advice import advised
from dlbook.check.bindings import Watch
from dlbook.check.card import show
from dlbook.check.lines import bound_names
from dlbook.check.roles import marks
from dlbook.check.run_apart import run_among
from dlbook.check.verdict import Outcome, Verdict
from dlbook.i18n import _

RUNNERS = ("DLBOOK_QUIET", "PYTEST_VERSION")  # set by `dlbook build`, and by pytest for nbval


class Cards:
    """Shows the card of each answer in a cell that a person has just run.

    Answers are what lines such as `# answer: relu_back` name, and what the cell binds to a name of
    the same set without such a line. Which set a notebook shows, these lines have told before: so
    a helper that happens to be named as an exercise of another set gets no card.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._set: answer_key.Key | None = None
        Watch(shell, self._names, self._show)

    def _names(self, source: str) -> list[str]:
        shown = self._shown_set(source)
        in_set = [entry.name for entry in shown.exercises] if shown else []
        return list(dict.fromkeys([*marks(source), *in_set]))

    def _shown_set(self, source: str) -> answer_key.Key | None:
        """Return the set that a cell belongs to: the one its lines name, or the one before it."""
        found = map(answer_key.find, (*marks(source), *marks(source, "check")))
        return next((entry[0] for entry in found if entry), self._set)

    def _show(self, result: Any, bound: list[str]) -> None:
        """Judge what the cell has bound; say of a marked answer that is not there why not."""
        source = result.info.raw_cell or ""
        self._set = self._shown_set(source)
        marked = marks(source)
        for name in dict.fromkeys([*marked, *bound]):
            found = answer_key.find(name)
            if found is None:
                continue
            problem = "" if name in bound else self._why_not_bound(name, result)
            if name in bound and isinstance(_error(result), SyntaxError):  # in a later line
                problem = _advised(_("the cell ends in {error}: mend it first"), result)
            if problem:
                card = Outcome(name, Verdict.ERROR, detail=problem)
                show(card, [])
                continue
            key, exercise = found
            for entry in exercise.checks:
                names = dict(self._shell.user_ns)
                run_among(names, key.setup, exercise.given, entry.source, name)

    def _why_not_bound(self, name: str, result: Any) -> str:
        """Return why a cell has not bound its answer, '' where it has bound the same again."""
        if _error(result) is not None:
            text = _("the cell ends in {error}, so what it defines is not in force: mend it first")
            return _advised(text, result)
        again = name in bound_names(result.info.raw_cell)
        if again and callable(self._shell.user_ns.get(name)):
            return ""
        return _("the cell does not define {name}: write `def {name}(...)`").format(name=name)


def _advised(text: str, result: Any) -> str:
    """Return a text that names the error of a cell, with what to do about it on a line below."""
    error = _error(result)
    name = type(error).__name__
    return "\n".join([text.format(error=name), *advised(f"{name}: {error}")])


def _error(result: Any) -> BaseException | None:
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error
