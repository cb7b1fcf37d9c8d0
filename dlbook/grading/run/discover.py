"""Ask a kernel which cells bind the names of answers that are not plain from the text.

A submission that lies here hurts itself alone: values decide, and they are compared outside.
"""

import tempfile
from queue import Empty
from time import monotonic

from dlbook.check.answer_key import Key
from dlbook.check.wire import MIME, Json
from dlbook.grading.kernel.channels import Channels
from dlbook.grading.kernel.launcher import KernelSettings, Launcher
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.scratch import prefix
from dlbook.grading.notebook import Cell
from dlbook.grading.run.answers import Bound
from dlbook.grading.run.endings import FATAL
from dlbook.grading.run.graft import Step, discovery, imports_torch

_SEED = 0  # any but the one that verdicts depend on


def discover(cells: tuple[Cell, ...], key: Key, limits: Limits, launcher: Launcher) -> Bound:
    """Return which cells bind the names of the exercises that are looked for.

    A cell that ends its kernel is left out, and the others run again; where the text of the cells
    leaves no doubt, nothing runs.

    Args:
        cells: the submission.
        key: of its set.
        limits: its budgets, which hold for this search as for the grading.
        launcher: where its code runs.

    Raises:
        GraderError: if no kernel can be started.
    """
    steps = list(discovery(cells, key))
    search = _Search(key, limits, launcher)
    while steps:
        fatal = search.run(steps)
        if fatal is None or search.is_over:
            break
        steps.pop(fatal)
    return search.bound


class _Search:
    """Runs steps in one kernel after the other; `bound` is what the last one reports."""

    def __init__(self, key: Key, limits: Limits, launcher: Launcher) -> None:
        self._key, self._limits, self._launcher = key, limits, launcher
        self._deadline = monotonic() + limits.submission_seconds
        self.bound: dict[str, list[int]] = {}

    @property
    def is_over(self) -> bool:
        """Whether the time for the search is used up."""
        return monotonic() > self._deadline

    def run(self, steps: list[Step]) -> int | None:
        """Run `steps` in a new kernel; return which of them has ended it, None where none has."""
        self.bound = {}
        with tempfile.TemporaryDirectory(prefix=prefix()) as folder:
            torch = imports_torch(steps)
            settings = KernelSettings(_SEED, folder, self._key.hides, torch)
            kernel = self._launcher.start(self._limits, settings)
            channels = Channels(kernel, self._limits, self._deadline)
            try:
                channels.wait_until_ready()
                return self._run_all(channels, steps)
            finally:
                channels.close()
                kernel.kill()

    def _run_all(self, channels: Channels, steps: list[Step]) -> int | None:
        for index, step in enumerate(steps):
            try:
                names = _reported(channels, step.source)
            except FATAL:
                return index
            if step.cell is not None:
                for name in names:
                    self.bound.setdefault(name, []).append(step.cell)
        return None


def _reported(channels: Channels, source: str) -> list[str]:
    """Run a cell, which is interrupted when its time is over; return the names it has bound."""
    channels.execute(source)
    try:
        return _last_report(channels)
    except Empty:
        channels.interrupt()
        return _last_report(channels)


def _last_report(channels: Channels) -> list[str]:
    """Return the last list of texts that the running cell puts out before it ends."""
    names: list[str] = []
    while True:
        content = channels.receive("iopub", None)["content"]
        if content.get("execution_state") == "idle":
            return names
        names = _texts(content.get("data", {}).get(MIME)) or names


def _texts(value: Json) -> list[str]:
    """Return the texts in a list on the wire, none of anything else."""
    items = value.get("items") if isinstance(value, dict) and value.get("kind") == "list" else None
    entries = items if isinstance(items, list) else []
    texts = [entry.get("value") for entry in entries if isinstance(entry, dict)]
    return [text for text in texts if isinstance(text, str)]
