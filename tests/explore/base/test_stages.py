"""The stages of a network are what torch gives layer by layer, and the network stays as it was."""

import numpy as np

from dlbook.explore.base.digit_net import digit_net
from dlbook.explore.base.stages import stages
from dlbook.tensor import Tensor
from tests.explore.networks import own
from tests.twins import twin


def test_each_stage_is_what_torch_gives_after_as_many_layers(rng):
    import torch

    model, picture = digit_net(), rng.random((16, 16)).astype(np.float32)
    found, scores = stages(model, picture)
    theirs = twin(model)
    theirs.load_state_dict({n: torch.tensor(value) for n, value in model.state_dict().items()})
    x = torch.tensor(picture)[None, None]
    outputs = []
    with torch.no_grad():
        for layer in theirs:
            x = layer(x)
            outputs.append(x[0].numpy())
    labels = ["conv 1", "ReLU 1", "max pool 1", "conv 2", "ReLU 2", "max pool 2"]
    assert [stage.label for stage in found] == labels
    for stage, expected in zip(found, outputs, strict=False):
        np.testing.assert_allclose(stage.values, expected, atol=1e-4)
    np.testing.assert_allclose(scores, outputs[-1], atol=1e-3)


def test_a_model_is_left_as_it_was(rng):
    model = own(rng)
    picture = rng.random((12, 12))
    found, scores = stages(model, picture)
    assert model.training and all("forward" not in vars(m) for m in model.modules())
    assert [stage.label for stage in found] == ["conv 1", "Tanh 1", "mean pool 1"]
    model.eval()
    expected = model(Tensor(picture[None, None].astype(np.float32))).data
    np.testing.assert_array_equal(scores, expected[0])
