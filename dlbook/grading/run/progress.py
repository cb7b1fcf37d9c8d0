"""All passes over one submission: what they need, and what they have found so far."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from dlbook.check.answer_key import ExerciseKey, Key
from dlbook.check.verdict import Outcome, Verdict
from dlbook.grading.kernel.launcher import Launcher
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.run.endings import KERNEL_ENDED, Ending
from dlbook.grading.run.graft import Step
from dlbook.grading.run.report import AT_LIMIT, ExerciseReport


@dataclass
class Progress:
    """One submission; `deadline` is on the clock of `time.monotonic`.

    `outcomes` are kept by exercise and whether the check is hidden; `answer_endings` says how the
    answer cell of an exercise ended, where it did not end well. `watch` is called with the name of
    the exercise that is about to run; `notes` are for the report. `stopped` says whether a
    limit has ended a cell.
    """

    key: Key
    limits: Limits
    launcher: Launcher
    deadline: float
    watch: Callable[[str], object] = lambda name: None
    outcomes: dict[tuple[str, bool], Outcome] = field(default_factory=dict)
    answer_endings: dict[str, Ending] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    stopped: bool = False

    def has_all(self, steps: Iterable[Step]) -> bool:
        """Return whether every check among `steps` has its outcome."""
        return all(check_id(step) in self.outcomes for step in steps if step.check)

    def give_up(self, steps: Iterable[Step], ending: Ending) -> None:
        """Give `ending` to every check that has no outcome yet."""
        for step in steps:
            if step.check and check_id(step) not in self.outcomes:
                self.outcomes[check_id(step)] = ended(step, ending)

    def report(self, entry: ExerciseKey, missing: frozenset[str]) -> ExerciseReport:
        """Return what was found of one exercise; `missing` names those without an answer."""
        if entry.name in missing:
            detail = f"no cell has the line `# answer: {entry.name}`, and none defines it"
            outcomes = [Outcome(entry.name, Verdict.NOT_ATTEMPTED, detail=detail)]
        else:
            outcomes = [self.outcomes[entry.name, check.hidden] for check in entry.checks]
        return ExerciseReport(entry.name, entry.points, tuple(outcomes))


@dataclass
class Pass:
    """One run of steps in one kernel.

    `fatal` is the index of the step that ended the kernel, None where none did, and `ending` says
    how. `fault` is what went wrong in the grader itself.
    """

    progress: Progress
    steps: list[Step]
    fatal: int | None = None
    ending: Ending = KERNEL_ENDED
    fault: BaseException | None = None

    @property
    def is_over(self) -> bool:
        """Whether no further step can run in this kernel."""
        return self.fatal is not None or self.fault is not None

    def end(self, index: int, ending: Ending) -> None:
        """Note that the step at `index` ended the kernel."""
        self.fatal, self.ending = index, ending
        self.progress.stopped |= ending.verdict in AT_LIMIT


def check_id(step: Step) -> tuple[str, bool]:
    """Return what the outcome of a check is kept by: its exercise, and whether it is hidden."""
    assert step.exercise and step.check
    return step.exercise.name, step.check.hidden


def ended(step: Step, ending: Ending) -> Outcome:
    """Return the outcome of a check that has ended its kernel, or was ended."""
    assert step.exercise and step.check
    hidden = step.check.hidden
    return Outcome(step.exercise.name, ending.verdict, detail=ending.reason, hidden=hidden)


def first_line(source: str) -> str:
    """Return the beginning of the first line of a cell that is not empty."""
    return next((line for line in source.splitlines() if line.strip()), "")[:60]
