"""Letters for marks that an encoding lacks, so that a poor terminal can still tell them apart."""

import codecs

PLAIN = "plain letters"  # the name of this way out, for `errors=`
LETTERS = {"✓": "ok", "✗": "x", "●": "*", "◐": "+", "○": "o"}
LETTERS |= {"…": "...", "—": "-", "→": "->", "·": "-", "≈": "~"}


def printable(text: str, encoding: str) -> str:
    """Return `text` as `encoding` can hold it; what has no letter in `LETTERS` becomes `?`."""
    return text.encode(encoding, PLAIN).decode(encoding)


def _letters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(LETTERS.get(mark, "?") for mark in lacking), error.end


codecs.register_error(PLAIN, _letters)
