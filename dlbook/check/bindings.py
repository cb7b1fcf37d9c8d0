"""What the cells of a running notebook bind: after each cell, the kernel is asked.

The learner's card and the grader share this, so that both find an answer in the same way.
"""

from collections.abc import Callable, Iterable
from typing import Any


class Watch:
    """Tells after each cell of a shell which names it has newly bound to something callable.

    Args:
        shell: IPython's shell.
        names: the names to look at, given the text of a cell.
        tell: called after each cell with IPython's result and those of the names.
    """

    def __init__(
        self,
        shell: Any,
        names: Callable[[str], Iterable[str]],
        tell: Callable[[Any, list[str]], object],
    ) -> None:
        self._shell, self._names, self._tell = shell, names, tell
        self._before: dict[int, dict[str, object]] = {}  # of cells that run: one may run another
        self._is_first = True  # the cell that made this watch: nobody has looked before it
        shell.events.register("pre_run_cell", self._start)
        shell.events.register("post_run_cell", self._end)

    def _start(self, info: Any) -> None:
        names = self._names(info.raw_cell or "")
        self._before[id(info)] = {name: self._shell.user_ns.get(name) for name in names}
        self._is_first = False

    def _end(self, result: Any) -> None:
        before = self._before.pop(id(result.info), {} if self._is_first else None)
        self._tell(result, self._new(result.info.raw_cell or "", before))

    def _new(self, source: str, before: dict[str, object] | None) -> list[str]:
        """Return what a cell has bound: nothing, if it never started, such as an empty one."""
        if before is None:
            return []
        after = self._shell.user_ns
        new = [name for name in self._names(source) if after.get(name) is not before.get(name)]
        return [name for name in new if callable(after.get(name))]


def report(names: Iterable[str]) -> None:
    """From now on put out after each cell which of `names` it has newly bound, on the wire."""
    from IPython import get_ipython
    from IPython.display import display

    from dlbook.check import wire

    wanted = tuple(names)

    def tell(_result: object, bound: list[str]) -> None:
        if bound:
            display({wire.MIME: wire.encode(bound), "text/plain": " ".join(bound)}, raw=True)

    Watch(get_ipython(), lambda source: wanted, tell)
