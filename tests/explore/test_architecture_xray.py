"""The parts of a network add up to what its layers have, and see as far as the literature says."""

import pytest

from dlbook.explore.architecture_xray import NETS, counted, parts


@pytest.mark.parametrize("net", NETS)
def test_parts_add_up_to_the_whole(net):
    whole, found = counted(net), parts(net)
    assert sum(part.parameters for part in found) == whole.parameters
    assert sum(part.work for part in found) == whole.macs
    assert found[-1].output == 1000 and found[-1].dense and found[-1].sight is None
    sights = [part.sight for part in found if part.sight]
    assert sights == sorted(sights)


def test_layers_have_the_names_of_the_papers():
    names = {net: [part.name for part in parts(net)] for net in NETS}
    assert len(names["AlexNet"]) == 8 and len(names["VGG-16"]) == 16
    assert names["VGG-16"][12] == "conv5_3" and names["AlexNet"][4] == "conv5"
    assert len([name for name in names["GoogLeNet"] if name.startswith("inception")]) == 9
    assert len([name for name in names["ResNet-50"] if name.startswith("stage")]) == 16


def test_parts_put_out_and_see_what_is_known():
    found = {part.name: part for part in parts("GoogLeNet")}
    assert found["inception 3a"].output == 256 * 28 * 28
    assert {p.name: p.sight for p in parts("AlexNet")}["conv5"] == 163
    assert [p.sight for p in parts("ResNet-18")][-2] == 435
