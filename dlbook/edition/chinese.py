"""House rules for Chinese text. Each problem names the place and says what to do.

One rule decides on spaces: one stands between a Chinese character and a Latin word, a number, code
or a formula, and none beside a full-width mark.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from dlbook.grading.teach.prose import LINK
from dlbook.terms import Term, load

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_WIDE = "，。：；？！、（）《》「」“”‘’…—"
_PLACEHOLDER = re.compile(r"\{[\w.:!]*\}")
_UNREAD = re.compile(r"`+[^`]+`+|\$\$.+?\$\$|\$[^$\n]+\$|https?://[^\s)>\]]+", re.DOTALL)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_OTHER_LINE = re.compile(r"\s*(?:[-*+>|#]|\d+\. |\$\$|```|!\[|$)")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![*\w])([*_])(?=\S)([^*_\n]+)(?<=\S)\1(?![*\w])")
_EVERYDAY = {"end-to-end"}  # terms whose words mean something else, too
_CLOSE = 12  # characters shown on either side of a problem


def problems(text: str, english: str = "") -> Iterator[str]:
    """Yield what is against the house rules in a piece of Chinese prose.

    Args:
        text: the prose.
        english: what it translates. Chinese that is quoted there has rules of its own.
    """
    for quoted in _quotes(english):
        text = text.replace(quoted, "x")
    yield from _lines(text)
    yield from problems_of_words(text)


def problems_of_words(text: str) -> Iterator[str]:
    """Yield what is against the house rules in words alone, wherever lines end."""
    yield from _bold(text)
    plain = _plain(text)
    for pattern, todo in _RULES.items():
        for found in re.finditer(pattern, plain):
            yield f"{todo}: {_near(plain, found.start())}"


_RULES = {
    rf"[{_HAN}][A-Za-z0-9]|[A-Za-z0-9%][{_HAN}]": (
        "put a space between Chinese and Latin letters, numbers, code or formulas"
    ),
    rf"[{_HAN}] {{2,}}(?![ \ue000])|[{_HAN}] [{_HAN}]": "take a space out",
    rf" [{_WIDE}]|[{_WIDE}] ": "no space beside a full-width mark",
    rf"[{_HAN}][,;:?!.](?![\w])|[{_HAN}][,;:?!](?=[{_HAN}])": "use the full-width mark",
    rf"\([^()]*[{_HAN}][^()]*\)": "use full-width brackets",
    rf"[{_HAN}]\"|\"[{_HAN}]": "use the quotation marks “ and ”",
    r"(?<!\.)\.\.\.(?!\.)(?=\s*[\u4e00-\u9fff])": "use the ellipsis ……",
}


def _quotes(english: str) -> list[str]:
    """Return the Chinese in an English text, such as sentences of an article, longest first."""
    parts = (part.strip() for part in re.split(r"\||\*\*|<br>|\n", english))
    found = [part for part in parts if re.search(f"[{_HAN}]", part)]
    return sorted(found, key=len, reverse=True)


def _plain(text: str) -> str:
    """Return text as it is read: code and formulas as `x`, names in braces as a sign, no marks."""
    text = _FENCE.sub("", text)
    text = _PLACEHOLDER.sub("\ue000", _UNREAD.sub("x", text))
    while LINK.search(text):
        text = LINK.sub(r"\1", text)
    text = re.sub(r"^\s*(?:[-*+>]|#+|\d+\.) +|^\| *| *\|$", "", text, flags=re.MULTILINE)
    return re.sub(r" *\| *", "\n", _EMPHASIS.sub(r"\2", _BOLD.sub(r"\1", text)))


def _near(text: str, at: int) -> str:
    return repr(text[max(0, at - _CLOSE) : at + _CLOSE].strip().replace("\n", " "))


def _bold(text: str) -> Iterator[str]:
    """Yield where bold would not show: Markdown wants a space or a mark outside a mark inside."""
    for found in _BOLD.finditer(_FENCE.sub("", text)):
        inside = found[1]
        before, after = text[: found.start()][-1:], found.string[found.end() : found.end() + 1]
        opens = _is_mark(inside[0]) and not _stands_free(before)
        closes = _is_mark(inside[-1]) and not _stands_free(after)
        if opens or closes:
            yield f"take the mark out of the bold, it would not show: {inside!r}"


def _is_mark(letter: str) -> bool:
    return bool(re.match(r"[^\w\s]", letter))


def _stands_free(letter: str) -> bool:
    return not letter or letter.isspace() or _is_mark(letter)


def _lines(text: str) -> Iterator[str]:
    """Yield where a paragraph has two lines: between them a browser would put a space."""
    lines = _FENCE.sub("", re.sub(r"\$\$.+?\$\$", "$$", text, flags=re.DOTALL)).splitlines()
    for above, below in pairwise(lines):
        starts_list = re.match(r"\s*(?:[-*+]|\d+\.) ", above)
        if _OTHER_LINE.match(below) or not above.strip():
            continue
        if starts_list or not _OTHER_LINE.match(above) or above.startswith(">"):
            yield f"put the paragraph on one line: {below.strip()[: 2 * _CLOSE]!r}"


def wrong_terms(english: str, chinese: str) -> Iterator[str]:
    """Yield terms of the English that the Chinese does not have as terms.tsv words them.

    Terms of one word count where they stand in bold, since many are everyday words, too. One with a
    capital letter that the Chinese has in English is part of a title, and stays.
    """
    read = _joined(chinese)
    prose = LINK.sub(r"\1", _UNREAD.sub(" ", _FENCE.sub("", english)))
    prose = re.sub(r"(?<!\*)\*[^*\n]+\*(?!\*)|\"[^\"\n]+\"", " ", prose)  # titles of books
    bold = " ".join(_BOLD.findall(prose))
    for names, words in _vocabulary().items():
        term = words[0]
        where = prose if all(" " in name or "-" in name for name in names) else bold
        allowed = [word for other in words for word in _words(other)]
        found = [match[0] for match in term.pattern.finditer(where)]
        titles = [name for name in found if name[0].isupper() and name in chinese]
        if found != titles and not any(word in read for word in allowed):
            yield f"{names[0]} is {' or '.join(word.chinese for word in words)} in terms.tsv"


def _vocabulary() -> dict[tuple[str, ...], list[Term]]:
    """Return the terms by their English names; a name with two senses has two of them."""
    found: dict[tuple[str, ...], list[Term]] = {}
    for term in load():
        if term.english not in _EVERYDAY:
            found.setdefault(term.names, []).append(term)
    return found


def _words(term: Term) -> list[str]:
    """Return the Chinese words of a term: its own, and those that its note allows."""
    words = re.sub(rf"(\w+)/(\w+?)([{_HAN}]+)", r"\1\3 \2\3", term.chinese).split()
    found = [term.chinese, *words, *re.findall(r"\balso (?:says )?([^\s;,(]+)", term.note)]
    return [_joined(word) for word in found]


def _joined(text: str) -> str:
    return re.sub(r"\s", "", text).lower()
