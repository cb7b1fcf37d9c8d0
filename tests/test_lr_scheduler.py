import numpy as np
import pytest
import torch

from dlbook import optim
from dlbook.lr_scheduler import Schedule
from dlbook.tensor import Tensor

SCHEDULES = [
    ("StepLR", {"step_size": 3}),
    ("StepLR", {"step_size": 1, "gamma": 0.5}),
    ("StepLR", {"step_size": 7, "gamma": 1.1}),
    ("StepLR", {"step_size": 200}),
    ("StepLR", {"step_size": 9, "gamma": 0.0}),
    ("CosineAnnealingLR", {"T_max": 8}),
    ("CosineAnnealingLR", {"T_max": 5, "eta_min": 0.02}),
    ("CosineAnnealingLR", {"T_max": 1}),
    ("CosineAnnealingLR", {"T_max": 2, "eta_min": 0.3}),
    ("CosineAnnealingLR", {"T_max": 33, "eta_min": 0.5}),
    ("CosineAnnealingLR", {"T_max": 100}),
]


def test_schedules_stand_where_torch_has_them_too():
    assert optim.lr_scheduler.StepLR is optim.StepLR


def pair(schedules, lr=0.3):
    """Return two optimisers, ours and torch's, and for each its schedules."""
    ours = optim.SGD([Tensor(1.0, requires_grad=True)], lr=lr)
    theirs = torch.optim.SGD([torch.tensor(1.0, requires_grad=True)], lr=lr)
    first = [getattr(optim, name)(ours, **options) for name, options in schedules]
    second = [getattr(torch.optim.lr_scheduler, n)(theirs, **options) for n, options in schedules]
    return (ours, first), (theirs, second)


def agree_for(epochs, ours, theirs, changes=None):
    """Compare learning rates for so many epochs; in some of them both are set by hand."""
    (optimizer, schedules), (expected, expected_schedules) = ours, theirs
    for epoch in range(epochs):
        if epoch in (changes or {}):
            optimizer.lr = expected.param_groups[0]["lr"] = changes[epoch]
        assert optimizer.lr == pytest.approx(expected.param_groups[0]["lr"], rel=1e-12, abs=1e-15)
        expected.step()
        for schedule in (*schedules, *expected_schedules):
            schedule.step()


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("changes", [{}, {4: 0.7}, {1: 0.0}, {0: 0.1, 5: 0.2, 50: 0.9}])
def test_learning_rates_are_those_of_torch(schedule, changes):
    agree_for(110, *pair([schedule]), changes)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_two_schedules_of_one_optimiser_multiply_as_in_torch(schedule):
    agree_for(40, *pair([schedule, ("StepLR", {"step_size": 4, "gamma": 0.5})]))


@pytest.mark.parametrize(("name", "options"), SCHEDULES)
@pytest.mark.parametrize("epoch", [0, 1, 7, 60])
def test_a_schedule_goes_on_where_it_was(name, options, epoch):
    (undisturbed, (schedule,)), _ = pair([(name, options)])
    for _ in range(epoch):
        schedule.step()
    other = {"step_size": 1} if name == "StepLR" else {"T_max": 3}
    (resumed, (again,)), _ = pair([(name, other)], lr=0.1)
    again.load_state_dict(schedule.state_dict())
    resumed.load_state_dict(undisturbed.state_dict())
    for _ in range(70):
        assert (resumed.lr, again.state_dict()) == (undisturbed.lr, schedule.state_dict())
        schedule.step(), again.step()


def test_state_has_the_names_of_torch():
    for schedule in SCHEDULES:
        (_, (ours,)), (_, (theirs,)) = pair([schedule])
        assert ours.state_dict().items() <= theirs.state_dict().items()


def test_the_cosine_ends_at_its_lowest():
    optimizer = optim.SGD([Tensor(1.0, requires_grad=True)], lr=0.3)
    schedule = optim.CosineAnnealingLR(optimizer, T_max=4, eta_min=0.1)
    for _ in range(4):
        schedule.step()
    assert optimizer.lr == 0.1


