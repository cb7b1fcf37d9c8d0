import base64

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from dlbook import Tensor
from dlbook.check.wire import Failure, Foreign, WireError, decode, encode

PLAIN = {
    "none": (None, None),
    "bool": (True, True),
    "numpy bool": (np.bool_(False), False),
    "int": (-7, -7),
    "numpy int": (np.int64(7), 7),
    "float": (0.1, 0.1),
    "infinity": (-np.inf, -np.inf),
    "number in an array": (np.array(2.5), 2.5),
    "text": ("卷积 \ud800", "卷积 ?"),
    "tuple": ((1, [2.0, "x"]), [1, [2.0, "x"]]),
    "dict": ({"dx": 1, 2: None}, {"dx": 1, "2": None}),
    "error": (ValueError("no"), Failure("ValueError", "no")),
    "object": (object(), Foreign("object")),
    "huge int": (10**30, Foreign("huge int")),
    "array of objects": (np.array([None]), Foreign("array of object")),
    "huge array": (np.zeros(10**6), Foreign("array of 8 MB")),
    "equal labels": ({1: 0, "1": 0}, Foreign("dict with two equal labels")),
}


@pytest.mark.parametrize("case", PLAIN)
def test_a_value_comes_back(case):
    value, expected = PLAIN[case]
    assert decode(encode(value)) == expected


def test_nan_comes_back():
    assert np.isnan(decode(encode(float("nan"))))


@given(
    arrays(st.sampled_from([np.float64, np.float32, np.int8, np.bool_]), array_shapes(min_side=0))
)
def test_an_array_comes_back_bit_for_bit(array):
    back = decode(encode(array))
    assert back.dtype == array.dtype and back.shape == array.shape
    assert back.tobytes() == array.tobytes()


def test_views_and_other_byte_orders_come_back():
    array = np.arange(12.0).reshape(3, 4)
    for view in (array.T, array[::-1, ::2], array.astype(">f8")):
        assert np.array_equal(decode(encode(view)), view)


def test_tensors_travel_as_arrays():
    assert np.array_equal(decode(encode(Tensor(np.eye(2), requires_grad=True))), np.eye(2))


def array(**changes) -> dict:
    return {"kind": "array", "dtype": "<f8", "shape": [2], "data": _b64(16)} | changes


def _b64(size: int) -> str:
    return base64.b64encode(bytes(size)).decode()


MALFORMED = {
    "no object": 3,
    "unknown kind": {"kind": "pickle", "data": "gASVAAAA"},
    "object dtype": array(dtype="|O"),
    "too few bytes": array(data=_b64(8)),
    "huge shape": array(shape=[10**7, 10**7, 10**7]),
    "negative shape": array(shape=[-2]),
    "boolean shape": array(shape=[True]),
    "no base64": array(data="!"),
    "bool as int": {"kind": "int", "value": True},
    "text as float": {"kind": "float", "value": "one"},
    "huge int": {"kind": "int", "value": 10**400},
    "long list": {"kind": "list", "items": [{"kind": "none"}] * 1001},
    "key that is no text": {"kind": "dict", "items": [[1, {"kind": "none"}]]},
    "unhashable kind": {"kind": []},
    "unhashable dtype": array(dtype=[]),
    "float beyond range": {"kind": "float", "value": "0x1p999999"},
    "long float": {"kind": "float", "value": "0x1." + "0" * 100 + "p3"},
    "float as number": {"kind": "float", "value": 0.5},
    "number as text": {"kind": "str", "value": 5},
    "error without message": {"kind": "error", "type": "ValueError"},
    "error of a huge int": {"kind": "error", "type": 10**5000, "message": ""},
    "place that is no text": {"kind": "error", "type": "E", "message": "", "where": {}},
    "type that is no text": {"kind": "other", "type": ["set"]},
    "no dimension": array(shape=[], data=_b64(8)),
    "giant shape of nothing": array(shape=[0, *[4_000_000] * 15], data=""),
    "boolean that is two": array(dtype="|b1", data="AgE="),
    "repeated label": {"kind": "dict", "items": [["a", {"kind": "none"}]] * 2},
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_encode_never_wrote_is_refused(case):
    with pytest.raises(WireError):
        decode(MALFORMED[case])


def test_deep_nesting_is_cut_when_written_and_refused_when_read():
    value, data = [], {"kind": "list", "items": []}
    for _ in range(50):
        value, data = [value], {"kind": "list", "items": [data]}
    decode(encode(value))
    with pytest.raises(WireError, match="8 levels"):
        decode(data)


@pytest.mark.parametrize("extra", [0, 8], ids=["at the limit", "over it"])
def test_the_text_of_a_large_array_is_refused_before_it_is_decoded(extra, monkeypatch):
    data = array(dtype="|u1", shape=[4_000_000], data=_b64(4_000_000 + extra))
    decoded = []
    decode_text = base64.b64decode

    def note(text, **options):
        decoded.append(text)
        return decode_text(text, **options)

    monkeypatch.setattr(base64, "b64decode", note)
    if extra:
        with pytest.raises(WireError, match="at most 4 MB"):
            decode(data)
    else:
        assert decode(data).nbytes == 4_000_000
    assert len(decoded) == (0 if extra else 1)


SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
SIMPLE |= st.sampled_from(["0x1p3", "AAAA", "<f8", "|u1"])
FIELDS = ("value", "items", "dtype", "shape", "data", "type", "message", "where", "else")
KINDS = ("none", "bool", "int", "str", "float", "array", "error", "other", "list", "dict", "pickle")
VALUES = st.recursive(
    SIMPLE | st.lists(SIMPLE, max_size=3),
    lambda inner: st.fixed_dictionaries(
        {"kind": st.sampled_from(KINDS) | SIMPLE},
        optional={field: SIMPLE | st.lists(inner, max_size=2) for field in FIELDS},
    ),
    max_leaves=4,
)


@given(VALUES)
def test_any_json_is_a_value_or_refused(data):
    try:
        decode(data)
    except WireError:
        return
