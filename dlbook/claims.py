"""Claims of the article on trial: each is quoted, judged by the reader, and then put to a test.

All of them stand once, in ``claims.toml`` beside this file. A chapter shows a claim, runs an
experiment, and hands its numbers to `settle`, which tests the predicate of the claim.
"""

import ast
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from dlbook.i18n import N_, _, language
from dlbook.i18n.overlay import told
from dlbook.predict import ask, reveal

_FILE = Path(__file__).parent / "claims.toml"
_FUNCTIONS = {"abs": abs, "all": all, "any": any, "len": len, "max": max, "min": min, "sum": sum}
OVERLAY = "claims"  # of editions in other languages, see dlbook.i18n.overlay
TRANSLATED = ("question", "right", "grain", "reference")  # a quote is Chinese already
_AROUND = " \t\n\u3000\"'`“”‘’"  # what may stand around a verdict
_MOST = 9  # numbers of a list that are shown
_NAMED = re.compile(r"claims\.\w+\(\s*\"(\w+)\"")
VERDICTS = {  # in order of severity
    N_("right"): N_("the sentence holds as it stands"),
    N_("right, loosely put"): N_("it holds, but its words could be read otherwise"),
    N_("incomplete"): N_("it holds, but something that belongs to it is missing"),
    N_("half right"): N_("one part of it holds, another does not"),
    N_("wrong"): N_("it does not hold"),
}
WAYS = (N_("experiment"), N_("counting"), N_("reading"))  # how a claim can be decided


@dataclass(frozen=True)
class Claim:
    """One claim of the article.

    Args:
        id: such as ``T02``.
        chapter: number of the chapter that puts it to the test, two digits.
        quote: whole sentences of the article, in Chinese; the words on trial are in bold.
        rendering: the same in English.
        question: what the reader is asked before the experiment.
        verdict: one of `VERDICTS`.
        decided: one of `WAYS`.
        right: what is right instead.
        grain: where the claim is true after all, and where the half-truth comes from.
        reference: where to read on.
        predicate: conditions in Python over the numbers of the experiment, joined by ``and``, with
            margins; '' where the claim is decided by reading.
    """

    id: str
    chapter: str
    quote: str
    rendering: str
    question: str
    verdict: str
    decided: str
    right: str
    grain: str
    reference: str
    predicate: str = ""

    def conditions(self) -> list[str]:
        """Return the conditions that have to hold all together, each as code."""
        if not self.predicate:
            return []
        tree = ast.parse(self.predicate, mode="eval").body
        if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And):
            return [ast.unparse(part) for part in tree.values]
        return [self.predicate]

    def holds(self, **numbers: Any) -> bool:
        """Return whether the numbers of an experiment fulfil all conditions.

        Raises:
            ValueError: if a number that the predicate names is missing.
        """
        return all(self._is_true(condition, numbers) for condition in self.conditions())

    def findings(self, **numbers: Any) -> list[tuple[str, bool, dict[str, Any]]]:
        """Return each condition, whether it holds, and the numbers that it names."""
        return [
            (condition, self._is_true(condition, numbers), _named_in(condition, numbers))
            for condition in self.conditions()
        ]

    def _is_true(self, condition: str, numbers: dict[str, Any]) -> bool:
        try:
            return bool(eval(condition, {"__builtins__": _FUNCTIONS}, numbers))
        except NameError as error:
            raise ValueError(
                f"claim {self.id} needs the numbers of {self.predicate!r}, got "
                f"{', '.join(numbers) or 'none'}; pass each by its name"
            ) from error


def _named_in(condition: str, numbers: dict[str, Any]) -> dict[str, Any]:
    names = [node.id for node in ast.walk(ast.parse(condition)) if isinstance(node, ast.Name)]
    return {name: numbers[name] for name in dict.fromkeys(names) if name in numbers}


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


def find(id: str) -> Claim:
    """Return a claim.

    Raises:
        ValueError: if there is none of this id.
    """
    claims = load()
    if id not in claims:
        raise ValueError(f"a claim needs an id from {', '.join(claims)}, got {id!r}; correct it")
    return claims[id]


