from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from dlbook import data


def test_digits_are_what_scikit_learn_carries():
    found = find_spec("sklearn")  # finds its files without importing it
    if found is None:
        pytest.skip("needs scikit-learn")
    table = np.loadtxt(Path(found.origin).parent / "datasets/data/digits.csv.gz", delimiter=",")
    x, y = data.load_digits()
    np.testing.assert_array_equal(x.reshape(-1, 64) * 16, table[:, :-1])
    np.testing.assert_array_equal(y, table[:, -1])


def test_digits_have_the_shapes_that_are_promised():
    x, y = data.load_digits()
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((1797, 8, 8), np.float32, (1797,), np.int64)
    assert (x.min(), x.max()) == (0, 1)
    assert np.bincount(y).min() > 170 and set(y) == set(range(10))


@pytest.mark.parametrize("make", [data.xor, data.moons, data.spiral])
def test_points_come_from_the_seed_alone(make):
    (x, y), again = (make(60, np.random.default_rng(3)) for _ in range(2))
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((60, 2), np.float32, (60,), np.int64)
    assert set(y) == {0, 1} and np.abs(x).max() < 2
    np.testing.assert_array_equal(x, again[0])


@pytest.mark.parametrize("make", [data.xor, data.moons, data.spiral])
def test_without_noise_the_nearest_neighbour_is_of_the_same_class(make, rng):
    x, y = make(1000, rng, noise=0)
    distances = ((x[:, None] - x) ** 2).sum(axis=2) + 9 * np.eye(len(x))
    assert (y[distances.argmin(axis=1)] == y).mean() > 0.97


def test_no_straight_line_separates_the_signs(rng):
    x, y = data.xor(4000, rng)
    design = np.column_stack([x, np.ones(len(x))])
    scores = design @ np.linalg.lstsq(design, y - 0.5, rcond=None)[0]
    assert ((scores > 0) == y).mean() < 0.6


def test_arms_are_turned_copies_of_each_other(rng):
    x, y = data.spiral(3000, rng, classes=3, turns=0.5, noise=0)
    radius, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    unwound = (angle - np.pi * radius - y * 2 * np.pi / 3 + 1) % (2 * np.pi) - 1
    np.testing.assert_allclose(unwound, 0, atol=1e-5)


@given(st.integers(0, 50), st.integers(1, 60))
def test_an_epoch_names_every_index_once(n, batch_size):
    parts = list(data.batches(n, batch_size, np.random.default_rng(0)))
    assert sorted(np.concatenate([*parts, []])) == list(range(n))
    assert all(len(part) == batch_size for part in parts[:-1])


@given(st.integers(0, 50), st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_parts_name_every_index_once(n, weights):
    weights[0] += 1
    fractions = [w / sum(weights) for w in weights]
    parts = data.split(n, fractions, np.random.default_rng(0))
    assert sorted(np.concatenate(parts)) == list(range(n))
    assert all(abs(len(p) - f * n) <= 1 for p, f in zip(parts, fractions, strict=True))


def test_order_is_shuffled_anew_each_time(rng):
    first, second = (np.concatenate(list(data.batches(100, 10, rng))) for _ in range(2))
    assert (first != second).any() and (first != np.arange(100)).any()
    assert (np.concatenate(data.split(100, (0.5, 0.5), rng)) != np.arange(100)).any()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda rng: data.split(10, (0.5, 0.6), rng), "add up to 1"),
        (lambda rng: data.split(10, (1.5, -0.5), rng), "add up to 1"),
        (lambda rng: list(data.batches(10, 0, rng)), "batch_size 1 or more"),
    ],
)
def test_messages_say_what_is_needed(wrong, says, rng):
    with pytest.raises(ValueError, match=says):
        wrong(rng)
