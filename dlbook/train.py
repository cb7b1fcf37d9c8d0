"""The training loop: forward, loss, backward, step, over and over, watched by validation data."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import isfinite

import numpy as np
from tqdm.auto import tqdm

from dlbook.checkpoint import load as load, save as save
from dlbook.data import batches
from dlbook.functional import cross_entropy
from dlbook.lr_scheduler import Schedule
from dlbook.nn.hooks import evaluation
from dlbook.nn.module import Module
from dlbook.optim import Optimizer
from dlbook.tensor import Tensor, no_grad

Examples = tuple[np.ndarray, np.ndarray]
Loss = Callable[[Tensor, np.ndarray], Tensor]


@dataclass
class History:
    """What happened in each epoch, counted from 0.

    Args:
        train_loss: mean over the batches, while the parameters were changing.
        validation_loss: after the epoch.
        validation_accuracy: after the epoch, from 0 to 1; empty if targets are not classes.
    """

    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)

    @property
    def best_epoch(self) -> int:
        """The first epoch with the smallest validation loss."""
        return int(np.argmin(self.validation_loss))

    def last(self) -> dict[str, float]:
        return {name: values[-1] for name, values in vars(self).items() if values}


def fit(
    model: Module,
    optimizer: Optimizer,
    train: Examples,
    validation: Examples,
    *,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    loss: Loss = cross_entropy,
    schedule: Schedule | None = None,
    max_norm: float | None = None,
    patience: int | None = None,
    progress: bool = True,
) -> History:
    """Train `model` in place and return what happened.

    Args:
        model: takes a tensor of inputs, shape (batch, ...), and returns its outputs.
        optimizer: made with the parameters of the model.
        train: inputs of shape (n, ...) and targets of shape (n, ...), to learn from.
        validation: the same for other examples, which are only looked at.
        epochs: how often to go through the training data, at most.
        batch_size: examples a step.
        rng: where the order of the examples comes from.
        loss: takes outputs and targets and returns a single number.
        schedule: its `step` is called after each epoch, to change the learning rate.
        max_norm: gradients are clipped to this norm before each step, see `clip_grad_norm_`.
        patience: stop after this many epochs without a better validation loss, and give the
            model back the parameters of its best epoch. None: run all epochs, keep the last.
        progress: whether to show a bar.

    Raises:
        ValueError: if inputs and targets differ in length.
        FloatingPointError: if a loss is not finite.

    Source: Prechelt (1998), "Early stopping - but when?", for `patience`.
    """
    _check_lengths(train, validation)
    history, best = History(), None
    step = _Step(model, optimizer, loss, max_norm)
    quiet = np.errstate(over="ignore", invalid="ignore")  # _finite says it in one sentence
    with quiet, tqdm(range(epochs), unit="epoch", disable=not progress) as bar:
        for epoch in bar:
            model.train()
            order = batches(len(train[0]), batch_size, rng)
            history.train_loss.append(_learn(step, train, order, epoch))
            _validate(model, validation, loss, history)
            if schedule is not None:
                schedule.step()
            bar.set_postfix(history.last(), refresh=False)
            if patience is None:
                continue
            if history.best_epoch == epoch:
                best = model.state_dict()
            elif epoch - history.best_epoch >= patience:
                break
    if best is not None:
        model.load_state_dict(best)
    return history


def clip_grad_norm_(parameters: Iterable[Tensor], max_norm: float) -> float:
    """Scale all gradients by one factor, so that together their norm is at most `max_norm`.

    Args:
        parameters: their `grad`, each of the shape of its parameter, is changed in place;
            those without one are left out.
        max_norm: a number above 0.

    Returns:
        The norm before: the square root of the sum of all squares.

    Raises:
        ValueError: if `max_norm` is not above 0.

    Source: Pascanu, Mikolov and Bengio (2013), "On the difficulty of training recurrent neural
    networks", algorithm 1.
    """
    if not max_norm > 0:
        raise ValueError(f"clip_grad_norm_ needs a max_norm above 0, got {max_norm}; try 1.0")
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = float(np.sqrt(sum(np.square(g, dtype=np.float64).sum() for g in gradients)))
    factor = max_norm / (norm + 1e-6)
    if factor < 1:
        for g in gradients:
            g *= factor
    return norm


def predict(model: Module, x: np.ndarray, batch_size: int = 512) -> np.ndarray:
    """Return the outputs of `model` in evaluation mode, without recording a graph.

    Args:
        model: takes a tensor of inputs; each of its modules is put back into its own mode.
        x: inputs, shape (n, ...).
        batch_size: how many go through the model at once.

    Returns:
        The outputs, shape (n, ...).
    """
    starts = range(0, len(x), batch_size)
    with no_grad(), evaluation(model):
        parts = [model(Tensor(x[start : start + batch_size])).data for start in starts]
    return np.concatenate(parts)


def accuracy(model: Module, x: np.ndarray, y: np.ndarray) -> float:
    """Return the fraction of examples whose highest score is that of their class.

    Args:
        model: returns scores of shape (batch, classes).
        x: inputs, shape (n, ...).
        y: class numbers, shape (n,).
    """
    return float((predict(model, x).argmax(axis=1) == y).mean())


@dataclass(frozen=True)
class _Step:
    """One step of training: forward, loss, backward, and the change of the parameters."""

    model: Module
    optimizer: Optimizer
    loss: Loss
    max_norm: float | None

    def __call__(self, x: np.ndarray, y: np.ndarray, epoch: int) -> float:
        """Return the loss of a batch before the step, which is not taken if it is not finite."""
        self.optimizer.zero_grad()
        value = self.loss(self.model(Tensor(x)), y)
        value.backward()
        number = _finite(value, "training", epoch)
        if self.max_norm is not None:
            clip_grad_norm_(self.model.parameters(), self.max_norm)
        self.optimizer.step()
        return number


def _learn(step: _Step, train: Examples, order: Iterable[np.ndarray], epoch: int) -> float:
    """Return the mean loss over the batches of one epoch."""
    x, y = train
    total = 0.0
    for rows in order:
        total += step(x[rows], y[rows], epoch) * len(rows)
    return total / len(x)


def _validate(model: Module, validation: Examples, loss: Loss, history: History) -> None:
    x, y = validation
    outputs = predict(model, x)
    value = _finite(loss(Tensor(outputs), y), "validation", len(history.validation_loss))
    history.validation_loss.append(value)
    if y.dtype.kind in "iu":
        history.validation_accuracy.append(float((outputs.argmax(axis=1) == y).mean()))


def _finite(value: Tensor, part: str, epoch: int) -> float:
    number = float(value.item())
    if not isfinite(number):
        raise FloatingPointError(
            f"fit needs a finite {part} loss, got {number} in epoch {epoch}; try a learning rate "
            "ten times smaller, and look for nan in the data"
        )
    return number


def _check_lengths(train: Examples, validation: Examples) -> None:
    for name, (x, y) in {"train": train, "validation": validation}.items():
        if len(x) != len(y) or not len(x):
            raise ValueError(
                f"fit needs as many targets as inputs and at least one, got {len(x)} inputs and "
                f"{len(y)} targets in {name}; index both with the same rows"
            )
