"""The terms of the course in English and Chinese, and how to find them in running text.

All of them stand once, in ``terms.tsv`` beside this file, with what differs between books.

Source: compiled for this course. Notes compare its words with the article that the course follows
(ARTICLE) and with three Chinese books: d2l, the edition of *Dive into Deep Learning* by Zhang,
Lipton, Li and Smola; nndl, *Neural Networks and Deep Learning* by Qiu; Zhou, *Machine Learning*.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "terms.tsv"
_PREFIX = re.compile(r"\b(mini|multi|hyper)(?=\w)")
_COLUMNS = 3  # pairs of words side by side in a table


@dataclass(frozen=True)
class Term:
    """One term.

    Args:
        english: one name or more, with commas between; in brackets stands which sense is meant.
        chinese: the same in Chinese.
        note: what else is said, and where; '' where nothing needs to be said.
    """

    english: str
    chinese: str
    note: str = ""

    @property
    def id(self) -> str:
        """The name by which a page links it: `loss-function`."""
        return re.sub(r"[^a-z0-9]+", "-", self.english.lower()).strip("-")

    @property
    def names(self) -> tuple[str, ...]:
        """Its names without brackets: `neuron` and `unit`, `Xavier init` and `He init`."""
        plain = re.sub(r"\([^)]*\)", "", self.english)
        halves = re.sub(r"(\w+) / (\w+) (.+)", r"\1 \3, \2 \3", plain)
        return tuple(" ".join(name.split()) for name in halves.split(","))

    @property
    def pattern(self) -> re.Pattern[str]:
        """What finds it in text as whole words, in British spelling and in the plural too."""
        names = "|".join(map(_spellings, self.names))
        return re.compile(rf"(?<!\w)(?:{names})(?!\w)", re.IGNORECASE)


@cache
def load() -> tuple[Term, ...]:
    """Return all terms in the order of the file, which goes by subject."""
    lines = _FILE.read_text("utf-8").splitlines()[1:]
    return tuple(Term(*line.split("\t")) for line in lines)


def by_name() -> list[Term]:
    """Return all terms in the order of the English alphabet."""
    return sorted(load(), key=lambda term: term.names[0].lower())


def texts(source: str) -> list[str]:
    """Return the texts that stand in the outputs of code beside what it says: all terms."""
    return [_FILE.read_text("utf-8")] if "terms.table(" in source else []


def table() -> None:
    """Display all terms in English and Chinese, a table in the order of the alphabet."""
    from IPython.display import display

    cells = [f"{term.english} | {term.chinese}" for term in by_name()]
    height = -(-len(cells) // _COLUMNS)
    cells += [" | "] * (height * _COLUMNS - len(cells))
    rows = ["| English | 中文 " * _COLUMNS + "|", "|---|---" * _COLUMNS + "|"]
    rows += [f"| {' | '.join(cells[row::height])} |" for row in range(height)]
    said = f"{len(load())} terms in English and Chinese"
    display({"text/markdown": "\n".join(rows), "text/plain": said}, raw=True)


def _spellings(name: str) -> str:
    """Return a pattern for a name: one or more of it, `s` for `z`, hyphens where they vary."""
    *before, last = re.split(r"[-–\s]+", name)
    joined = r"[-–\s]+".join([*map(_spelt, before), _plural(_spelt(last))])
    return _PREFIX.sub(r"\1-?", joined)


def _spelt(word: str) -> str:
    return re.sub("iz(?=e|a|i)", "i[sz]", re.escape(word))


def _plural(word: str) -> str:
    for ending, both in (("is", "(?:is|es)"), ("ix", "(?:ix|ices)")):
        if word.endswith(ending):
            return word.removesuffix(ending) + both
    if re.search("[^aeiou]y$", word):
        return f"{word[:-1]}(?:y|ies)"
    return f"{word}(?:e?s)?"
