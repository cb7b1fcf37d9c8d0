"""One submission through nbval, cell by cell: the only file that knows nbval.

The reference's values are the stored outputs of the check cells; nbval runs the learner's cells
and the checks in one kernel and asks `compare_outputs`, where values are compared instead of text.
"""

import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

import nbval.plugin
import pytest
from nbformat import from_dict
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from dlbook.check.answer_key import Key
from dlbook.check.compare import judge
from dlbook.check.verdict import Verdict
from dlbook.check.wire import MIME, Json
from dlbook.grading.errors import GraderError, TimeLimitError
from dlbook.grading.kernel.channels import Channels, Message
from dlbook.grading.kernel.launcher import KernelSettings, Launcher, Limits, Local
from dlbook.grading.kernel.scratch import prefix
from dlbook.grading.notebook import Notebook
from dlbook.grading.run.endings import FATAL, Fate, ending, errors, fate, verdict_on
from dlbook.grading.run.graft import Step, graft
from dlbook.grading.run.progress import Job, ended, first_line, slot
from dlbook.grading.run.report import Report

_DEFAULT_LIMITS = Limits()
_PYTEST = (  # nothing beside a submission is looked at, and what costs time for nothing is off
    *("-c", os.devnull, "--noconftest", "-q", "--color=no", "--disable-plugin-autoload"),
    *(
        f"-pno:{name}"
        for name in (
            *("assertion", "cacheprovider", "capture", "debugging", "doctest", "faulthandler"),
            *("junitxml", "logging", "monkeypatch", "pastebin", "python", "recwarn", "reports"),
            *("setuponly", "setupplan", "skipping", "stepwise", "subtests", "threadexception"),
            *("tmpdir", "unittest", "unraisableexception", "warnings"),
        )
    ),
)
_TORCH = re.compile(r"^\s*(?:import|from)\s+torch\b", re.MULTILINE)


def grade(
    notebook: Notebook,
    key: Key,
    limits: Limits = _DEFAULT_LIMITS,
    launcher: Launcher | None = None,
    watch: Callable[[str], object] = lambda name: None,
) -> Report:
    """Return the report on a submission, judged against `key`.

    Cells that end the kernel are left out and the rest runs again, so that one of them never
    costs the learner the other exercises.

    Args:
        notebook: the submission.
        key: what its checks need to see.
        limits: its budgets.
        launcher: where its code runs; without one, with the rights of whoever asks.
        watch: called with the name of an exercise when a cell of it starts.

    Raises:
        GraderError: if the grader fails, so that nothing is known about the submission.
    """
    plan = graft(notebook.cells, key)
    deadline = monotonic() + limits.submission_seconds
    broken = {name: (Verdict.ERROR, told) for name, told in plan.renamed.items()}
    notes = [*notebook.notes, *plan.notes]
    job = Job(key, limits, launcher or Local(), deadline, watch, broken=broken, notes=notes)
    if key.hides and job.launcher.isolation == "none":
        notes.append(f"without a sandbox, {', '.join(key.hides)} could be used")
    steps = list(plan.steps)
    while any(slot(step) not in job.verdicts for step in steps if step.check):
        run = _run(job, steps)
        if run.fatal is None:
            break
        if monotonic() > job.deadline:
            notes.append(f"stopped: it had used up its {limits.submission_seconds:g} seconds")
            job.give_up(steps, run.fate)
            break
        step = steps.pop(run.fatal)
        if step.exercise and step.check:
            job.verdicts[slot(step)] = ended(step, run.fate)
            continue
        notes.append(f"a cell {run.fate[1]}, left out: {first_line(step.source)}")
        if step.answer:
            job.broken[step.answer] = (run.fate[0], f"its cell {run.fate[1]}")
    exercises = tuple(job.report(entry, plan.missing) for entry in key.exercises)
    return Report(
        key.name, key.seed, exercises, tuple(dict.fromkeys(notes)), job.launcher.isolation
    )


@dataclass
class _Run:
    """One pass over the steps in one kernel; as a pytest plugin it collects our notebook."""

    job: Job
    steps: list[Step]
    fatal: int | None = None
    fate: Fate = (Verdict.KERNEL_DIED, "ended the kernel")
    fault: BaseException | None = None

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> "_File":
        collector: _File = _File.from_parent(parent, path=file_path)
        collector.run = self
        return collector


def _run(job: Job, steps: list[Step]) -> _Run:
    run = _Run(job, steps)
    with tempfile.TemporaryDirectory(prefix=prefix()) as folder:
        path = Path(folder, "submission.ipynb")
        path.touch()
        options = [*_PYTEST, f"--nbval-cell-timeout={job.limits.cell_seconds}"]
        options += ["--rootdir", folder, "--confcutdir", folder, str(path)]
        with redirect_stdout(io.StringIO()) as said:
            code = pytest.main(options, plugins=[nbval.plugin, run])
    ended = run.fatal is not None or all(slot(s) in job.verdicts for s in steps if s.check)
    if run.fault or not ended:
        why = run.fault or f"pytest exit {code}:\n{said.getvalue()}"
        raise GraderError(f"the grader itself failed: {why}") from run.fault
    return run


