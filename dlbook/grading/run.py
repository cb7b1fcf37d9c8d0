"""One submission through nbval, cell by cell: the only file that knows nbval.

The reference's values are the stored outputs of the check cells; nbval runs the learner's cells
and the checks in one kernel and asks `compare_outputs`, where values are compared instead of text.
"""

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_output
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile

from dlbook.grading.cells import Notebook
from dlbook.grading.compare import judge
from dlbook.grading.graft import Step, graft
from dlbook.grading.kernel import KernelDied, Limits, OutputFlood, start
from dlbook.grading.report import ExerciseReport, Outcome, Report, Verdict
from dlbook.key import CheckKey, ExerciseKey, Key
from dlbook.wire import MIME, Json

_POLL_SECONDS = 0.25
_DEFAULT_LIMITS = Limits()
_FATES = {  # what ends a kernel: the verdict of the check that it ended in
    KernelDied: (Verdict.KERNEL_DIED, "ended the kernel"),
    OutputFlood: (Verdict.ERROR, "put out more than 10 million characters"),
    Empty: (Verdict.TIME_OUT, "ran too long and could not be stopped"),
}


def grade(notebook: Notebook, key: Key, limits: Limits = _DEFAULT_LIMITS) -> Report:
    """Return the report on a submission, judged against `key`.

    Cells that end the kernel are left out and the rest runs again, so that one of them never
    costs the learner the other exercises.
    """
    plan = graft(notebook.cells, key)
    notes = [*notebook.notes, *plan.notes]
    verdicts: dict[tuple[str, bool], Outcome] = {}
    steps = list(plan.steps)
    while any(_slot(step) not in verdicts for step in steps if step.check):
        run = _run(steps, key, limits, verdicts)
        if run.fatal is None:
            break
        step = steps.pop(run.fatal)
        verdict, what = run.fate
        if step.check is None:
            notes.append(f"a cell {what}, left out: {_first_line(step.source)}")
        elif step.exercise:
            outcome = Outcome(step.exercise.name, verdict, detail=what, hidden=step.check.hidden)
            verdicts[_slot(step)] = outcome
    exercises = tuple(_report(entry, verdicts, plan.missing) for entry in key.exercises)
    return Report(key.name, key.seed, exercises, tuple(dict.fromkeys(notes)))


def _report(
    entry: ExerciseKey, verdicts: dict[tuple[str, bool], Outcome], missing: frozenset[str]
) -> ExerciseReport:
    if entry.name in missing:
        detail = f"no cell starts with `# answer: {entry.name}`"
        outcomes = [Outcome(entry.name, Verdict.NOT_ATTEMPTED, detail=detail)]
    else:
        outcomes = [verdicts[entry.name, check.hidden] for check in entry.checks]
    return ExerciseReport(entry.name, entry.points, tuple(outcomes))


def _slot(step: Step) -> tuple[str, bool]:
    assert step.exercise and step.check
    return step.exercise.name, step.check.hidden


def _first_line(source: str) -> str:
    return next((line for line in source.splitlines() if line.strip()), "")[:60]


@dataclass
class _Run:
    """One pass over the steps in one kernel; as a pytest plugin it collects our notebook."""

    steps: list[Step]
    key: Key
    limits: Limits
    verdicts: dict[tuple[str, bool], Outcome]
    broken: dict[str, str] = field(default_factory=dict)  # exercise: error of its answer cell
    fatal: int | None = None
    fate: tuple[Verdict, str] = field(default=_FATES[KernelDied])

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> "_File":
        collector: _File = _File.from_parent(parent, path=file_path)
        collector.run = self
        return collector


def _run(
    steps: list[Step], key: Key, limits: Limits, verdicts: dict[tuple[str, bool], Outcome]
) -> _Run:
    run = _Run(steps, key, limits, verdicts)
    with tempfile.TemporaryDirectory(prefix="dlbook-") as folder:
        path = Path(folder, "submission.ipynb")
        path.touch()
        options = f"-p nbval.plugin -p no:cacheprovider --disable-plugin-autoload -c {os.devnull}"
        options += f" --noconftest -q --color=no --nbval-cell-timeout={limits.cell_seconds}"
        with redirect_stdout(io.StringIO()) as said:
            code = pytest.main([*options.split(), "--rootdir", folder, str(path)], plugins=[run])
    ended = run.fatal is not None or all(_slot(s) in verdicts for s in steps if s.check)
    if not ended:
        raise RuntimeError(f"the grader itself failed (pytest exit {code}):\n{said.getvalue()}")
    return run


