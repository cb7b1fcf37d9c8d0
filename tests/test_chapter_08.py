"""What chapter 08 prints about the four networks, held against networks of torch built here."""

from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dlbook.grading.notebook import read
from tests import ROOT

CHAPTER = ROOT / "chapters" / "08_cnn_architectures.ipynb"
INCEPTION = """
192 64 96 128 16 32 32
256 128 128 192 32 96 64
480 192 96 208 16 48 64
512 160 112 224 24 64 64
512 128 128 256 24 64 64
512 112 144 288 32 64 64
528 256 160 320 32 128 128
832 256 160 320 32 128 128
832 384 192 384 48 128 128
"""  # Szegedy et al. (2015), table 1: channels in, 1x1, reduce, 3x3, reduce, 5x5, projection


def dense(*sizes):
    return [nn.Linear(a, b) for a, b in pairwise(sizes)]


def alexnet(widths, groups):
    kernels = [(11, 4, 2), (5, 1, 2), (3, 1, 1), (3, 1, 1), (3, 1, 1)]
    layers, a = [], 3
    for i, (b, g, (k, s, p)) in enumerate(zip(widths, groups, kernels, strict=True)):
        layers += [nn.Conv2d(a, b, k, s, p, groups=g), nn.ReLU()]
        layers += [nn.MaxPool2d(3, 2)] if i in (0, 1, 4) else []
        a = b
    return nn.Sequential(*layers, nn.Flatten(), *dense(256 * 36, 4096, 4096, 1000))


def vgg16():
    layers, a = [], 3
    for b, convs in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(convs):
            layers += [nn.Conv2d(a, b, 3, padding=1), nn.ReLU()]
            a = b
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), *dense(512 * 49, 4096, 4096, 1000))


class Beside(nn.ModuleList):
    def forward(self, x):
        return torch.cat([branch(x) for branch in self], dim=1)


class Added(nn.ModuleList):
    def forward(self, x):
        return torch.relu(self[0](x) + self[1](x))


def googlenet(five, conv):
    layers = [conv(3, 64, 7, 2), nn.MaxPool2d(3, 2, ceil_mode=True), conv(64, 64, 1)]
    layers += [conv(64, 192, 3), nn.MaxPool2d(3, 2, ceil_mode=True)]
    for i, row in enumerate(INCEPTION.split("\n")[1:-1]):
        a, one, narrow3, three, narrow5, out5, pooled = map(int, row.split())
        layers += [nn.MaxPool2d(3, 2, ceil_mode=True)] if i in (2, 7) else []
        pool = nn.MaxPool2d(3, 1, padding=1)
        branches = [conv(a, one, 1), nn.Sequential(conv(a, narrow3, 1), conv(narrow3, three, 3))]
        branches += [nn.Sequential(conv(a, narrow5, 1), conv(narrow5, out5, five))]
        layers.append(Beside([*branches, nn.Sequential(pool, conv(a, pooled, 1))]))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), *dense(1024, 1000))


def plain(a, b, k, stride=1):
    return nn.Sequential(nn.Conv2d(a, b, k, stride, k // 2), nn.ReLU())


def normed(a, b, k, stride=1):
    conv = nn.Conv2d(a, b, k, stride, k // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(b), nn.ReLU())


def resnet(blocks, bottleneck):
    wide = 4 if bottleneck else 1
    layers, a = [normed(3, 64, 7, 2), nn.MaxPool2d(3, 2, padding=1)], 64
    for stage, (b, count) in enumerate(zip((64, 128, 256, 512), blocks, strict=True)):
        for i in range(count):
            stride = 2 if stage and i == 0 else 1
            if bottleneck:
                parts = [normed(a, b, 1), normed(b, b, 3, stride), normed(b, 4 * b, 1)[:2]]
            else:
                parts = [normed(a, b, 3, stride), normed(b, b, 3)[:2]]
            same = stride == 1 and a == wide * b
            around = nn.Identity() if same else normed(a, wide * b, 1, stride)[:2]
            layers.append(Added([nn.Sequential(*parts), around]))
            a = wide * b
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), *dense(a, 1000))


NETS = {  # how to build it, parameters
    "AlexNet": (lambda: alexnet((64, 192, 384, 256, 256), (1,) * 5), 61_100_840),
    "AlexNet of 2012": (lambda: alexnet((96, 256, 384, 384, 256), (1, 2, 1, 2, 2)), 60_965_224),
    "VGG-16": (vgg16, 138_357_544),
    "GoogLeNet": (lambda: googlenet(3, normed), 6_624_904),
    "GoogLeNet as in the paper": (lambda: googlenet(5, plain), 6_998_552),
    "ResNet-18": (lambda: resnet((2, 2, 2, 2), bottleneck=False), 11_689_512),
    "ResNet-50": (lambda: resnet((3, 4, 6, 3), bottleneck=True), 25_557_032),
}


@pytest.fixture(scope="module")
def printed():
    outputs = [output for cell in read(CHAPTER).cells for output in cell.outputs]
    return "".join("".join(output.get("text", "")) for output in outputs)


@pytest.mark.parametrize("name", NETS)
def test_the_printed_parameters_and_work_are_those_that_torch_counts(name, printed):
    build, parameters = NETS[name]
    with torch.device("meta"):
        net = build().eval()
        with FlopCounterMode(display=False) as flops:
            assert net(torch.empty(1, 3, 224, 224)).shape == (1, 1000)
    assert sum(p.numel() for p in net.parameters()) == parameters
    line = next(line for line in printed.splitlines() if line.startswith(name))
    assert f"{parameters:,} parameters" in line
    if "MACs" in line:
        assert f"{flops.get_total_flops() / 2e9:.2f} G MACs" in line
        share = sum(m.weight.numel() + m.out_features for m in net if isinstance(m, nn.Linear))
        assert f"{share / parameters:.1%} dense" in line


@pytest.mark.parametrize(
    ("layers", "pixels"),  # window and stride of each layer
    [
        ([(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1)], 163),
        ([*2 * ([(3, 1)] * 2 + [(2, 2)]), *3 * ([(3, 1)] * 3 + [(2, 2)])], 212),
    ],
)
def test_the_printed_receptive_fields_are_those_of_the_gradient(layers, pixels, printed):
    x = torch.ones(1, 1, 600, dtype=torch.float64, requires_grad=True)
    at = x
    for window, stride in layers:
        at = nn.functional.conv1d(at, torch.ones(1, 1, window, dtype=torch.float64), stride=stride)
    at[0, 0, at.shape[-1] // 2].backward()
    assert int((x.grad != 0).sum()) == pixels
    assert f" {pixels}" in printed


def test_module_3a_costs_what_torch_counts(printed):
    with torch.device("meta"):
        straight = nn.Conv2d(192, 32, 5, bias=False)
        narrowed = nn.Conv2d(192, 16, 1, bias=False), nn.Conv2d(16, 32, 5, bias=False)
    small = sum(layer.weight.numel() for layer in narrowed)
    assert f"straight {straight.weight.numel():,}, narrowed {small:,}" in printed
    assert f"says: {straight.weight.numel() / small:.1f}" in printed
