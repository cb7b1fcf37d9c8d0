"""Whole trainings: what a learner can expect on real data."""

import numpy as np
import pytest

from tests.benchmark_training import RECIPES, with_dlbook, with_torch


@pytest.mark.notebook
def test_a_small_network_reads_98_of_100_digits_as_in_torch():
    load, recipe = RECIPES["digits"]
    parts = load(seed=0)
    rates = [train(recipe, parts, seed=0) for train in (with_dlbook, with_torch)]
    assert min(rates) >= 0.98 and abs(rates[0] - rates[1]) <= 0.015


@pytest.mark.notebook
def test_3750_digits_of_mnist_teach_the_others():
    load, recipe = RECIPES["MNIST"]
    (x, y), *rest = load(seed=0)
    parts = [(x[:3750], y[:3750]), *rest]  # without the copies that were moved: 95 of 100, not 98
    assert [len(y) for _, y in parts] == [3750, 250, 1000]
    assert np.bincount(parts[2][1]).min() > 70
    assert with_dlbook(recipe, parts, seed=0) >= 0.92
