"""The slopes of the walk are those of torch, and the units' parts add up to those of the pixels."""

import numpy as np
import pytest
import torch

from dlbook import data, explore, plots
from dlbook.explore.error_walk import FIRST_UNIT, LAST, PAUSE, PICTURES, UNITS, Walk, draw, trained

SHAPES = (64, 16), (16,), (16, 10), (10,)


@pytest.mark.parametrize("label", [0, 7])
def test_slopes_of_every_stage_are_those_of_torch(label):
    rng = np.random.default_rng(label)
    parameters = [rng.normal(size=shape) for shape in SHAPES]
    walk = Walk(rng.uniform(size=64), label, parameters)
    W1, b1, W2, b2 = (torch.tensor(parameter) for parameter in parameters)
    x = torch.tensor(walk.x, requires_grad=True)
    z1 = x @ W1 + b1
    a1 = torch.relu(z1)
    logits = a1 @ W2 + b2
    for tensor in (z1, a1, logits):
        tensor.retain_grad()
    torch.nn.functional.cross_entropy(logits, torch.tensor(label)).backward()
    assert np.allclose(walk.dlogits, logits.grad) and np.allclose(walk.da1, a1.grad)
    assert np.allclose(walk.dz1, z1.grad)
    assert np.allclose(walk.parts.sum(axis=1), x.grad)
    assert 0 < (walk.z1 <= 0).sum() < UNITS and not walk.parts[:, walk.z1 <= 0].any()


def test_the_first_picture_is_misread_and_the_last_one_sends_hardly_any_error():
    images, labels = data.load_digits()
    walks = [Walk(images[i].ravel(), int(labels[i])) for i in PICTURES.values()]
    assert [name.split()[1] for name in PICTURES] == [str(walk.label) for walk in walks]
    assert [walk.p.argmax() == walk.label for walk in walks] == [False] * 4 + [True]
    assert np.abs(walks[-1].dz1).max() < 0.05 * np.abs(walks[0].dz1).max()


def test_each_step_says_its_line_of_code_and_an_idle_unit_that_it_adds_nothing():
    said = [draw(plots.blank(), "a 5 (155)", step) for step in range(LAST + 1)]
    assert all(text.startswith(f"Step {step} of {LAST}, ") for step, text in enumerate(said))
    images, labels = data.load_digits()
    off = Walk(images[155].ravel(), int(labels[155])).z1 <= 0
    for unit in range(UNITS - 1):
        text = said[FIRST_UNIT + unit]
        assert f"dx += dz1[{unit}] * W1[:, {unit}]" in text
        assert text.endswith("adds nothing.") == off[unit]


def test_a_network_of_the_readers_own_is_walked_through():
    other = [2 * parameter for parameter in trained()]
    one, two = explore.error_walk(), explore.error_walk(other)
    one.step = two.step = 0
    assert one.alt != two.alt


def test_the_player_moves_the_step():
    plan = explore.error_walk()._panel["step"]
    assert (plan["min"], plan["max"], plan["pause"]) == (0, LAST, PAUSE)
