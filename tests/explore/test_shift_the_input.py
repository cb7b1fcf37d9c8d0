"""What the shift explorer says holds: maps move along with whole strides, a global mean stays."""

import pytest

from dlbook.explore.shift_the_input import MOST, STRIDES, mismatches


@pytest.mark.parametrize("layer", STRIDES)
def test_a_map_moves_along_with_multiples_of_the_stride_and_no_others(layer):
    for shift, gap in enumerate(mismatches(layer)):
        if shift % STRIDES[layer] == 0:
            assert gap == pytest.approx(0, abs=1e-12)
        else:
            assert gap > 0.3
    assert len(mismatches(layer)) == MOST + 1


def test_max_pooling_changes_less_than_the_plain_stride():
    assert mismatches("max-pool 2")[1] < 0.8 * mismatches("stride 2")[1]
