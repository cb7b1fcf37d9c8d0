"""What the explorers of chapter 02 compute, against torch and against identities."""

import numpy as np
import pytest
import torch

from dlbook.explore import activation, landscape, objective, softmax

TWINS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "ReLU": torch.relu,
    "leaky ReLU": lambda x: torch.nn.functional.leaky_relu(x, 0.1),
    "GELU": torch.nn.functional.gelu,
}


@pytest.mark.parametrize("name", activation.ACTIVATIONS)
def test_values_and_slopes_of_activations_are_those_of_torch(name):
    x = np.linspace(-4, 4, 17)  # with 0, where ReLU has a kink
    twin = torch.tensor(x, requires_grad=True)
    out = TWINS[name](twin)
    out.sum().backward()
    value, slope = activation.value_and_slope(name, x)
    np.testing.assert_allclose(value, out.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(slope, twin.grad.numpy(), atol=1e-12)


@pytest.mark.parametrize(("loss", "twin"), [("squared", "mse_loss"), ("absolute", "l1_loss")])
def test_the_loss_of_a_line_is_that_of_torch(loss, twin):
    x, y = map(torch.tensor, landscape.data())
    expected = getattr(torch.nn.functional, twin)(0.7 * x - 0.2, y)
    assert landscape.loss_at(0.7, -0.2, loss) == pytest.approx(expected.item())


@pytest.mark.parametrize("lam", [0.0, 0.5, 4.0])
def test_the_objective_rises_on_both_sides_of_its_minimiser(lam):
    best = objective.minimiser(lam)
    w = best + np.array([-0.01, 0, 0.01])
    assert (objective.loss_at(w) + lam / 2 * w**2).argmin() == 1


def test_a_shift_of_all_scores_or_a_common_factor_with_the_temperature_changes_no_share():
    scores = np.array([2.0, 1.0, 0.0, -1.0])
    expected = torch.softmax(torch.tensor(scores / 0.7), 0).numpy()
    for same in (softmax.shares(scores + 3, 0.7), softmax.shares(2 * scores, 1.4)):
        np.testing.assert_allclose(same, expected, atol=1e-12)
