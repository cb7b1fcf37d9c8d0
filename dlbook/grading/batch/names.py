"""Names of files and folders, as text that can be stored, shown and compared.

All names are in the composed form of Unicode (NFC): macOS writes the letters and accents of a name
apart, an LMS writes them together, and both mean the same person.
"""

import re
import unicodedata

from dlbook.check.safe_text import clean_line

_GUESSES = ("cp437", "gbk", "cp1252")  # DOS and old ZIPs, Windows in China, Windows in the west
_MARKS = ("Mn", "Mc")
_LAST_LATIN = "\u024f"
_WORD = re.compile(r"[^\W\d_]+")


def decode(raw: bytes) -> tuple[str, str]:
    """Return a name whose encoding nobody noted, and the encoding that was guessed, '' if none.

    UTF-8 is hardly ever valid by accident. What is not UTF-8 is taken for the first encoding in
    which the name consists of letters that go together.
    """
    try:
        return raw.decode("utf-8"), "" if raw.isascii() else "UTF-8"
    except UnicodeDecodeError:
        pass
    for encoding in _GUESSES:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_plausible(text, encoding):
            return text, encoding
    return raw.decode("utf-8", "backslashreplace"), "none that fits"


def compose(name: str) -> str:
    """Return a name in the composed form; one that shows nothing at all is spelt out."""
    text = unicodedata.normalize("NFC", name.encode("utf-8", "backslashreplace").decode("utf-8"))
    if text and not clean_line(text).strip():
        return text.encode("unicode_escape").decode("ascii").replace(" ", "\\x20")
    return text


def plain(text: str) -> str:
    """Return the letters and digits of a name, in lower case and with accents composed.

    Marks belong to letters: without them many names in Indian scripts and in Thai are the same.
    """
    composed = unicodedata.normalize("NFC", text).casefold()
    return "".join(c for c in composed if c.isalnum() or unicodedata.category(c) in _MARKS)


def _is_plausible(text: str, encoding: str) -> bool:
    """Return whether the letters of a name go together: western ones, or common Chinese ones."""
    strange = [c for c in text if not c.isascii()]
    if encoding != "gbk":
        return all(c.isalpha() and c <= _LAST_LATIN for c in strange)
    return _encodes(text, "gb2312") or all(
        word.isascii() or not any(map(str.isascii, word)) for word in _WORD.findall(text)
    )


def _encodes(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
