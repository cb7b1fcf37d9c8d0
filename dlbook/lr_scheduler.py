"""Schedules: how the learning rate of an optimiser changes from epoch to epoch, as in torch."""

from math import cos, pi
from typing import Protocol


class HasRate(Protocol):
    """Anything with a learning rate, such as an optimiser."""

    lr: float


class Schedule:
    """What the schedules share: they count epochs and set `optimizer.lr` from the first one.

    Args:
        optimizer: its learning rate now is that of epoch 0.
    """

    def __init__(self, optimizer: HasRate):
        self.optimizer, self.first_lr, self.last_epoch = optimizer, optimizer.lr, 0

    def step(self) -> None:
        """Go to the next epoch."""
        self.last_epoch += 1
        self.optimizer.lr = self.lr(self.last_epoch)

    def lr(self, epoch: int) -> float:
        raise NotImplementedError(f"a schedule needs lr, {type(self).__name__} has none; write one")


class StepLR(Schedule):
    """The learning rate times gamma after every `step_size` epochs.

    Args:
        optimizer: its learning rate now is that of epoch 0.
        step_size: epochs with the same learning rate.
        gamma: the factor.

    Raises:
        ValueError: if `step_size` is less than 1.
    """

    def __init__(self, optimizer: HasRate, step_size: int, gamma: float = 0.1):
        super().__init__(optimizer)
        if step_size < 1:
            raise ValueError(f"step_size needs to be 1 or more epochs, got {step_size}; try 10")
        self.step_size, self.gamma = step_size, gamma

    def lr(self, epoch: int) -> float:
        return self.first_lr * self.gamma ** (epoch // self.step_size)


class CosineAnnealingLR(Schedule):
    """Half a cosine, from the learning rate of epoch 0 down to `eta_min` in epoch `T_max`.

    Args:
        optimizer: its learning rate now is that of epoch 0.
        T_max: epochs to the lowest point; after it the cosine rises again.
        eta_min: learning rate at the lowest point.

    Raises:
        ValueError: if `T_max` is less than 1.

    Source: Loshchilov and Hutter (2017), arXiv:1608.03983, equation 5, without restarts.
    """

    def __init__(self, optimizer: HasRate, T_max: int, eta_min: float = 0.0):
        super().__init__(optimizer)
        if T_max < 1:
            raise ValueError(f"T_max needs to be 1 or more epochs, got {T_max}; try all of them")
        self.T_max, self.eta_min = T_max, eta_min

    def lr(self, epoch: int) -> float:
        swing = (1 + cos(pi * epoch / self.T_max)) / 2
        return self.eta_min + (self.first_lr - self.eta_min) * swing