class _Kernel(RunningKernel):  # type: ignore[misc]
    """nbval's kernel, with a budget of output, and death noticed at once."""

    def __init__(self, limits: Limits, seed: int, cwd: str) -> None:
        self.left = limits.output_characters
        self.km, self.kc = start(limits, seed, cwd)
        self._ensure_iopub_up()

    def get_message(self, stream: str, timeout: float | None = None) -> Any:
        end = monotonic() + (timeout or 0)
        while True:
            try:
                message = super().get_message(stream, timeout=_POLL_SECONDS)
                break
            except Empty:
                if not self.is_alive():
                    raise KernelDied from None
                if timeout is not None and monotonic() > end:
                    raise
        if stream == "iopub":
            self.left -= len(str(message["content"]))
            if self.left < 0:
                raise OutputFlood
        return message

    def stop(self) -> None:
        """Stop the kernel and close its sockets, also of a kernel that has died."""
        if hasattr(self, "km"):
            super().stop()


class _File(IPyNbFile):  # type: ignore[misc]
    """The notebook of one pass: its cells come from the plan, never from a learner's options."""

    run: _Run

    def setup(self) -> None:
        self.kernel = _Kernel(self.run.limits, self.run.key.seed, str(self.path.parent))

    def teardown(self) -> None:
        if self.kernel is not None:
            self.kernel.stop()

    def collect(self) -> Iterator["_Cell"]:
        for number, step in enumerate(self.run.steps):
            outputs = [_stored(step.check)] if step.check else []
            cell = new_code_cell(step.source, execution_count=number + 1, outputs=outputs)
            options = {"check": bool(step.check), "check_exception": True, "skip": False}
            item: _Cell = _Cell.from_parent(
                self, name=f"step {number}", cell_num=number, cell=cell, options=options
            )
            item.step = step
            yield item


def _stored(check: CheckKey) -> Any:
    return new_output("display_data", data={MIME: check.expected})


class _Cell(IPyNbCell):  # type: ignore[misc]
    """One step. What ends the kernel is kept as the run's fate; the steps after it do not run."""

    step: Step
    parent: _File

    def setup(self) -> None:
        self.parent.timed_out = False

    def runtest(self) -> None:
        run = self.parent.run
        if run.fatal is not None:
            pytest.skip("the kernel has ended")
        try:
            super().runtest()
        except tuple(_FATES) as error:
            run.fatal, run.fate = self.cell_num, _FATES[type(error)]
            raise
        except Exception:
            if not self.parent.kernel.is_alive():  # nbval stops a kernel that ignores interrupts
                run.fatal, run.fate = self.cell_num, _FATES[Empty]
            raise
        if self.step.answer and (errors := _errors(self.test_outputs)):
            run.broken[self.step.answer] = f"{errors[0]['ename']}: {errors[0]['evalue']}"

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        step, run = self.step, self.parent.run
        assert step.exercise and step.check
        if self.parent.timed_out:
            detail = f"stopped after {run.limits.cell_seconds:g} seconds"
            outcome = Outcome(
                step.exercise.name, Verdict.TIME_OUT, detail=detail, hidden=step.check.hidden
            )
        else:
            outcome = judge(step.exercise, step.check, _emitted(test))
            if outcome.verdict is Verdict.ERROR and step.exercise.name in run.broken:
                detail = f"its cell ends in {run.broken[step.exercise.name]}"
                outcome = replace(outcome, detail=detail)
        run.verdicts[_slot(step)] = outcome
        self.comparison_traceback = [outcome.text()]
        return outcome.verdict is Verdict.RIGHT


def _emitted(outputs: Any) -> Json:
    """Return the values that a check cell put out, or the error that it ended with."""
    values = [o["data"][MIME] for o in outputs if MIME in o.get("data", {})]
    if len(values) == 1:
        return values[0]
    if errors := _errors(outputs):
        return {"kind": "error", "type": errors[0]["ename"], "message": errors[0]["evalue"]}
    return {"kind": "other", "type": f"output with {len(values)} values where one was due"}


def _errors(outputs: Any) -> list[Any]:
    return [output for output in outputs if output["output_type"] == "error"]
