"""Code as a set of small pieces that stay when names, comments, spaces or the order are changed.

This is a fingerprint in the manner of winnowing, on texts so short that every piece is kept. It
reads strangers' text, so it knows no grammar: one regular expression runs over it once.

Source: Schleimer, Wilkerson and Aiken (2003), Winnowing: local algorithms for document
fingerprinting, section 3.
"""

import builtins
import keyword
import re
from collections.abc import Iterator

LENGTH = 6  # tokens of a piece
_FEWEST = 3  # tokens of a statement that counts
_TEXT = "a text"
_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
    | (?P<text>[rRbBfFuU]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    | (?P<name>[^\W\d]\w*)
    | (?P<number>\.?\d[\w.]*)
    | (?P<joined>\\\n)
    | (?P<end>[\n;])
    | (?P<sign>\*\*|//|[-+*/%@=<>!]=|->|[^\s\w])
    """,
    re.VERBOSE | re.DOTALL,
)
_KEPT = frozenset(keyword.kwlist) | frozenset(dir(builtins))
_GIVEN = frozenset(
    ("def", "class", "import", "from", "pass", "@")
)  # how lines begin that say little
_STUB = ["raise", "NotImplementedError"]


def pieces(source: str) -> frozenset[tuple[str, ...]]:
    """Return the pieces of a program: runs of tokens inside one statement each.

    Names of the author's own choice are all alike; what stands behind a dot keeps its name. Lines
    that begin functions, imports, docstrings and stubs are left out.
    """
    found: set[tuple[str, ...]] = set()
    for statement in _statements(source):
        says_little = statement[0] in _GIVEN or statement[:2] == _STUB or statement == [_TEXT]
        if not says_little and len(statement) >= _FEWEST:
            starts = range(max(len(statement) - LENGTH, 0) + 1)
            found.update(tuple(statement[start : start + LENGTH]) for start in starts)
    return frozenset(found)


def _statements(source: str) -> Iterator[list[str]]:
    """Yield the tokens of each statement; a bracket that is open goes on over lines."""
    statement: list[str] = []
    depth = 0
    for match in _TOKEN.finditer(source):
        kind, token = match.lastgroup or "", match.group()
        if kind in ("comment", "joined"):
            continue
        if kind == "end":
            if statement and depth <= 0:
                yield statement
                statement, depth = [], 0
            continue
        depth += (token in "([{") - (token in ")]}") if kind == "sign" else 0
        statement.append(_plain(kind, token, statement))
    if statement:
        yield statement


def _plain(kind: str, token: str, before: list[str]) -> str:
    """Return a token without what its author may have chosen freely."""
    if kind == "text":
        return _TEXT
    if kind == "number":
        return _number(token)
    is_own = kind == "name" and token not in _KEPT and before[-1:] != ["."]
    return "a name" if is_own else token


def _number(token: str) -> str:
    try:
        return repr(float(token))
    except (ValueError, OverflowError):
        return token
