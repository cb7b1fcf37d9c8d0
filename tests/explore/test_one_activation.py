"""Values and slopes of the activations are those of torch."""

import numpy as np
import pytest
import torch

from dlbook.explore.one_activation import ACTIVATIONS, value_and_slope

TWINS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "ReLU": torch.relu,
    "leaky ReLU": lambda x: torch.nn.functional.leaky_relu(x, 0.1),
    "GELU": torch.nn.functional.gelu,
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_and_slopes_of_activations_are_those_of_torch(name):
    x = np.linspace(-4, 4, 17)  # with 0, where ReLU has a kink
    twin = torch.tensor(x, requires_grad=True)
    out = TWINS[name](twin)
    out.sum().backward()
    value, slope = value_and_slope(name, x)
    np.testing.assert_allclose(value, out.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(slope, twin.grad.numpy(), atol=1e-12)
