"""The stepper's numbers are those of torch, and only updates change parameters."""

from itertools import pairwise

import numpy as np
import torch

from dlbook.explore.learning_steps import PARAMETERS, RATE, START, TARGET, X, states


def test_every_number_of_three_rounds_is_that_of_torch():
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in START.items()}
    optimizer = torch.optim.SGD(tensors.values(), lr=RATE)
    for round_ in range(3):
        optimizer.zero_grad()
        z1 = torch.tensor(X) @ tensors["W1"] + tensors["b1"]
        a1 = torch.relu(z1)
        z2 = a1 @ tensors["W2"] + tensors["b2"]
        values = {"z1": z1, "a1": a1, "z2": z2}
        for value in values.values():
            value.retain_grad()
        loss = ((z2 - torch.tensor(TARGET)) ** 2).sum()
        loss.backward()
        optimizer.step()
        end = states()[4 * round_ + 4]
        expected = tensors | values | {"L": loss}
        expected |= {f"d{name}": tensor.grad for name, tensor in (tensors | values).items()}
        assert expected.keys() | {"x"} == end.keys()
        for name, tensor in expected.items():
            np.testing.assert_allclose(end[name], tensor.detach().numpy(), rtol=1e-12, atol=1e-15)


def test_parameters_change_in_every_fourth_step_and_in_no_other():
    found = states()
    changed = [any((a[name] != b[name]).any() for name in PARAMETERS) for a, b in pairwise(found)]
    assert changed == [False, False, False, True] * 3
    assert all((found[0][name] == START[name]).all() for name in PARAMETERS)
