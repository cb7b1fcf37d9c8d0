import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from dlbook.check.answer_key import CheckKey, ExerciseKey
from dlbook.check.compare import explain, judge, parts
from dlbook.check.fingerprint import fingerprint
from dlbook.check.verdict import Verdict
from dlbook.check.wire import Failure, decode, encode

A = np.array([[1.5, -2.0, 3.0], [0.25, 4.0, -6.0]])
FIRST_OFF = A + np.eye(2, 3) * [1, 0, 0]
DIFFERENCES = {  # needed, got, the words
    "transposed": (A, A.T, "shape (3, 2), where (2, 3) is needed (it is transposed)"),
    "shape": (A, A[:1], "shape (1, 3), where (2, 3) is needed"),
    "sign": (A, -A, "every number has the opposite sign"),
    "scale": (A, 2 * A, "every number is 2 times what is needed"),
    "shift": (A, A + 1, "every number is off by the same 1"),
    "zeros": (A, 0 * A, "every number is 0"),
    "nan": (A, np.where(A > 2, np.nan, A), "2 of 6 numbers are nan or inf"),
    "one number": (
        A,
        FIRST_OFF,
        "1 of 6 numbers differ, the first at index [0, 0], where yours is",
    ),
    "number": (2.5, 2.25, "the number is not right, yours is 2.25"),
    "float for int": (3, 3.0, "a value of type int is needed, got float 3.0"),
    "int for bool": (True, 1, "a value of type bool is needed, got int 1"),
    "wrong int": (3, 4, "not right, yours is 4"),
    "float array for ints": (np.arange(3), np.arange(3.0), "numbers of dtype float64"),
    "none for array": (
        A,
        None,
        "an array of shape (2, 3) is needed, got None: is a `return` missing?",
    ),
    "list for array": (A, [1.0], "shape (1,), where (2, 3) is needed"),
    "ragged list for array": (A, [[1.0], []], "(2, 3) is needed, got a list or tuple of 2"),
    "array of another length": ([1, 2], np.arange(3), "2 values is needed, got an array of shape"),
    "short list": ([1, 2], [1], "a list or tuple of 2 values is needed"),
    "inside a list": ([1, 2], [1, 3], "the second of 2 values: not right, yours is 3"),
    "far inside a list": ([0] * 12, [0] * 11 + [3], "value 12 of 12: not right, yours is 3"),
    "the only one in a list": ({"a": [1]}, {"a": [3]}, "a: not right, yours is 3"),
    "inside a dict": ({"dx": A}, {"dx": -A}, "dx: every number has the opposite sign"),
    "error": (A, Failure("ValueError", "no"), "ValueError: no"),
    "none inside an error": (A, Failure("TypeError", "a NoneType"), "is a `return` missing?"),
    "no GPU": (A, Failure("AssertionError", "Torch not compiled with CUDA"), "leave `.cuda()`"),
    "asks": (A, Failure("StdinNotImplementedError", "raw_input"), "use the arguments"),
    "a file next to it": (A, Failure("ModuleNotFoundError", "No m"), "without other files"),
    "place of an error": (A, Failure("ValueError", "no", "in line 2"), "ValueError: no\nin line 2"),
    "float32": (A, A + A * 1e-5 * np.eye(2, 3), "all are close: is something in float32?"),
    "rounded": (A / 7, np.round(A / 7, 5), "all agree to about 5 digits, and yours look rounded"),
    "rounded coarsely": (A / 7, np.round(A / 7, 2), "the largest gap is more than a tenth"),
    "near": (A, A + A * 0.05 * np.eye(2, 3), "none is off by more than a tenth"),
    "far": (A, A + A * 0.2 * np.eye(2, 3), "the largest gap is more than a tenth"),
    "where 0 is due": (A * [0, 1, 1], A * [1, 1, 1.01], "the largest gap is more than a tenth"),
    "second call": ({"dx": 1}, {"first call": 1, "second call": 2}, "called a second time"),
}
SAME = {
    "float32": (A, A.astype(np.float32)),
    "int array for floats": (np.array([1.0, 2.0]), np.array([1, 2])),
    "int for float": (2.0, 2),
    "other int type": (np.arange(3), np.arange(3, dtype=np.int32)),
    "minus zero": (np.array([0.0]), np.array([-0.0])),
    "last digits": (A, A * (1 + 1e-9)),
    "nan where it is due": (np.array([np.nan]), np.array([np.nan])),
    "empty": (np.zeros((0, 3)), np.zeros((0, 3))),
    "text": ("relu", "relu"),
}


