import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from dlbook import functional
from dlbook.gradcheck import gradcheck
from dlbook.tensor import Tensor
from tests.oracle import agrees_with_torch, laid_out


@st.composite
def batches(draw):
    """Draw an input of 2 to 4 axes with at least two numbers a channel."""
    shape = draw(st.lists(st.integers(1, 5), min_size=2, max_size=4))
    if np.prod(shape) == shape[1]:
        shape[0] += 1
    x = np.random.default_rng(draw(st.integers(0, 99))).normal(3, 2, size=shape)
    return laid_out(x, draw(st.permutations(range(x.ndim))))


@settings(max_examples=100)
@given(batches(), st.booleans(), st.booleans(), st.floats(0, 1))
def test_batch_norm_agrees_with_torch(x, training, affine, momentum):
    rng = np.random.default_rng(0)
    mean, var, w, b = rng.uniform(0.5, 2, size=(4, x.shape[1]))
    ours = [Tensor(a.copy(), requires_grad=True) for a in (x, w, b)[: 3 if affine else 1]]
    theirs = [torch.tensor(t.data.copy(), requires_grad=True) for t in ours]
    kept, stored = (
        [Tensor(mean.copy()), Tensor(var.copy())],
        [torch.tensor(mean), torch.tensor(var)],
    )
    rest = {"training": training, "momentum": momentum}
    out = functional.batch_norm(ours[0], *kept, *ours[1:], **rest)
    expected = torch.nn.functional.batch_norm(theirs[0], *stored, *theirs[1:], **rest)
    np.testing.assert_allclose(out.data, expected.detach(), rtol=1e-9, atol=1e-9)
    g = rng.normal(size=x.shape)
    out.backward(g)
    expected.backward(torch.tensor(g))
    for a, e in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.grad, e.grad, rtol=1e-9, atol=1e-8)
    for a, e in zip(kept, stored, strict=True):
        np.testing.assert_allclose(a.data, e, rtol=1e-9)


@settings(max_examples=30)
@given(batches())
def test_batch_norm_needs_no_running_values(x):
    agrees_with_torch("batch_norm", [x], None, None, training=True)


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 3), max_size=2),
    st.lists(st.integers(2, 4), min_size=1, max_size=2),
    st.sampled_from(["plain", "weight", "both"]),
)
def test_layer_norm_agrees_with_torch(lead, sizes, kind):
    rng = np.random.default_rng(0)
    x = rng.normal(3, 2, size=(*lead, *sizes))
    w, b = rng.normal(size=(2, *sizes))
    tensors = {"plain": (None, None), "weight": (w, None), "both": (w, b)}[kind]
    agrees_with_torch_in_the_middle(x, tuple(sizes), *tensors)


def agrees_with_torch_in_the_middle(x, sizes, w, b):
    """Compare layer_norm with torch's: its sizes stand between its tensors."""
    ours = [None if a is None else Tensor(a, requires_grad=True) for a in (x, w, b)]
    theirs = [None if a is None else torch.tensor(a, requires_grad=True) for a in (x, w, b)]
    out = functional.layer_norm(ours[0], sizes, *ours[1:])
    expected = torch.nn.functional.layer_norm(theirs[0], sizes, *theirs[1:])
    np.testing.assert_allclose(out.data, expected.detach(), rtol=1e-9, atol=1e-9)
    g = np.random.default_rng(1).normal(size=x.shape)
    out.backward(g)
    expected.backward(torch.tensor(g))
    for a, e in zip(ours, theirs, strict=True):
        if a is not None:
            np.testing.assert_allclose(a.grad, e.grad, rtol=1e-9, atol=1e-8)


def test_backward_agrees_with_finite_differences(rng):
    x, w, b = rng.normal(size=(3, 2, 2, 2)), rng.normal(size=2), rng.normal(size=2)
    mean, var = Tensor(np.ones(2)), Tensor(np.ones(2))
    batch_norm = functional.batch_norm
    assert gradcheck(lambda x, w, b: batch_norm(x, None, None, w, b, training=True), x, w, b)
    assert gradcheck(lambda x, w, b: batch_norm(x, mean, var, w, b), x, w, b)
    assert gradcheck(lambda x, w, b: functional.layer_norm(x, 2, w, b), x, w, b)


def test_what_is_normalised_has_mean_0_and_variance_1_and_forgets_the_scale(rng):
    x = rng.normal(3, 2, size=(8, 4, 5, 5))
    normal = functional.batch_norm(Tensor(x), None, None).data
    np.testing.assert_allclose(normal.mean(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(normal.var(axis=(0, 2, 3)), 1, rtol=1e-4)
    larger = functional.batch_norm(Tensor(10 * x), None, None).data
    np.testing.assert_allclose(larger, normal, rtol=1e-4)


def test_a_large_mean_costs_no_precision(rng):
    x = (rng.normal(size=(64, 2, 3, 3)) + 1000).astype(np.float32)
    normal = functional.batch_norm(Tensor(x), None, None).data
    exact = functional.batch_norm(Tensor(x.astype(np.float64)), None, None).data
    np.testing.assert_allclose(normal, exact, atol=1e-3)
    assert normal.dtype == np.float32


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda x: functional.batch_norm(x, None, None, Tensor(np.ones(4))), r"\(3,\).*\(4,\)"),
        (lambda x: functional.batch_norm(x[:1], None, None), "at least 2 numbers a channel"),
        (lambda x: functional.batch_norm(x[0], None, None), r"\(3,\).*x\[None\]"),
        (lambda x: functional.layer_norm(x, 4), r"input of shape \(..., 4\), got \(2, 3\)"),
        (lambda x: functional.layer_norm(x, 3, Tensor(np.ones(2))), r"weight.*\(3\).*\(2,\)"),
        (lambda x: functional.layer_norm(x, 3, Tensor(np.ones((2, 3)))), r"weight.*\(3\), got"),
        (lambda x: functional.layer_norm(x, 3, None, Tensor(np.ones((4, 1, 3)))), r"bias.*4, 1"),
    ],
)
def test_messages_say_what_is_needed(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong(Tensor(np.zeros((2, 3))))


def running(wrong):
    """Return running mean and variance, one of which cannot be moved or wants a gradient."""
    mean, var = Tensor(np.zeros(3)), Tensor(np.ones(3), requires_grad=wrong == "gradient")
    mean.data.flags.writeable = wrong != "read-only"
    return mean, var


@pytest.mark.parametrize(
    ("wrong", "training", "says"),
    [
        ("gradient", False, r"running_var without a gradient.*; pass running_var\.detach\(\)"),
        ("gradient", True, r"running_var without a gradient.*; pass running_var\.detach\(\)"),
        ("read-only", True, r"running_mean that it can move.*read-only array; make"),
    ],
)
def test_running_values_that_cannot_be_moved_are_refused(wrong, training, says):
    x = Tensor(np.arange(6.0).reshape(2, 3))
    with pytest.raises(RuntimeError, match=says):
        functional.batch_norm(x, *running(wrong), training=training)


def test_read_only_running_values_normalise_in_evaluation():
    x = Tensor(np.arange(6.0).reshape(2, 3))
    out = functional.batch_norm(x, *running("read-only"))
    np.testing.assert_allclose(out.data, x.data, rtol=1e-5)
