"""The limits explorer moves pictures as a loop would, and its reader reads what is not moved."""

import numpy as np
import pytest

from dlbook import train
from dlbook.explore.reader_limits import _reader, spoil


@pytest.mark.parametrize(("right", "down"), [(0, 0), (1, 0), (-2, 1), (2, -2)])
def test_a_moved_picture_holds_each_pixel_at_its_new_place(right, down):
    x = np.random.default_rng(0).uniform(size=(2, 5, 6)).astype(np.float32)
    expected = np.zeros_like(x)
    for row, column in np.ndindex(5, 6):
        if 0 <= row + down < 5 and 0 <= column + right < 6:
            expected[:, row + down, column + right] = x[:, row, column]
    np.testing.assert_array_equal(spoil(x, right, down, 0.0), expected)


def test_at_full_noise_nothing_of_the_picture_is_left():
    x = np.random.default_rng(0).uniform(size=(2, 5, 6)).astype(np.float32)
    np.testing.assert_array_equal(spoil(x, 0, 0, 1.0), spoil(0 * x, 1, 1, 1.0))


def test_the_reader_reads_digits_in_place_and_not_moved_ones():
    model, x, y = _reader()
    assert train.accuracy(model, x, y) > 0.9
    assert train.accuracy(model, spoil(x, 2, 0, 0.0), y) < 0.4
