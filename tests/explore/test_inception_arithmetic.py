"""A module of the explorer has the weights and channels of the model's Inception module."""

from dlbook.explore.inception_arithmetic import branches
from dlbook.models import Inception
from dlbook.summary import blank


def test_a_module_has_the_weights_that_the_model_has():
    found = branches(192, 96, 16, first=True)
    module = Inception(192, 64, 96, 128, 16, 32, 32, rng=blank())
    sizes = [sum(p.data.size for p in b.parameters() if p.ndim == 4) for b in module.children()]
    sizes[2] += 16 * 32 * (25 - 9)  # the model has 3x3 where the paper has 5x5
    assert [branch.narrowing + branch.window for branch in found] == sizes
    assert sum(branch.channels for branch in found) == 256


def test_without_narrowing_pooling_hands_on_every_channel():
    found = branches(192, 96, 16, first=False)
    assert [branch.window for branch in found] == [12_288, 221_184, 153_600, 0]
    assert sum(branch.channels for branch in found) == 64 + 128 + 32 + 192
