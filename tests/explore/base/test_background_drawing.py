"""The figures of chapter 01 show what they are given."""

import numpy as np

from dlbook import plots
from dlbook.explore.base import background_drawing as drawing


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_inputs_name_each_word_beside_its_number():
    _fig, axes = plots.figure(3)
    drawing.inputs(axes, np.zeros((16, 16)), np.zeros(400), np.array([5, 0]))
    assert words(axes[2])[::2] == ["5", "0"] and words(axes[2])[3] == "(empty)"


def test_bars_stand_in_groups_and_carry_their_values():
    _fig, ax = plots.figure()
    drawing.bars(ax, {"one": {"a": 0.25, "b": 0.5, "c": 1.0}}, main="c")
    assert words(ax) == ["0.25", "0.50", "1.00"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["one"]


def test_pairs_join_the_two_numbers_of_each_network():
    _fig, ax = plots.figure()
    drawing.pairs(ax, {"upper": [0.9, 0.8, 1.0], "lower": [0.3, 0.1, 0.2]})
    ends = [sorted(line.get_xdata()) for line in ax.lines[:3]]
    assert ends == [[0.1, 0.8], [0.2, 1.0], [0.3, 0.9]]
    heights = ax.lines[4].get_ydata()
    assert len(set(heights)) == 3  # no dot hides another


def test_tiles_leave_gaps_between_the_units():
    _fig, ax = plots.figure()
    sheet = drawing.tiles(
        ax, {"start": np.ones((2, 64)), "end": np.zeros((2, 64))}, 1.0
    ).get_array()
    assert sheet.shape == (17, 17)
    assert sheet[:8, :8].min() == 1 and sheet[9:, 9:].max() == 0
    assert np.ma.getmaskarray(sheet)[8].all() or np.isnan(np.asarray(sheet)[8]).all()


def test_probes_write_the_mean_of_each_kind():
    _fig, ax = plots.figure()
    drawing.probes(ax, {"raw": [0.2, 0.4], "learned": [0.5, 0.7]}, main="learned", chance=0.2)
    assert words(ax)[:2] == ["0.30", "0.60"]


def test_readings_mark_what_differs_from_the_middle():
    said = np.array([[6, 6, 4], [5, 6, 6], [1, 6, 6]])
    _fig, axes = plots.figure(3, rows=3)
    drawing.readings(axes, np.zeros((3, 3, 8, 8)), said)
    assert words(axes[0, 2]) == ["4 ✗"] and words(axes[1, 1]) == ["6"]
    assert axes[1, 1].spines["top"].get_linewidth() > axes[0, 0].spines["top"].get_linewidth()


def test_a_row_draws_changes_as_signed_maps():
    _fig, axes = plots.figure(2)
    drawing.row_of(axes, {"digit": np.ones((2, 2)), "change": -np.ones((2, 2))})
    assert [ax.images[0].get_clim() for ax in axes] == [(0, 1), (-0.3, 0.3)]
