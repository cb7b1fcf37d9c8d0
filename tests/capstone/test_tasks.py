import numpy as np
import pytest

from dlbook import capstone
from dlbook.capstone import tasks

NAMES = ("image", "speech", "text")
SHAPES = {"image": (500, 8, 8), "speech": (400, 400), "text": (400, 10)}
KINDS = {"image": np.float32, "speech": np.float32, "text": np.int64}


def silent(data):
    """Return a model that says nothing."""
    return lambda x: np.zeros((len(x), len(data.classes)))


def test_there_are_three_tasks():
    assert tuple(capstone.TASKS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_data_come_from_the_seed_alone(name):
    one, again, other = (capstone.draw(name, seed) for seed in (3, 3, 4))
    parts, same = ((data.x, data.y, *data.test(silent(data))) for data in (one, again))
    for a, b in zip(parts, same, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (one.x != other.x).any() and (one.y != other.y).any()


@pytest.mark.parametrize("name", NAMES)
def test_rows_and_test_set_have_the_same_shape_and_nothing_in_common(name):
    data = capstone.draw(name, 0)
    x, y = data.test(silent(data))
    assert x.shape == data.x.shape == SHAPES[name] and y.shape == data.y.shape == (len(x),)
    assert x.dtype == data.x.dtype == KINDS[name] and y.dtype == data.y.dtype == np.int64
    assert set(y) == set(data.y) == set(range(len(data.classes)))
    if name != "text":  # a text may be written twice
        assert not {row.tobytes() for row in x} & {row.tobytes() for row in data.x}


@pytest.mark.parametrize("name", NAMES)
def test_class_0_is_twice_as_frequent_as_any_other(name, rng):
    _, y = tasks.uneven(capstone.TASKS[name].seen, 2000, rng)
    counts = np.bincount(y)
    np.testing.assert_allclose(counts[0] / counts[1:], 2, rtol=0.25)


def test_eight_percent_of_the_labels_are_mistaken(rng):
    y = rng.integers(0, 5, 20_000)
    noted = tasks.with_mistakes(y, 5, rng)
    assert 0.075 < (noted != y).mean() < 0.085 and set(noted) == set(range(5))
    assert np.bincount((noted - y) % 5)[1:].min() > 300  # for any of the other classes


@pytest.mark.parametrize("name", NAMES)
def test_rows_and_test_set_hold_mistaken_labels(name, monkeypatch):
    noted = capstone.draw(name, 0)
    monkeypatch.setattr(tasks, "with_mistakes", lambda y, classes, rng: (rng.random(), y)[1])
    x, y = tasks.labelled(capstone.TASKS[name], capstone.TASKS[name].seen, np.random.default_rng(0))
    np.testing.assert_array_equal(noted.x, x)
    assert 0.04 < (noted.y != y).mean() < 0.12


@pytest.mark.parametrize("name", NAMES)
def test_a_linear_model_gets_a_row_of_numbers_an_input(name):
    data = capstone.draw(name, 0)
    numbers = data.flat(data.x[:7])
    assert numbers.shape == (7, {"image": 64, "speech": 6, "text": len(tasks.REVIEW_WORDS)}[name])
    assert numbers.dtype == np.float64
    if name == "text":
        np.testing.assert_array_equal(numbers.sum(axis=1), 10)


def test_rows_cannot_be_written_to_and_the_test_set_is_a_copy():
    data = capstone.draw("text", 0)
    for part in (data.x, data.y):
        with pytest.raises(ValueError, match="read-only"):
            part[0] = 0
    x, y = data.test(silent(data))
    x[:], y[:] = 0, 0
    again = data.test(silent(data))
    assert again[0].any() and again[1].any()


def test_what_a_model_does_to_its_inputs_reaches_no_one():
    data = capstone.draw("image", 0)

    def model(x):
        x[:] = 0
        return np.zeros((len(x), 10))

    assert data.test(model)[0].any()


@pytest.mark.parametrize("name", ["sound", None, 3, ["text"]])
def test_an_unknown_task_is_refused(name):
    with pytest.raises(ValueError, match=r"one of image, speech, text, got .*; choose one"):
        capstone.draw(name, 0)


@pytest.mark.parametrize(("seed", "error"), [(1.5, TypeError), ("1", TypeError), (-1, ValueError)])
def test_a_seed_that_is_no_whole_number_is_refused(seed, error):
    with pytest.raises(error, match=r"seed needs to be .*, got .*; "):
        capstone.draw("text", seed)


WRONG = {  # what a model says of four hundred texts, and what the error names
    "one score a text": (lambda x: np.zeros(len(x)), r"got shape \(400,\)"),
    "a class too many": (lambda x: np.zeros((len(x), 3)), r"got shape \(400, 3\)"),
    "nan": (lambda x: np.full((len(x), 2), np.nan), "finite scores"),
    "infinity": (lambda x: np.full((len(x), 2), np.inf), "finite scores"),
    "nothing": (lambda x: None, r"got shape \(\)"),
    "words": (lambda x: np.full((len(x), 2), "good"), "finite scores"),
    "rows of different lengths": (lambda x: [[0, 1]] * 399 + [[0]], r"got shape \(\)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_scores_of_the_wrong_kind_are_refused(name):
    model, got = WRONG[name]
    with pytest.raises(ValueError, match=rf"needs to return .*{got}.*; return a score for each"):
        capstone.draw("text", 0).test(model)


def test_a_model_that_is_no_function_is_refused():
    with pytest.raises(
        TypeError, match=r"a model needs to be a function .*, got ndarray; pass one"
    ):
        capstone.draw("text", 0).test(np.zeros((400, 2)))


def test_an_error_in_a_model_is_raised_as_it_is():
    with pytest.raises(KeyError, match="mine"):
        capstone.draw("text", 0).test(lambda x: {}["mine"])
