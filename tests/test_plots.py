import subprocess
import sys
from itertools import combinations

import IPython.display
import numpy as np
import pytest

from dlbook import plots
from tests.pictures import alts

ROLES = [plots.DATA, plots.GRADIENT, plots.TARGET, plots.PARAMETER, plots.CONTEXT]


@pytest.fixture
def displayed(monkeypatch):
    """A list that collects what is handed to IPython's display."""
    calls = []
    monkeypatch.setattr(IPython.display, "display", lambda data, **rest: calls.append((data, rest)))
    return calls


def luminance(color):
    c = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear_light = np.where(c <= 0.03928, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return linear_light @ [0.2126, 0.7152, 0.0722]


def drawing(rng):
    fig, (a, b, c) = plots.figure(3)
    plots.learning_curves(a, [3, 2, 1], [3, 2.5, 2.7], best_epoch=1)
    plots.log_bars(b, {"1": 1e-7, "2": 0.5})
    plots.signed_map(c, rng.normal(size=(3, 4)), numbers=True)
    return fig


def test_colours_differ_and_stand_out_on_white():
    assert len(set(ROLES)) == 5
    assert min(1.05 / (luminance(color) + 0.05) for color in ROLES) > 3


def test_a_figure_has_the_size_of_the_page():
    fig, axes = plots.figure(2, 2, sharex=True)
    assert axes.shape == (2, 2)
    width, height = np.frombuffer(plots.png(fig)[16:24], ">u4")
    assert (width, height) == (7 * 192, int(2.8 * 192))


def test_the_same_drawing_gives_the_same_bytes():
    first, second = (plots.png(drawing(np.random.default_rng(0))) for _ in range(2))
    assert first == second and first.startswith(b"\x89PNG")
    assert b"matplotlib" not in first.lower()


def test_show_displays_one_picture_with_its_text(displayed, rng):
    fig = drawing(rng)
    plots.show(fig, alt="Loss falls.")
    ((data, rest),) = displayed
    assert set(data) == {"text/html", "text/plain"} and data["text/plain"] == "Loss falls."
    assert alts([{"data": data}]) == ["Loss falls."] and rest == {"raw": True}
    assert fig.axes == []


@pytest.mark.parametrize("alt", ["", "  "])
def test_show_insists_on_a_text(alt, displayed):
    with pytest.raises(ValueError, match="alt"):
        plots.show(plots.figure()[0], alt=alt)
    assert displayed == []


def test_importing_plots_loads_neither_pyplot_nor_torch():
    code = (
        "import sys, dlbook.plots, dlbook.train\n"
        "print([m for m in ('matplotlib.pyplot', 'torch', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_a_logarithmic_bar_needs_a_positive_number(value):
    with pytest.raises(ValueError, match=r"above 0, got .* for second"):
        plots.log_bars(plots.figure()[1], {"first": 1.0, "second": value})


@pytest.mark.parametrize("values", [[[-3.0, 1.0]], [[0.0, 0.0]], [[2.0, 5.0]]])
def test_zero_is_white_in_a_signed_map(values):
    image = plots.signed_map(plots.figure()[1], np.array(values))
    np.testing.assert_allclose(image.to_rgba(np.array([0.0]))[0], 1, atol=0.01)
    assert image.norm.vmin == -image.norm.vmax < 0


@pytest.mark.parametrize(("heat", "lines"), [([[0.0, 1.0], [0.2, 0.9]], 1), ([[0.0, 0.0]], 0)])
def test_heat_lies_over_the_whole_photograph(heat, lines, rng):
    _, ax = plots.figure()
    plots.heat_map(ax, rng.random((8, 6, 3)), np.array(heat))
    below, veil = ax.images
    assert list(below.get_extent()) == list(veil.get_extent()) == [-0.5, 5.5, 7.5, -0.5]
    assert veil.cmap(0.0)[3] == 0 < veil.cmap(1.0)[3] and below.get_array().ndim == 2
    assert len(ax.collections) == lines
    for line in ax.collections:  # between the columns 0.5 and 5.5, from border to border
        assert sorted(line.get_paths()[0].vertices[[0, -1], 1]) == [-0.5, 7.5]


def test_a_formula_shows_every_cell_and_nothing_on_top_of_another():
    fig, ax = plots.figure()
    parts = [plots.Block("A", 2, 3), "sum ↓", plots.Block("s", 1, 3), "=", plots.Block("B", 1, 3)]
    plots.formula(ax, parts)
    assert len(ax.patches) == 2 * 3 + 3 + 3
    corners = {(cell.get_x(), cell.get_y()) for cell in ax.patches}
    assert len(corners) == len(ax.patches)
    fig.draw_without_rendering()
    words = [text.get_window_extent() for text in ax.texts]
    assert not any(a.overlaps(b) for a, b in combinations(words, 2))


# ---- computation graphs ----


def texts(ax, color):
    return sorted(t.get_text() for t in ax.texts if t.get_color() == color and t.get_text())


@pytest.mark.parametrize(("steps", "gradients"), [(None, 3), (0, 0), (1, 1), (2, 2)])
def test_gradients_appear_from_the_right(steps, gradients):
    x = plots.Box("x", forward="2", gradient="8")
    boxes = [x, plots.Box("a", (x,), "4", "2"), plots.Box("b", (x,), "5", "1")]
    _, ax = plots.figure()
    plots.graph(ax, boxes, steps)
    assert texts(ax, plots.DATA) == ["2", "4", "5"]
    assert texts(ax, plots.GRADIENT) == ["1", "2", "8"][:gradients]


def test_boxes_stand_right_of_their_parents_and_never_on_each_other():
    a, b, c = (plots.Box(name) for name in "abc")
    ab = plots.Box("ab", (a, b))
    boxes = [a, b, ab, c, plots.Box("abc", (ab, c)), plots.Box("again", (a, ab))]
    _, ax = plots.figure()
    plots.graph(ax, boxes)
    place = {t.get_text(): t.get_position() for t in ax.texts if t.get_bbox_patch()}
    assert len(set(place.values())) == len(boxes)
    assert all(place[p.label][0] < place[box.label][0] for box in boxes for p in box.parents)
    assert place["a"][1] > place["b"][1]
    assert place["c"][0] == place["ab"][0]  # right before its first use
