"""Gradients that pass in some places alone, where others have slope 0."""

import numpy as np


def select(g: np.ndarray, passes: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Return `out`, filled with `g` where it passes and with 0 elsewhere, also if g is infinite.

    A product is several times faster than a choice, but infinity times 0 is nan.

    Args:
        g: any shape.
        passes: booleans, same shape.
        out: same shape.
    """
    with np.errstate(invalid="ignore"):
        np.multiply(g, passes, out=out)
    if np.isnan(out.max(initial=0)):
        out[~passes] = 0
    return out
