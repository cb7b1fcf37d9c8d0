"""What every operation owes torch: the same result and gradients, twice, with inputs untouched."""

import numpy as np
import torch

from dlbook import functional
from dlbook.graph import toposort
from dlbook.tensor import Tensor


def laid_out(array, order):
    """Return equal numbers in another order in memory: its axes permuted, then every second one."""
    axes = np.argsort(order)
    wide = np.repeat(array.transpose(order), 2, axis=-1)
    return wide[..., ::2].transpose(axes)


def arrays_held_by(end):
    """Return the data of the leaves of a graph, and the arrays that its rules hold on to."""
    places = list(toposort(end.place))
    pulls = [place.pull for place in places if place.parents]
    held = [cell.cell_contents for pull in pulls for cell in pull.__closure__ or ()]
    leaves = [place.data for place in places if not place.parents]
    return leaves + [x for x in held if isinstance(x, np.ndarray)]


def share_no_memory(grads, others):
    for i, grad in enumerate(grads):
        for other in grads[:i] + others:
            assert not np.shares_memory(grad, other)


def agrees_with_torch(name, arrays, *args, **options):
    """Compare `functional.name` with torch's in float64, forward and backward.

    Arrays that are None stand for a missing bias or weight.
    """
    before = [None if a is None else a.copy() for a in arrays]
    ours = [None if a is None else Tensor(a, requires_grad=True) for a in arrays]
    theirs = [
        None if a is None else torch.tensor(np.ascontiguousarray(a), requires_grad=True)
        for a in arrays
    ]
    out = getattr(functional, name)(*ours, *args, **options)
    again = getattr(functional, name)(*ours, *args, **options)
    expected = getattr(torch.nn.functional, name)(*theirs, *args, **options)
    np.testing.assert_allclose(out.data, expected.detach(), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(again.data, out.data)
    g = np.random.default_rng(0).normal(size=out.shape)
    held = [g, *arrays_held_by(out)]
    out.backward(g)
    share_no_memory([x.grad for x in ours if x is not None], held)
    expected.backward(torch.tensor(g))
    for x, y, array in zip(ours, theirs, before, strict=True):
        if x is not None:
            np.testing.assert_allclose(x.grad, y.grad, rtol=1e-9, atol=1e-9)
            np.testing.assert_array_equal(x.data, array)
