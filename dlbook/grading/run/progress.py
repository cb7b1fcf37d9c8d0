"""What is known so far of one submission, round by round.

A round is the learner's cells and some checks in one kernel, or in more where a cell ends it. The
first round runs the visible checks at the released seed, so what comes of it may be shown. The
second round runs all checks at a seed that nobody knows. It begins when the outcomes of the first
are fixed, and runs the checks of those exercises that are right so far, or show a mistake that two
hints fit; where parts earn points, of all that were tried. Of it students see verdicts and our own
hints alone, and in that case how many parts are right.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

from dlbook.check.answer_key import Key
from dlbook.check.shared import _
from dlbook.check.verdict import Outcome, Verdict
from dlbook.grading.kernel.launcher import Launcher
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.run.endings import KERNEL_ENDED, Ending
from dlbook.grading.run.graft import Step
from dlbook.grading.run.report import AT_LIMIT
from dlbook.grading.sandbox.usage import Allowance

_HAS_PARTS = (Verdict.RIGHT, Verdict.KNOWN_MISTAKE, Verdict.WRONG, Verdict.ERROR)


@dataclass
class Progress:
    """One round; `seconds` is what is left of the time of the submission.

    `steps` are left to run, from the first on in each new kernel. `outcomes` are kept by exercise
    and whether the check is hidden. `answer_endings` says how the answer cell of an exercise
    ended, where it did not end well. `watch` is called with the name of what is about to run, an
    exercise or the first line of another cell; `notes` are for the report. `before` is the round
    before this one, None for the first. `stopped` says whether a limit has ended a cell.
    """

    key: Key
    limits: Limits
    launcher: Launcher
    seconds: Allowance
    steps: list[Step]
    watch: Callable[[str], object] = lambda name: None
    outcomes: dict[tuple[str, bool], Outcome] = field(default_factory=dict)
    answer_endings: dict[str, Ending] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    stopped: bool = False
    before: Self | None = None

    @property
    def may_start(self) -> bool:
        """Whether the outcomes of the rounds before are fixed."""
        return self.before is None or (self.before.may_start and self.before.is_done)

    @property
    def is_done(self) -> bool:
        """Whether every check that is due has its outcome."""
        return not any(self.is_due(step) for step in reversed(self.steps) if step.check)

    def is_due(self, step: Step) -> bool:
        """Return whether a step is to run: a check only while it can change what comes out.

        Where parts earn points, all checks of an exercise run on fresh inputs, unless it was not
        tried or ran into a limit: then it earns nothing.
        """
        if step.check is None:
            return True
        if check_id(step) in self.outcomes:
            return False
        earlier = self.before.of(check_id(step)[0]) if self.before else []
        wanted = [o.verdict is Verdict.RIGHT or len(o.hints) > 1 for o in earlier]
        return all(wanted) or (self.key.partial and all(o.verdict in _HAS_PARTS for o in earlier))

    def of(self, exercise: str) -> list[Outcome]:
        """Return the outcomes of an exercise in this round and those before, as far as they go."""
        earlier = self.before.of(exercise) if self.before else []
        mine = [self.outcomes.get((exercise, hidden)) for hidden in (False, True)]
        return [*earlier, *(outcome for outcome in mine if outcome)]

    def settle(self, step: Step, outcome: Outcome) -> None:
        """Note the outcome of a check; after the first round students see no detail of it."""
        assert step.check
        if self.before:
            outcome = replace(outcome, hidden=True, fresh=not step.check.hidden)
        self.outcomes[check_id(step)] = outcome

    def note(self, what: str, source: str) -> None:
        """Note what happened to a cell; after the first round without quoting the cell."""
        text = _("{what}, on fresh inputs") if self.before else _("{title}: {text}")
        line = "" if self.before else first_line(source)
        self.notes.append(text.format(what=what, title=what, text=line))

    def leave_out(self, step: Step, ending: Ending) -> None:
        """Run a cell no more that has ended a kernel, here or in the round before."""
        self.steps = [other for other in self.steps if other.cell != step.cell]
        reason = Ending(ending.verdict, _("its cell {reason}").format(reason=_(ending.reason)))
        self.answer_endings |= dict.fromkeys(step.answers, reason)

    def give_up(self, ending: Ending) -> None:
        """Give `ending` to every check that has no outcome yet."""
        for step in self.steps:
            if step.check and self.is_due(step):
                self.settle(step, ended(step, ending))


@dataclass
class Pass:
    """One kernel: the steps of a round, until one of them ends it.

    `fatal` is the step that did, None where none did, and `ending` says how. `fault` is what went
    wrong in the grader itself.
    """

    progress: Progress
    fatal: Step | None = None
    ending: Ending = KERNEL_ENDED
    fault: BaseException | None = None

    def end(self, step: Step, ending: Ending) -> None:
        """Note that a step ended the kernel."""
        self.fatal, self.ending = step, ending
        self.progress.stopped |= ending.verdict in AT_LIMIT


def check_id(step: Step) -> tuple[str, bool]:
    """Return what the outcome of a check is kept by: its exercise, and whether it is hidden."""
    assert step.exercise and step.check
    return step.exercise.name, step.check.hidden


def ended(step: Step, ending: Ending) -> Outcome:
    """Return the outcome of a check that has ended its kernel, or was ended."""
    assert step.exercise and step.check
    hidden = step.check.hidden
    return Outcome(step.exercise.name, ending.verdict, detail=_(ending.reason), hidden=hidden)


def first_line(source: str) -> str:
    """Return the beginning of the first line of some code that is not empty."""
    return next((line for line in source.splitlines() if line.strip()), "")[:60]
