import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from dlbook import functional
from dlbook.gradcheck import gradcheck
from dlbook.tensor import Tensor
from tests.oracle import agrees_with_torch, laid_out

SIDES = st.integers(1, 9)


@st.composite
def images(draw, axes):
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    shape = (draw(st.integers(1, 3)), draw(st.integers(1, 3)), *(draw(SIDES) for _ in range(axes)))
    x = rng.normal(size=shape)
    if draw(st.booleans()):
        x = np.round(x)  # ties
    if draw(st.booleans()):
        x = laid_out(x, draw(st.permutations(range(axes + 2))))
    return x


@st.composite
def windows(draw, axes, dilated):
    """Draw images, and kernel, stride, padding, dilation and ceil_mode that have room."""
    x, ceil_mode = draw(images(axes)), draw(st.booleans())
    kernel, stride, padding, dilation = [], [], [], []
    for n in x.shape[2:]:
        stride.append(draw(st.integers(1, 5)))
        room = n + stride[-1] - 1 if ceil_mode else n  # a window may lie partly on the image
        kernel.append(draw(st.integers(1, room)))
        padding.append(draw(st.integers(0, kernel[-1] // 2)))
        roomy = [d for d in (1, 2, 3) if d * (kernel[-1] - 1) < room]
        dilation.append(draw(st.sampled_from(roomy)) if dilated and not padding[-1] else 1)
    how = [tuple(v) for v in (kernel, stride, padding, dilation)[: 4 if dilated else 3]]
    return x, [v[0] for v in how] if axes == 1 else how, ceil_mode


@settings(max_examples=150)
@given(windows(axes=2, dilated=True))
def test_max_pool2d_agrees_with_torch(case):
    x, how, ceil_mode = case
    agrees_with_torch("max_pool2d", [x], *how, ceil_mode=ceil_mode)


@settings(max_examples=100)
@given(windows(axes=2, dilated=False), st.booleans())
def test_avg_pool2d_agrees_with_torch(case, count_include_pad):
    x, how, ceil_mode = case
    agrees_with_torch("avg_pool2d", [x], *how, ceil_mode, count_include_pad)


@settings(max_examples=50)
@given(images(axes=2), st.tuples(st.integers(1, 9), st.none() | st.integers(1, 9)))
def test_adaptive_avg_pool2d_agrees_with_torch(x, output_size):
    agrees_with_torch("adaptive_avg_pool2d", [x], output_size)


@settings(max_examples=50)
@given(windows(axes=1, dilated=True), st.integers(1, 9))
def test_pooling_of_sequences_agrees_with_torch(case, output_size):
    x, how, ceil_mode = case
    agrees_with_torch("max_pool1d", [x], *how, ceil_mode=ceil_mode)
    agrees_with_torch("avg_pool1d", [x], *how[:3], ceil_mode)
    agrees_with_torch("adaptive_avg_pool1d", [x], output_size)


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d", "adaptive_avg_pool2d"])
@pytest.mark.parametrize("size", [1, 2, (3, 2)])
def test_one_size_stands_for_all_and_a_batch_may_be_empty(name, size, rng):
    agrees_with_torch(name, [rng.normal(size=(2, 3, 6, 7))], size)
    empty = Tensor(np.zeros((0, 3, 6, 7)), requires_grad=True)
    out = getattr(functional, name)(empty, size)
    out.sum().backward()
    assert len(out) == 0 and empty.grad.shape == empty.shape


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d", "adaptive_avg_pool2d"])
def test_backward_agrees_with_finite_differences(name, rng):
    x = rng.permutation(60).reshape(1, 2, 5, 6) / 10.0  # no two are near each other
    assert gradcheck(lambda x: getattr(functional, name)(x, 3), x)


def test_the_first_of_equals_takes_all_of_the_gradient():
    x = Tensor(np.ones((1, 1, 2, 3)), requires_grad=True)
    functional.max_pool2d(x, 2, stride=1).sum().backward()
    np.testing.assert_array_equal(x.grad[0, 0], [[1, 1, 0], [0, 0, 0]])


def test_the_largest_scales_with_the_image_and_is_not_normalised(rng):
    x = rng.normal(size=(1, 2, 4, 4))
    small, large = (functional.max_pool2d(Tensor(k * x), 2).data for k in (1, 8))
    np.testing.assert_array_equal(large, 8 * small)


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d", "adaptive_avg_pool2d"])
def test_float32_stays_float32(name, rng):
    x = Tensor(rng.normal(size=(2, 3, 6, 6)).astype(np.float32), requires_grad=True)
    out = getattr(functional, name)(x, 2)
    out.sum().backward()
    assert out.dtype == x.grad.dtype == np.float32


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda x: functional.max_pool2d(x, 6), r"at least \(6, 6\), got \(4, 5\)"),
        (lambda x: functional.avg_pool2d(x, (5, 1)), r"at least \(5, 1\), got \(4, 5\)"),
        (lambda x: functional.max_pool2d(x, 6, 2, ceil_mode=True), r"at least \(6, 6\), got \(4"),
        (lambda x: functional.max_pool2d(x, 2, padding=2), "half of kernel_size, got 2 and 2"),
        (lambda x: functional.max_pool2d(x, 0), "kernel_size needs to be 1 or more, got 0"),
        (
            lambda x: functional.max_pool2d(x, 2, stride=(1, 0)),
            "stride needs to be 1 or more, got 0",
        ),
        (lambda x: functional.adaptive_avg_pool2d(x, 0), "output_size.*1 or more"),
        (lambda x: functional.max_pool2d(x.reshape(8, 15), 2), r"got \(8, 15\)"),
        (lambda x: functional.max_pool1d(x, 2), r"length\), got \(2, 3, 4, 5\)"),
    ],
)
def test_messages_say_what_is_needed(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong(Tensor(np.zeros((2, 3, 4, 5))))


@pytest.mark.parametrize("name", ["avg_pool1d", "adaptive_avg_pool1d"])
def test_a_message_names_the_function_that_was_called(name):
    with pytest.raises(TypeError, match=f"{name} needs floating-point numbers"):
        getattr(functional, name)(Tensor(np.ones((2, 3, 4), np.int64)), 2)
