"""The minimiser that is drawn is the lowest point of the objective."""

import numpy as np
import pytest

from dlbook.explore.penalty import loss_at, minimiser


@pytest.mark.parametrize("lam", [0.0, 0.5, 4.0])
def test_the_objective_rises_on_both_sides_of_its_minimiser(lam):
    best = minimiser(lam)
    w = best + np.array([-0.01, 0, 0.01])
    assert (loss_at(w) + lam / 2 * w**2).argmin() == 1