class _Kernel(RunningKernel):  # type: ignore[misc]
    """nbval's kernel, started by a launcher and heard within budgets."""

    def __init__(self, run: _Run, folder: str) -> None:
        job = run.job
        torch = any(_TORCH.search(step.source) for step in run.steps)
        settings = KernelSettings(job.key.seed, folder, job.key.hides, torch)
        self._running = job.launcher.start(job.limits, settings)
        self._line = Channels(self._running, job.limits, job.deadline)
        try:
            self._line.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def get_message(self, stream: str, timeout: float | None = None) -> Message:
        return self._line.receive(stream, timeout)

    def execute_cell_input(self, cell_input: str, allow_stdin: bool | None = None) -> str:
        return self._line.execute(cell_input)

    def is_alive(self) -> bool:
        return self._running.is_alive()

    def interrupt(self) -> None:
        self._line.interrupt()

    def stop(self) -> None:
        self._line.close()
        self._running.kill()


class _File(IPyNbFile):  # type: ignore[misc]
    """The notebook of one pass: its cells come from the plan, never from a learner's options."""

    run: _Run

    def setup(self) -> None:
        try:
            self.kernel = _Kernel(self.run, str(self.path.parent))
        except TimeLimitError as error:
            self.run.fatal, self.run.fate = 0, fate(error, self.run.job.limits)
            raise
        except BaseException as error:
            self.run.fault = error
            raise

    def teardown(self) -> None:
        if self.kernel is not None:
            self.kernel.stop()

    def collect(self) -> Iterator["_Cell"]:
        for number, step in enumerate(self.run.steps):
            cell = _reference(number, step)
            options = {"check": bool(step.check), "check_exception": True, "skip": False}
            item: _Cell = _Cell.from_parent(
                self, name=f"step {number}", cell_num=number, cell=cell, options=options
            )
            item.step = step
            yield item


def _reference(number: int, step: Step) -> Any:
    """Return a step as a cell that was run; what a check is to put out is its stored output."""
    data = [{MIME: step.check.expected}] if step.check else []
    outputs = [{"output_type": "display_data", "data": d, "metadata": {}} for d in data]
    return from_dict(
        {
            "cell_type": "code",
            "source": step.source,
            "metadata": {},
            "execution_count": number + 1,
            "outputs": outputs,
        }
    )


class _Cell(IPyNbCell):  # type: ignore[misc]
    """One step. What ends the kernel is kept as the run's fate; the steps after it do not run."""

    step: Step
    parent: _File

    def setup(self) -> None:
        self.parent.timed_out = False

    def runtest(self) -> None:
        run = self.parent.run
        if run.fatal is not None or run.fault is not None:
            pytest.skip("the kernel has ended")
        if name := self.step.exercise.name if self.step.exercise else self.step.answer:
            run.job.watch(name)
        try:
            super().runtest()
        except FATAL as error:
            run.fatal, run.fate = self.cell_num, fate(error, run.job.limits)
            raise
        except NbCellError:  # the values differ, or a cell that ignores interrupts was stopped
            if not self.parent.kernel.is_alive():
                run.fatal, run.fate = self.cell_num, fate(Empty(), run.job.limits)
            raise
        except Exception as error:
            run.fault = error
            raise
        if self.parent.timed_out and not self.step.check:
            told = f"a cell was stopped after {run.job.limits.cell_seconds:g} seconds"
            run.job.notes.append(f"{told}: {first_line(self.step.source)}")
        if self.step.answer and (found := errors(self.test_outputs)):
            run.job.broken[self.step.answer] = self._broken(found[0])

    def _broken(self, error: Any) -> Fate:
        if self.parent.timed_out:
            seconds = self.parent.run.job.limits.cell_seconds
            return Verdict.TIME_OUT, f"its cell was stopped after {seconds:g} seconds"
        return verdict_on(error["ename"], error["evalue"]), ending(error, self.step.source)

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        step, job = self.step, self.parent.run.job
        assert step.exercise and step.check
        if self.parent.timed_out:
            stopped = Verdict.TIME_OUT, f"stopped after {job.limits.cell_seconds:g} seconds"
            outcome = ended(step, stopped)
        else:
            value = _emitted(test)
            outcome = judge(step.exercise, step.check, value)
            if outcome.verdict is Verdict.ERROR and step.exercise.name in job.broken:
                verdict, detail = job.broken[step.exercise.name]
                outcome = replace(outcome, verdict=verdict, detail=detail)
            elif outcome.verdict is Verdict.ERROR:
                verdict = verdict_on(value.get("type"), value.get("message"))
                outcome = replace(outcome, verdict=verdict)
        job.verdicts[slot(step)] = outcome
        self.comparison_traceback = [outcome.text()]
        return outcome.verdict is Verdict.RIGHT


def _emitted(outputs: Any) -> Json:
    """Return the values that a check cell put out, or the error that it ended with."""
    values = [o["data"][MIME] for o in outputs if MIME in o.get("data", {})]
    if len(values) == 1:
        return values[0]
    if found := errors(outputs):
        return {"kind": "error", "type": found[0]["ename"], "message": found[0]["evalue"]}
    return {"kind": "other", "type": f"output with {len(values)} values where one was due"}
