"""Worlds in which a study is run, and what comes of a run.

The test set is drawn when the first run opens it, from what the model says of the rows by then.
Before that it is nowhere, so it cannot be looked at. Later runs have the same test set, so that
they can be compared, with other labels at times.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np

from dlbook.capstone.reports import fault
from dlbook.capstone.tasks import Data, Examples, Model, Task, find, labelled, scores, uneven

Study = Callable[[Data, int], dict[str, Any]]

OTHERS = 400  # examples like those to work with
FRESH = 1200  # that no one has seen; of fewer, an honest network is at times not better by luck


@dataclass(frozen=True)
class World:
    """What one run of a study meets.

    Args:
        task: what is to be learned.
        development: inputs, shape (n, ...), and classes, shape (n,), to work with.
        others: `OTHERS` examples that are like those to work with, in the same shapes.
        seed: where all of this was drawn from.
        start: the seed that the study gets.
        renamed: how far the numbers of the classes are moved on.
        drawn: test set and fresh data of the first run, in the same shapes; empty in the first.
        against: a network and a linear model, or none; labels of the test set are exchanged for
            the second choice of the one and the first of the other.
        judged: whether the model is judged on fresh data, too.
    """

    task: Task
    development: Examples
    others: Examples
    seed: int
    start: int
    renamed: int = 0
    drawn: tuple[Examples, ...] = ()
    against: tuple[Model, ...] = ()
    judged: bool = True


@dataclass
class Seal:
    """The test set of one run, and what each model that it was opened for said then.

    Args:
        world: where the run takes place.
        noted: scores of shape (inputs, classes), for each opening; see `inputs`.
    """

    world: World
    noted: list[np.ndarray] = field(default_factory=list)
    drawn: list[Examples] = field(default_factory=list)

    @property
    def sealed(self) -> Examples:
        """Inputs and classes of the test set, shapes (n, ...) and (n,), once it is open."""
        return self.drawn[0]

    @property
    def fresh(self) -> Examples:
        """Inputs and classes that no study has seen, in the same shapes."""
        return self.drawn[1]

    def open(self, model: Model) -> Examples:
        """Return inputs and classes of the test set, shapes (n, ...) and (n,)."""
        if not self.drawn:
            self.drawn += self._changed(*(self.world.drawn or self._draw(model)))
        self.noted.append(self.ask(model))
        x, y = self.sealed
        return x.copy(), y.copy()

    def ask(self, model: Model) -> np.ndarray:
        """Return what a model says of rows, others, test set and fresh data, one below the other.

        The scores have shape (inputs, classes). The inputs are shuffled and asked in two parts, so
        that nothing tells where one comes from, and each has other company every time.
        """
        sources = (self.world.development, self.world.others, *self.drawn)
        x = np.concatenate([part[0] for part in sources])
        said = np.empty((len(x), len(self.world.task.classes)))
        order = np.random.default_rng(len(self.noted)).permutation(len(x))
        for rows in np.array_split(order, 2):
            said[rows] = scores(model, x[rows], said.shape[1])
        return said

    def _draw(self, model: Model) -> tuple[Examples, Examples]:
        task, (x, _) = self.world.task, self.world.development
        said = scores(model, x, len(task.classes)).argmax(axis=1)
        rng = np.random.default_rng((self.world.seed, crc32(said.astype(np.uint8).tobytes())))
        return labelled(task, task.used, rng), uneven(task.used, FRESH, rng)

    def _changed(self, sealed: Examples, fresh: Examples) -> list[Examples]:
        world, classes, (x, y) = self.world, len(self.world.task.classes), sealed
        place = np.arange(len(y)) % 8  # in one row of eight labels stay, so no class is missing
        choices = (place > 4, -2), ((place > 0) & (place < 5), -1)
        for model, (changed, choice) in zip(world.against, choices, strict=False):
            y = np.where(changed, scores(model, x, classes).argsort(axis=1)[:, choice], y)
        kept = len(fresh[1]) if world.judged else 0
        moved = [(y + world.renamed) % classes, (fresh[1][:kept] + world.renamed) % classes]
        return [(x, moved[0]), (fresh[0][:kept], moved[1])]


@dataclass(frozen=True)
class Run:
    """What a study did in a world.

    Args:
        world: where it ran.
        report: what it returned.
        fault: what the report lacks, '' where it is whole.
        seal: the test set, and what was noted.
        openings: how often the study opened it.
        said: scores of the model of the report, shape (inputs, classes), as in `Seal.ask`.
    """

    world: World
    report: dict[str, Any]
    fault: str
    seal: Seal
    openings: int = 0
    said: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))

    def part(self, name: str) -> np.ndarray:
        """Return the scores of rows, others, tested or fresh inputs, of shape (n, classes)."""
        rows = len(self.world.development[1])
        sizes = {"rows": rows, "others": OTHERS, "tested": rows, "fresh": FRESH}
        start = sum(list(sizes.values())[: list(sizes).index(name)])
        return self.said[start : start + sizes[name]]

    def same_model(self, other: "Run") -> bool:
        """Return whether two runs ended with models that say the same of others, and are whole."""
        return not (self.fault or other.fault) and _alike(self.part("others"), other.part("others"))

    def same_linear(self, other: "Run") -> bool:
        """Return the same of the linear models."""
        if self.fault or other.fault:
            return False
        x, classes = self.world.others[0], len(self.world.task.classes)
        return _alike(*(scores(run.report["linear"], x, classes) for run in (self, other)))

    def same_epoch(self, other: "Run") -> bool:
        """Return whether both kept the same epoch."""
        return bool(other.fault) or self.report["epoch"] == other.report["epoch"]

    def finished(self) -> bool:
        """Return whether the model of the report is the one for which the test set was opened."""
        return not self.openings or _alike(self.seal.noted[0], self.said)


def _alike(a: np.ndarray, b: np.ndarray) -> bool:
    return np.allclose(a, b, 1e-4, 1e-5)


@lru_cache(maxsize=16)
def world(name: str, seed: int) -> World:
    """Return the world in which a study of a task runs first; `World` names the shapes."""
    task, rng = find(name), np.random.default_rng(seed)
    development = labelled(task, task.seen, rng)
    return World(task, development, task.seen(OTHERS, rng), seed, seed)


def run(study: Study, world: World) -> Run:
    """Return what a study does in a world, where `Data` names the shapes; it may raise."""
    before, seal = _tools(), Seal(world)
    report = study(Data(world.task.name, world.development, seal.open), world.start)
    lacking = _exchanged(before) or fault(report, len(world.development[1]), world.task.classes)
    if lacking:
        return Run(world, {}, lacking, seal)
    openings = len(seal.noted)
    if not openings:
        seal.open(report["model"])
    return Run(world, dict(report), "", seal, openings, seal.ask(report["model"]))


def _tools() -> dict[str, dict[str, Any]]:
    """Return what stands in NumPy and in these files, by name of the module."""
    names = [name for name in sys.modules if name.startswith("dlbook.capstone")]
    return {name: dict(vars(sys.modules[name])) for name in (*names, "numpy", "numpy.random")}


def _exchanged(before: dict[str, dict[str, Any]]) -> str:
    """Put back what a study has put something else in the place of, and say what that was."""
    found = ""
    for module, names in before.items():
        now = vars(sys.modules[module])
        for name, value in names.items():
            if now.get(name) is not value:
                now[name], found = value, f"the study puts another {module}.{name} in place of ours"
    return found


# ---- other worlds ----


def again(first: Run) -> World:
    """Return the world of the first run, with its test set; all shapes are the same."""
    return replace(first.world, drawn=tuple(first.seal.drawn), judged=False)


def with_another_start(world: World) -> World:
    """Return a world of the same shapes in which the study gets another seed."""
    return replace(world, start=world.start + 1)


def with_other_labels(world: World, first: Run) -> World:
    """Return a world of the same shapes, in which test labels are others.

    They speak against the network of the first run and for its linear model, so a study that kept
    the one as the best, or the other as the worst, has to choose otherwise.
    """
    return replace(world, against=(first.report["model"], first.report["linear"]))


def with_other_names(world: World) -> World:
    """Return a world of the same shapes in which the numbers of the classes are others."""
    x, y = world.development
    return replace(
        world, development=(x, (y + 1) % len(world.task.classes)), renamed=1, judged=True
    )


def with_other_rows(world: World, first: Run, turn: int) -> World:
    """Return a world in which validation rows of a class have changed places, and one is another.

    All shapes stay. The place changes no validation loss. The other one is an input of which the
    first model says about the same, so the same epoch is likely to be the best again. Each turn
    has other places and another row.
    """
    (x, y), (others, _) = world.development, world.others
    x, chosen = x.copy(), np.asarray(first.report["rows"])
    loss = -log_softmax(first.part("rows"))[np.arange(len(y)), y]
    row = chosen[np.argsort(loss[chosen], kind="stable")[turn % len(chosen)]]
    gap = np.abs(-log_softmax(first.part("others"))[:, y[row]] - loss[row])
    gap[(others == x[row]).reshape(OTHERS, -1).all(axis=1)] = np.inf
    x[row] = others[gap.argmin()]
    rng = np.random.default_rng((world.seed, turn, 1))
    for c in range(len(world.task.classes)):
        rows = chosen[y[chosen] == c]
        x[rows] = x[rng.permutation(rows)]
    return replace(world, development=(x, y))


def with_mistaken_rows(world: World, rows: np.ndarray) -> World:
    """Return a world in which all validation rows, shape (rows,), have inputs of other classes."""
    rng, (x, y) = np.random.default_rng((world.seed, 2)), world.development
    x = x.copy()
    for row in rows:
        x[row] = world.others[0][rng.choice(np.flatnonzero(world.others[1] != y[row]))]
    return replace(world, development=(x, y))


def log_softmax(raw: np.ndarray) -> np.ndarray:
    """Return logarithms of probabilities, shape (n, classes), from scores of that shape."""
    shifted = raw - raw.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
