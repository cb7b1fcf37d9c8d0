import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from dlbook.gradcheck import gradcheck
from dlbook.tensor import Tensor, record, unbroadcast
from tests.oracle import arrays_held_by, share_no_memory


def reused(h):
    return h * (h + 1).log().tanh() - h


# name: (the same expression for dlbook and torch, shapes of its inputs)
LAWS = {
    "a sum of two": (lambda a, b: a + b, (3, 4), (4,)),
    "a number is added from either side": (lambda a: 2 + (a + 1), (3,)),
    "a difference": (lambda a, b: a - b, (2, 1, 3), (4, 1)),
    "a number minus a tensor": (lambda a: 1 - a, (3,)),
    "a product": (lambda a, b: a * b, (3, 4), (3, 1)),
    "a product with a number": (lambda a: 3 * a * 2, ()),
    "a quotient": (lambda a, b: a / (b * b + 1), (3, 4), (1, 4)),
    "a number over a tensor": (lambda a: 2 / (a * a + 1), (3,)),
    "a power": (lambda a: a**3, (3, 2)),
    "a power of zero": (lambda a: (a - a) ** 0 + (a - a) ** 1, (3,)),
    "a negative": (lambda a: -a, (3,)),
    "matrix times matrix": (lambda a, b: a @ b, (3, 4), (4, 2)),
    "vector times vector": (lambda a, b: a @ b, (4,), (4,)),
    "vector times matrix": (lambda a, b: a @ b, (4,), (4, 2)),
    "matrix times vector": (lambda a, b: a @ b, (3, 4), (4,)),
    "batched matrices": (lambda a, b: a @ b, (2, 1, 3, 4), (5, 4, 2)),
    "batched matrices times one": (lambda a, b: a @ b, (2, 3, 4), (4, 2)),
    "vector times batched matrices": (lambda a, b: a @ b, (4,), (2, 4, 3)),
    "exp": (lambda a: a.exp(), (3,)),
    "log": (lambda a: (a * a + 1).log(), (3,)),
    "tanh": (lambda a: a.tanh(), (3,)),
    "sqrt": (lambda a: (a * a + 1).sqrt(), (3,)),
    "abs": (lambda a: a.abs(), (3, 2)),
    "maximum": (lambda a, b: a.maximum(b), (3, 4), (4,)),
    "a sum": (lambda a: a.sum(), (3, 4)),
    "a sum along one axis": (lambda a: a.sum(dim=1), (3, 4)),
    "a sum along two axes": (lambda a: a.sum(dim=(0, -1), keepdim=True), (3, 4, 2)),
    "a mean": (lambda a: a.mean(), (3, 4)),
    "a mean along one axis": (lambda a: a.mean(dim=-2), (3, 4)),
    "amax": (lambda a: a.amax(dim=1), (3, 4)),
    "clamp": (lambda a: a.clamp(-0.5, 0.5), (3, 4)),
    "amax of all": (lambda a: a.amax(), (3, 4)),
    "amax keeps the axis": (lambda a: a.amax(dim=0, keepdim=True), (3, 4)),
    "reshape": (lambda a: a.reshape(2, -1), (3, 4)),
    "reshape by a tuple": (lambda a: a.reshape((4, 3)), (3, 4)),
    "permute": (lambda a: a.permute(2, 0, 1), (2, 3, 4)),
    "transpose": (lambda a: a.transpose(0, -1), (2, 3, 4)),
    "T": (lambda a: a.T, (2, 3)),
    "a slice": (lambda a: a[1:, ::2], (3, 4)),
    "an element": (lambda a: a[1, 2], (3, 4)),
    "rows by number, one of them twice": (lambda a: a[[0, 2, 0]], (3, 4)),
    "a tuple of rows, one of them twice": (lambda a: a[:, (1, 1, 2)], (3, 4)),
    "a range of rows": (lambda a: a[range(2)], (3, 4)),
    "an index of an index": (lambda a: a[1:][[0, 0], ::2], (3, 4)),
    "the rows in a loop": (lambda a: sum(row * row for row in a), (3, 4)),
    "permuted from behind": (lambda a: a.permute(0, -1, 1), (3, 3, 3)),
    "a new axis": (lambda a: a[:, None], (3,)),
    "one tensor used many times": (lambda a: a * a + a.exp() * a, (3,)),
    "a result used at two depths": (lambda a: reused(a.exp()), (3,)),
}


@pytest.mark.parametrize("name", LAWS)
def test_forward_and_backward_agree_with_torch(name, rng):
    f, *shapes = LAWS[name]
    arrays = [rng.normal(size=shape) for shape in shapes]
    ours = [Tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    out, expected = f(*ours), f(*theirs)
    np.testing.assert_allclose(out.data, expected.detach(), rtol=1e-9, atol=1e-9)
    g = rng.normal(size=out.shape)
    held = [g, *arrays_held_by(out)]
    out.backward(g)
    share_no_memory([x.grad for x in ours], held)
    expected.backward(torch.tensor(g))
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x.grad, y.grad, rtol=1e-9, atol=1e-9)
        assert x.grad.shape == x.shape and x.grad.dtype == x.dtype


