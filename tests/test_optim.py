import numpy as np
import pytest
import torch

from dlbook import optim
from dlbook.tensor import Tensor

CASES = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.3}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.3}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.3}),
    ("SGD", {}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.1, "alpha": 0.8, "eps": 1e-3, "weight_decay": 0.3, "momentum": 0.9}),
    ("RMSprop", {"centered": True}),
    ("RMSprop", {"centered": True, "momentum": 0.5}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.3}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.3}),
]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_steps_are_those_of_torch(name, options, rng):
    start = [rng.normal(size=s) for s in ((3, 2), (2,))]
    ours = [Tensor(a.copy(), requires_grad=True) for a in start]
    theirs = [torch.tensor(a, requires_grad=True) for a in start]
    optimizer = getattr(optim, name)(ours, **options)
    expected = getattr(torch.optim, name)(theirs, **options)
    for step in range(20):
        for p, q in zip(ours, theirs, strict=True):
            g = rng.normal(size=p.shape)
            p.grad, q.grad = g, torch.tensor(g)
        if step == 7:  # a parameter without a gradient stays, and so does its state
            ours[1].grad = theirs[1].grad = None
        optimizer.step()
        expected.step()
        for p, q in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(p.data, q.detach(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_a_step_works_in_place_and_leaves_the_gradient_alone(name, options, rng):
    p = Tensor(rng.normal(size=3).astype(np.float32), requires_grad=True)
    array, p.grad = p.data, rng.normal(size=3).astype(np.float32)
    values, g = array.copy(), p.grad.copy()
    optimizer = getattr(optim, name)([p], **options)
    for _ in range(2):
        optimizer.step()
    assert p.data is array and array.dtype == np.float32 and (array != values).all()
    np.testing.assert_array_equal(p.grad, g)
    optimizer.zero_grad()
    assert p.grad is None


@pytest.mark.parametrize("lr", [0.19, 0.21])
def test_descent_on_a_parabola_is_stable_below_two_over_the_curvature(lr):
    x = Tensor(np.array(1.0), requires_grad=True)
    optimizer = optim.SGD([x], lr=lr)
    for _ in range(100):
        optimizer.zero_grad()
        (x * x * 5).backward()
        optimizer.step()
    assert (abs(x.item()) < 1) == (lr < 2 / 10)


def test_the_learning_rate_may_change_on_the_way():
    x = Tensor(np.array(1.0), requires_grad=True)
    optimizer = optim.SGD([x], lr=0.5)
    x.grad = np.array(1.0)
    optimizer.step()
    optimizer.lr = 0.25
    optimizer.step()
    assert x.item() == 0.25


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda x: optim.SGD([], lr=0.1), "model.parameters()"),
        (lambda x: optim.SGD([x], lr=-0.1), "lr needs to be 0 or more, got -0.1"),
        (lambda x: optim.Adam([x], lr=float("nan")), "got nan"),
        (lambda x: optim.Adam([x], weight_decay=-1), "weight_decay"),
        (lambda x: optim.SGD([x], momentum=-1), "momentum"),
        (lambda x: optim.SGD([x], nesterov=True), "nesterov"),
        (lambda x: optim.RMSprop([x], momentum=-1), "alpha and momentum"),
    ],
)
def test_messages_say_what_is_needed(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong(Tensor(1.0, requires_grad=True))
