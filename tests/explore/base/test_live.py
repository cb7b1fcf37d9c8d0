"""The training behind the playground is a plain loop on points of which half are held out."""

import numpy as np
import pytest

from dlbook import functional, nn, optim
from dlbook.explore.base import live
from dlbook.tensor import Tensor


def mine(rng):
    return nn.Sequential(nn.Linear(2, 5, rng=rng), nn.ReLU(), nn.Linear(5, 2, rng=rng))


@pytest.mark.parametrize("data_set", live.DATA_SETS)
def test_points_lie_in_the_plane_and_half_of_them_are_held_out(data_set, rng):
    training = live.Live(mine(rng), data_set, noise=0.05)
    assert np.abs(training.x).max() < live.REACH
    assert len(training.x) == len(training.x_held) == live.COUNT / 2
    assert 0.3 < training.y.mean() < 0.7


def test_steps_are_those_of_a_plain_loop(rng):
    training = live.Live(mine(np.random.default_rng(1)), lr=0.03, weight_decay=0.1)
    model = mine(np.random.default_rng(1))
    optimizer = optim.Adam(model.parameters(), lr=0.03, weight_decay=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        functional.cross_entropy(model(Tensor(training.x)), training.y).backward()
        optimizer.step()
    training.step(5)
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(training.model.state_dict()[name], value)


def test_the_field_is_what_the_network_says_with_the_first_row_on_top():
    weights = nn.Linear(2, 2, rng=np.random.default_rng(0))
    weights.weight.data[:] = [[0, 0], [0, 4]]  # class 1 where the second coordinate is large
    weights.bias.data[:] = 0
    field = live.Live(weights).field(9)
    assert field[0].min() > 0.9 and field[-1].max() < 0.1
    np.testing.assert_allclose(field[4], 0.5)
