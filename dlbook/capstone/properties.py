"""Is a study honest? It is run several times, in worlds that differ in what may not matter.

A study that uses the test set for nothing but its final figures gives the same model where the
labels of the test set are others. One that keeps validation rows out of training gives the same
model where some of these rows are others; one that validates gives another model where all of them
are mistaken. One that learns from its rows alone is as good where the classes have other numbers.
So little has to be believed: whatever the code looks like, the model tells what it was made from.

What cannot be told: a study runs in the same process as what judges it, so code that was written
to deceive can do anything here. It can keep a model from one run to the next and hand it out where
it fits, draw data by the private functions of these files, put other findings in the place of
ours, or look into the frames that call it and be honest only where it is examined; the findings
are about what it does here. Nor can runs tell features or weights that were found elsewhere, or a
choice that was made by data drawn elsewhere. The sandbox keeps files and expected values out of
reach, and the grader asks again in a new process under a seed that nobody has seen. That an answer
is honest, grading does not promise.

What is refused although it is honest: training again with validation rows after the epoch is
known, a choice of validation rows by what their inputs are, a model that returns probabilities or
whose scores were scaled after training, a model whose answer to an input depends on its company,
and features fitted to validation rows. A task that uses this has to say so.
"""

import inspect
from collections.abc import Callable
from itertools import groupby
from typing import Any

import numpy as np

from dlbook import arguments
from dlbook.capstone import worlds
from dlbook.capstone.baseline import ridge as ridge
from dlbook.capstone.tasks import find, scores
from dlbook.capstone.worlds import Run, Study

Finding = dict[str, Any]

PAST = 3  # epochs that training has to go on after the best one
OVER_MAJORITY = 0.1  # accuracy that a network has to add to that of the most frequent class
FAIR = 0.1  # accuracy that a linear baseline may lack
TRIES = 8  # runs in which validation rows are others
CLOSE = 0.002  # of an accuracy or a loss that is computed again

WHOLE = "the report is whole"
ONCE = "the test set was opened once"
FINISHED = "the model was finished by then"
SAME = "the same seed gives the same model"
SEEDED = "another seed gives another model"
UNTOUCHED = "the test set decides nothing"
APART = "validation rows are kept out of training"
STOPPED = "the validation loss chose the epoch"
TRUE = "the numbers are those of the run"
LINEAR = "the linear model is a fair one"
BETTER = "the network is better on fresh data"
PROPERTIES = (WHOLE, ONCE, FINISHED, SAME, SEEDED, UNTOUCHED, APART, STOPPED, TRUE, LINEAR, BETTER)


def examine(study: Study, seed: int, *, once: bool = False) -> dict[str, Finding]:
    """Return for each of `PROPERTIES` whether a study has it, and the evidence.

    The study is run five times at least; an exception in it is raised.

    Args:
        study: takes data and a seed, returns a report, a dict with the keys of `reports.KEYS`. The
            default of its parameter `task` names the task.
        seed: where data and starts are drawn from.
        once: run it in one world alone; what only other worlds show is left out then.

    Returns:
        For each property a dict: "held", True or False, and "evidence", a sentence where it is
        broken, else ''.

    Raises:
        TypeError: if the seed is no whole number.
        ValueError: if the study names no task, or the seed is negative.
    """
    world = worlds.world(find(_chosen(study)).name, arguments.integer(seed, "seed"))
    first = worlds.run(study, world)
    if first.fault:
        asked = [label for label in PROPERTIES if not once or label in OF_ONE_WORLD]
        return {label: _finding(first.fault) for label in asked}
    if once:
        findings = {label: judge(first) for label, judge in OF_A_RUN.items()}
        findings[STOPPED] = findings[STOPPED] or _of_going_on(first)
        findings |= {LINEAR: _of_the_linear_model(first), BETTER: _of_fresh_data(first, first)}
        return {label: _finding(findings[label]) for label in PROPERTIES if label in OF_ONE_WORLD}
    findings, runs = _of_the_worlds(study, first)
    renamed = worlds.run(study, worlds.with_other_names(worlds.again(first)))
    for label, judge in OF_A_RUN.items():
        findings[label] = findings.get(label) or _in_any(judge, [first, *runs, renamed])
    findings |= {LINEAR: _of_the_linear_model(first), BETTER: _of_fresh_data(first, renamed)}
    return {label: _finding(findings[label]) for label in PROPERTIES}


