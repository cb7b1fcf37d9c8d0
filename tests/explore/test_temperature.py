"""The shares are those of torch's softmax, and follow its laws."""

import numpy as np
import torch

from dlbook.explore.temperature import shares


def test_a_shift_of_all_scores_or_a_common_factor_with_the_temperature_changes_no_share():
    scores = np.array([2.0, 1.0, 0.0, -1.0])
    expected = torch.softmax(torch.tensor(scores / 0.7), 0).numpy()
    for same in (shares(scores + 3, 0.7), shares(2 * scores, 1.4)):
        np.testing.assert_allclose(same, expected, atol=1e-12)
