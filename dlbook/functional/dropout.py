"""Noise that sets values to 0 while a network learns."""

import numpy as np

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

    Source: Srivastava et al. (2014), "Dropout", Journal of Machine Learning Research 15.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout needs a probability p from 0 to 1, got {p}; try 0.5")
    if not training or p == 0:
        return input
    kept = rng.random(input.shape, np.float32) >= p
    mask = kept * np.asarray(1 / (1 - p) if p < 1 else 0, input.dtype)
    return record(input.data * mask, (input,), lambda g: (g * mask,))
