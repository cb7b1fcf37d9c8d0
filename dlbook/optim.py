"""Optimisers: how a gradient changes the parameters. Names and defaults are those of torch.optim.

`step` writes into the parameter arrays and into scratch arrays made once, so that a step
allocates nothing and `grad` can still be looked at afterwards. `Optimizer` has what they share.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlbook import lr_scheduler
from dlbook.arguments import flag, number
from dlbook.lr_scheduler import CosineAnnealingLR, StepLR
from dlbook.optimizer import Optimizer, State
from dlbook.tensor import Tensor

__all__ = ["SGD", "Adam", "AdamW", "CosineAnnealingLR", "Optimizer", "RMSprop", "StepLR"]
__all__ += ["lr_scheduler"]  # so that torch's optim.lr_scheduler.StepLR can be written, too


class SGD(Optimizer):
    """Gradient descent, p -= lr * v, where v is the gradient or its running sum.

    Args:
        params: the tensors to change, each of any shape; its gradient has the same shape.
        lr: learning rate.
        momentum: v = momentum * v + g; with 0, v is the gradient g.
        weight_decay: this many times the parameter is added to its gradient.
        nesterov: step along g + momentum * v instead of v.

    Raises:
        TypeError, ValueError: as `Optimizer`; or if `momentum` is negative, or 0 with `nesterov`.

    Source: Sutskever, Martens, Dahl and Hinton (2013), "On the importance of initialization
    and momentum in deep learning", section 2.
    """

    options = ("lr", "momentum", "weight_decay", "nesterov")

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-3,
        momentum: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
    ):
        self.momentum, self.nesterov = momentum, nesterov
        super().__init__(params, lr, weight_decay)

    def _check_settings(self) -> None:
        super()._check_settings()
        self.momentum = number(self.momentum, "momentum")
        self.nesterov = flag(self.nesterov, "nesterov")
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum above 0, got 0; try momentum=0.9")

    def _buffers(self) -> tuple[str, ...]:
        return ("momentum_buffer",) if self.momentum else ()

    def _change(self, state: State, g: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        if self.momentum:
            v = state["momentum_buffer"]
            v *= self.momentum
            v += g
            g = g + self.momentum * v if self.nesterov else v
        np.multiply(g, self.lr, out=scratch)
        return scratch


class RMSprop(Optimizer):
    """Steps along the gradient in units of its running size.

    Args:
        params: the tensors to change, each of any shape; its gradient has the same shape.
        lr: learning rate, about the size of a step in each coordinate.
        alpha: how much of the running mean of squares is kept.
        eps: added to the size, against division by 0.
        weight_decay: this many times the parameter is added to its gradient.
        momentum: how much of the last step is kept.
        centered: take the running standard deviation as size, not the root mean square.

    Raises:
        TypeError, ValueError: as `Optimizer`; or if another number is negative or not finite.

    Source: Tieleman and Hinton (2012), "Neural networks for machine learning", lecture 6.5.
    """

    options = ("lr", "alpha", "eps", "weight_decay", "momentum", "centered")

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
    ):
        self.alpha, self.eps, self.momentum, self.centered = alpha, eps, momentum, centered
        super().__init__(params, lr, weight_decay)

    def _check_settings(self) -> None:
        super()._check_settings()
        self.alpha, self.eps = number(self.alpha, "alpha"), number(self.eps, "eps")
        self.momentum = number(self.momentum, "momentum")
        self.centered = flag(self.centered, "centered")

    def _buffers(self) -> tuple[str, ...]:
        names = ["square_avg"]
        if self.momentum:
            names.append("momentum_buffer")
        if self.centered:
            names.append("grad_avg")
        return tuple(names)

    def _change(self, state: State, g: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        np.sqrt(self._running_square(state, g, scratch), out=scratch)
        scratch += self.eps
        np.divide(g, scratch, out=scratch)
        if self.momentum:
            v = state["momentum_buffer"]
            v *= self.momentum
            v += scratch
            scratch[...] = v
        scratch *= self.lr
        return scratch

    def _running_square(self, state: State, g: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return the running mean of g^2, or the running variance; it may lie in `scratch`."""
        square: np.ndarray = state["square_avg"]
        _move(square, np.multiply(g, g, out=scratch), self.alpha, scratch)
        if not self.centered:
            return square
        mean = state["grad_avg"]
        _move(mean, g, self.alpha, scratch)
        np.multiply(mean, mean, out=scratch)
        np.subtract(square, scratch, out=scratch)
        return scratch


class Adam(Optimizer):
    """Steps along the running mean of the gradient, in units of its running size.

    Args:
        params: the tensors to change, each of any shape; its gradient has the same shape.
        lr: learning rate, about the size of a step in each coordinate.
        betas: how much of the running mean, and of the running mean of squares, is kept.
        eps: added to the size, against division by 0.
        weight_decay: this many times the parameter is added to its gradient.

    Raises:
        TypeError, ValueError: as `Optimizer`; or if `betas` are not two numbers from 0 to below
            1, or `eps` is negative.

    Source: Kingma and Ba (2015), arXiv:1412.6980, algorithm 1.
    """

    options = ("lr", "betas", "eps", "weight_decay")

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
    ):
        self.betas, self.eps = betas, eps
        super().__init__(params, lr, weight_decay)

    def _check_settings(self) -> None:
        super()._check_settings()
        self.betas, self.eps = _checked_betas(self.betas), number(self.eps, "eps")

    def _buffers(self) -> tuple[str, ...]:
        return "exp_avg", "exp_avg_sq"

    def _change(self, state: State, g: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        mean, square, steps = state["exp_avg"], state["exp_avg_sq"], state["step"]
        beta1, beta2 = self.betas
        _move(mean, g, beta1, scratch)
        _move(square, np.multiply(g, g, out=scratch), beta2, scratch)
        np.sqrt(square, out=scratch)
        scratch /= (1 - beta2**steps) ** 0.5  # both means start at 0: scale them up
        scratch += self.eps
        np.divide(mean, scratch, out=scratch)
        scratch *= self.lr / (1 - beta1**steps)
        return scratch


class AdamW(Adam):
    """Adam whose parameters shrink by themselves: p -= lr * weight_decay * p before each step.

    In `Adam`, decay is part of the gradient and is divided by its size like the rest of it.

    Args:
        params: the tensors to change, each of any shape; its gradient has the same shape.
        lr: learning rate, about the size of a step in each coordinate.
        betas: how much of the running mean, and of the running mean of squares, is kept.
        eps: added to the size, against division by 0.
        weight_decay: what is lost of a parameter in a step, in units of lr.

    Raises:
        TypeError, ValueError: as `Adam`.

    Source: Loshchilov and Hutter (2019), arXiv:1711.05101, algorithm 2.
    """

    decoupled = True

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ):
        super().__init__(params, lr, betas, eps, weight_decay)


def _checked_betas(betas: Any) -> tuple[float, float]:
    try:
        first, second = betas
    except (TypeError, ValueError):
        raise TypeError(f"betas needs two numbers, got {betas!r:.50}; try (0.9, 0.999)") from None
    checked = number(first, "the first of betas"), number(second, "the second of betas")
    if max(checked) >= 1:
        raise ValueError(f"betas needs two numbers below 1, got {betas}; try (0.9, 0.999)")
    return checked


def _move(mean: np.ndarray, new: np.ndarray, keep: float, scratch: np.ndarray) -> None:
    """Move a running mean to keep * mean + (1 - keep) * new, in place; `new` may be `scratch`."""
    mean *= keep
    mean += np.multiply(new, 1 - keep, out=scratch)
