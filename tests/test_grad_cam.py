import numpy as np
import pytest
import torch

from dlbook import Tensor, nn
from dlbook.grad_cam import grad_cam
from tests.twins import copy_weights, twin


def small(rng):
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1, rng=rng),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Conv2d(4, 6, 3, stride=2, rng=rng),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5, rng=rng),
        nn.Linear(24, 5, rng=rng),
    )


def by_torch(model, i, x, target):
    maps = model[: i + 1](x).detach().requires_grad_()
    scores = model[i + 1 :](maps)
    (slopes,) = torch.autograd.grad(scores[range(len(x)), target].sum(), maps)
    return torch.relu((slopes.mean((2, 3), keepdim=True) * maps).sum(1)).detach().numpy()


@pytest.mark.parametrize("i", [0, 2, 4])
def test_heat_is_what_torch_computes(i, rng):
    ours = small(rng).double()
    theirs = twin(ours).double().eval()
    copy_weights(ours, theirs)
    x, target = rng.normal(size=(3, 3, 9, 11)), np.array([4, 0, 2])
    heat = grad_cam(ours, ours[i], Tensor(x), target)
    expected = by_torch(theirs, i, torch.tensor(x), target)
    assert expected.max() > 0
    np.testing.assert_allclose(heat, expected, rtol=1e-10, atol=1e-12)
    alone = grad_cam(ours, ours[i], Tensor(x[:1]), 4)
    np.testing.assert_allclose(alone, expected[:1], rtol=1e-10, atol=1e-12)


def test_the_model_is_left_as_it_was(rng):
    model = small(rng)
    model[0].requires_grad_(False)
    model[3].weight.grad = np.ones(model[3].weight.shape, np.float32)
    before = model.state_dict()
    grad_cam(model, model[4], Tensor(rng.normal(size=(1, 3, 9, 9)).astype(np.float32)), 1)
    assert all(module.training for module in model.modules())
    assert not model[0].weight.requires_grad and model[3].weight.requires_grad
    assert (model[3].weight.grad == 1).all() and model[8].weight.grad is None
    assert "forward" not in vars(model[4])
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_layer_from_elsewhere_or_without_places_is_refused(rng):
    model, x = small(rng), Tensor(rng.normal(size=(1, 3, 9, 9)).astype(np.float32))
    with pytest.raises(ValueError, match="needs a layer that is part of the model, got another"):
        grad_cam(model, nn.ReLU(), x, 1)
    with pytest.raises(ValueError, match=r"has shape \(batch, channels, height, width\), got"):
        grad_cam(model, model[6], x, 1)
