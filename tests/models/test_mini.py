import numpy as np
import pytest
import torch

from dlbook import Tensor, models
from dlbook.functional import cross_entropy
from tests.twins import copy_weights, twin

NETS = ["lenet", "mini_alexnet", "mini_googlenet", "mini_resnet", "mini_vgg"]
SHAPES = [(1, 16, 16), (1, 28, 28), (3, 32, 32)]


def build(name, shape, rng):
    size = {"size": shape[1]} if name == "lenet" else {}
    return getattr(models, name)(shape[0], **size, rng=rng)


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("shape", SHAPES)
def test_scores_and_gradients_are_those_of_torch(name, shape, rng):
    ours = build(name, shape, rng)
    theirs = twin(ours).double()
    copy_weights(ours.double().eval(), theirs.eval())
    x, y = rng.normal(size=(2, *shape)), rng.integers(0, 10, 2)
    scores, expected = ours(Tensor(x)), theirs(torch.tensor(x))
    assert scores.shape == (2, 10)
    np.testing.assert_allclose(scores.data, expected.detach(), rtol=1e-9, atol=1e-9)
    cross_entropy(scores, y).backward()
    torch.nn.functional.cross_entropy(expected, torch.tensor(y)).backward()
    gradients = {n: p.grad for n, p in theirs.named_parameters()}
    for path, p in ours.named_parameters():
        np.testing.assert_allclose(p.grad, gradients[path], rtol=1e-9, atol=1e-9, err_msg=path)


@pytest.mark.parametrize("name", NETS)
def test_a_step_lowers_the_loss(name, rng):
    model = build(name, SHAPES[0], rng)
    x, y = rng.normal(size=(32, *SHAPES[0])).astype(np.float32), rng.integers(0, 10, 32)
    model.eval()  # no dropout, no batch statistics: the same function twice
    losses = []
    for _ in range(2):
        loss = cross_entropy(model(Tensor(x)), y)
        losses.append(loss.item())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 1e-2 * p.grad
    assert losses[1] < losses[0]


def test_lenet_has_the_known_number_of_parameters(rng):
    assert sum(p.data.size for p in models.lenet(rng=rng).parameters()) == 61_706


def test_an_image_too_small_for_lenet_is_refused(rng):
    with pytest.raises(ValueError, match="at least 12 x 12, got 8"):
        models.lenet(size=8, rng=rng)
