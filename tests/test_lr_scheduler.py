import numpy as np
import pytest
import torch

from dlbook import optim
from dlbook.lr_scheduler import Schedule
from dlbook.tensor import Tensor

SCHEDULES = [
    ("StepLR", {"step_size": 3}),
    ("StepLR", {"step_size": 1, "gamma": 0.5}),
    ("CosineAnnealingLR", {"T_max": 8}),
    ("CosineAnnealingLR", {"T_max": 5, "eta_min": 0.02}),
]


@pytest.mark.parametrize(("name", "options"), SCHEDULES)
def test_learning_rates_are_those_of_torch(name, options):
    ours = optim.SGD([Tensor(1.0, requires_grad=True)], lr=0.3)
    theirs = torch.optim.SGD([torch.tensor(1.0, requires_grad=True)], lr=0.3)
    schedule = getattr(optim, name)(ours, **options)
    expected = getattr(torch.optim.lr_scheduler, name)(theirs, **options)
    for _ in range(20):
        np.testing.assert_allclose(ours.lr, expected.get_last_lr()[0], rtol=1e-9, atol=1e-12)
        ours.step(), theirs.step()
        schedule.step(), expected.step()


def test_the_cosine_ends_at_its_lowest():
    optimizer = optim.SGD([Tensor(1.0, requires_grad=True)], lr=0.3)
    schedule = optim.CosineAnnealingLR(optimizer, T_max=4, eta_min=0.1)
    for _ in range(4):
        schedule.step()
    assert optimizer.lr == 0.1


def test_messages_say_what_is_needed():
    optimizer = optim.SGD([Tensor(1.0, requires_grad=True)])
    with pytest.raises(ValueError, match=r"step_size needs.*got 0"):
        optim.StepLR(optimizer, 0)
    with pytest.raises(ValueError, match=r"T_max needs.*got 0"):
        optim.CosineAnnealingLR(optimizer, 0)
    with pytest.raises(NotImplementedError, match="write one"):
        Schedule(optimizer).step()
