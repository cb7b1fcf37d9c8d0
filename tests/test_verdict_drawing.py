"""Verdicts of a reader beside the book's: nothing is shown that the reader has not judged."""

import numpy as np
import pytest

from dlbook import claims, plots, predict, verdict_drawing
from dlbook.colors import DATA, TARGET
from dlbook.verdict_drawing import compared, draw_trials, draw_verdicts

CLAIMS = claims.load()
NONE = dict.fromkeys(CLAIMS)
SOME = NONE | {"T01": "wrong", "T02": "right", "T03": CLAIMS["T03"].verdict}


@pytest.fixture(autouse=True)
def reveal(monkeypatch):
    fresh = predict.Reveal()
    monkeypatch.setattr(verdict_drawing, "reveal", fresh)
    return fresh


def marks(axes, color):
    """Return place and row of each drawn mark of a colour, of all axes."""
    lines = [line for ax in axes for line in ax.lines if len(line.get_xdata()) == 1]
    edges = [line for line in lines if line.get_markeredgecolor() == color]
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in edges]


@pytest.fixture
def axes():
    return plots.figure(2)[1]


def test_the_book_keeps_its_verdict_on_what_nobody_judged(axes, reveal):
    draw_verdicts(axes, SOME)
    assert marks(axes, DATA) == [(4, 0), (0, 1), (1, 2)]
    assert marks(axes, TARGET) == [(2, 0), (3, 1), (1, 2)]


def test_whoever_gives_up_sees_all_verdicts_of_the_book_and_no_ring(axes, reveal):
    reveal.give_up()
    draw_verdicts(axes, NONE)
    order = list(claims.VERDICTS)
    assert [place for place, _row in marks(axes, TARGET)] == [
        order.index(claim.verdict) for claim in CLAIMS.values()
    ]
    assert marks(axes, DATA) == []


def test_the_legend_counts_and_every_claim_has_a_row(axes):
    draw_verdicts(axes, SOME)
    (legend,) = axes[0].figure.legends
    assert legend.texts[-1].get_text() == "yours, 3 of 41"
    assert [text.get_text() for ax in axes for text in ax.get_yticklabels()] == [*CLAIMS]


def test_a_table_counts_by_way():
    rows = [line.split() for line in compared(SOME).splitlines()]
    assert rows[1] == ["by", "experiment", "35", "3", "1", "1", "1"]
    assert rows[3][2:] == ["3", "0", "0", "0", "0"]
    counts = np.array([row[-5:] for row in rows[1:]], int)
    assert (counts[:3].sum(axis=0) == counts[3]).all() and counts[3][0] == len(CLAIMS)


def test_a_map_of_trials_has_a_mark_for_each_claim_and_no_verdict():
    _fig, ax = plots.figure()
    draw_trials(ax)
    drawn = {(int(x), int(y)) for line in ax.lines for x, y in line.get_xydata()}
    assert drawn == {(n, int(c.chapter)) for n, c in enumerate(CLAIMS.values(), 1)}
    said = [text.get_text() for text in ax.get_legend().texts]
    assert said == [f"by {way}" for way in claims.WAYS]


def test_verdicts_count_as_they_are_read_by_the_court(axes):
    assert compared(SOME | {"T01": " Wrong"}) == compared(SOME)
    draw_verdicts(axes, SOME | {"T01": "WRONG"})
    assert marks(axes, DATA) == [(4, 0), (0, 1), (1, 2)]


@pytest.mark.parametrize("wrong", [{"T99": "right"}, {"T01": "maybe"}])
def test_an_unknown_claim_or_verdict_is_named(axes, wrong):
    for use in (compared, lambda verdict: draw_verdicts(axes, verdict)):
        with pytest.raises(ValueError, match=r"got '(T99|maybe)'"):
            use(wrong)
