"""The comparison of chapter 07 shows what it is given."""

from dlbook import plots
from dlbook.explore.base import pooling_drawing as drawing


def test_each_kind_has_a_row_and_each_data_set_a_number_there():
    fig, (left, right) = plots.figure(2)
    table = {("moved", "pool"): 0.8, ("moved", "stride"): 0.6}
    table |= {("centred", "pool"): 0.97, ("centred", "stride"): 0.96}
    drawing.rates((left, right), {"read": table, "stays": table}, ["pool", "stride"])
    for ax in (left, right):
        assert [text.get_text() for text in ax.texts] == ["0.80", "0.60", "0.97", "0.96"]
        assert [tick.get_text() for tick in ax.get_yticklabels()] == ["pool", "stride"]
        assert list(ax.lines[0].get_ydata()) == [1, 0]  # the first kind stands above
    handles, names = left.get_legend_handles_labels()
    assert names == ["moved glyphs", "centred glyphs"] and len(handles) == 2
    assert fig.axes == [left, right]
