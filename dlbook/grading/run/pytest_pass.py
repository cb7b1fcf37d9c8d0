"""One pass over a submission: pytest runs its steps in one kernel, without anything around it."""

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import pytest

from dlbook.grading.errors import GraderError
from dlbook.grading.kernel.scratch import prefix
from dlbook.grading.run.graft import Step
from dlbook.grading.run.nbval_items import PLUGIN, StepFile, options
from dlbook.grading.run.progress import Pass, Progress

_UNUSED_PLUGINS = """
assertion cacheprovider capture debugging doctest faulthandler junitxml logging monkeypatch
pastebin python recwarn reports setuponly setupplan skipping stepwise subtests threadexception
tmpdir unittest unraisableexception warnings
"""
_OPTIONS = ["-q", "--color=no", "--disable-plugin-autoload"]
_OPTIONS += ["-c", os.devnull, "--noconftest"]  # no file beside a submission is read
_OPTIONS += [f"-pno:{name}" for name in _UNUSED_PLUGINS.split()]  # each would cost time


class _Collector:
    """A pytest plugin that collects the steps of a pass in the place of a file's cells."""

    def __init__(self, current: Pass) -> None:
        self._current = current

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> StepFile:
        collected: StepFile = StepFile.from_parent(parent, path=file_path)
        collected.current = self._current
        return collected


def run_pass(progress: Progress, steps: list[Step]) -> Pass:
    """Run `steps` in a new kernel, and return how far that came.

    Raises:
        GraderError: if the grader fails, so that nothing is known about the submission.
        Exception: of any other kind, if something in the submission is more than it can take.
    """
    current = Pass(progress, steps)
    with tempfile.TemporaryDirectory(prefix=prefix()) as folder:
        path = Path(folder, "submission.ipynb")
        path.touch()
        arguments = [*_OPTIONS, *options(progress.limits.cell_seconds)]
        arguments += ["--rootdir", folder, "--confcutdir", folder, str(path)]
        with _no_variables(), redirect_stdout(io.StringIO()) as output:
            code = pytest.main(arguments, plugins=[PLUGIN, _Collector(current)])
    if current.fault:
        raise current.fault
    if current.fatal is None and not progress.has_all(steps):
        reason = f"pytest exit {code}:\n{output.getvalue()}"
        if code == pytest.ExitCode.INTERNAL_ERROR:  # it chokes on something in the submission
            raise RuntimeError(reason)
        raise GraderError(f"the grader itself failed: {reason}")
    return current


def preload() -> None:
    """Load what a pass needs, so that processes forked from this one need not."""
    with redirect_stdout(io.StringIO()):
        pytest.main([*_OPTIONS, *options(1), "--version"], plugins=[PLUGIN])


@contextmanager
def _no_variables() -> Iterator[None]:
    """Hide the variables that pytest reads: they were set for other tests than these."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("PYTEST_")}
    try:
        yield
    finally:
        os.environ.update(hidden)
