"""The training loop: forward, loss, backward, step, over and over, watched by validation data."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from dlbook.arguments import flag, integer
from dlbook.checkpoint import load as load, save as save
from dlbook.clipping import clip_grad_norm_ as clip_grad_norm_
from dlbook.data import batches
from dlbook.evaluation import accuracy as accuracy, accuracy_under, as_array, predict as predict
from dlbook.functional import cross_entropy
from dlbook.history import History as History
from dlbook.lr_scheduler import Schedule
from dlbook.nn.hooks import kept_modes
from dlbook.nn.module import Module
from dlbook.optimizer import Optimizer
from dlbook.tensor import Tensor

Examples = tuple[np.ndarray, np.ndarray]
Loss = Callable[[Tensor, np.ndarray], Tensor]


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
    drop_last: bool = False,
    history: History | None = None,
    progress: bool = True,
) -> History:
    """Train `model` in place and return what happened.

    While it trains, the model is in training mode; layers that were put into evaluation mode one
    by one, in a model that is not, stay so. Afterwards each has the mode that it had, also after
    an error. If you interrupt it (Ctrl-C, or the stop button of a notebook), `fit` says so and
    returns the epochs that are whole. Errors are raised; pass a `history` to have the epochs
    before one.

    Args:
        model: takes a tensor of inputs, shape (batch, ...), and returns its outputs.
        optimizer: made with the parameters of the model.
        train: inputs of shape (n, ...) and targets of shape (n, ...), to learn from: arrays,
            tensors or lists, which are not written to.
        validation: the same for other examples, which are only looked at.
        epochs: how often to go through the training data, at most.
        batch_size: examples a step.
        rng: where the order of the examples comes from.
        loss: takes outputs and targets and returns a single number.
        schedule: its `step` is called after each epoch, to change the learning rate.
        max_norm: gradients are clipped to this norm before each step, see `clip_grad_norm_`.
        patience: stop after this many epochs without a better validation loss, and give the
            model the parameters of its best epoch, also if it ends by an interruption or an
            error. None: run all epochs, keep the last parameters.
        drop_last: leave out the last batch of an epoch if it is shorter than the others.
        history: what an earlier call returned, to go on with: new epochs are added to it, and
            `patience` takes the parameters that the model has for those of its best epoch.
        progress: whether to show a bar.

    Raises:
        TypeError: if an argument is of the wrong kind.
        ValueError: if inputs and targets differ in length or are empty, if a number is out of
            range, if the optimizer was made with the parameters of another model, or if the
            schedule was made with another optimizer.
        FloatingPointError: if a loss is not finite.

    Source: Prechelt (1998), "Early stopping - but when?", for `patience`.
    """
    train, validation = _examples(train, "train"), _examples(validation, "validation")
    _check_kinds(model, optimizer, loss, schedule, history)
    epochs, progress = integer(epochs, "epochs"), flag(progress, "progress")
    order = batches(len(train[0]), batch_size, rng, drop_last)
    _check_options(model, optimizer, len(order), max_norm, patience)
    history = History() if history is None else history
    step = _Step(model, optimizer, loss, max_norm)
    best = model.state_dict() if patience and history.validation_loss else None
    quiet = np.errstate(over="ignore", invalid="ignore")  # _finite says it in one sentence
    with _training(model), quiet, tqdm(total=epochs, unit="epoch", disable=not progress) as bar:
        try:
            for _ in range(epochs):
                epoch = len(history.validation_loss)
                train_loss = _learn(step, train, order, epoch)
                validated = _validate(model, validation, loss, epoch)
                if patience and _is_best(validated[0], history):
                    best = model.state_dict()
                _note(history, train_loss, *validated)
                if schedule is not None:
                    schedule.step()  # before the bar, which takes time in which one may interrupt
                bar.set_postfix(history.last(), refresh=False)
                bar.update()
                if patience and epoch - history.best_epoch >= patience:
                    break
        except KeyboardInterrupt:
            _tell_interruption(history, best is not None and bool(history.validation_loss))
        finally:
            if best is not None:
                model.load_state_dict(best)
    return history


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
        self.model.zero_grad()  # also where the optimizer has a part of it: max_norm asks for all
        value = self.loss(self.model(Tensor(x)), y)
        number = _finite(value, "training", epoch)
        value.backward()
        if self.max_norm is not None:
            clip_grad_norm_(self.model.parameters(), self.max_norm)
        self.optimizer.step()
        return number


def _learn(step: _Step, train: Examples, order: Iterable[np.ndarray], epoch: int) -> float:
    """Return the mean loss over the examples of one epoch."""
    x, y = train
    total, count = 0.0, 0
    for rows in order:
        total += step(x[rows], y[rows], epoch) * len(rows)
        count += len(rows)
    return total / count


def _validate(
    model: Module, validation: Examples, loss: Loss, epoch: int
) -> tuple[float, float | None]:
    """Return the loss, and the accuracy where there is one."""
    x, y = validation
    outputs = predict(model, x)
    value = _finite(loss(Tensor(outputs), y), "validation", epoch)
    return value, accuracy_under(loss, outputs, y)


def _is_best(value: float, history: History) -> bool:
    return value < min(history.validation_loss, default=float("inf"))


def _note(history: History, train_loss: float, value: float, right: float | None) -> None:
    history.train_loss.append(train_loss)
    history.validation_loss.append(value)
    if right is not None:
        history.validation_accuracy.append(right)


def _tell_interruption(history: History, has_best: bool) -> None:
    epochs = len(history.validation_loss)
    kept = f"of epoch {history.best_epoch}, its best" if has_best else "of its last step"
    print(
        f"fit was interrupted in epoch {epochs}: the history has the {epochs} before it, and the "
        f"model the parameters {kept}."
    )


@contextmanager
def _training(model: Module) -> Iterator[None]:
    """Let a model train, and put it and all modules in it back into their modes.

    A model in evaluation mode is woken as a whole. In one in training mode, the layers that are
    not have been frozen on their own, and stay so.
    """
    with kept_modes(model):
        if not model.training:
            model.train()
        yield


def _finite(value: Any, part: str, epoch: int) -> float:
    if not isinstance(value, Tensor):
        raise TypeError(
            f"fit needs a loss that returns a tensor, got {type(value).__name__}; compute it with "
            "the functions of dlbook.functional and with tensors"
        )
    if value.data.size != 1:
        raise ValueError(
            f"fit needs a loss that is a single number, got shape {value.shape}; end it with "
            ".mean()"
        )
    number = float(value.item())
    if not isfinite(number):
        raise FloatingPointError(
            f"fit needs a finite {part} loss, got {number} in epoch {epoch}; try a learning rate "
            "ten times smaller, and look for nan in the data"
        )
    return number


# ---- what is asked of the arguments ----


def _examples(part: Any, name: str) -> Examples:
    """Return inputs and targets as arrays of one length, at least 1."""
    try:
        x, y = part
    except (TypeError, ValueError):
        raise TypeError(
            f"fit needs a pair of inputs and targets as {name}, got {type(part).__name__}; pass "
            "(x, y)"
        ) from None
    x, y = as_array(x, f"x of {name}"), as_array(y, f"y of {name}")
    if len(x) != len(y) or not len(x):
        raise ValueError(
            f"fit needs as many targets as inputs and at least one, got {len(x)} inputs and "
            f"{len(y)} targets in {name}; index both with the same rows"
        )
    return x, y


def _check_kinds(model: Any, optimizer: Any, loss: Any, schedule: Any, history: Any) -> None:
    can_go_on = history is None or isinstance(history, History)
    needed = (
        ("a Module as model", model, isinstance(model, Module)),
        ("an optimizer, such as optim.SGD(...)", optimizer, _can_step(optimizer)),
        ("a function as loss, such as mse_loss", loss, _can_be_called(loss)),
        ("a schedule, such as StepLR(...)", schedule, schedule is None or _can_step(schedule)),
        ("what fit returned as history", history, can_go_on),
    )
    for what, given, fits in needed:
        if not fits:
            raise TypeError(f"fit needs {what}, got {given!r:.50}; pass one")
    if schedule is not None and getattr(schedule, "optimizer", optimizer) is not optimizer:
        raise ValueError(
            "fit needs a schedule of this optimizer, got one of another, whose learning rate "
            "nothing here uses; make it with the optimizer that fit is given"
        )


def _can_be_called(loss: Any) -> bool:
    """Return whether it is a function, and not a class of them, such as MSELoss for MSELoss()."""
    return callable(loss) and not isinstance(loss, type)


def _can_step(made: Any) -> bool:
    return hasattr(made, "step") and not isinstance(made, type)


def _check_options(
    model: Module, optimizer: Optimizer, steps: int, max_norm: float | None, patience: int | None
) -> None:
    if not steps:
        raise ValueError(
            "fit needs a whole batch of examples with drop_last, got fewer; take a smaller "
            "batch_size, or drop_last=False"
        )
    if patience is not None:
        integer(patience, "patience", 1)
    if max_norm is not None:
        clip_grad_norm_([], max_norm)  # looks at the number alone
    theirs = {id(parameter) for parameter in model.parameters()}
    if isinstance(optimizer, Optimizer) and theirs.isdisjoint(map(id, optimizer.params)):
        raise ValueError(
            "fit needs an optimizer of this model, got one without any of its parameters, which "
            "would not learn; make it with model.parameters()"
        )