def understood(verdict: str | None) -> str | None:
    """Return which of `VERDICTS` the reader means; None where there is no verdict yet.

    It may be written in English or in the language of the reader, in any letter case, with spaces
    and quotation marks around it.

    Raises:
        ValueError: if it is none of them.
    """
    if verdict is None:
        return None
    meant = {word.casefold(): name for name in VERDICTS for word in (name, _(name))}
    written = verdict.strip(_AROUND).casefold() if isinstance(verdict, str) else ""
    if written not in meant:
        words = _("a verdict needs to be one of {verdicts}, got {got!r}; change it")
        listed = _("; ").join(map(_named, VERDICTS))
        raise ValueError(words.format(verdicts=listed, got=verdict))
    return meant[written]


def show(id: str) -> None:
    """Display a claim as a box: the quote, its rendering, and the question to the reader."""
    claim = find(id)
    quote, rendering = (text.replace("\n", " ") for text in (claim.quote, claim.rendering))
    lines = [f"> **{_('Claim')} {claim.id}** {quote}"]
    if language() != "zh":  # the quote itself is Chinese
        lines += [">", f"> *{rendering}*"]
    words = _("Decided by {}. Your verdict first: {}.")
    asked = words.format(_(claim.decided), _("; ").join(map(_named, VERDICTS)))
    _display("\n".join([*lines, "", _told(claim, "question"), "", asked]))


def settle(id: str, verdict: str | None, section: str = "", /, **numbers: Any) -> None:
    """Display what became of a claim: the reader's verdict, the test, what is right and why.

    It says nothing before there is a verdict, or `reveal.give_up` was called.

    Args:
        id: such as ``T02``.
        verdict: the reader's, as `understood` reads it; None where there is none yet.
        section: a link to the section that puts it to the test, in Markdown, if that is elsewhere.
        numbers: what the experiment measured, under the names that the predicate uses.

    Raises:
        ValueError: if the claim or the verdict is unknown, or a number is missing.
    """
    claim = find(id)
    verdict = understood(verdict)
    findings = claim.findings(**numbers)
    if verdict is None and not reveal.gave_up:
        print(ask())
        return
    title = [_("**Claim {}**, tried in {}.").format(id, section)] if section else []
    found = [_compared(verdict, claim.verdict), *_table_of(findings), *_words(claim)]
    _display("\n\n".join(title + found))


def _told(claim: Claim, part: str) -> str:
    """Return a part of a claim in the language of the reader."""
    return told(OVERLAY, f"{claim.id} {part}", getattr(claim, part))


def _named(verdict: str) -> str:
    """Return a verdict as it is typed, and what that means where readers need a translation."""
    meant = _(verdict)
    return verdict if meant == verdict else f'`"{verdict}"`（{meant}）'


def _compared(verdict: str | None, court: str) -> str:
    """Return the court's verdict beside the reader's, and how far they are apart."""
    found = _("**Verdict: {}** ({}).").format(_(court), _(VERDICTS[court]))
    if verdict is None:
        return found
    order = list(VERDICTS)
    steps = abs(order.index(verdict) - order.index(court))
    apart = _("the same") if not steps else _("one step away") if steps == 1 else _("far from it")
    return _("You said: {}, {}. {}").format(_(verdict), apart, found)


def _table_of(findings: list[tuple[str, bool, dict[str, Any]]]) -> list[str]:
    """Return a table with a row for each condition, or nothing where there is none."""
    if not findings:
        return []
    rows = [f"| {_('condition')} | {_('measured')} | {_('holds')} |", "|---|---|---|"]
    for condition, holds, numbers in findings:
        values = "; ".join(f"{name} {_value(value)}" for name, value in numbers.items())
        rows.append(f"| `{condition}` | {values} | {_('yes') if holds else _('no')} |")
    return ["\n".join(rows)]


def _value(value: Any) -> str:
    """Return a measured value: exact after an equals sign, else marked as approximate."""
    items = np.ravel(value).tolist()
    if all(isinstance(item, float) for item in items):
        digits = " ".join(f"{item:.3g}" for item in items[:_MOST])
        return f"≈ {digits}" + (" ..." if len(items) > _MOST else "")
    return f"= {value}"


def _words(claim: Claim) -> list[str]:
    return [
        _("**What is right.** {}").format(_told(claim, "right")),
        _("**The grain of truth.** {}").format(_told(claim, "grain")),
        _("**Reference.** {}").format(_told(claim, "reference")),
    ]


def _display(text: str) -> None:
    from IPython.display import display

    display({"text/markdown": text, "text/plain": text}, raw=True)
