"""Passes over a submission: pytest runs their steps, each pass in one kernel, and nothing else."""

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import pytest

from dlbook.grading.errors import GraderError
from dlbook.grading.kernel.scratch import prefix
from dlbook.grading.run.nbval_items import PLUGIN, StepCell, StepFile
from dlbook.grading.run.progress import Pass

_UNUSED_PLUGINS = """
assertion cacheprovider capture debugging doctest faulthandler junitxml legacypath logging
monkeypatch pastebin python recwarn reports setuponly setupplan skipping stepwise subtests terminal
threadexception tmpdir unittest unraisableexception warnings
"""
_OPTIONS = ["--disable-plugin-autoload"]
_OPTIONS += ["-c", os.devnull, "--noconftest"]  # no file beside a submission is read
_OPTIONS += [f"-pno:{name}" for name in _UNUSED_PLUGINS.split()]  # each would cost time


class _Runner:
    """A pytest plugin that collects the steps of passes in the place of cells, and runs them.

    What pytest does around each test would cost more than most cells.
    """

    def __init__(self, passes: dict[str, Pass]) -> None:
        self._passes = passes
        self.stopped = False  # by Ctrl-C, which pytest does not let through

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        parser.addoption("--color", default="no")  # which nbval asks for, of the terminal's plugin

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> StepFile:
        collected: StepFile = StepFile.from_parent(parent, path=file_path)
        collected.current = self._passes[file_path.name]
        return collected

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        cells = [item for item in session.items if isinstance(item, StepCell)]
        for file in dict.fromkeys(cell.parent for cell in cells):
            file.run([cell for cell in cells if cell.parent is file])
        return True

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.stopped = excinfo.type is KeyboardInterrupt


def run_passes(passes: list[Pass]) -> None:
    """Run one pass after the other, each in a new kernel, until a step ends one.

    Raises:
        GraderError: if the grader fails, so that nothing is known about the submission.
        KeyboardInterrupt: if somebody stops it.
        Exception: of any other kind, if something in the submission is more than it can take.
    """
    by_name = {f"{number}.ipynb": current for number, current in enumerate(passes)}
    runner = _Runner(by_name)
    with tempfile.TemporaryDirectory(prefix=prefix()) as folder:
        paths = [Path(folder, name) for name in by_name]
        for path in paths:
            path.touch()
        arguments = [*_OPTIONS, "--rootdir", folder, "--confcutdir", folder, *map(str, paths)]
        with _no_variables(), redirect_stdout(io.StringIO()) as output:
            code = pytest.main(arguments, plugins=[PLUGIN, runner])
    if runner.stopped:
        raise KeyboardInterrupt
    for current in passes:
        if current.fault:
            raise current.fault
    if not any(current.fatal for current in passes) and not passes[-1].progress.is_done:
        reason = f"pytest exit {code}:\n{output.getvalue()}"
        if code == pytest.ExitCode.INTERNAL_ERROR:  # it chokes on something in the submission
            raise RuntimeError(reason)
        raise GraderError(f"the grader itself failed: {reason}")


def preload() -> None:
    """Load what a pass needs, so that processes forked from this one need not."""
    with redirect_stdout(io.StringIO()):
        pytest.main([*_OPTIONS, "--version"], plugins=[PLUGIN, _Runner({})])


@contextmanager
def _no_variables() -> Iterator[None]:
    """Hide the variables that pytest reads: they were set for other tests than these."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PYTEST_")}
    try:
        yield
    finally:
        os.environ.update(hidden)
