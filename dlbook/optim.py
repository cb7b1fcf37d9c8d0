"""Optimisers: how a gradient changes the parameters. Names and defaults are those of torch.optim.

`step` writes into the parameter arrays and into scratch arrays made once, so that a step
allocates nothing and `grad` can still be looked at afterwards.
"""

from collections.abc import Iterable

import numpy as np

from dlbook.lr_scheduler import CosineAnnealingLR, StepLR
from dlbook.tensor import Tensor

__all__ = ["SGD", "Adam", "AdamW", "CosineAnnealingLR", "Optimizer", "RMSprop", "StepLR"]


class Optimizer:
    """What the optimisers share: the parameters, their learning rate, and forgetting gradients.

    Args:
        params: the tensors to change, each of any shape; its gradient has the same shape.
        lr: learning rate, in units of parameter a unit of gradient; may be changed later.
        weight_decay: this many times the parameter is added to its gradient.

    Raises:
        ValueError: if there are no parameters, or if `lr` or `weight_decay` is negative.
    """

    def __init__(self, params: Iterable[Tensor], lr: float, weight_decay: float):
        self.params = list(params)
        if not self.params:
            raise ValueError("an optimiser needs parameters, got none; pass model.parameters()")
        for name, value in {"lr": lr, "weight_decay": weight_decay}.items():
            if not value >= 0:
                raise ValueError(f"{name} needs to be 0 or more, got {value}; leave out the sign")
        self.lr, self.weight_decay = lr, weight_decay
        self._scratch = np.empty(max(p.data.nbytes for p in self.params), np.uint8)

    def zero_grad(self) -> None:
        for p in self.params:
            p.grad = None

    def step(self) -> None:
        """Change each parameter that has a gradient; the others stay as they are."""
        for i, p in enumerate(self.params):
            if p.grad is not None:
                scratch = self._scratch[: p.data.nbytes].view(p.dtype).reshape(p.shape)
                self._update(i, p.data, self._decayed(p.data, p.grad), scratch)
                p.version += 1

    def _decayed(self, p: np.ndarray, g: np.ndarray) -> np.ndarray:
        return g + self.weight_decay * p if self.weight_decay else g

    def _update(self, i: int, p: np.ndarray, g: np.ndarray, scratch: np.ndarray) -> None:
        raise NotImplementedError(f"an optimiser needs _update, {type(self).__name__} has none")


class SGD(Optimizer):
    """Gradient descent, p -= lr * v, where v is the gradient or its running sum.

    Args:
        params: the tensors to change, each of any shape; its gradient has the same shape.
        lr: learning rate.
        momentum: v = momentum * v + g; with 0, v is the gradient g.
        weight_decay: this many times the parameter is added to its gradient.
        nesterov: step along g + momentum * v instead of v.

    Raises:
        ValueError: if `nesterov` has no momentum to work with, or a number is negative.

    Source: Sutskever, Martens, Dahl and Hinton (2013), "On the importance of initialization
    and momentum in deep learning", section 2.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-3,
        momentum: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
    ):
        super().__init__(params, lr, weight_decay)
        if not momentum >= 0 or (nesterov and not momentum):
            raise ValueError(
                f"momentum needs to be 0 or more, and more than 0 for nesterov, got {momentum}; "
                "try 0.9"
            )
        self.momentum, self.nesterov = momentum, nesterov
        self._velocity = [np.zeros_like(p.data) for p in self.params] if momentum else []

    def _update(self, i: int, p: np.ndarray, g: np.ndarray, scratch: np.ndarray) -> None:
        if self.momentum:
            v = self._velocity[i]
            v *= self.momentum
            v += g
            g = g + self.momentum * v if self.nesterov else v
        p -= np.multiply(g, self.lr, out=scratch)


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
        ValueError: if a number is negative.

    Source: Tieleman and Hinton (2012), "Neural networks for machine learning", lecture 6.5.
    """

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
        super().__init__(params, lr, weight_decay)
        if not (alpha >= 0 and momentum >= 0):
            raise ValueError(
                f"alpha and momentum need to be 0 or more, got {alpha} and {momentum}; try the "
                "defaults"
            )
        self.alpha, self.eps, self.momentum, self.centered = alpha, eps, momentum, centered
        self._square = [np.zeros_like(p.data) for p in self.params]
        self._mean = [np.zeros_like(p.data) for p in self.params] if centered else []
        self._velocity = [np.zeros_like(p.data) for p in self.params] if momentum else []

    def _update(self, i: int, p: np.ndarray, g: np.ndarray, scratch: np.ndarray) -> None:
        np.sqrt(self._running_square(i, g, scratch), out=scratch)
        scratch += self.eps
        np.divide(g, scratch, out=scratch)
        if self.momentum:
            v = self._velocity[i]
            v *= self.momentum
            v += scratch
            scratch[...] = v
        scratch *= self.lr
        p -= scratch

    def _running_square(self, i: int, g: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return the running mean of g^2, or the running variance; it may lie in `scratch`."""
        square = self._square[i]
        _move(square, np.multiply(g, g, out=scratch), self.alpha, scratch)
        if not self.centered:
            return square
        mean = self._mean[i]
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
        ValueError: if there are no parameters, or if `lr` or `weight_decay` is negative.

    Source: Kingma and Ba (2015), arXiv:1412.6980, algorithm 1.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
    ):
        super().__init__(params, lr, weight_decay)
        self.betas, self.eps = betas, eps
        self._mean = [np.zeros_like(p.data) for p in self.params]
        self._square = [np.zeros_like(p.data) for p in self.params]
        self._steps = [0] * len(self.params)

    def _update(self, i: int, p: np.ndarray, g: np.ndarray, scratch: np.ndarray) -> None:
        self._steps[i] += 1
        mean, square, (beta1, beta2) = self._mean[i], self._square[i], self.betas
        _move(mean, g, beta1, scratch)
        _move(square, np.multiply(g, g, out=scratch), beta2, scratch)
        np.sqrt(square, out=scratch)
        scratch /= (1 - beta2 ** self._steps[i]) ** 0.5  # both means start at 0: scale them up
        scratch += self.eps
        np.divide(mean, scratch, out=scratch)
        scratch *= self.lr / (1 - beta1 ** self._steps[i])
        p -= scratch


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
        ValueError: if there are no parameters, or if `lr` or `weight_decay` is negative.

    Source: Loshchilov and Hutter (2019), arXiv:1711.05101, algorithm 2.
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ):
        super().__init__(params, lr, betas, eps, weight_decay)

    def _decayed(self, p: np.ndarray, g: np.ndarray) -> np.ndarray:
        p *= 1 - self.lr * self.weight_decay
        return g


def _move(mean: np.ndarray, new: np.ndarray, keep: float, scratch: np.ndarray) -> None:
    """Move a running mean to keep * mean + (1 - keep) * new, in place; `new` may be `scratch`."""
    mean *= keep
    mean += np.multiply(new, 1 - keep, out=scratch)
