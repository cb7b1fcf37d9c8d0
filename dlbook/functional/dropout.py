"""Noise that sets values to 0 while a network learns."""

import numpy as np

from dlbook.arguments import flag, generator, number
from dlbook.functional.arguments import need_floats, need_tensors
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
        TypeError: if `input` is not floating point, `p` no number, or `rng` no generator.

    Source: Srivastava et al. (2014), "Dropout", Journal of Machine Learning Research 15.
    """
    p = number(p, "p", most=1)
    need_tensors("dropout", input=input)
    if not flag(training, "training") or p == 0:
        return input
    need_floats("dropout", input=input)
    kept = generator(rng).random(input.shape, np.float32) >= p
    mask = apply(np.multiply, kept, np.asarray(1 / (1 - p) if p < 1 else 0, input.dtype))
    out = apply(np.multiply, input.data, mask)
    return record(out, (input,), lambda g: (apply(np.multiply, g, mask),), reads=())
