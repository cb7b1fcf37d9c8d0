"""The four runs end on the four losses, and what is drawn is what their slopes are made of."""

import numpy as np

from dlbook import plots
from dlbook.explore.many_xor_runs import X, Y, slopes
from dlbook.explore.xor_shelves import ENDS, draw, probabilities, runs


def test_each_run_ends_at_its_loss():
    losses = []
    for run in runs()[-1]:
        p = probabilities(X, run)
        losses.append(-np.log(np.where(Y == 1, p, 1 - p)).mean())
    np.testing.assert_allclose(losses, ENDS, atol=0.01)


def test_probabilities_are_those_that_the_runs_learn_with():
    stacked = [np.stack(arrays) for arrays in zip(*runs()[3], strict=True)]
    logits, _ = slopes(*stacked)
    found = [probabilities(X, run) for run in runs()[3]]
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-logits)), rtol=1e-12)


def test_a_run_that_cannot_tell_is_white_and_has_no_border():
    fig = plots.blank()
    draw(fig, 2000)
    solved, *_others, blank = (ax for ax in fig.axes)
    assert np.ptp(solved.images[0].get_array()) > 1.5 and solved.collections
    assert np.ptp(blank.images[0].get_array()) == 0 and not blank.collections
