"""Which notebooks were saved: each state of a file is seen once, when it is whole."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

State = tuple[int, int] | None  # when a file was written, in nanoseconds, and its bytes


@dataclass
class Saves:
    """Tells at each look which files have a new state.

    Args:
        paths: the files; one that is not there may come later.
    """

    paths: Iterable[Path]
    _told: dict[Path, State] = field(init=False)
    _last: dict[Path, State] = field(init=False)

    def __post_init__(self) -> None:
        self._told = self._last = self._states()

    def look(self) -> list[Path]:
        """Return the files with a state that is new, and as it was at the look before this one.

        A file that a program is writing changes from look to look, so it waits. One that is taken
        away is new once, and again when it is back.
        """
        before, self._last = self._last, self._states()
        new = [p for p, state in self._last.items() if before[p] == state != self._told[p]]
        self._told = self._told | {path: self._last[path] for path in new}
        return new

    def _states(self) -> dict[Path, State]:
        return {path: _state(path) for path in self.paths}


def _state(path: Path) -> State:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
