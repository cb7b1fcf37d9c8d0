"""Every parameter has a cell of its own on the map, in the part that bears its name."""

import numpy as np

from dlbook import plots
from dlbook.explore.base.slope_map import slope_map

SHAPES = {"W1": (64, 16), "b1": (16,), "W2": (16, 10), "b2": (10,)}


def sheet_of(arrays):
    _fig, ax = plots.figure()
    slope_map(ax, *arrays.values(), limit=1.0)
    return ax.images[0].get_array().filled(np.nan)


def test_every_slope_has_a_cell_and_no_cell_is_invented():
    count = sum(int(np.prod(shape)) for shape in SHAPES.values())
    numbers = iter(np.arange(1.0, count + 1))
    arrays = {
        name: np.array([next(numbers) for _ in range(int(np.prod(shape)))]).reshape(shape)
        for name, shape in SHAPES.items()
    }
    shown = sheet_of(arrays)
    assert sorted(shown[~np.isnan(shown)]) == [*range(1, count + 1)]


def test_a_weight_is_found_in_the_picture_of_its_unit_at_its_pixel():
    arrays = {name: np.zeros(shape) for name, shape in SHAPES.items()}
    arrays["W1"][26, 5] = 1  # pixel 26: row 3, column 2; unit 5: second row, second column
    arrays["W2"][3, 9] = 2  # from unit 3 to the last score
    shown = sheet_of(arrays)
    assert np.argwhere(shown == 1).tolist() == [[9 + 3, 9 + 2]]
    assert np.argwhere(shown == 2).tolist() == [[3, 50]]
