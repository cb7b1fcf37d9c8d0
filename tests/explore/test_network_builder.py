"""The network builder counts what a network of those sizes holds."""

from itertools import pairwise

import numpy as np
import pytest

from dlbook import nn
from dlbook.explore.network_builder import count, layers


@pytest.mark.parametrize("hidden", [(0, 0, 0), (32, 0, 0), (5, 0, 7), (64, 3, 20)])
def test_connections_and_biases_are_those_of_linear_layers(hidden):
    sizes = layers(*hidden)
    connections, biases = count(sizes)
    rng = np.random.default_rng(0)
    linears = [nn.Linear(a, b, rng=rng) for a, b in pairwise(sizes)]
    assert connections == [linear.weight.data.size for linear in linears]
    assert biases == [linear.bias.data.size for linear in linears]
