"""The figure of chapter 00 shows what it is given."""

from dlbook import plots
from dlbook.explore.base import start_drawing as drawing


def test_the_dotted_line_joins_the_places_of_equal_loss():
    _fig, ax = plots.figure()
    losses = {"down the slope": [3.0, 2.0, 1.0, 0.5], "random tries": [3.0, 2.5, 2.0, 1.5, 1.0]}
    drawing.prices(ax, losses, [2, 4])
    assert list(ax.lines[0].get_xdata()) == [2, 4] and set(ax.lines[0].get_ydata()) == {1.0}
    assert [text.get_text() for text in ax.texts] == ["2", "4"]


def test_bars_carry_their_shares_and_slopes_their_colour():
    _fig, ax = plots.figure()
    drawing.shares(ax, {"9 tries": 0.5, "20 steps": 0.75})
    assert [text.get_text() for text in ax.texts] == ["0.50", "0.75"]
    tries, steps = (bar.get_facecolor() for bar in ax.patches)
    assert tries != steps
