"""Noise that sets values to 0 while a network learns."""

from typing import Any

import numpy as np

from dlbook.functional.arguments import need_flags, need_floats, need_tensors
from dlbook.parallel import apply
from dlbook.tensor import Tensor, record


def dropout(
    input: Tensor, p: float = 0.5, training: bool = True, *, rng: np.random.Generator
) -> Tensor:
    """Return `input` with each value set to 0 with probability p and the others over 1 - p.

    Args:
        input: any shape.
        p: probability of a 0, from 0 to 1.
        training: if False, the result is `input` as it is.
        rng: where the chance comes from.

    Returns:
        A tensor of the shape of `input`, with the same mean in the long run.

    Raises:
        ValueError: if `p` is not from 0 to 1.
        TypeError: if `input` is not floating point, or `rng` no generator.

    Source: Srivastava et al. (2014), "Dropout", Journal of Machine Learning Research 15.
    """
    check_probability("dropout", p)
    need_flags("dropout", training=training)
    need_tensors("dropout", input=input)
    if not training or p == 0:
        return input
    need_floats("dropout", input=input)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            "dropout needs a generator as rng, got "
            f"{type(rng).__name__}; write rng=np.random.default_rng(0)"
        )
    kept = rng.random(input.shape, np.float32) >= p
    mask = apply(np.multiply, kept, np.asarray(1 / (1 - p) if p < 1 else 0, input.dtype))
    out = apply(np.multiply, input.data, mask)
    return record(out, (input,), lambda g: (apply(np.multiply, g, mask),), reads=())


def check_probability(function: str, p: Any) -> None:
    """Refuse what is not a number from 0 to 1.

    Raises:
        ValueError: if it is not.
    """
    if not isinstance(p, int | float | np.number) or not 0 <= p <= 1:
        raise ValueError(f"{function} needs a probability p from 0 to 1, got {p!r}; try 0.5")
