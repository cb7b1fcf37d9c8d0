"""Grade one submission: run its rounds, kernel by kernel, until each check has an outcome.

A cell that ends its kernel is left out of the kernels after it, so that it never costs the learner
the other exercises.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from dlbook.check.answer_key import ExerciseKey, Key
from dlbook.check.shared import _
from dlbook.check.verdict import Outcome, Verdict
from dlbook.grading.kernel.launcher import Launcher, Local
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.notebook import Notebook
from dlbook.grading.run.discover import discover
from dlbook.grading.run.endings import Ending
from dlbook.grading.run.graft import graft
from dlbook.grading.run.progress import Pass, Progress, ended
from dlbook.grading.run.pytest_pass import run_passes
from dlbook.grading.run.report import ExerciseReport, Report
from dlbook.grading.sandbox.usage import Allowance

_DEFAULT_LIMITS = Limits()


def grade(
    notebook: Notebook,
    key: Key,
    limits: Limits = _DEFAULT_LIMITS,
    launcher: Launcher | None = None,
    watch: Callable[[str], object] = lambda name: None,
) -> Report:
    """Return the report on a submission, judged against `key`.

    Args:
        notebook: the submission.
        key: what its checks need to see. With a released key in it there are two rounds, the
            first at that key's seed; else there is one.
        limits: its budgets.
        launcher: where its code runs; without one, with the rights of the caller.
        watch: called when a cell starts, with its exercise or, without one, its first line.

    Raises:
        GraderError: if the grader fails, so that nothing is known about the submission.
    """
    launcher = launcher or Local()
    shown = replace(key.released, hides=key.hides) if key.released else key
    bound = discover(notebook.cells, shown, limits, launcher)
    plan = graft(notebook.cells, shown, bound)
    renamed = {name: Ending(Verdict.ERROR, why) for name, why in plan.renamed.items()}
    notes = [*notebook.notes, *plan.notes]
    seconds = Allowance(limits.submission_seconds)
    start = partial(Progress, limits=limits, launcher=launcher, seconds=seconds, watch=watch)
    last = start(shown, steps=list(plan.steps), notes=notes, answer_endings=renamed)
    if key.released:
        steps = list(graft(notebook.cells, key, bound).steps)
        last = start(key, steps=steps, answer_endings=dict(renamed), before=last)
    rounds = [last.before, last] if last.before else [last]
    _run(rounds)
    exercises = tuple(_report(entry, last, plan.missing) for entry in key.exercises)
    notes = list(dict.fromkeys(note for progress in rounds for note in progress.notes))
    answers = {name: step.source for step in plan.steps for name in step.answers}
    stopped = any(progress.stopped for progress in rounds)
    isolation = launcher.isolation
    return Report(
        key.name, key.seed, exercises, tuple(notes), isolation, stopped, answers, key.partial
    )


def _run(rounds: list[Progress]) -> None:
    """Run the steps of all rounds in as many kernels as it takes."""
    while not all(progress.is_done for progress in rounds):
        passes = [Pass(progress) for progress in rounds]
        run_passes(passes)
        done = next((one for one in passes if one.fatal), None)
        if done is None or done.fatal is None:
            return
        if done.progress.seconds.spent:
            text = _("stopped: it had used up its {time}")
            done.progress.notes.append(text.format(time=done.progress.seconds.spent))
            for progress in rounds:
                progress.give_up(done.ending)
            return
        if done.fatal.check:
            done.progress.settle(done.fatal, ended(done.fatal, done.ending))
            continue
        text = _("a cell {reason}, left out")
        done.progress.note(text.format(reason=_(done.ending.reason)), done.fatal.source)
        for progress in rounds[rounds.index(done.progress) :]:
            progress.leave_out(done.fatal, done.ending)


def _report(entry: ExerciseKey, last: Progress, missing: frozenset[str]) -> ExerciseReport:
    """Return what was found of one exercise; `missing` names those without an answer."""
    outcomes = last.of(entry.name)
    if entry.name in missing:
        text = _("no cell has the line `# answer: {name}`, and none defines it")
        detail = text.format(name=entry.name)
        outcomes = [Outcome(entry.name, Verdict.NOT_ATTEMPTED, detail=detail)]
    return ExerciseReport(entry.name, entry.points, tuple(outcomes))
