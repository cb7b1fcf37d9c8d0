"""Grade one submission: run its steps, pass by pass, until each check has an outcome.

A pass is one kernel. A cell that ends its kernel is left out of the next pass, so that it never
costs the learner the other exercises.
"""

from collections.abc import Callable
from time import monotonic

from dlbook.check.answer_key import Key
from dlbook.check.verdict import Verdict
from dlbook.grading.kernel.launcher import Launcher, Local
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.notebook import Notebook
from dlbook.grading.run.discover import discover
from dlbook.grading.run.endings import Ending
from dlbook.grading.run.graft import Step, graft
from dlbook.grading.run.progress import Pass, Progress, check_id, ended, first_line
from dlbook.grading.run.pytest_pass import run_pass
from dlbook.grading.run.report import Report

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
        key: what its checks need to see.
        limits: its budgets.
        launcher: where its code runs; without one, with the rights of the caller.
        watch: called with the name of an exercise when a cell of it starts.

    Raises:
        GraderError: if the grader fails, so that nothing is known about the submission.
    """
    launcher = launcher or Local()
    plan = graft(notebook.cells, key, discover(notebook.cells, key, limits, launcher))
    progress = Progress(
        key,
        limits,
        launcher,
        monotonic() + limits.submission_seconds,
        watch,
        answer_endings={n: Ending(Verdict.ERROR, why) for n, why in plan.renamed.items()},
        notes=[*notebook.notes, *plan.notes],
    )
    steps = list(plan.steps)
    while not progress.has_all(steps):
        done = run_pass(progress, steps)
        if done.fatal is None:
            break
        if monotonic() > progress.deadline:
            seconds = f"{limits.submission_seconds:g}"
            progress.notes.append(f"stopped: it had used up its {seconds} seconds")
            progress.give_up(steps, done.ending)
            break
        _leave_out(steps.pop(done.fatal), done)
    exercises = tuple(progress.report(entry, plan.missing) for entry in key.exercises)
    notes = tuple(dict.fromkeys(progress.notes))
    answers = {name: step.source for step in plan.steps for name in step.answers}
    isolation, stopped = progress.launcher.isolation, progress.stopped
    return Report(key.name, key.seed, exercises, notes, isolation, stopped, answers)


def _leave_out(step: Step, done: Pass) -> None:
    """Note the outcome of a step that ended its kernel and does not run again."""
    progress, ending = done.progress, done.ending
    if step.check:
        progress.outcomes[check_id(step)] = ended(step, ending)
        return
    progress.notes.append(f"a cell {ending.reason}, left out: {first_line(step.source)}")
    reason = Ending(ending.verdict, f"its cell {ending.reason}")
    progress.answer_endings |= dict.fromkeys(step.answers, reason)
