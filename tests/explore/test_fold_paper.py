"""The paper ends each fold where the network says, and its holes are the ones that unfold."""

import numpy as np
import pytest

from dlbook.explore.fold_paper import HOLE, MOST, STEPS, fold_paper, holes, paper
from dlbook.explore.relu_folding import fold


@pytest.mark.parametrize("done", range(MOST))
def test_at_the_end_of_a_fold_the_paper_lies_as_at_the_start_of_the_next(done):
    for end, start in zip(paper(done, 1.0), paper(done + 1, 0.0), strict=True):
        np.testing.assert_allclose(end, start, atol=1e-12)


@pytest.mark.parametrize("done", range(MOST + 1))
def test_each_hole_is_brought_to_the_same_place_by_the_network(done):
    at = holes(done)
    assert len(set(at)) == 2**done
    np.testing.assert_allclose(fold(at, done), HOLE, atol=1e-12)


def test_paper_keeps_its_length_while_it_turns_over():
    across, up = paper(0, 0.25)  # upright: half of it lies, half of it stands
    steps = np.hypot(np.diff(across), np.diff(up))
    assert across.max() < 0.6 and up.max() > 0.5
    np.testing.assert_allclose(np.delete(steps, 256), 1 / 512, atol=1e-12)


def test_the_player_names_what_it_shows():
    shown = fold_paper()
    assert "4 straight pieces" in shown.alt
    shown.step = 3 * STEPS
    assert "8 straight pieces" in shown.alt
    shown.step += 2
    assert "turning over" in shown.alt
