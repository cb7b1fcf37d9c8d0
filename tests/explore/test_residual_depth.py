"""Plain and residual networks differ in the way around alone, and that decides at depth."""

import numpy as np
import pytest

from dlbook import Tensor
from dlbook.explore.residual_depth import CHANNELS, Block, measured, network


@pytest.mark.parametrize("norm", [True, False])
def test_a_residual_block_adds_its_input_before_the_last_relu(norm, rng):
    x = Tensor(rng.uniform(0, 1, size=(6, CHANNELS, 4, 4)).astype(np.float32))
    silent = Block(True, norm, rng=rng)
    silent.second.weight.data[:] = 0
    np.testing.assert_array_equal(silent(x).data, x.data)  # x is not negative
    silent.residual = False
    np.testing.assert_array_equal(silent(x).data, 0)


@pytest.mark.parametrize("layers", [6, 32])
def test_there_are_as_many_weights_as_layers(layers, rng):
    for residual in (True, False):
        model = network(layers, residual, True, rng)
        assert sum(p.ndim > 1 for p in model.parameters()) == layers


@pytest.mark.notebook
def test_depth_stops_the_plain_network_and_not_the_residual_one():
    ends = {way: measured(32, way, True)[1][-10:].mean() for way in (True, False)}
    assert ends[True] < 1 < 1.6 < ends[False]
    gradients = measured(32, False, True)[0]
    assert gradients[0] > 20 * gradients[-1]


@pytest.mark.notebook
def test_without_normalisation_a_deep_sum_grows():
    gradients = {norm: measured(32, True, norm)[0] for norm in (True, False)}
    assert gradients[False].min() > 20 * gradients[True].max()
