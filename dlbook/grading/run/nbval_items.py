"""What nbval runs: steps as cells of a notebook, in a kernel of ours. No other file knows nbval.

nbval runs the learner's cells and the checks in one kernel and asks `compare_outputs`, where values
are compared instead of text. A check calls an answer twice, and what the two calls gave is compared
here: no code of the learner can reach that.
"""

from collections.abc import Iterator
from dataclasses import replace
from queue import Empty
from typing import Any

import nbval.plugin
from nbformat import NotebookNode
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from dlbook.check.answer_key import CheckKey, ExerciseKey
from dlbook.check.compare import judge
from dlbook.check.evaluate import both_calls
from dlbook.check.example import example
from dlbook.check.shared import _
from dlbook.check.verdict import Outcome, Verdict
from dlbook.check.wire import MIME, Json
from dlbook.grading.errors import DeadKernelError, TimeLimitError
from dlbook.grading.kernel.channels import Channels, Message
from dlbook.grading.kernel.launcher import KernelSettings
from dlbook.grading.run.endings import FATAL, Ending, describe, ending_of, errors, verdict_on
from dlbook.grading.run.graft import Step, imports_torch
from dlbook.grading.run.progress import Pass, ended, first_line

PLUGIN = nbval.plugin


class _NbvalKernel(RunningKernel):  # type: ignore[misc]
    """nbval's kernel, started by a launcher; its messages are received within budgets."""

    stopped = ""  # how the last cell that was stopped came to its end

    def __init__(self, current: Pass, folder: str) -> None:
        progress = current.progress
        torch = imports_torch(progress.steps)
        settings = KernelSettings(progress.key.seed, folder, progress.key.hides, torch)
        self._kernel = progress.launcher.start(progress.limits, settings)
        self._channels = Channels(self._kernel, progress.limits, progress.seconds)
        try:
            self._channels.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def get_message(self, stream: str, timeout: float | None = None) -> Message:
        message = self._channels.receive(stream)  # which knows when to give up; nbval has a clock
        if "data" in message["content"]:
            data = NotebookNode()
            dict.update(data, message["content"]["data"])  # else each value in it becomes a node
            message["content"]["data"] = data
        return message

    def execute_cell_input(self, cell_input: str, allow_stdin: bool | None = None) -> str:
        return self._channels.execute(cell_input)

    def is_alive(self) -> bool:
        return self._kernel.is_alive()

    def interrupt(self) -> None:
        self.stopped = _("stopped after {time}").format(time=self._channels.spent)
        self._channels.interrupt()

    def stop(self) -> None:
        self._channels.close()
        self._kernel.kill()


class StepFile(IPyNbFile):  # type: ignore[misc]
    """The notebook of one pass: its cells are the steps, without options from their comments."""

    current: Pass

    def run(self, cells: list["StepCell"]) -> None:
        """Run cells until the round is done; not at all before the round before it is done."""
        progress = self.current.progress
        if progress.is_done or not progress.may_start:
            return
        try:
            self._start(cells[0].step)
            for cell in cells:
                if self.current.fatal or progress.is_done:
                    return
                cell.run()
        except Exception as error:
            self.current.fault = error
        finally:
            if self.kernel is not None:
                self.kernel.stop()

    def _start(self, first: Step) -> None:
        try:
            self.kernel = _NbvalKernel(self.current, str(self.path.parent))
        except TimeLimitError as error:
            self.current.end(first, ending_of(error, self.current.progress.limits))

    def collect(self) -> Iterator["StepCell"]:
        tags = {"check": True, "check_exception": True, "skip": False}
        for number, step in enumerate(self.current.progress.steps):
            source = {"source": step.source, "execution_count": 1, "outputs": []}
            item: StepCell = StepCell.from_parent(
                self,
                name=f"step {number}",
                cell_num=number,
                cell=NotebookNode(source),
                options=tags,
            )
            item.step = step
            yield item


