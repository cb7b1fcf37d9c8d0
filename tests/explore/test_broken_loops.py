"""Each broken loop shows its sign, and its curves point to it and to no other suspect."""

import numpy as np
import pytest

from dlbook import plots
from dlbook.explore.broken_loops import CODE, CURVES, SUSPECTS, _cut, draw, train


def shown(bug, seed):
    losses, validation, accuracy = train(bug, seed)
    means = losses.reshape(len(validation), -1).mean(axis=1)
    return np.concatenate([_cut(means), _cut(validation), 4 * accuracy])


def stands_still(bug, seed):
    return np.ptp(_cut(train(bug, seed)[1])[1:]) == 0


@pytest.mark.notebook
@pytest.mark.parametrize("curve", CURVES)
def test_the_nearest_suspect_is_the_one_to_blame(curve):
    found, level = shown(CURVES[curve], 0), stands_still(CURVES[curve], 0)
    alike = [bug for bug in ["healthy", *SUSPECTS] if stands_still(bug, 1) == level]
    misses = {bug: np.abs(found - shown(bug, 1)).mean() for bug in alike}
    assert min(misses, key=misses.get) == CURVES[curve], misses


def test_every_suspect_has_a_curve_and_a_line():
    assert sorted(CURVES.values()) == sorted(SUSPECTS)
    assert max(suspect.line for suspect in SUSPECTS.values()) < len(CODE.splitlines())


@pytest.mark.notebook
def test_the_signs_are_there():
    losses, validation, accuracy = zip(*(train(bug, 0) for bug in SUSPECTS), strict=True)
    at = {bug: i for i, bug in enumerate(SUSPECTS)}
    assert np.ptp(validation[at["zero between"]]) == 0
    assert losses[at["softmax twice"]].min() > np.log(1 + 9 / np.e)
    assert accuracy[at["softmax twice"]][-1] > 0.5
    assert abs(losses[at["labels shuffled"]][-50:].mean() - np.log(10)) < 0.15
    assert losses[at["same batch"]][-1] < 0.1 < 0.4 < validation[at["same batch"]][-1]
    assert _cut(losses[at["plus sign"]])[-1] == 4 and not np.isfinite(losses[at["plus sign"]][-1])


@pytest.mark.notebook
@pytest.mark.parametrize("suspect", ["healthy", *SUSPECTS])
def test_code_and_advice_can_be_read_and_stay_on_the_page(suspect):
    fig = plots.blank(height=4.6)
    draw(fig, "A", suspect)
    fig.canvas.draw()
    texts = [text for ax in fig.axes for text in ax.texts]
    assert min(text.get_fontsize() for text in texts) >= 9
    assert max(text.get_window_extent().x1 for text in texts) <= fig.bbox.x1
