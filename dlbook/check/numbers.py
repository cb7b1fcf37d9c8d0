"""How floats of one shape differ, in words that never give the needed ones away."""

import numpy as np

from dlbook.i18n import _


def explain_numbers(expected: np.ndarray, got: np.ndarray, rtol: float, atol: float) -> str | None:
    """Return how floats of one shape differ; sign, scale and shift are named where they fit all."""
    wrong = ~np.isclose(got, expected, rtol=rtol, atol=atol, equal_nan=True)
    if not wrong.any():
        return None
    broken = wrong & ~np.isfinite(got)
    if broken.any():
        return _("{n} of {all} numbers are nan or inf").format(n=broken.sum(), all=got.size)
    if np.allclose(got, -expected, rtol, atol):
        return _("every number has the opposite sign")
    if got.size > 1 and not got.any():
        return _("every number is 0")
    pivot = int(np.argmax(np.abs(expected)))
    ratio, shift = got.flat[pivot] / expected.flat[pivot], (got - expected).flat[pivot]
    if got.size > 1 and np.allclose(got, ratio * expected, rtol, atol):
        return _("every number is {ratio:.4g} times what is needed").format(ratio=ratio)
    if got.size > 1 and np.allclose(got, expected + shift, rtol, atol):
        return _("every number is off by the same {shift:.4g}").format(shift=shift)
    return _with_gap(_counted(wrong, got), expected[wrong], got[wrong])


def _with_gap(text: str, expected: np.ndarray, got: np.ndarray) -> str:
    """Return a text with how far wrong numbers are off, in coarse words."""
    gaps = np.abs(got - expected)
    of_largest = float(gaps.max() / np.abs(expected).max())
    if of_largest < 1e-4 and _is_rounded(expected, got):
        digits = int(-np.log10(of_largest))
        words = _("{text}; all agree to about {n} digits, and yours look rounded")
        return words.format(text=text, n=digits)
    gap = float((gaps / np.abs(expected)).max())
    if gap < 1e-4:
        return _("{text}; all are close: is something in float32?").format(text=text)
    if gap < 0.1:
        return _("{text}; none is off by more than a tenth").format(text=text)
    return _("{text}; the largest gap is more than a tenth").format(text=text)


def _is_rounded(expected: np.ndarray, got: np.ndarray) -> bool:
    """Return whether numbers are those that are needed, rounded to at most six decimals."""
    return any(np.allclose(got, np.round(expected, digits), 1e-14, 1e-14) for digits in range(7))


def count_wrong(wrong: np.ndarray, got: np.ndarray) -> str | None:
    """Return how many numbers are wrong, and the learner's own one at the first, or None."""
    return _counted(wrong, got) if wrong.any() else None


def _counted(wrong: np.ndarray, got: np.ndarray) -> str:
    if got.size == 1:
        return _("the number is not right, yours is {got}").format(got=f"{got.item():.6g}")
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    text = _("{n} of {all} numbers differ, the first at index {index}, where yours is {got}")
    own = f"{got[index].item():.6g}"
    return text.format(n=wrong.sum(), all=wrong.size, index=list(index), got=own)