ODD = [
    ("StepLR", (0,), ValueError, "step_size needs to be 1 or more, got 0"),
    ("StepLR", (-2,), ValueError, "step_size needs"),
    ("StepLR", (2.0,), TypeError, "step_size needs to be a whole number, got 2.0"),
    ("StepLR", (True,), TypeError, "step_size needs to be a whole number"),
    ("StepLR", (None,), TypeError, "step_size needs"),
    ("StepLR", (3, -0.1), ValueError, "gamma needs to be 0 or more"),
    ("StepLR", (3, np.nan), ValueError, "gamma needs to be finite, got nan"),
    ("StepLR", (3, "0.1"), TypeError, "gamma needs to be a number, got '0.1'"),
    ("CosineAnnealingLR", (0,), ValueError, "T_max needs to be 1 or more, got 0"),
    ("CosineAnnealingLR", (2.5,), TypeError, "T_max needs to be a whole number"),
    ("CosineAnnealingLR", ([3],), TypeError, "T_max needs"),
    ("CosineAnnealingLR", (3, -1), ValueError, "eta_min needs to be 0 or more"),
    ("CosineAnnealingLR", (3, np.inf), ValueError, "eta_min needs to be finite"),
]


@pytest.mark.parametrize(("name", "arguments", "error", "says"), ODD)
def test_odd_arguments_are_refused_in_words(name, arguments, error, says):
    optimizer = optim.SGD([Tensor(1.0, requires_grad=True)])
    with pytest.raises(error, match=says):
        getattr(optim, name)(optimizer, *arguments)


@pytest.mark.parametrize("wrong", [0.1, None, [Tensor(1.0)], Tensor(1.0)])
def test_a_schedule_needs_an_optimiser(wrong):
    with pytest.raises(TypeError, match="a schedule needs an optimiser, got"):
        optim.StepLR(wrong, 3)


@pytest.mark.parametrize("wrong", [{}, None, [1], {"last_epoch": 3}, "cosine", {1: 2, "a": 3}])
def test_the_state_of_something_else_changes_nothing(wrong):
    (optimizer, (schedule,)), (_, (others,)) = pair([("StepLR", {"step_size": 2})])
    before = schedule.state_dict()
    cosine = optim.CosineAnnealingLR(optimizer, 3).state_dict()
    for state in (wrong, cosine, optimizer.state_dict(), others.state_dict()):
        with pytest.raises(ValueError, match="a schedule of the kind that was saved"):
            schedule.load_state_dict(state)
    assert schedule.state_dict() == before


ODD_STATES = [
    ("StepLR", {"base_lrs": 0.1}, "a list of one rate"),
    ("StepLR", {"base_lrs": []}, "a list of one rate"),
    ("StepLR", {"base_lrs": [0.1, 0.2]}, "a list of one rate"),
    ("StepLR", {"base_lrs": None}, "a list of one rate"),
    ("StepLR", {"base_lrs": "1"}, "a list of one rate"),
    ("StepLR", {"base_lrs": ["0.1"]}, "lr needs to be a number"),
    ("StepLR", {"base_lrs": [np.nan]}, "lr needs to be finite"),
    ("StepLR", {"last_epoch": 1.5}, "last_epoch needs to be a whole number"),
    ("StepLR", {"last_epoch": -1}, "last_epoch needs to be 0 or more"),
    ("StepLR", {"last_epoch": "3"}, "last_epoch needs to be a whole number"),
    ("StepLR", {"step_size": 0}, "step_size needs to be 1 or more"),
    ("StepLR", {"gamma": None}, "gamma needs to be a number"),
    ("CosineAnnealingLR", {"T_max": 0}, "T_max needs to be 1 or more"),
    ("CosineAnnealingLR", {"eta_min": "0"}, "eta_min needs to be a number"),
]


@pytest.mark.parametrize(("name", "changes", "says"), ODD_STATES)
def test_a_state_with_something_odd_in_it_changes_nothing(name, changes, says):
    (_, (schedule,)), _ = pair([(name, {"step_size": 2} if name == "StepLR" else {"T_max": 3})])
    schedule.step()
    before = schedule.state_dict()
    with pytest.raises((TypeError, ValueError), match=says):
        schedule.load_state_dict(before | {"last_epoch": 7} | changes)
    assert schedule.state_dict() == before


def test_a_schedule_without_a_rule_says_so():
    schedule = Schedule(optim.SGD([Tensor(1.0, requires_grad=True)]))
    with pytest.raises(NotImplementedError, match="write one"):
        schedule.step()
    assert schedule.last_epoch == 0