def show(findings: dict[str, Finding]) -> None:
    """Print which properties hold, and the evidence against those that do not, once if equal."""
    for evidence, group in groupby(findings.items(), lambda item: item[1]["evidence"]):
        alike = list(group)
        for label, finding in alike:
            print(f"{'✓' if finding['held'] else '✗'} {label}")
        if evidence:
            print(f"    {len(alike)} alike: {evidence}" if len(alike) > 1 else f"    {evidence}")


def _finding(evidence: str) -> Finding:
    return {"held": not evidence, "evidence": evidence}


def _chosen(study: Study) -> Any:
    parameter = inspect.signature(study).parameters.get("task")
    return parameter.default if parameter is not None else None


def _in_any(judge: Callable[[Run], str], runs: list[Run]) -> str:
    """Return the evidence of the first run that a judge of runs objects to."""
    for run in runs:
        found = run.fault if judge is _wholeness else "" if run.fault else judge(run)
        if found:
            return found if run is runs[0] else f"in a run with other data, {found}"
    return ""


def _wholeness(run: Run) -> str:
    return run.fault


def _of_openings(run: Run) -> str:
    if run.openings == 1:
        return ""
    return f"it was opened {run.openings} times" if run.openings else "it was never opened"


def _of_finishing(run: Run) -> str:
    if run.finished():
        return ""
    return "the model of the report says something else than the model for which it was opened"


def _of_the_worlds(study: Study, first: Run) -> tuple[dict[str, str], list[Run]]:
    """Return what follows from runs in worlds that differ in the test set, rows and seed."""
    held, world = dict.fromkeys((SAME, SEEDED, UNTOUCHED, APART, STOPPED), ""), worlds.again(first)
    started = worlds.run(study, worlds.with_another_start(world))
    mistaken = worlds.run(study, worlds.with_mistaken_rows(world, first.report["rows"]))
    other = worlds.run(
        study, worlds.with_other_rows(worlds.with_other_labels(world, first), first, 0)
    )
    if first.same_model(started):
        held[SEEDED] = "with another seed the model is the same to the last digit"
    if first.same_model(mistaken):
        held[STOPPED] = (
            "where the inputs of all validation rows are mistaken, the model is the same"
        )
    held[STOPPED] = _of_going_on(first) or held[STOPPED]
    if not (first.same_model(other) and first.same_linear(other)):
        held |= _of_a_difference(study, first)
    if _other_rows(first, mistaken):
        held[APART] = CHOSEN
    return held, [started, mistaken, other]


CHOSEN = "where the inputs are others, other rows validate; draw them before looking at inputs"


def _other_rows(first: Run, other: Run) -> bool:
    return not other.fault and set(first.report["rows"]) != set(other.report["rows"])


def _of_a_difference(study: Study, first: Run) -> dict[str, str]:
    """Return which difference between two worlds it was that made the model another."""
    world = worlds.again(first)
    if not first.same_model(worlds.run(study, world)):
        return {SAME: "run again with the same seed on the same data, the model is another"}
    found, other = {}, worlds.run(study, worlds.with_other_labels(world, first))
    if not first.same_model(other):
        found[UNTOUCHED] = "where only labels of the test set are others, the model is another"
    elif not first.same_linear(other):
        found[UNTOUCHED] = "where only labels of the test set are others, linear is another"
    return found | {APART: _of_rows(study, first)}


def _of_rows(study: Study, first: Run) -> str:
    """Return what speaks against it that training keeps out of validation rows.

    Another row may change which epoch is best. So the models of all runs are compared: two that
    are the same show that rows do not matter, and two that differ twice, although the same epoch
    was kept, that they do.
    """
    runs, different = [first], 0
    for turn in range(TRIES):
        run = worlds.run(study, worlds.with_other_rows(worlds.again(first), first, turn))
        if any(run.same_model(other) for other in runs):
            return ""
        if _other_rows(first, run):
            return CHOSEN
        different += any(run.same_epoch(other) for other in runs)
        if different == 2:
            return "where validation rows are others, the model is another, though not the epoch"
        runs.append(run)
    return f"in {TRIES} runs validation rows were others, and each time the model was another"


