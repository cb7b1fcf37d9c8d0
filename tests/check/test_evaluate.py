import pytest

from dlbook.check.compare import SECOND_CALL
from dlbook.check.evaluate import both_calls, evaluate, once
from dlbook.check.wire import decode, encode


def test_inputs_depend_on_the_seed_and_on_the_exercise():
    drawn = []

    def body(rng):
        drawn.append(rng.normal())
        return {}

    for name, seed in (("relu_back", 1), ("relu_back", 2), ("exp_back", 1)):
        evaluate(body, name, seed, 1e-6, 1e-9)
    assert len(drawn) == 6 and len(set(drawn)) == 3


def test_two_equal_calls_count_as_one():
    first = encode({"y": 1.0})
    assert both_calls(first, encode({"y": 1.0 + 1e-9}), 1e-6, 0.0) is first


@pytest.mark.parametrize("second", [{"y": 2.0}, None, ValueError("no")])
def test_a_second_call_that_differs_is_kept_beside_the_first(second):
    both = decode(both_calls(encode({"y": 1.0}), encode(second), 1e-6, 0.0))
    assert tuple(both) == SECOND_CALL and both["first call"] == {"y": 1.0}


@pytest.mark.parametrize("forged", [None, [], {"kind": "array"}, {"kind": "float", "value": "x"}])
def test_a_call_that_is_no_value_differs_from_one_that_is(forged):
    assert both_calls(encode({"y": 1.0}), forged, 1e-6, 0.0)["kind"] == "dict"


def test_an_error_is_a_result():
    def body(rng):
        raise ValueError("no")

    result = once(body, "relu_back", 0)
    assert result.values["type"] == "ValueError" and isinstance(result.error, ValueError)