@pytest.mark.parametrize("name", LAWS)
def test_backward_agrees_with_finite_differences(name, rng):
    f, *shapes = LAWS[name]
    assert gradcheck(f, *(rng.normal(size=shape) for shape in shapes))


@settings(max_examples=50)
@given(mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3))
def test_gradient_is_summed_over_broadcast_axes(shapes):
    small, other = (np.ones(shape) for shape in shapes.input_shapes)
    x = Tensor(small, requires_grad=True)
    (x + other).sum().backward()
    copies = np.broadcast_to(small, shapes.result_shape).size / small.size
    np.testing.assert_array_equal(x.grad, np.full(small.shape, copies))


@settings(max_examples=50)
@given(mutually_broadcastable_shapes(num_shapes=1, max_dims=4, max_side=3), st.data())
def test_unbroadcast_is_the_transpose_of_broadcasting(shapes, data):
    rng = np.random.default_rng(0)
    (shape,) = shapes.input_shapes
    lead = data.draw(st.lists(st.integers(1, 3), max_size=2))
    wide = (*lead, *(data.draw(st.integers(1, 3)) if n == 1 else n for n in shape))
    x, g = rng.normal(size=shape), rng.normal(size=wide)
    inner = (np.broadcast_to(x, wide) * g).sum()
    np.testing.assert_allclose((x * unbroadcast(g, shape)).sum(), inner, rtol=1e-12, atol=1e-12)


def test_ties_share_the_gradient():
    x = Tensor([1.0, 3.0, 3.0], requires_grad=True)
    x.amax().backward()
    np.testing.assert_array_equal(x.grad, [0, 0.5, 0.5])
    y = Tensor([1.0, 3.0, 3.0], requires_grad=True)
    y.maximum(3).sum().backward()
    np.testing.assert_array_equal(y.grad, [0, 0.5, 0.5])


# ---- dtype ----


@pytest.mark.parametrize("data", [1, 2.5, [1, 2], [[1.5], [2]], True])
def test_numbers_and_lists_become_float32(data):
    assert Tensor(data).dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64, np.bool_])
def test_arrays_keep_their_dtype_and_are_not_copied(dtype):
    array = np.zeros(3, dtype)
    assert Tensor(array).dtype == dtype
    assert np.shares_memory(Tensor(array).data, array)


@pytest.mark.parametrize("number", [2, 0.5, np.float64(0.5), np.array(0.5), np.int64(2), True])
def test_a_number_never_widens_float32(number):
    x = Tensor([1.0, 2.0], requires_grad=True)
    for out in (x + number, number - x, x * number, number / x, x / number, x.maximum(number)):
        assert isinstance(out, Tensor) and out.dtype == np.float32
    assert (x ** float(number)).dtype == x.mean().dtype == np.float32


def test_gradient_has_the_dtype_of_its_tensor():
    x = Tensor([1.0, 2.0], requires_grad=True)
    (x * np.ones(2)).sum().backward()
    assert x.grad.dtype == np.float32


def test_an_array_on_the_left_gives_a_tensor(rng):
    x, a = Tensor(rng.normal(size=(2, 2)), requires_grad=True), rng.normal(size=(2, 2))
    for out, expected in ((a + x, a + x.data), (a @ x, a @ x.data), (a / x, a / x.data)):
        assert isinstance(out, Tensor)
        np.testing.assert_allclose(out.data, expected, rtol=1e-12)


# ---- messages ----


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        (lambda: Tensor(np.arange(3), requires_grad=True), TypeError, "dtype=np.float32"),
        (lambda: record(np.ones(2), (np.ones(2),), lambda g: (g,)), TypeError, "got ndarray"),
        (lambda: Tensor(1.0) ** Tensor(2.0), TypeError, "exponent"),
        (lambda: Tensor(1.0, requires_grad=True).numpy(), RuntimeError, r"detach\(\)"),
        (lambda: np.asarray(Tensor([1.0], requires_grad=True)), RuntimeError, r"detach\(\)"),
        (lambda: np.exp(Tensor([1.0])), TypeError, "Tensor"),
    ],
)
def test_messages_say_what_is_needed(wrong, error, says):
    with pytest.raises(error, match=says):
        wrong()


def test_a_tensor_shows_its_values():
    assert repr(Tensor([1.0, 2.0], requires_grad=True)) == "Tensor([1., 2.], requires_grad=True)"
    assert Tensor(2.5).item() == 2.5 and len(Tensor([1, 2])) == 2
    np.testing.assert_array_equal(np.asarray(Tensor([1.0, 2.0])), [1, 2])
