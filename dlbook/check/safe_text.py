"""Text from strangers, made fit to be shown: in a page, a terminal, a spreadsheet, a file name."""

import hashlib
import re
import unicodedata

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_JOINERS = "\u200c\u200d"  # letters of Persian and of Indian scripts need them
_FORMULA = tuple("=+-@\t\r＝＋－＠")


def clean(text: str, limit: int = 2_000) -> str:
    """Return `text` without anything that acts: escapes, control and direction characters.

    Args:
        text: any text.
        limit: characters that are kept; more are told by an ellipsis.
    """
    kept = "".join(c for c in _ANSI.sub("", text[: 4 * limit]) if _is_shown(c))
    return kept if len(kept) <= limit and len(text) <= 4 * limit else kept[: limit - 1] + "…"


def clean_line(text: str, limit: int = 200) -> str:
    """Return `text` cleaned and on one line."""
    return clean(" ".join(text.split()), limit)


def csv_cell(value: object) -> object:
    """Return `value` for a cell of a CSV file; a text that a spreadsheet would run is quoted."""
    if not isinstance(value, str):
        return value
    text = clean_line(value, 2_000)
    return f"'{text}" if value.startswith(_FORMULA) or text.startswith(_FORMULA) else text


def file_stem(text: str) -> str:
    """Return a name for a file: letters, digits, `-` and `_`, unlike that of any other text."""
    stem = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", text[:200])).strip("_")[:60]
    if stem and stem == text == stem.lower():
        return stem
    return f"{stem or 'student'}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:6]}"


def _is_shown(character: str) -> bool:
    if character in "\n\t" or character in _JOINERS:
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
