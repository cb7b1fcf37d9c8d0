"""Is a study honest? It is run several times, in worlds that differ in what may not matter.

A study that uses the test set for nothing but its final figures gives the same model where the
labels of the test set are others. One that keeps validation rows out of training gives the same
model where such a row is another. So nothing has to be believed: whatever the code looks like, the
model tells what it was made from.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np

from dlbook.capstone.tasks import Data, Examples, Task, find, labelled, scores, uneven

Study = Callable[[Data, int], dict[str, Any]]
Finding = dict[str, Any]

FRESH = 400  # examples that no one has seen
PAST = 3  # epochs that training has to go on after the best one
OVER_MAJORITY = 0.1  # accuracy that a network has to add to that of the most frequent class
FAIR = 0.1  # accuracy that a linear baseline may lack
CLOSE = 0.002  # of an accuracy or a loss that is computed again
TRIES = 3  # validation rows that are exchanged, one after the other

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
PROPERTIES = (
    WHOLE,
    ONCE,
    FINISHED,
    SAME,
    SEEDED,
    UNTOUCHED,
    APART,
    STOPPED,
    TRUE,
    LINEAR,
    BETTER,
)
OTHER_WORLDS = (SAME, SEEDED, UNTOUCHED, APART)  # shown by more than one run
KEYS = {  # of a report, and what each needs to be
    "model": "a function from inputs to scores",
    "linear": "a function from inputs to scores",
    "rows": "row numbers of data.y, each once",
    "validation_loss": "a list of finite numbers",
    "epoch": "a place in validation_loss",
    "accuracy": "a number from 0 to 1",
    "linear_accuracy": "a number from 0 to 1",
    "majority_accuracy": "a number from 0 to 1",
    "hardest": "the number of a class",
}


@dataclass(frozen=True)
class _World:
    """What one run of a study meets."""

    task: Task
    development: Examples
    sealed: Examples
    fresh: Examples
    seed: int


@dataclass(frozen=True)
class _Run:
    """What a study did in a world: its report, and what its model said when it was asked."""

    report: dict[str, Any]
    fault: str
    openings: list[np.ndarray]
    tested: np.ndarray = field(default_factory=lambda: np.zeros(0))
    fresh: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def same_model(self, other: "_Run") -> bool:
        """Return whether two runs ended with models that say the same of fresh data."""
        return not (self.fault or other.fault) and np.allclose(self.fresh, other.fresh, 1e-4, 1e-5)


def examine(study: Study, seed: int, once: bool = False) -> dict[str, Finding]:
    """Return for each of `PROPERTIES` whether a study has it, and the evidence.

    The study is run three times at least, with `once` a single time, and then those properties
    are left out that only runs in other worlds show. An exception in it is raised.

    Args:
        study: takes data and a seed, returns a report, a dict with the keys of `KEYS`. The
            default of its parameter `task` names the task.
        seed: where data and starts are drawn from.
        once: whether to run it in one world alone.

    Returns:
        For each property a dict: "held", True or False, and "evidence", a sentence where it is
        broken, else ''.

    Raises:
        ValueError: if the study names no task.
    """
    world = _world(find(_chosen(study)).name, seed)
    labels = [label for label in PROPERTIES if not (once and label in OTHER_WORLDS)]
    first = _run(study, world)
    if first.fault:
        return {label: _finding(first.fault) for label in labels}
    findings = {WHOLE: "", **_of_the_test_set(first)}
    if not once:
        findings |= _of_the_worlds(study, world, first)
    findings |= {
        STOPPED: _of_stopping(world, first),
        TRUE: _of_numbers(world, first),
        LINEAR: _of_the_linear_model(world, first),
        BETTER: _of_fresh_data(world, first),
    }
    return {label: _finding(findings[label]) for label in labels}


def show(findings: dict[str, Finding]) -> None:
    """Print which properties hold, and the evidence against those that do not."""
    for label, finding in findings.items():
        print(f"{'✓' if finding['held'] else '✗'} {label}")
        if finding["evidence"]:
            print(f"    {finding['evidence']}")


def _finding(evidence: str) -> Finding:
    return {"held": not evidence, "evidence": evidence}


def _chosen(study: Study) -> Any:
    parameter = inspect.signature(study).parameters.get("task")
    return parameter.default if parameter is not None else None


@lru_cache(maxsize=16)
def _world(name: str, seed: int) -> _World:
    task, rng = find(name), np.random.default_rng(seed)
    development, sealed = labelled(task, task.seen, rng), labelled(task, task.used, rng)
    return _World(task, development, sealed, uneven(task.used, FRESH, rng), seed)


def _run(study: Study, world: _World) -> _Run:
    openings: list[np.ndarray] = []
    report = study(Data(world.task.name, world.development, world.sealed, openings), world.seed)
    fault = _fault(report, world)
    if fault:
        return _Run({}, fault, openings)
    asked = [
        scores(report["model"], x, len(world.task.classes))
        for x in (world.sealed[0], world.fresh[0])
    ]
    return _Run(report, "", openings, *asked)


def _fault(report: Any, world: _World) -> str:
    """Return what a report lacks, '' where it is whole."""
    if not isinstance(report, dict):
        return f"a report is a dict, yours is of type {type(report).__name__}"
    missing = [key for key in KEYS if key not in report]
    if missing:
        return f"the report lacks {', '.join(missing)}"
    for key, needed in KEYS.items():
        if not _fits(key, report, world):
            return f"{key} has to be {needed}"
    return ""


def _fits(key: str, report: dict[str, Any], world: _World) -> bool:
    value = report[key]
    if key in ("model", "linear"):
        return callable(value)
    try:
        numbers = np.asarray(value)
        if key == "validation_loss":
            return bool(numbers.ndim == 1 and len(numbers) and np.isfinite(numbers).all())
        if key == "rows":
            return _are_rows(numbers, len(world.development[1]))
        if key.endswith("accuracy"):
            return bool(numbers.ndim == 0 and 0 <= numbers <= 1)
        last = len(report["validation_loss"]) if key == "epoch" else len(world.task.classes)
        return bool(numbers.ndim == 0 and numbers.dtype.kind in "iu" and 0 <= numbers < last)
    except (TypeError, ValueError):
        return False


def _are_rows(numbers: np.ndarray, n: int) -> bool:
    if numbers.ndim != 1 or not len(numbers) or numbers.dtype.kind not in "iu":
        return False
    return bool(numbers.min() >= 0 and numbers.max() < n and len(set(numbers)) == len(numbers))


def _of_the_test_set(run: _Run) -> dict[str, str]:
    count, finished = len(run.openings), ""
    if not all(np.allclose(opening, run.tested, 1e-4, 1e-5) for opening in run.openings):
        finished = (
            "the model of the report says something else of the test set than the model for "
            "which it was opened"
        )
    once = "" if count == 1 else f"it was opened {count} times" if count else "it was never opened"
    return {ONCE: once, FINISHED: finished}


def _of_the_worlds(study: Study, world: _World, first: _Run) -> dict[str, str]:
    """Return what follows from runs in worlds that differ in the test set, rows and seed."""
    held = dict.fromkeys(OTHER_WORLDS, "")
    if first.same_model(_run(study, replace(world, seed=world.seed + 1))):
        held[SEEDED] = "with another seed the model is the same to the last digit"
    rows = first.report["rows"]
    moved = _with_moved_rows(_with_other_labels(world), rows)
    other = _run(study, _with_another_row(moved, int(rows[0])))
    if first.same_model(other):
        return held
    if not first.same_model(_run(study, world)):
        held[SAME] = "run again with the same seed on the same data, the model is another"
        return held
    if not first.same_model(_run(study, _with_other_labels(world))):
        held[UNTOUCHED] = "where only labels of the test set are others, the model is another"
    if not _is_apart(study, world, first):
        held[APART] = (
            "where validation rows change places or one is another, the model is another, although "
            "the same epoch was kept"
        )
    return held


def _is_apart(study: Study, world: _World, first: _Run) -> bool:
    """Return whether the model is the same where validation rows are others.

    Rows that change places leave their mean loss as it is, and so the epoch. Another row may
    change which epoch is best; then the next row is tried.
    """
    if not first.same_model(_run(study, _with_moved_rows(world, first.report["rows"]))):
        return False
    for row in first.report["rows"][:TRIES]:
        run = _run(study, _with_another_row(world, int(row)))
        if run.fault or run.report["epoch"] == first.report["epoch"]:
            return first.same_model(run)
    return True


def _with_other_labels(world: _World) -> _World:
    """Return a world in which every label of the test set is wrong."""
    x, y = world.sealed
    shift = np.random.default_rng(world.seed).integers(1, len(world.task.classes), len(y))
    return replace(world, sealed=(x, (y + shift) % len(world.task.classes)))


def _with_moved_rows(world: _World, rows: Any) -> _World:
    """Return a world in which the inputs of these rows stand in reverse order in each class."""
    (x, y), rows = world.development, np.asarray(rows)
    x = x.copy()
    for k in range(len(world.task.classes)):
        mine = rows[y[rows] == k]
        x[mine] = x[mine[::-1]]
    return replace(world, development=(x, y))


def _with_another_row(world: _World, row: int) -> _World:
    """Return a world in which one row to work with is another example of the same class."""
    (x, y), rng = world.development, np.random.default_rng(world.seed + row)
    others, classes = world.task.seen(FRESH, rng)
    fits = classes == y[row]
    fits &= (others != x[row]).reshape(FRESH, -1).any(axis=1)
    x = x.copy()
    x[row] = others[fits.argmax()]
    return replace(world, development=(x, y))


def _of_stopping(world: _World, run: _Run) -> str:
    losses, epoch = np.asarray(run.report["validation_loss"]), int(run.report["epoch"])
    if losses[epoch] > losses.min():
        return f"epoch {epoch} was kept, and the lowest validation loss is in {losses.argmin()}"
    if len(losses) - 1 - epoch < PAST:
        return f"training ended {len(losses) - 1 - epoch} epochs after the best, {PAST} are needed"
    x, y = (part[np.asarray(run.report["rows"])] for part in world.development)
    found = _cross_entropy(scores(run.report["model"], x, len(world.task.classes)), y)
    if abs(found - losses[epoch]) > CLOSE * max(1, found):
        return (
            f"validation_loss says {losses[epoch]:.3f} for the epoch that was kept, and the model "
            f"has {found:.3f} on those rows"
        )
    return ""


def _cross_entropy(raw: np.ndarray, y: np.ndarray) -> float:
    shifted = raw - raw.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-logs[np.arange(len(y)), y].mean())


def _of_numbers(world: _World, run: _Run) -> str:
    (x, y), classes = world.sealed, len(world.task.classes)
    linear = scores(run.report["linear"], x, classes)
    frequent = np.bincount(world.development[1]).argmax()
    for key, found in (
        ("accuracy", _accuracy(run.tested, y)),
        ("linear_accuracy", _accuracy(linear, y)),
        ("majority_accuracy", float((y == frequent).mean())),
    ):
        if abs(float(run.report[key]) - found) > CLOSE:
            return f"{key} is {run.report[key]:.3f} in the report and {found:.3f} computed again"
    shares = [(run.tested.argmax(axis=1) == y)[y == c].mean() for c in range(classes)]
    hardest = int(run.report["hardest"])
    if shares[hardest] > min(shares) + CLOSE:
        return (
            f"hardest is class {hardest} in the report, and class {int(np.argmin(shares))} has "
            "the lowest share right on the test set"
        )
    return ""


def _accuracy(raw: np.ndarray, y: np.ndarray) -> float:
    return float((raw.argmax(axis=1) == y).mean())


def _of_the_linear_model(world: _World, run: _Run) -> str:
    mine, ours = _linear_accuracies(world, run)
    if mine < ours - FAIR:
        return f"on fresh data yours is right on {mine:.0%}, one fitted plainly on {ours:.0%}"
    return ""


def _linear_accuracies(world: _World, run: _Run) -> tuple[float, float]:
    """Return the accuracy on fresh data of the report's linear model, and of a plain one."""
    x, y = world.fresh
    mine = scores(run.report["linear"], x, len(world.task.classes))
    kept = np.setdiff1d(np.arange(len(world.development[1])), run.report["rows"])
    ours = ridge(world.task, *(part[kept] for part in world.development))(x)
    return _accuracy(mine, y), _accuracy(ours, y)


def ridge(task: Task, x: np.ndarray, y: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return a linear model, fitted to the classes by least squares with a penalty."""
    flat = task.flat(x)
    mean, scale = flat.mean(axis=0), flat.std(axis=0) + 1e-6

    def rows(x: np.ndarray) -> np.ndarray:
        return np.column_stack([(task.flat(x) - mean) / scale, np.ones(len(x))])

    a = rows(x)
    penalty = 0.05 * len(x) * np.eye(a.shape[1])
    weights = np.linalg.solve(a.T @ a + penalty, a.T @ np.eye(len(task.classes))[y])
    return lambda x: rows(x) @ weights


def _of_fresh_data(world: _World, run: _Run) -> str:
    found = _accuracy(run.fresh, world.fresh[1])
    linear = _linear_accuracies(world, run)[1]
    majority = float((world.fresh[1] == np.bincount(world.development[1]).argmax()).mean())
    margin = world.task.margin
    if found < linear + margin or found < majority + OVER_MAJORITY:
        return (
            f"on fresh data the network is right on {found:.0%}, a linear model on {linear:.0%}, "
            f"the most frequent class on {majority:.0%}; {margin:.0%} and {OVER_MAJORITY:.0%} "
            "more are needed"
        )
    return ""
