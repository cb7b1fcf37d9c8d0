"""Shapes meet as they do in NumPy."""

from ast import literal_eval
from itertools import product

import numpy as np
import pytest

from dlbook.explore.broadcasting import SHAPES, meet

MORE = ["(2, 4, 3)", "(2, 1, 1)", "(1,)", "(0,)", "(0, 1)", "(5, 1, 4, 1)"]


@pytest.mark.parametrize(("a", "b"), [*product([*SHAPES, *MORE], repeat=2)])
def test_the_shape_of_a_sum_is_that_of_numpy_and_so_is_the_refusal(a, b):
    a, b = literal_eval(a), literal_eval(b)
    try:
        expected = np.broadcast_shapes(a, b)
    except ValueError:
        expected = None
    assert meet(a, b) == expected