@pytest.mark.parametrize("case", DIFFERENCES)
def test_a_difference_is_put_into_words(case):
    needed, got, words = DIFFERENCES[case]
    assert words in explain(needed, got, 1e-6, 1e-9)


CHANGED = {  # label, needed, got: the words
    "given": ("w given", A, A + 1, "your function changed its argument w"),
    "afterwards": ("x afterwards", [A, A], [A, -A], "your function changed its argument x"),
    "one of several": ("x, w unchanged", [True, True], [True, False], "changed its argument w"),
    "and": ("gamma and beta afterwards", [1, 2], [0, 2], "changed its argument gamma"),
    "several": ("x, y afterwards", [1, 2, 3], [1, 2, 4], "changed one of its arguments x, y"),
    "no name": ("afterwards", [A], [-A], "your function changed one of its arguments"),
}


@pytest.mark.parametrize("case", CHANGED)
def test_a_changed_argument_is_reported_before_any_other_difference(case):
    label, needed, got, words = CHANGED[case]
    text = explain({"dx": 1, label: needed}, {"dx": 2, label: got}, 1e-6, 1e-9)
    assert text.endswith(words)
    assert explain({"dx": 1, label: needed}, {"dx": 2, label: needed}, 1e-6, 1e-9)[:3] == "dx:"


def test_a_ratio_that_some_numbers_share_is_not_named():
    text = explain(A, A * [3, 1, 3], 1e-6, 1e-9)
    assert "4 of 6 numbers differ" in text and "times" not in text


def test_where_an_error_was_raised_does_not_make_it_another():
    here, there = (Failure("ValueError", "no", line) for line in ("line 2", "line 3"))
    assert here == there and fingerprint(here) == fingerprint(there)
    assert decode(encode(ValueError("no")) | {"where": "line 2"}).where == "line 2"


def test_of_several_hints_that_fit_one_is_true():
    same = replace(CHECK, mistakes={"forgets": encode(2 * A), "adds": encode(2 * A)})
    several, one = (judge(EXERCISE, check, encode(2 * A)) for check in (same, CHECK))
    assert several.lines[1:] == ["One of these:", "Hint: What of the half?", "Hint: Why one?"]
    assert one.lines[1:] == ["Hint: What of the half?"]


@pytest.mark.parametrize("case", SAME)
def test_what_a_fair_grader_accepts_is_the_same(case):
    assert explain(*SAME[case], 1e-6, 1e-9) is None


@given(arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 4))), st.data())
def test_one_changed_number_is_always_found(array, data):
    array = np.nan_to_num(array, nan=1.0, posinf=2.0, neginf=-2.0)
    index = tuple(data.draw(st.integers(0, n - 1)) for n in array.shape)
    other = array.copy()
    other[index] = other[index] * 1.01 + 1 if abs(other[index]) < 1e300 else 0.0
    assert explain(array, array.copy(), 1e-6, 1e-9) is None
    assert explain(array, other, 1e-6, 1e-9) is not None


CHECK = CheckKey(
    "", False, 1e-6, 1e-9, encode(A), {"forgets": encode(2 * A), "adds": encode(A + 1)}
)
EXERCISE = ExerciseKey("f", 1, {"forgets": "What of the half?", "adds": "Why one?"}, (CHECK,))
VERDICTS = {
    "right": (A, Verdict.RIGHT, ()),
    "known": (2 * A, Verdict.KNOWN_MISTAKE, ("What of the half?",)),
    "wrong": (3 * A, Verdict.WRONG, ()),
    "error": (ValueError("no"), Verdict.ERROR, ()),
    "stub": (NotImplementedError("f: your turn"), Verdict.NOT_ATTEMPTED, ()),
    "stub of another": (NotImplementedError("g: your turn"), Verdict.ERROR, ()),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_each_ending_has_its_own_verdict(case):
    value, verdict, hints = VERDICTS[case]
    outcome = judge(EXERCISE, CHECK, encode(value))
    assert (outcome.verdict, outcome.hints) == (verdict, hints)


HIDDEN = CheckKey("", True, 1e-6, 1e-9, encode({"plain": A, "ties": A, "w afterwards": 1}), {})
CASES = {  # what an answer puts out in a hidden check: the case that its learner reads
    "one": ({"plain": A, "ties": 0 * A, "w afterwards": 1}, "ties"),
    "two": ({"plain": A + 1, "ties": 0 * A, "w afterwards": 1}, "plain"),
    "argument": (
        {"plain": A + 1, "ties": A, "w afterwards": 2},
        "your function changed its argument w",
    ),
    "labels of a learner": ({"my own words": A}, ""),
    "no dict": (A, ""),
    "error": (ValueError("my own words"), ""),
    "second call": ({"first call": 1, "second call": 2}, ""),
}


@pytest.mark.parametrize("case", CASES)
def test_a_hidden_failure_names_its_case_and_nothing_else(case):
    value, words = CASES[case]
    outcome = judge(EXERCISE, HIDDEN, encode(value))
    assert outcome.case == words and "my own words" not in outcome.text() + outcome.html()
    assert ("The first that is not right:" in outcome.text()) == bool(words)
    assert words in outcome.text() and not any(f"{n:.2f}" in outcome.text() for n in A.flat)


def test_a_hidden_known_mistake_names_its_case_beside_its_hint():
    mistakes = {"forgets": encode({"plain": A, "ties": 0 * A, "w afterwards": 1})}
    outcome = judge(EXERCISE, replace(HIDDEN, mistakes=mistakes), mistakes["forgets"])
    assert outcome.lines == [
        "The first that is not right: ties.",
        "Hint: What of the half?",
    ]


SECRET = np.array([[12.345, -67.891], [23.456, 78.912]])
GUESSES = [SECRET.T, -SECRET, 3 * SECRET, SECRET[:1], 0 * SECRET, np.eye(2), None, [1.0], 7.5, "x"]


@pytest.mark.parametrize("guess", GUESSES, ids=repr)
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [v], lambda v: {"dx": v}])
def test_the_needed_numbers_are_never_shown(guess, wrap):
    text = explain(wrap(SECRET), wrap(guess), 1e-6, 1e-9)
    assert text and not any(f"{number:.2f}" in text for number in SECRET.flat)