def _of_going_on(run: Run) -> str:
    after = len(run.report["validation_loss"]) - 1 - int(run.report["epoch"])
    return (
        f"training ended {after} epochs after the best, {PAST} are needed" if after < PAST else ""
    )


def _of_stopping(run: Run) -> str:
    losses, epoch = np.asarray(run.report["validation_loss"]), int(run.report["epoch"])
    if losses[epoch] > losses.min():
        return f"epoch {epoch} was kept, and the lowest validation loss is in {losses.argmin()}"
    rows = np.asarray(run.report["rows"])
    found = _cross_entropy(run.part("rows")[rows], run.world.development[1][rows])
    if abs(found - losses[epoch]) > CLOSE * max(1, found):
        return (
            f"validation_loss says {losses[epoch]:.3f} for the epoch that was kept, and the model "
            f"has {found:.3f} on those rows"
        )
    return ""


def _cross_entropy(raw: np.ndarray, y: np.ndarray) -> float:
    return float(-worlds.log_softmax(raw)[np.arange(len(y)), y].mean())


def _of_numbers(run: Run) -> str:
    (x, y), classes, tested = run.seal.sealed, len(run.world.task.classes), run.part("tested")
    linear = scores(run.report["linear"], x, classes)
    frequent = np.bincount(run.world.development[1]).argmax()
    for key, found in (
        ("accuracy", _accuracy(tested, y)),
        ("linear_accuracy", _accuracy(linear, y)),
        ("majority_accuracy", float((y == frequent).mean())),
    ):
        if abs(float(run.report[key]) - found) > CLOSE:
            return f"{key} is {run.report[key]:.3f} in the report and {found:.3f} computed again"
    shares = [(tested.argmax(axis=1) == y)[y == c].mean() for c in range(classes)]
    hardest = int(run.report["hardest"])
    if shares[hardest] > min(shares) + CLOSE:
        return (
            f"hardest is class {hardest} in the report, and class {int(np.argmin(shares))} has "
            "the lowest share right on the test set"
        )
    return ""


OF_A_RUN = {  # what every run has to have by itself
    WHOLE: _wholeness,
    ONCE: _of_openings,
    FINISHED: _of_finishing,
    STOPPED: _of_stopping,
    TRUE: _of_numbers,
}
OF_ONE_WORLD = (*OF_A_RUN, LINEAR, BETTER)


def _accuracy(raw: np.ndarray, y: np.ndarray) -> float:
    return float((raw.argmax(axis=1) == y).mean())


def _of_the_linear_model(run: Run) -> str:
    mine, ours = _linear_accuracies(run)
    if mine < ours - FAIR:
        return f"on fresh data yours is right on {mine:.0%}, one fitted plainly on {ours:.0%}"
    return ""


def _linear_accuracies(run: Run) -> tuple[float, float]:
    """Return the accuracy on fresh data of the report's linear model, and of a plain one."""
    (x, y), task, development = run.seal.fresh, run.world.task, run.world.development
    mine = scores(run.report["linear"], x, len(task.classes))
    kept = np.setdiff1d(np.arange(len(development[1])), run.report["rows"])
    return _accuracy(mine, y), _accuracy(ridge(task, *(part[kept] for part in development))(x), y)


def _of_fresh_data(first: Run, renamed: Run) -> str:
    found = _too_little(first, first.world.task.margin)
    if found or renamed.fault:
        return found
    found = _too_little(renamed, first.world.task.margin / 2)
    return f"where the classes have other numbers, {found}" if found else ""


def _too_little(run: Run, margin: float) -> str:
    """Return what a network lacks that should be better than a linear model by a margin."""
    y = run.seal.fresh[1]
    found, linear = _accuracy(run.part("fresh"), y), _linear_accuracies(run)[1]
    majority = float((y == np.bincount(run.world.development[1]).argmax()).mean())
    if found >= linear + margin and found >= majority + OVER_MAJORITY:
        return ""
    return (
        f"on fresh data the network is right on {found:.0%}, a linear model on {linear:.0%}, "
        f"the most frequent class on {majority:.0%}; {margin:.0%} and {OVER_MAJORITY:.0%} "
        "more are needed"
    )
