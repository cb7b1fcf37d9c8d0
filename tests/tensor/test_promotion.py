"""dtypes are promoted as torch promotes them, for every pair of kinds and of shapes."""

import re

import numpy as np
import pytest
import torch

from dlbook.tensor import Tensor
from dlbook.tensor.array_node import INSTEAD
from dlbook.tensor.promotion import as_numbers

KINDS = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
NUMBERS = [True, 2, 0.5, np.int8(2), np.float64(0.5), np.float16(0.5)]
OPERATIONS = {"+": lambda a, b: a + b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_dtype_of_a_result_is_that_of_torch(operation, kind):
    f = OPERATIONS[operation]
    for shape in ((), (2,)):
        x = np.ones(shape, kind)
        others = [np.ones(other, other_kind) for other in ((), (2,)) for other_kind in KINDS]
        for y in others:
            expected = f(torch.tensor(x), torch.tensor(y)).dtype
            assert str(expected) == f"torch.{f(Tensor(x), Tensor(y)).dtype}", (shape, y)
            assert f(Tensor(x), y).dtype == f(x, Tensor(y)).dtype == f(Tensor(x), Tensor(y)).dtype
        for number in NUMBERS:
            expected = f(torch.tensor(x), number).dtype
            assert str(expected) == f"torch.{f(Tensor(x), number).dtype}", (shape, number)


@pytest.mark.parametrize(
    "data",
    [
        None,
        "1",
        b"1",
        np.str_("1"),
        ["1", "2"],
        [None, 1.0],
        {1, 2},
        {},
        (i for i in range(2)),
        1j,
        len,
        np.array([1, None]),
        np.array(["2020"], "M8[D]"),
        np.ones(2, np.complex64),
        np.zeros(2, [("a", float)]),
        [[1], [1, 2]],
    ],
)
def test_what_is_no_number_is_refused_in_words(data):
    message = "a tensor needs .*, got .*; "
    with pytest.raises((TypeError, ValueError), match=message):
        Tensor(data)
    with pytest.raises((TypeError, ValueError), match=message):
        Tensor([1.0, 2.0]) + data


@pytest.mark.parametrize(
    "data", [np.arange(3), np.float64(2), torch.arange(3), Tensor(np.arange(3)), np.ones((2, 0))]
)
def test_what_has_a_dtype_keeps_it(data):
    assert str(data.dtype).removeprefix("torch.") == Tensor(data).dtype == as_numbers(data).dtype


def test_numbers_of_any_byte_order_become_this_machines():
    for order in "<>":
        x = Tensor(np.array([1, 2], f"{order}f4"))
        assert x.dtype == np.float32 and x.dtype.isnative and x.tolist() == [1, 2]


def test_a_tensor_of_a_tensor_shares_its_numbers_and_has_no_graph():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = Tensor(x * 1)
    assert y.is_leaf and not y.requires_grad
    assert np.shares_memory(Tensor(x).data, x.data)


@pytest.mark.parametrize("name", INSTEAD)
def test_what_a_tensor_does_not_have_is_answered_with_what_to_write(name):
    assert hasattr(torch.Tensor, name) or hasattr(np.ndarray, name)
    with pytest.raises(AttributeError, match=re.escape(INSTEAD[name])):
        getattr(Tensor([1.0]), name)
    assert not hasattr(Tensor([1.0]), name)


def test_a_list_is_as_exact_as_the_tensor_beside_it():
    x, whole = Tensor(np.array([0.1, 0.2])), Tensor(np.zeros(2, np.int64))
    assert (x == [0.1, 0.2]).tolist() == [True, True] and (x < [0.1, 0.2]).tolist() == [False] * 2
    assert (x - [0.1, 0.2]).tolist() == ([0.1, 0.2] - x).tolist() == [0, 0]
    x[...], whole[...] = [0.3, 0.4], [2**24 + 1, 2**53 + 1]
    assert x.tolist() == [0.3, 0.4] and whole.tolist() == [2**24 + 1, 2**53 + 1]
    assert (Tensor([0.1]) - [0.1]).dtype == np.float32