def _names(step: Step) -> tuple[str, ...]:
    """Return what a step is called while it runs: its exercises, or the line it begins with."""
    if step.exercise:
        return (step.exercise.name,)
    return step.answers or ((first_line(step.source),) if step.cell != -1 else ())


class StepCell(IPyNbCell):  # type: ignore[misc]
    """One step. If it ends the kernel, the pass notes how, and the steps after it do not run."""

    step: Step
    parent: StepFile

    def run(self) -> None:
        """Run the cell if it is due, and note what comes of it."""
        current, step = self.parent.current, self.step
        if not current.progress.is_due(step):
            return
        for name in _names(step):
            current.progress.watch(name)
        self.parent.timed_out = False
        try:
            if not self.parent.kernel.is_alive():  # what an earlier cell has left has ended it
                raise DeadKernelError
            self.runtest()
        except FATAL as error:
            current.end(step, ending_of(error, current.progress.limits))
            return
        except NbCellError:  # the values differ, or a cell that ignores interrupts was stopped
            if not self.parent.kernel.is_alive():
                used_up = Empty(self.parent.kernel.stopped)
                current.end(step, ending_of(used_up, current.progress.limits))
                return
        self._note_trouble()

    def _note_trouble(self) -> None:
        """Note a cell that was stopped, and how an answer cell ended where it has an error."""
        progress, step = self.parent.current.progress, self.step
        if self.parent.timed_out and not step.check:
            progress.stopped = True
            text = _("a cell was {stopped}")
            progress.note(text.format(stopped=self.parent.kernel.stopped), step.source)
        found = errors(self.test_outputs)
        if step.answers and (found or self.parent.timed_out):
            progress.answer_endings |= dict.fromkeys(step.answers, self._ending(found))

    def _ending(self, found: list[Any]) -> Ending:
        """Return how an answer cell with these errors ended."""
        if self.parent.timed_out:
            text = _("its cell was {stopped}")
            return Ending(Verdict.TIME_OUT, text.format(stopped=self.parent.kernel.stopped))
        verdict = verdict_on(found[0]["ename"], found[0]["evalue"])
        return Ending(verdict, describe(found[0], self.step.source))

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        self.comparison_traceback: list[str] = []
        if self.step.check:
            self._compare(test)
        return True

    def _compare(self, outputs: Any) -> None:
        """Judge a check that has put out what two calls gave."""
        progress, step = self.parent.current.progress, self.step
        assert step.exercise and step.check
        if self.parent.timed_out:
            ending = Ending(Verdict.TIME_OUT, self.parent.kernel.stopped)
            progress.settle(step, ended(step, ending))
        else:
            value = _emitted(outputs, step.check)
            progress.settle(step, self._outcome(step.exercise, step.check, value))

    def _outcome(self, exercise: ExerciseKey, check: CheckKey, value: Json) -> Outcome:
        """Return the outcome of a check; without its function, that of the answer cell."""
        outcome = replace(judge(exercise, check, value), example=example(check, value))
        if outcome.verdict is not Verdict.ERROR:
            return outcome
        answer = self.parent.current.progress.answer_endings.get(exercise.name)
        if answer:
            return replace(outcome, verdict=answer.verdict, detail=answer.reason)
        return replace(outcome, verdict=verdict_on(value.get("type"), value.get("message")))


def _emitted(outputs: Any, check: CheckKey) -> Json:
    """Return what both calls of a check put out, or the error that its cell ended with."""
    values = [output["data"][MIME] for output in outputs if MIME in output.get("data", {})]
    if len(values) == 2:
        return both_calls(values[0], values[1], check.rtol, check.atol)
    found = errors(outputs)
    if found:
        return {"kind": "error", "type": found[0]["ename"], "message": found[0]["evalue"]}
    return {"kind": "other", "type": f"output with {len(values)} values where two were due"}
