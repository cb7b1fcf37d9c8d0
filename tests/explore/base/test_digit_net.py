"""The stored weights read digits, and come from the recipe beside them."""

import numpy as np
import pytest

from dlbook import data, train
from dlbook.explore.base import digit_net
from dlbook.explore.base.stages import stages


def right(model, x, y):
    return np.mean(train.predict(model, x[:, None]).argmax(1) == y)


@pytest.mark.notebook
def test_the_recipe_makes_the_network_that_is_stored():
    stored, anew = digit_net.digit_net(), digit_net.trained()
    x, y = digit_net.written()
    rng = np.random.default_rng(1)
    x, y = digit_net.shrunk(x[digit_net.SEEN :], rng), y[digit_net.SEEN :]
    printed, classes = data.glyphs(500, rng, noise=0.0, shift=1.5)
    for model in (stored, anew):
        assert right(model, x, y) > 0.92 and right(model, printed, classes) > 0.92
    both = [train.predict(model, x[:, None]).argmax(1) for model in (stored, anew)]
    assert np.mean(both[0] == both[1]) > 0.93  # sums are rounded differently on other machines


def test_every_map_of_the_network_is_in_use():
    x, _ = digit_net.written()
    pictures = digit_net.shrunk(x[-100:], np.random.default_rng(0))
    runs = [stages(digit_net.digit_net(), picture)[0] for picture in pictures]
    for i, label in ((1, "ReLU 1"), (4, "ReLU 2")):
        assert runs[0][i].label == label
        strong = np.array([run[i].values.max((1, 2)) > 0.05 for run in runs])
        assert (strong.mean(0) > 0.05).all()


def test_shrunk_pictures_keep_their_ink(rng):
    x = np.zeros((50, 28, 28), np.float32)
    x[:, 4:24, 4:24] = 1
    small = digit_net.shrunk(x, rng)
    sides = (small > 0.5).any(1).sum(1), (small > 0.5).any(2).sum(1)
    assert all(10 <= n <= 16 for n in np.concatenate(sides))
    assert (small.sum((1, 2)) > 100).all()
