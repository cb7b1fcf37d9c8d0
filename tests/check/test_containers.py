import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from dlbook.check.compare import explain
from dlbook.check.containers import as_array
from dlbook.check.fingerprint import fingerprint
from dlbook.check.wire import decode, encode

ROWS = np.array([[1.5, -2.0], [0.25, 4.0], [3.0, 0.5]])
SAME = {
    "tuple for list": ([1, 2], (1, 2)),
    "range for list": ([0, 1], range(2)),
    "array for list": ([1, 2], np.array([1, 2])),
    "list for array": (np.array([1, 2]), [1, 2]),
    "nested list for array": (ROWS, ROWS.tolist()),
    "list of rows for array": (ROWS, list(ROWS)),
    "array for list of rows": (list(ROWS), ROWS),
    "array for nested list": (ROWS.tolist(), ROWS),
    "list of ints for floats": (np.array([1.0, 2.0]), [1, 2]),
    "list of truth values": (np.array([True, False]), [True, False]),
    "array of truth values": ([True, False], np.array([True, False])),
    "empty list for ints": (np.zeros(0, int), []),
    "empty array for list": ([], np.zeros(0)),
    "deep inside": ({"a": [np.ones(2), 1]}, {"a": ([1.0, 1.0], 1)}),
    "list of arrays": ([np.ones(2), np.ones(3)], ([1.0, 1.0], np.ones(3))),
}
OTHER = {
    "floats for ints": (np.array([1, 2]), [1.0, 2.0]),
    "floats for ints in a list": ([1, 2], np.array([1.0, 2.0])),
    "truth values for ints": ([1, 0], np.array([True, False])),
    "ints for truth values": (np.array([True, False]), [1, 0]),
    "mixed kinds": (np.array([1.0, 0.0]), [1.0, False]),
    "one more axis": (np.array([1.0, 2.0]), [[1.0, 2.0]]),
    "a column": (ROWS[:, 0], ROWS[:, :1].tolist()),
    "ragged": (ROWS, [[1.5, -2.0], [0.25], [3.0, 0.5]]),
    "another order": ([1, 2], np.array([2, 1])),
    "a number": (np.array([2.5]), 2.5),
    "texts": (ROWS[0], ["a", "b"]),
    "empty of another shape": (np.zeros((0, 3)), []),
}


def sent(value: object) -> object:
    return decode(encode(value))


@pytest.mark.parametrize("case", SAME)
def test_a_container_of_equal_shape_and_kind_is_the_same(case):
    needed, got = SAME[case]
    assert explain(sent(needed), sent(got), 1e-6, 1e-9) is None


@pytest.mark.parametrize("case", OTHER)
def test_another_shape_or_kind_is_another_value_in_any_container(case):
    needed, got = OTHER[case]
    assert explain(sent(needed), sent(got), 1e-6, 1e-9)


@given(arrays(st.sampled_from([np.float64, np.int64, np.bool_]), array_shapes(max_dims=4)))
def test_a_nested_list_is_the_array_that_it_came_from(array):
    back = as_array(array.tolist())
    assert back.dtype == array.dtype and np.array_equal(back, array, equal_nan=back.dtype == float)
    assert fingerprint(array.tolist()) == fingerprint(array)


def test_arrays_of_different_shapes_stay_a_list():
    assert as_array([np.ones(2), np.ones(3)]) is None and as_array([np.ones(2), 1.0]) is None
