"""The norms are those of torch, and they follow the laws that the chapter tells of."""

import numpy as np
import pytest
import torch

from dlbook import data
from dlbook.explore.gradient_flow import ACTIVATIONS, PICTURES, SPREADS, network, sizes

TWINS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "ReLU": torch.relu}


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_norm_is_that_of_torch(activation, spread):
    images, labels = data.load_digits()
    signal = torch.tensor(images[:PICTURES].reshape(PICTURES, -1).astype(np.float64))
    weights = [torch.tensor(layer.weight.data, requires_grad=True) for layer in network(5, spread)]
    signals, sums = [], []
    for weight in weights:
        signals.append(signal.norm().item())
        total = signal @ weight.T
        total.retain_grad()
        sums.append(total)
        signal = TWINS[activation](total)
    torch.nn.functional.cross_entropy(sums[-1], torch.tensor(labels[:PICTURES])).backward()
    slopes = [total.grad.norm().item() for total in sums]
    gradients = [weight.grad.norm().item() for weight in weights]
    for ours, theirs in zip(
        sizes(activation, 5, spread), (signals, slopes, gradients), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_sigmoid_slopes_fall_by_a_factor_near_four_and_tanh_slopes_do_not():
    factors = {}
    for activation in ("sigmoid", "tanh"):
        _signals, slopes, _gradients = sizes(activation, 12, "Xavier")
        factors[activation] = (slopes[0] / slopes[-1]) ** (1 / 11)
    assert 0.2 < factors["sigmoid"] < 0.3 and 0.8 < factors["tanh"] < 1.25


def test_halved_relu_weights_shrink_signals_and_slopes_alike():
    half, whole = sizes("ReLU", 12, "Xavier ÷ 2"), sizes("ReLU", 12, "Xavier")
    np.testing.assert_allclose(half[0] / whole[0], 0.5 ** np.arange(12), rtol=1e-9)
    ratio = half[2] / whole[2]
    assert ratio.max() < 4 * ratio.min() and ratio.max() < 0.01
