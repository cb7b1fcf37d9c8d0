"""Wrong values as short texts by which equal ones are found, whatever their last digits are.

A fingerprint is a digest of what a value is made of (shapes, labels, texts, whole numbers), and
after a colon three sums over its other numbers. Values that differ in their last digits alone have
the same digest and nearly the same sums: no digit decides, so no two of them are parted because a
number lies at the edge of rounding.
"""

import hashlib
from functools import lru_cache

import numpy as np

from dlbook.check.containers import as_array

EVIDENCE = "evidence"  # label of a text that is not compared: the reason of the values beside it
_MAX_NUMBERS = 10_000  # of an array, from which its fingerprint is made
_SMALL = 1e-3  # numbers well above it count by their relative size, those below it hardly at all
_HUGE = 1e300  # what is larger counts as this
_WAVES = (1.0, 1.618034, 2.236068)  # one a sum: weights that no other order of the numbers repeats
_NEAR = 2e-4  # about twice what a relative difference of 1e-4 makes in a sum


def fingerprint(value: object) -> str:
    """Return a short text for a decoded value; `same` says whether two mean equal values."""
    numbers: list[np.ndarray] = []
    shape = repr(_structure(value, numbers)).encode("utf-8", "replace")
    digest = hashlib.sha256(shape).hexdigest()[:12]
    flat = np.concatenate([*numbers, np.zeros(0)])
    return digest + ":" + ",".join(f"{each:.6f}" for each in _sums(flat))


def same(one: str, other: str) -> bool:
    """Return whether two fingerprints are of values that are equal up to their last digits."""
    if one == other:
        return True
    (digest, sums), (other_digest, other_sums) = _parts(one), _parts(other)
    if digest != other_digest or not sums or len(sums) != len(other_sums):
        return False
    return all(abs(a - b) <= _NEAR for a, b in zip(sums, other_sums, strict=True))


@lru_cache(maxsize=10_000)
def _parts(text: str) -> tuple[str, tuple[float, ...]]:
    """Return digest and sums; a text of an older version has no sums."""
    digest, _colon, sums = text.partition(":")
    return digest, tuple(float(each) for each in sums.split(",")) if sums else ()


def _sums(flat: np.ndarray) -> list[float]:
    """Return three weighted sums of numbers, by their relative size; shape of `flat`: (n,)."""
    finite = np.clip(np.where(np.isfinite(flat), flat, 0.0), -_HUGE, _HUGE)
    sizes = np.arcsinh(finite / _SMALL)
    places = np.arange(1, flat.size + 1)
    return [float(sizes @ np.cos(places * wave)) / max(flat.size, 1) ** 0.5 for wave in _WAVES]


def _structure(value: object, numbers: list[np.ndarray]) -> object:
    """Return a value without the numbers that `numbers` then holds; what is not finite stays."""
    if isinstance(value, dict):
        return {
            label: _structure(item, numbers) for label, item in value.items() if label != EVIDENCE
        }
    if isinstance(value, list):
        array = as_array(value)
        if array is None:
            return [_structure(item, numbers) for item in value]
        value = array
    if isinstance(value, (np.ndarray, float)):
        array = np.asarray(value)
        with np.errstate(all="ignore"):
            flat = array.ravel()[:_MAX_NUMBERS].astype(np.float64)
        numbers.append(flat)
        strange = {int(i): repr(float(flat[i])) for i in np.flatnonzero(~np.isfinite(flat))}
        return (type(value).__name__, array.shape, strange)
    return value
