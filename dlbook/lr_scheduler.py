"""Schedules: how the learning rate of an optimiser changes from epoch to epoch, as in torch.

Each step starts from the learning rate that the optimiser has, so one that was changed by hand
is not set back, and two schedules of one optimiser multiply.
"""

from collections.abc import Mapping
from copy import copy
from math import cos, pi
from typing import Any, Protocol

from dlbook.arguments import integer, number


class HasRate(Protocol):
    """Anything with a learning rate, such as an optimiser."""

    lr: float


class Schedule:
    """What the schedules share: they count epochs and change `optimizer.lr` from the first one.

    Args:
        optimizer: its learning rate now is that of epoch 0.

    Raises:
        TypeError: if `optimizer` has no learning rate.
    """

    options: tuple[str, ...] = ()

    def __init__(self, optimizer: HasRate):
        if not hasattr(optimizer, "lr"):
            raise TypeError(
                f"a schedule needs an optimiser, got {type(optimizer).__name__}; make it first, "
                "such as optim.SGD(model.parameters(), lr=0.1)"
            )
        self.optimizer, self.first_lr, self.last_epoch = optimizer, optimizer.lr, 0
        self._check_settings()

    def _check_settings(self) -> None:
        """Refuse what no schedule can go on from; a subclass adds its own options.

        Raises:
            TypeError, ValueError: if one is of the wrong kind or out of range.
        """
        self.first_lr = number(self.first_lr, "lr")
        self.last_epoch = integer(self.last_epoch, "last_epoch")

    def step(self) -> None:
        """Go to the next epoch."""
        self.optimizer.lr = self.next_lr(self.optimizer.lr, self.last_epoch + 1)
        self.last_epoch += 1

    def next_lr(self, lr: float, epoch: int) -> float:
        """Return the learning rate of an epoch from `lr`, that of the epoch before it."""
        raise NotImplementedError(
            f"a schedule needs next_lr, {type(self).__name__} has none; write one"
        )

    def state_dict(self) -> dict[str, Any]:
        """Return what later steps depend on, as torch names it; the optimiser has the rest."""
        own = {name: getattr(self, name) for name in self.options}
        return own | {"base_lrs": [self.first_lr], "last_epoch": self.last_epoch}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned; the optimiser loads its own, with its lr.

        Raises:
            ValueError: if it is that of something else; then nothing changes.
            TypeError: if something in it is of the wrong kind; then nothing changes either.
        """
        needed = {*self.options, "base_lrs", "last_epoch"}
        if not isinstance(state_dict, Mapping) or set(state_dict) != needed:
            got = sorted(state_dict, key=str) if isinstance(state_dict, Mapping) else state_dict
            raise ValueError(
                f"load_state_dict needs {sorted(needed)}, got {got}; make a schedule of the kind "
                "that was saved"
            )
        fresh, rates = copy(self), state_dict["base_lrs"]
        if not isinstance(rates, list | tuple) or len(rates) != 1:
            raise ValueError(
                f"load_state_dict needs a list of one rate as base_lrs, got {rates!r:.50}; there "
                "is one group of parameters here"
            )
        for name in self.options:
            setattr(fresh, name, state_dict[name])
        fresh.first_lr, fresh.last_epoch = rates[0], state_dict["last_epoch"]
        fresh._check_settings()
        vars(self).update(vars(fresh))


class StepLR(Schedule):
    """The learning rate times gamma after every `step_size` epochs.

    Args:
        optimizer: its learning rate now is that of epoch 0.
        step_size: epochs with the same learning rate.
        gamma: the factor, 0 or more.

    Raises:
        TypeError, ValueError: if `step_size` is no whole number from 1, or `gamma` is negative
            or not finite.
    """

    options = ("step_size", "gamma")

    def __init__(self, optimizer: HasRate, step_size: int, gamma: float = 0.1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer)

    def _check_settings(self) -> None:
        super()._check_settings()
        self.step_size = integer(self.step_size, "step_size", 1)
        self.gamma = number(self.gamma, "gamma")

    def next_lr(self, lr: float, epoch: int) -> float:
        return lr if epoch % self.step_size else lr * self.gamma


class CosineAnnealingLR(Schedule):
    """Half a cosine, from the learning rate of epoch 0 down to `eta_min` in epoch `T_max`.

    In epoch e it is eta_min + (lr of epoch 0 - eta_min) * (1 + cos(pi * e / T_max)) / 2; a step
    multiplies what is above `eta_min` by the ratio of two such factors.

    Args:
        optimizer: its learning rate now is that of epoch 0.
        T_max: epochs to the lowest point; after it the cosine rises again.
        eta_min: learning rate at the lowest point.

    Raises:
        TypeError, ValueError: if `T_max` is no whole number from 1, or `eta_min` is negative or
            not finite.

    Source: Loshchilov and Hutter (2017), arXiv:1608.03983, equation 5, without restarts.
    """

    options = ("T_max", "eta_min")

    def __init__(self, optimizer: HasRate, T_max: int, eta_min: float = 0.0):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer)

    def _check_settings(self) -> None:
        super()._check_settings()
        self.T_max = integer(self.T_max, "T_max", 1)
        self.eta_min = number(self.eta_min, "eta_min")

    def next_lr(self, lr: float, epoch: int) -> float:
        if (epoch - 1 - self.T_max) % (2 * self.T_max) == 0:  # up from the lowest point
            return lr + (self.first_lr - self.eta_min) * (1 - cos(pi / self.T_max)) / 2
        now, before = (1 + cos(pi * e / self.T_max) for e in (epoch, epoch - 1))
        return now / before * (lr - self.eta_min) + self.eta_min
