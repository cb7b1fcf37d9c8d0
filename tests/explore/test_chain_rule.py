"""The slopes in the picture are those that torch finds."""

from itertools import product

import pytest
import torch

from dlbook.explore.chain_rule import INNER, OUTER, slopes

TWINS = {
    "x²": lambda x: x**2,
    "2x": lambda x: 2 * x,
    "sin x": torch.sin,
    "sin u": torch.sin,
    "u²": lambda u: u**2,
    "max(u, 0)": torch.relu,
}


@pytest.mark.parametrize(("inner", "outer", "x"), [*product(INNER, OUTER, [-1.3, 0.4, 1.1])])
def test_the_product_of_the_slopes_is_the_gradient(inner, outer, x):
    at = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    TWINS[outer](TWINS[inner](at)).backward()
    first, second = slopes(inner, outer, x)
    assert first * second == pytest.approx(at.grad.item(), abs=1e-12)
