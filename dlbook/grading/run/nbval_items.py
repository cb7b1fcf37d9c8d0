"""What nbval runs: steps as cells of a notebook, in a kernel of ours. No other file knows nbval.

The reference's values are the stored outputs of the check cells; nbval runs the learner's cells
and the checks in one kernel and asks `compare_outputs`, where values are compared instead of text.
"""

from collections.abc import Iterator
from dataclasses import replace
from queue import Empty
from typing import Any

import nbval.plugin
import pytest
from nbformat import from_dict
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from dlbook.check.compare import judge
from dlbook.check.verdict import Outcome, Verdict
from dlbook.check.wire import MIME, Json
from dlbook.grading.errors import TimeLimitError
from dlbook.grading.kernel.channels import Channels, Message
from dlbook.grading.kernel.launcher import KernelSettings
from dlbook.grading.run.endings import FATAL, Ending, describe, ending_of, errors, verdict_on
from dlbook.grading.run.graft import Step, imports_torch
from dlbook.grading.run.progress import Pass, check_id, ended, first_line

PLUGIN = nbval.plugin


def options(cell_seconds: float) -> list[str]:
    """Return pytest's options for nbval: how many seconds a cell may take."""
    return [f"--nbval-cell-timeout={cell_seconds}"]


class _NbvalKernel(RunningKernel):  # type: ignore[misc]
    """nbval's kernel, started by a launcher; its messages are received within budgets."""

    def __init__(self, current: Pass, folder: str) -> None:
        progress = current.progress
        torch = imports_torch(current.steps)
        settings = KernelSettings(progress.key.seed, folder, progress.key.hides, torch)
        self._kernel = progress.launcher.start(progress.limits, settings)
        self._channels = Channels(self._kernel, progress.limits, progress.deadline)
        try:
            self._channels.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def get_message(self, stream: str, timeout: float | None = None) -> Message:
        return self._channels.receive(stream, timeout)

    def execute_cell_input(self, cell_input: str, allow_stdin: bool | None = None) -> str:
        return self._channels.execute(cell_input)

    def is_alive(self) -> bool:
        return self._kernel.is_alive()

    def interrupt(self) -> None:
        self._channels.interrupt()

    def stop(self) -> None:
        self._channels.close()
        self._kernel.kill()


class StepFile(IPyNbFile):  # type: ignore[misc]
    """The notebook of one pass: its cells are the steps, without options from their comments."""

    current: Pass

    def setup(self) -> None:
        try:
            self.kernel = _NbvalKernel(self.current, str(self.path.parent))
        except TimeLimitError as error:
            self.current.end(0, ending_of(error, self.current.progress.limits))
            raise
        except BaseException as error:
            self.current.fault = error
            raise

    def teardown(self) -> None:
        if self.kernel is not None:
            self.kernel.stop()

    def collect(self) -> Iterator["_StepCell"]:
        for number, step in enumerate(self.current.steps):
            cell = _as_cell(number, step)
            tags = {"check": bool(step.check), "check_exception": True, "skip": False}
            item: _StepCell = _StepCell.from_parent(
                self, name=f"step {number}", cell_num=number, cell=cell, options=tags
            )
            item.step = step
            yield item


def _as_cell(number: int, step: Step) -> Any:
    """Return a step as a cell that was run; its stored output is what a check is to put out."""
    outputs = []
    if step.check:
        data = {MIME: step.check.expected}
        outputs.append({"output_type": "display_data", "data": data, "metadata": {}})
    return from_dict(
        {
            "cell_type": "code",
            "source": step.source,
            "metadata": {},
            "execution_count": number + 1,
            "outputs": outputs,
        }
    )


class _StepCell(IPyNbCell):  # type: ignore[misc]
    """One step. If it ends the kernel, the pass notes how, and the steps after it do not run."""

    step: Step
    parent: StepFile

    def setup(self) -> None:
        self.parent.timed_out = False

    def runtest(self) -> None:
        current, step = self.parent.current, self.step
        if current.is_over:
            pytest.skip("the kernel has ended")
        for name in (step.exercise.name,) if step.exercise else step.answers:
            current.progress.watch(name)
        try:
            super().runtest()
        except FATAL as error:
            current.end(self.cell_num, ending_of(error, current.progress.limits))
            raise
        except NbCellError:  # the values differ, or a cell that ignores interrupts was stopped
            if not self.parent.kernel.is_alive():
                current.end(self.cell_num, ending_of(Empty(), current.progress.limits))
            raise
        except Exception as error:
            current.fault = error
            raise
        self._note_trouble()

    def _note_trouble(self) -> None:
        """Note a cell that was stopped, and how an answer cell ended where it has an error."""
        progress, step = self.parent.current.progress, self.step
        if self.parent.timed_out and not step.check:
            progress.stopped = True
            stopped = f"a cell was stopped after {progress.limits.cell_seconds:g} seconds"
            progress.notes.append(f"{stopped}: {first_line(step.source)}")
        for error in errors(self.test_outputs)[:1]:
            progress.answer_endings |= dict.fromkeys(step.answers, self._ending(error))

    def _ending(self, error: Any) -> Ending:
        """Return how an answer cell with this error ended."""
        if self.parent.timed_out:
            seconds = self.parent.current.progress.limits.cell_seconds
            return Ending(Verdict.TIME_OUT, f"its cell was stopped after {seconds:g} seconds")
        verdict = verdict_on(error["ename"], error["evalue"])
        return Ending(verdict, describe(error, self.step.source))

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        outcome = self._outcome(test)
        self.parent.current.progress.outcomes[check_id(self.step)] = outcome
        self.comparison_traceback = [outcome.text()]
        return outcome.verdict is Verdict.RIGHT

    def _outcome(self, outputs: Any) -> Outcome:
        """Return the outcome of a check; without its function, that of the answer cell."""
        step, progress = self.step, self.parent.current.progress
        assert step.exercise and step.check
        if self.parent.timed_out:
            seconds = f"{progress.limits.cell_seconds:g}"
            return ended(step, Ending(Verdict.TIME_OUT, f"stopped after {seconds} seconds"))
        value = _emitted(outputs)
        outcome = judge(step.exercise, step.check, value)
        if outcome.verdict is not Verdict.ERROR:
            return outcome
        answer = progress.answer_endings.get(step.exercise.name)
        if answer:
            return replace(outcome, verdict=answer.verdict, detail=answer.reason)
        return replace(outcome, verdict=verdict_on(value.get("type"), value.get("message")))


def _emitted(outputs: Any) -> Json:
    """Return the values that a check cell put out, or the error that it ended with."""
    values = [output["data"][MIME] for output in outputs if MIME in output.get("data", {})]
    if len(values) == 1:
        return values[0]
    found = errors(outputs)
    if found:
        return {"kind": "error", "type": found[0]["ename"], "message": found[0]["evalue"]}
    return {"kind": "other", "type": f"output with {len(values)} values where one was due"}
