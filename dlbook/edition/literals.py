"""What a translation must not change: code, formulas, links, headings, tables, tags, numbers."""

import re
from collections import Counter
from collections.abc import Iterator

from dlbook.grading.teach.prose import HEADING, LINK

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
_WORDS = re.compile(r"\\text\{[^}]*\}")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*")
_ROW = re.compile(r"^\|.*\|$", re.MULTILINE)
_TAG = re.compile(r"</?[a-z][a-z0-9]*(?: [^<>]*)?/?>")
_ADDRESS = re.compile(r"https?://[^\s)>\]]+")


def differences(english: str, other: str) -> Iterator[str]:
    """Yield what a translation has otherwise than its English, in words."""
    ours, theirs = _parts(english), _parts(other)
    for kind in ours:
        lost, added = ours[kind] - theirs[kind], theirs[kind] - ours[kind]
        if lost:
            yield f"{kind} missing: {_listed(lost)}"
        if added:
            yield f"{kind} added: {_listed(added)}"


def _listed(found: Counter[str]) -> str:
    return ", ".join(found.elements())


def _parts(text: str) -> dict[str, Counter[str]]:
    """Return the parts of a text that stay, by kind."""
    found: dict[str, Counter[str]] = {}
    found["code"] = Counter(match[0] for match in _FENCE.finditer(text))
    text = _FENCE.sub(" ", text)
    found["code"] += Counter(match[2].strip() for match in _CODE.finditer(text))
    text = _CODE.sub(" ", text)
    formulas = (_WORDS.sub("", match[0]) for match in _FORMULA.finditer(text))
    found["formulas"] = Counter(" ".join(formula.split()) for formula in formulas)
    text = _FORMULA.sub(" ", text)
    found["links"] = Counter(target for _words, target in LINK.findall(text))
    text = _ADDRESS.sub(" ", LINK.sub(r" \1 ", text))
    found["headings"] = Counter(marks for marks, _title in HEADING.findall(text))
    found["table rows"] = Counter(f"{row.count('|') - 1} cells" for row in _ROW.findall(text))
    found["tags"] = Counter(_TAG.findall(text))
    text = _TAG.sub(" ", text)
    found["numbers"] = Counter(number.replace(",", "") for number in _NUMBER.findall(text))
    return found
