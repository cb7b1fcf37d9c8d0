"""The gradients of all runs are those of torch, and the runs end on four levels."""

import numpy as np
import pytest
import torch

from dlbook.explore.many_xor_runs import LEVELS, RUNS, X, Y, slopes, start, train


def test_the_gradients_of_all_runs_are_those_of_torch():
    arrays = start(3)
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    W1, b1, W2, b2 = tensors
    logits = (torch.relu(torch.tensor(X) @ W1 + b1) @ W2 + b2)[..., 0]
    targets = torch.tensor(Y).expand(RUNS, 4)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    loss.mean(1).sum().backward()
    ours, gradients = slopes(*arrays)
    np.testing.assert_allclose(ours, logits.detach().numpy(), rtol=1e-12)
    for gradient, tensor in zip(gradients, tensors, strict=True):
        np.testing.assert_allclose(gradient, tensor.grad.numpy(), atol=1e-15)


@pytest.mark.notebook
def test_runs_end_solved_or_on_a_level_and_width_helps():
    solved = []
    for width in (2, 4, 8):
        losses, corners = train(width)
        solved.append((corners[-1] == 4).mean())
        assert np.abs(losses[-1][:, None] - [0, *LEVELS]).min(axis=1).max() < 0.02
    assert solved[0] < 0.4 < solved[1] < solved[2] and solved[2] > 0.9
