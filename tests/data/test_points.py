import inspect

import numpy as np
import pytest

from dlbook import data
from dlbook.data import points

MAKERS = [make for name, make in inspect.getmembers(points, inspect.isfunction) if name[0] != "_"]


@pytest.mark.parametrize("make", MAKERS)
def test_points_come_from_the_seed_alone(make):
    (x, y), again = (make(60, np.random.default_rng(3)) for _ in range(2))
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((60, 2), np.float32, (60,), np.int64)
    assert set(y) == set(range(y.max() + 1)) and np.bincount(y).min() >= 15
    assert np.abs(x).max() < 2
    np.testing.assert_array_equal(x, again[0])


@pytest.mark.parametrize("make", MAKERS)
def test_without_noise_the_nearest_neighbour_is_of_the_same_class(make, rng):
    x, y = make(1000, rng, noise=0)
    distances = ((x[:, None] - x) ** 2).sum(axis=2) + 9 * np.eye(len(x))
    assert (y[distances.argmin(axis=1)] == y).mean() > 0.97


@pytest.mark.parametrize("make", [data.xor, data.ring])
def test_no_straight_line_separates_the_classes(make, rng):
    x, y = make(4000, rng)
    design = np.column_stack([x, np.ones(len(x))])
    scores = design @ np.linalg.lstsq(design, y - 0.5, rcond=None)[0]
    assert ((scores > 0) == y).mean() < 0.6


def test_arms_are_turned_copies_of_each_other(rng):
    x, y = data.spiral(3000, rng, classes=3, turns=0.5, noise=0)
    radius, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    unwound = (angle - np.pi * radius - y * 2 * np.pi / 3 + 1) % (2 * np.pi) - 1
    np.testing.assert_allclose(unwound, 0, atol=1e-5)


def test_a_ring_goes_all_the_way_round_a_full_disc(rng):
    x, y = data.ring(4000, rng, noise=0)
    radius, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    assert radius[y == 1].max() <= 0.5 < 0.8 <= radius[y == 0].min() and radius.max() <= 1.2001
    for part in (0, 1):  # as many points in each of eight slices
        counts = np.histogram(angle[y == part], 8, (-np.pi, np.pi))[0]
        np.testing.assert_allclose(counts, 250, atol=80)
    np.testing.assert_allclose((radius[y == 1] < 0.25).mean(), 1 / 4, atol=0.05)  # even in area


def test_blobs_stand_around_the_corners_of_a_polygon(rng):
    x, y = data.blobs(5000, rng, classes=5, noise=0.1)
    centres = np.array([x[y == k].mean(axis=0) for k in range(5)])
    np.testing.assert_allclose(np.hypot(*centres.T), 1, atol=0.02)
    np.testing.assert_allclose(np.hypot(*(centres - np.roll(centres, 1, 0)).T), 1.176, atol=0.03)
    np.testing.assert_allclose((x - centres[y]).std(axis=0), 0.1, atol=0.01)
