"""Which sets a file belongs to: read from its bytes, in time that is linear in their number.

Nothing is parsed here, since a stranger's file is parsed in a bounded process alone.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dlbook.check.roles import stub_message


@dataclass(frozen=True)
class Held:
    """What a file holds of one set: its name, how many answer cells, and how many are no stubs.

    `is_main` is the set of which the file holds most.
    """

    set_name: str
    answers: int = 0
    written: int = 0
    is_main: bool = True


class Recogniser:
    """Knows the exercises of each set, and finds them in the bytes of files."""

    def __init__(self, exercises: Mapping[str, frozenset[str]]) -> None:
        self._exercises = exercises
        names = sorted(name for wanted in exercises.values() for name in wanted)
        self._answer = _pattern(r"#\s{0,9}(?i:answer)\s{0,9}:\s{0,9}%s\b", names)
        self._function = _pattern(r"\bdef\s{1,9}%s\b", names)
        self._stub = _pattern(r"raise NotImplementedError\(\\?[\"']" + stub_message("%s"), names)

    def sets(self, file_name: str, data: bytes) -> tuple[Held, ...]:
        """Return the sets that a file belongs to, that of which it holds most first.

        Those after the first are in it with an answer that is written.

        Args:
            file_name: the file's name, which decides where the contents do not.
            data: its bytes, of any kind.
        """
        data = data.replace(b"\0", b"")  # UTF-16 has a NUL at each letter
        answers = _count(self._answer, data)
        functions = _count(self._function, data)
        written = answers - _count(self._stub, data)
        named = _named_set(file_name, self._exercises)
        scores = {
            name: (len(wanted & answers.keys()), len(wanted & functions.keys()), name == named)
            for name, wanted in self._exercises.items()
        }
        held = [
            Held(name, scores[name][0], len(self._exercises[name] & written.keys()))
            for name in sorted(scores, key=lambda name: scores[name], reverse=True)
            if any(scores[name])
        ]
        others = [Held(h.set_name, h.answers, h.written, False) for h in held[1:] if h.written]
        return (*held[:1], *others)


def _named_set(file_name: str, set_names: Iterable[str]) -> str | None:
    """Return the set whose name is in the name of a file, None for none."""
    plain = re.sub(r"[\W_]+", "_", file_name.lower())
    return next((name for name in set_names if name.lower() in plain), None)


def _pattern(form: str, names: list[str]) -> re.Pattern[bytes]:
    """Return a pattern for any of the names in a form; it looks back over nothing."""
    return re.compile((form % f"({'|'.join(map(re.escape, names)) or '(?!)'})").encode())


def _count(pattern: re.Pattern[bytes], data: bytes) -> Counter[str]:
    return Counter(match[1].decode("ascii", "replace") for match in pattern.finditer(data))
