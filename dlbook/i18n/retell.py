"""Finished English texts, told again in the language of this process.

What goes over a wire or into a record is English, so that it is the same for everybody; whoever
shows it to a reader tells it again. The catalogue is read backwards: a text is split by the words
that stand around the gaps of an English template, and its gaps are filled into the translation.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from dlbook.i18n import N_, language, words

LINE = N_("{title}: {text}")  # a label of a check, and how its value differs
_FEW = 5  # letters: templates with fewer fit texts that they were not made for
_LONGEST = 1_000  # characters of a line that is told again: strangers write parts of it
_COLONS = 3  # in a line that may end a label
_DEEPEST = 4  # texts inside each other
_GAP = re.compile(r"\{(\w*)[^{}]*\}")
_ERROR = re.compile(r"[A-Za-z_][\w.]{0,80}(?:Error|Exception|Exit|Interrupt|Iteration|Warning): ")


@dataclass(frozen=True)
class Template:
    """A text with gaps: the words around them, the names of the gaps, and the translation."""

    around: tuple[str, ...]
    names: tuple[str, ...]
    other: str

    @property
    def has_own_colon(self) -> bool:
        """Whether a colon stands between its gaps, which ends no label."""
        return any(": " in words for words in self.around)

    def gaps(self, text: str) -> dict[str, str] | None:
        """Return what a text has in the gaps, None where the words around them are others."""
        first, *inner, last = self.around
        found: list[str] = []
        at, end = len(first), len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last) or end < at:
            return None
        for words_between in inner:
            next_at = text.find(words_between, at, end)
            if next_at < 0:
                return None
            found.append(text[at:next_at])
            at = next_at + len(words_between)
        found.append(text[at:end])
        if self.has_own_colon and not first and ": " in found[0]:  # a label stands before it
            return None
        filled = dict(zip(self.names, found, strict=True))
        return filled if [filled[name] for name in self.names] == found else None

    def filled(self, gaps: dict[str, str]) -> str:
        """Return the translation with texts in its gaps."""
        return _GAP.sub(lambda gap: gaps[gap[1]], self.other)


def retold(text: str) -> str:
    """Return a finished text, line by line, in the language of this process.

    A line that no template has made stays as it is, and so do the parts that are none of ours.
    """
    other = language()
    if not words(other):
        return text
    return "\n".join(_line(line, other, 0) for line in text.split("\n"))


def _line(text: str, other: str, depth: int) -> str:
    if depth > _DEEPEST or len(text) > _LONGEST:
        return text
    if text in words(other) and (" " in text or _letters(text) >= _FEW):
        return words(other)[text]
    if found := _ERROR.match(text):  # its name is Python's
        return text[: found.end()] + _line(text[found.end() :], other, depth + 1)
    first, rest = _templates(other)
    return (
        _filled(text, first, other, depth)
        or _labelled(text, other, depth)
        or _filled(text, rest, other, depth)
        or _titled(text, other, depth)
        or text
    )


def _filled(text: str, templates: list[Template], other: str, depth: int) -> str:
    """Return a text that a template has made, told again, '' for another."""
    for template in templates:
        gaps = template.gaps(text)
        if gaps is not None:
            told = {name: _line(part, other, depth + 1) for name, part in gaps.items()}
            return template.filled(told)
    return ""


def _labelled(text: str, other: str, depth: int) -> str:
    """Return a text of ours behind a label, told again, '' where there is none.

    A label may have colons in it, and a gap at the start of a template would swallow it.
    """
    for found in islice(re.finditer(": ", text), _COLONS):
        title, rest = text[: found.start()], text[found.end() :]
        told = _line(rest, other, depth + 1)
        if told != rest:
            first, others = _templates(other)  # a label of a check stays
            title = _filled(title, first + others, other, depth + 1) or title
            return words(other)[LINE].format(title=title, text=told)
    return ""


def _titled(text: str, other: str, depth: int) -> str:
    """Return a text that begins with one of ours and a colon, told again, '' for another."""
    for found in islice(re.finditer(": ", text), _COLONS):
        title, rest = text[: found.start()], text[found.end() :]
        told = _line(title, other, depth + 1)
        if told != title and " " in title:
            return words(other)[LINE].format(title=told, text=rest)
    return ""


@lru_cache(maxsize=4)
def _templates(other: str) -> tuple[list[Template], list[Template]]:
    """Return the templates of a language, those first that fit few texts.

    Words between two gaps tell most, as in `{need} is needed, got {got}`, then words before the
    first one, since English puts what is inside a sentence at its end. The first of the lists is
    tried before a label is looked for: its templates have a colon of their own.
    """
    found = []
    for english, told in words(other).items():
        names = tuple(_GAP.findall(english))
        around = tuple(re.split(r"\{[^{}]*\}", english))
        if names and _letters(*around) >= _FEW:
            rank = _letters(*around[1:-1]), bool(_letters(around[0])), _letters(*around)
            found.append((rank, Template(around, names, told)))
    found.sort(key=lambda pair: pair[0], reverse=True)
    ordered = [template for _rank, template in found]
    first = [template for template in ordered if template.has_own_colon]
    return first, [template for template in ordered if not template.has_own_colon]


def _letters(*texts: str) -> int:
    return sum(letter.isalpha() for letter in "".join(texts))
