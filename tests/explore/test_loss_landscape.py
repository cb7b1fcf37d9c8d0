"""The loss of a line is that of torch."""

import pytest
import torch

from dlbook.explore.loss_landscape import data, loss_at


@pytest.mark.parametrize(("loss", "twin"), [("squared", "mse_loss"), ("absolute", "l1_loss")])
def test_the_loss_of_a_line_is_that_of_torch(loss, twin):
    x, y = map(torch.tensor, data())
    expected = getattr(torch.nn.functional, twin)(0.7 * x - 0.2, y)
    assert loss_at(0.7, -0.2, loss) == pytest.approx(expected.item())
