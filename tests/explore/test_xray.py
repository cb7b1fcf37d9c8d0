"""The parts of a network add up to what its layers have, and see as far as the literature says."""

import pytest

from dlbook.explore import inception, xray
from dlbook.models import Inception
from dlbook.summary import blank


@pytest.mark.parametrize("net", xray.NETS)
def test_parts_add_up_to_the_whole(net):
    whole, parts = xray.counted(net), xray.parts(net)
    assert sum(part.parameters for part in parts) == whole.parameters
    assert sum(part.work for part in parts) == whole.macs
    assert parts[-1].output == 1000 and parts[-1].dense and parts[-1].sight is None
    sights = [part.sight for part in parts if part.sight]
    assert sights == sorted(sights)


def test_layers_have_the_names_of_the_papers():
    names = {net: [part.name for part in xray.parts(net)] for net in xray.NETS}
    assert len(names["AlexNet"]) == 8 and len(names["VGG-16"]) == 16
    assert names["VGG-16"][12] == "conv5_3" and names["AlexNet"][4] == "conv5"
    assert len([name for name in names["GoogLeNet"] if name.startswith("inception")]) == 9
    assert len([name for name in names["ResNet-50"] if name.startswith("stage")]) == 16


def test_parts_put_out_and_see_what_is_known():
    parts = {part.name: part for part in xray.parts("GoogLeNet")}
    assert parts["inception 3a"].output == 256 * 28 * 28
    assert {p.name: p.sight for p in xray.parts("AlexNet")}["conv5"] == 163
    assert [p.sight for p in xray.parts("ResNet-18")][-2] == 435


def test_a_module_has_the_weights_that_the_model_has():
    found = inception.branches(192, 96, 16, first=True)
    module = Inception(192, 64, 96, 128, 16, 32, 32, rng=blank())
    sizes = [sum(p.data.size for p in b.parameters() if p.ndim == 4) for b in module.children()]
    sizes[2] += 16 * 32 * (25 - 9)  # the model has 3x3 where the paper has 5x5
    assert [branch.narrowing + branch.window for branch in found] == sizes
    assert sum(branch.channels for branch in found) == 256


def test_without_narrowing_pooling_hands_on_every_channel():
    found = inception.branches(192, 96, 16, first=False)
    assert [branch.window for branch in found] == [12_288, 221_184, 153_600, 0]
    assert sum(branch.channels for branch in found) == 64 + 128 + 32 + 192
