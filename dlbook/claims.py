"""Claims of the article on trial: each is quoted, judged by the reader, and then put to a test.

All of them stand once, in ``claims.toml`` beside this file. A chapter shows a claim, runs an
experiment, and hands its numbers to `settle`, which tests the predicate of the claim.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dlbook.i18n import _

_FILE = Path(__file__).parent / "claims.toml"
_NAMED = re.compile(r"claims\.\w+\(\s*\"(\w+)\"")
VERDICTS = ("wrong", "half right", "incomplete")


@dataclass(frozen=True)
class Claim:
    """One claim of the article.

    Args:
        id: such as ``T02``.
        chapter: number of the chapter that puts it to the test, two digits.
        quote: the article's own words, in Chinese.
        rendering: the same in English.
        question: what the reader is asked before the experiment.
        verdict: one of `VERDICTS`.
        right: what is right instead.
        grain: where the claim is true after all, and where the half-truth comes from.
        reference: where to read on.
        predicate: a condition in Python over the numbers of the experiment, with a margin.
    """

    id: str
    chapter: str
    quote: str
    rendering: str
    question: str
    verdict: str
    right: str
    grain: str
    reference: str
    predicate: str

    def holds(self, **numbers: Any) -> bool:
        """Return whether the numbers of an experiment fulfil the predicate.

        Raises:
            ValueError: if a number that the predicate names is missing.
        """
        plain = {"abs": abs, "len": len, "max": max, "min": min}
        try:
            return bool(eval(self.predicate, {"__builtins__": plain}, numbers))
        except NameError as error:
            raise ValueError(
                f"claim {self.id} needs the numbers of {self.predicate!r}, got "
                f"{', '.join(numbers) or 'none'}; pass each by its name"
            ) from error


@cache
def load() -> dict[str, Claim]:
    """Return all claims by id, in the order of the article."""
    return {key: Claim(key, **entry) for key, entry in _table().items()}


def texts(source: str) -> list[str]:
    """Return the texts of the claims that code names, which therefore stand in its outputs."""
    named = sorted(set(_NAMED.findall(source)))
    table = _table() if named else {}
    return [f"{id} {table.get(id)}" for id in named]


def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def show(id: str) -> None:
    """Display a claim as a box: the quote, its rendering, and the question to the reader."""
    claim = _find(id)
    _display(
        f"> **{_('Claim')} {claim.id}** {claim.quote}\n>\n> *{claim.rendering}*\n\n"
        f"{claim.question}\n\n{_('Your verdict first: wrong, half right, or incomplete?')}"
    )


def settle(id: str, verdict: str | None, **numbers: Any) -> None:
    """Display what became of a claim: the reader's verdict, the test, what is right and why.

    Args:
        id: such as ``T02``.
        verdict: the reader's, one of `VERDICTS`; None where there is none yet.
        numbers: what the experiment measured, under the names that the predicate uses.

    Raises:
        ValueError: if the claim or the verdict is unknown, or a number is missing.
    """
    claim = _find(id)
    if verdict is not None and verdict not in VERDICTS:
        raise ValueError(
            f"a verdict needs to be one of {', '.join(VERDICTS)}, got {verdict!r}; change it"
        )
    said = _("You have not judged yet.") if verdict is None else _("You said: {}.").format(verdict)
    test = _("and your run agrees") if claim.holds(**numbers) else _("but your run does not agree")
    _display(
        f"{said} **{_('Verdict:')} {claim.verdict}**; {_('test:')} `{claim.predicate}`, {test}.\n\n"
        f"**{_('What is right.')}** {claim.right}\n\n"
        f"**{_('The grain of truth.')}** {claim.grain}\n\n"
        f"**{_('Reference.')}** {claim.reference}"
    )


def _find(id: str) -> Claim:
    claims = load()
    if id not in claims:
        raise ValueError(f"a claim needs an id from {', '.join(claims)}, got {id!r}; correct it")
    return claims[id]


def _display(text: str) -> None:
    from IPython.display import display

    display({"text/markdown": text, "text/plain": text}, raw=True)
