"""All passes over one submission: what they need, and what they have found so far."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from dlbook.check.answer_key import ExerciseKey, Key
from dlbook.check.verdict import Outcome, Verdict
from dlbook.grading.kernel.launcher import Launcher
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.run.endings import Fate
from dlbook.grading.run.graft import Step
from dlbook.grading.run.report import ExerciseReport


@dataclass
class Job:
    """One submission; `deadline` is on the clock of `time.monotonic`.

    `verdicts` are kept by exercise and whether the check is hidden; `broken` says how the answer
    cell of an exercise ended, where it did not end well. `watch` hears what is about to run;
    `notes` are for the report.
    """

    key: Key
    limits: Limits
    launcher: Launcher
    deadline: float
    watch: Callable[[str], object] = lambda name: None
    verdicts: dict[tuple[str, bool], Outcome] = field(default_factory=dict)
    broken: dict[str, Fate] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def give_up(self, steps: Iterable[Step], ending: Fate) -> None:
        """Give every check that has not run yet the verdict of a submission out of time."""
        for step in steps:
            if step.check and slot(step) not in self.verdicts:
                self.verdicts[slot(step)] = ended(step, ending)

    def report(self, entry: ExerciseKey, missing: frozenset[str]) -> ExerciseReport:
        """Return what was found of one exercise; `missing` names those without an answer."""
        if entry.name in missing:
            detail = f"no cell starts with `# answer: {entry.name}`"
            outcomes = [Outcome(entry.name, Verdict.NOT_ATTEMPTED, detail=detail)]
        else:
            outcomes = [self.verdicts[entry.name, check.hidden] for check in entry.checks]
        return ExerciseReport(entry.name, entry.points, tuple(outcomes))


def slot(step: Step) -> tuple[str, bool]:
    """Return where the verdict of a check is kept."""
    assert step.exercise and step.check
    return step.exercise.name, step.check.hidden


def ended(step: Step, ending: Fate) -> Outcome:
    """Return the outcome of a check that has ended its kernel, or was ended."""
    assert step.exercise and step.check
    return Outcome(step.exercise.name, ending[0], detail=ending[1], hidden=step.check.hidden)


def first_line(source: str) -> str:
    """Return the beginning of the first line of a cell that is not empty."""
    return next((line for line in source.splitlines() if line.strip()), "")[:60]