@pytest.mark.parametrize("needed", [4321, 43.21, "4321"])
@pytest.mark.parametrize("guess", [1, 1.5, "no", True, None, [4]])
def test_the_needed_number_is_never_shown(needed, guess):
    text = explain(needed, guess, 1e-6, 1e-9)
    assert text and "43" not in text


NOT_SENT = {  # pairs of values of which only the type is sent
    "sets": ({1}, {2}),
    "texts in arrays": (np.array(["a"]), np.array(["b"])),
    "complex numbers": (1 + 0j, 2 + 0j),
    "huge integers": (2**70, 2**71),
    "bytes": (b"a", b"b"),
    "huge arrays": (np.zeros(10**6), np.ones(10**6)),
    "objects": (object(), object()),
}


@pytest.mark.parametrize("case", NOT_SENT)
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [v], lambda v: {"dx": v}])
def test_what_is_not_sent_is_equal_to_nothing(case, wrap):
    one, other = (encode(wrap(value)) for value in NOT_SENT[case])
    for got in (one, other):
        assert "is needed, got an object of type" in explain(decode(one), decode(got), 1e-6, 1e-9)
        assert judge(EXERCISE, replace(CHECK, expected=one), got).verdict is Verdict.WRONG


def test_a_fingerprint_of_much_takes_no_time():
    big = decode(encode(np.zeros(4_000_000, np.uint8)))
    started = time.process_time()
    assert fingerprint(big) != fingerprint(big[:-1])
    assert time.process_time() - started < 1


def test_garbage_on_the_wire_is_a_wrong_answer():
    assert judge(EXERCISE, CHECK, {"kind": "pickle"}).verdict is Verdict.WRONG


def test_a_card_shows_no_markup_of_the_learner():
    outcome = judge(EXERCISE, CHECK, encode(ValueError("<script>alert(1)</script>")))
    assert "<script>" not in outcome.html() and decode(encode("<b>")) == "<b>"


NEEDED = {"near": 1.0, "far": np.arange(3.0), "x afterwards": 2.0, "evidence": "why"}
PARTS = {  # what differs from NEEDED: labelled parts, and how many of them are right
    "nothing": ({}, (2, 2)),
    "one part": ({"near": 1.5}, (2, 1)),
    "all parts": ({"near": None, "far": 0}, (2, 0)),
    "the argument": ({"x afterwards": 0.0}, (2, 0)),
    "the reason alone": ({"evidence": "because"}, (2, 2)),
    "another label": ({"more": 1.0}, (2, 0)),
}


@pytest.mark.parametrize("name", PARTS)
def test_parts_are_labelled_values_and_a_changed_argument_spoils_them(name):
    changed, expected = PARTS[name]
    assert parts(NEEDED, NEEDED | changed, 1e-6, 1e-9) == expected


def test_a_check_of_one_value_has_one_part():
    assert parts(1.0, 1.0, 1e-6, 1e-9) == (1, 1) and parts(1.0, 2.0, 1e-6, 1e-9) == (1, 0)
    assert parts(NEEDED, Failure("ValueError", "no"), 1e-6, 1e-9) == (2, 0)
