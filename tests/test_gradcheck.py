import numpy as np
import pytest

from dlbook.functional import softmax
from dlbook.gradcheck import gradcheck
from dlbook.tensor import Tensor, record


def cube(x, slope=lambda x: 3 * x**2):
    return record(x.data**3, (x,), lambda g: (g * slope(x.data),))


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (0,)])
def test_right_gradients_pass(shape, rng):
    assert gradcheck(cube, rng.normal(size=shape)) is True


@pytest.mark.parametrize(
    "slope",
    [
        lambda x: -3 * x**2,
        lambda x: 3.01 * x**2,
        lambda x: 3 * x**2 + (x == x.max()),
        lambda x: 3 * x[::-1] ** 2,
        lambda x: np.zeros_like(x),
        lambda x: x + np.nan,
    ],
)
def test_wrong_gradients_are_found(slope, rng):
    with pytest.raises(ValueError, match="input 0, index"):
        gradcheck(lambda x: cube(x, slope), rng.normal(size=4))


def test_every_number_of_a_result_counts(rng):
    def forgets_its_rule(x):  # the shares add up to 1, so their plain sum has no slope to miss
        return record(softmax(x, 0).data, (x,), lambda g: (np.zeros_like(x.data),))

    with pytest.raises(ValueError, match="got 0"):
        gradcheck(forgets_its_rule, rng.normal(size=3))


def test_the_message_names_the_place_and_both_numbers():
    def forgets_b(a, b):
        return record(a.data * b.data, (a, b), lambda g: (g * b.data, None))

    with pytest.raises(ValueError, match=r"input 1, index \(\): .* give 2, .* got 0"):
        gradcheck(forgets_b, 2.0, 3.0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inputs_are_left_alone(dtype, rng):
    x = Tensor(rng.normal(size=3).astype(dtype), requires_grad=True)
    x.data.flags.writeable = False
    assert gradcheck(cube, x)
    assert x.grad is None and x.dtype == dtype


def test_integers_are_passed_on_unchecked(rng):
    assert gradcheck(lambda x, rows: x[rows.data], rng.normal(size=(3, 2)), np.array([0, 0, 2]))


@pytest.mark.parametrize(
    ("f", "says"),
    [
        (lambda x: x.data, "ndarray"),
        (lambda x: Tensor(x.data.astype(np.float32), requires_grad=True), "float32"),
    ],
)
def test_a_result_without_float64_is_refused(f, says):
    with pytest.raises(TypeError, match=says):
        gradcheck(f, 2.0)
