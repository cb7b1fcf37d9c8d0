from itertools import combinations, pairwise

import numpy as np
import pytest

from dlbook import plots

RATES = {
    "pictures": {"most frequent": 0.11, "linear": 0.62, "network": 0.95},
    "sounds": {"most frequent": 0.21, "linear": 0.4, "network": 0.9},
}


def test_each_bar_has_its_value_above_and_none_stands_on_another():
    _, ax = plots.figure()
    plots.bars(ax, RATES, main="network")
    bars = sorted(ax.patches, key=lambda bar: bar.get_x())
    wanted = [value for values in RATES.values() for value in values.values()]
    assert [bar.get_height() for bar in bars] == wanted
    assert all(a.get_x() + a.get_width() < b.get_x() for a, b in pairwise(bars))
    assert {t.get_text() for t in ax.texts} == {f"{value:.2f}" for value in wanted}
    assert [t.get_text() for t in ax.get_xticklabels()] == list(RATES)


def test_the_kinds_of_bars_differ_without_colour_and_the_main_one_is_blue():
    _, ax = plots.figure()
    plots.bars(ax, RATES, main="network")
    looks = [(bars[0].get_facecolor(), bars[0].get_hatch()) for bars in ax.containers[:3]]
    assert len(set(looks)) == 3
    blue = tuple(int(plots.DATA[i : i + 2], 16) / 255 for i in (1, 3, 5))
    assert looks[2][0][:3] == pytest.approx(blue)


def test_groups_with_other_names_are_refused():
    with pytest.raises(ValueError, match=r"same names .* got \['a'\] in 'two' and \['b'\] before"):
        plots.bars(plots.figure()[1], {"one": {"b": 1.0}, "two": {"a": 1.0}})


def test_names_stand_at_the_ends_of_curves_and_never_on_each_other():
    fig, ax = plots.figure()
    rises = np.linspace(0, 1, 50)
    lines = {"first": rises, "second": rises + 0.01, "third": rises - 0.01, "far": rises * 4}
    plots.curves(ax, lines, colors={"first": plots.PARAMETER})
    assert len({line.get_linestyle() for line in ax.lines}) == 4
    assert [line.get_color() for line in ax.lines] == [plots.PARAMETER] + 3 * [plots.CONTEXT]
    fig.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    right = ax.transData.transform((49, 0))[0]
    assert all(box.x0 > right for box in boxes) and max(b.x1 for b in boxes) < 672
