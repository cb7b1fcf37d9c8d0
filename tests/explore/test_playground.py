"""The playground trains as the library does, keeps a reader's network, and draws what it says."""

import asyncio

import numpy as np
import pytest

from dlbook import explore, nn, plots
from dlbook.explore.base import live
from dlbook.explore.playground import CALM, SIZE, STEPS
from tests.explore.displayed import words_of
from tests.explore.javascript import ran


def mine(rng):
    return nn.Sequential(nn.Linear(2, 5, rng=rng), nn.ReLU(), nn.Linear(5, 2, rng=rng))


@pytest.mark.parametrize("name", ["data_set", "noise", "hidden", "activation", "weight_decay"])
def test_every_choice_starts_anew(name):
    ground = explore.playground()
    for value in ground.choices[name]:
        ground.step(1)
        setattr(ground, name, value)
        assert ground.live.steps in (0, 1) and len(ground.field) == SIZE**2
    assert ground.live.steps == 0


def test_the_learning_rate_is_taken_over_without_a_new_start():
    ground = explore.playground()
    ground.step(3)
    ground.lr = 0.1
    assert (ground.live.steps, ground.live.optimizer.lr) == (3, 0.1)


def test_a_network_of_the_reader_learns_and_reset_gives_it_back(rng):
    model = mine(rng)
    before = model.state_dict()
    ground = explore.playground(model, data_set="moons", lr=0.03)
    first, _ = ground.live.losses()
    ground.step(200)
    assert ground.live.losses()[0] < first / 2
    ground.reset()
    assert all(np.array_equal(before[n], value) for n, value in model.state_dict().items())
    assert "hidden" not in dict(ground.labels)


def test_a_model_of_another_shape_and_an_unknown_choice_are_refused(rng):
    with pytest.raises(ValueError, match=r"to \(batch, 2\), got \(100, 3\)"):
        explore.playground(nn.Linear(2, 3, rng=rng))
    with pytest.raises(ValueError, match=r"lr needs one of .* got 7.0"):
        explore.playground(lr=7.0)


def test_it_runs_until_it_is_paused():
    async def watch():
        ground = explore.playground()
        ground.running = True
        await asyncio.sleep(0.3)
        ground.running = False
        await ground._task
        return ground

    ground = asyncio.run(watch())
    assert ground.live.steps >= 2 * STEPS


def test_a_reader_who_wants_less_motion_sees_as_many_steps_in_fewer_frames():
    async def watch():
        ground = explore.playground()
        ground.calm = ground.running = True
        await asyncio.sleep(0.3)
        ground._task.cancel()
        return ground

    ground = asyncio.run(watch())
    assert ground.live.steps == STEPS * CALM and len(ground.curves) == 2  # the start, one frame


def test_commands_of_the_page_are_heard():
    ground = explore.playground()
    ground._hear(ground, {"command": "step"}, [])
    assert ground.live.steps == 1
    ground._hear(ground, {"command": "reset"}, [])
    assert ground.live.steps == 0 and not ground.running


def test_the_notebook_keeps_a_still_picture_with_words(monkeypatch):
    words_of(explore.playground(), monkeypatch)


def test_the_page_uses_the_colours_and_the_plane_of_the_library(rng):
    points = rng.uniform(-live.REACH, live.REACH, (20, 2)).tolist()
    places = f"{points}.map((p) => place(p, {live.REACH}, 320))"
    found = ran(
        "playground.js", f"{{ bytes: [...Array(256).keys()].map(colour), places: {places} }}"
    )
    expected = plots.SIGNED(np.arange(256) / 255)[:, :3] * 255
    np.testing.assert_allclose(found["bytes"], expected, atol=1.01)  # whole numbers, 256 steps
    x, y = np.transpose(points)
    across = np.column_stack([x + live.REACH, live.REACH - y]) * 320 / (2 * live.REACH)
    np.testing.assert_allclose(found["places"], across, rtol=1e-12)
