"""An honest study of texts that takes a few hundredths of a second, for tests to spoil."""

import numpy as np

from tests.capstone.parts import at, fit_quickly, linear_model, parted, report


def honest(data, seed, change=None, **options):
    """Return the report of a quick study of texts, which `change` may spoil."""
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    fit = fit_quickly("text", at(data, fit_rows), at(data, rows), rng, **options)
    linear = linear_model(data, fit_rows)
    return report(data, fit, linear, rows) if change is None else change(data, fit, linear, rows)


def spoilt(change=None, **options):
    """Return a study that ends in another way."""

    def study(data, seed, task="text"):
        return honest(data, seed, change, **options)

    return study
