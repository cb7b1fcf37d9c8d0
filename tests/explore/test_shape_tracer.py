"""What is called right is the gradient that torch finds, at equal sizes, too."""

from itertools import product

import numpy as np
import pytest
import torch

from dlbook.explore.shape_tracer import AXES, CANDIDATES, RIGHT, axes_of, fits, judge

SIZES = [dict(zip(("batch", "in", "out"), s, strict=True)) for s in product((2, 3, 4), repeat=3)]


def arrays(sizes):
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=[sizes[axis] for axis in AXES[name]]) for name in "xWbg"}


@pytest.mark.parametrize("sizes", SIZES)
def test_shapes_are_those_of_numpy_and_so_is_the_refusal(sizes):
    for candidate in CANDIDATES:
        result, sentence = judge(candidate, sizes)
        try:
            expected = eval(candidate, {}, arrays(sizes)).shape
        except ValueError:
            assert result is None and "does not fit" in sentence
        else:
            assert tuple(sizes[axis] for axis in axes_of(candidate)[2]) == expected
            assert [name for name in "xWb" if arrays(sizes)[name].shape == expected] == fits(
                result, sizes
            )


@pytest.mark.parametrize("sizes", SIZES)
def test_a_candidate_is_a_gradient_if_it_is_called_one_and_else_is_none(sizes):
    named = arrays(sizes)
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in named.items()}
    y = tensors["x"] @ tensors["W"] + tensors["b"]
    y.backward(tensors["g"].detach())
    for candidate in CANDIDATES:
        result, sentence = judge(candidate, sizes)
        if result is None:
            continue
        found = eval(candidate, {}, named)
        for target in "xWb":
            gradient = tensors[target].grad.numpy()
            same = found.shape == gradient.shape and np.allclose(found, gradient)
            assert same == (RIGHT.get(candidate, "-")[0] == target)
        assert ("is wrong" in sentence) == (
            bool(fits(result, sizes)) and candidate not in {*RIGHT, "g.T @ x"}
        )


def test_a_coincidence_is_named():
    assert judge("x @ g", {"batch": 4, "in": 4, "out": 3})[1].endswith("batch = in by coincidence")
    assert judge("x @ g", {"batch": 5, "in": 4, "out": 3})[1].endswith("in 4 meets batch 5")
