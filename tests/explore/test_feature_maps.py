"""The maps and bars of the page are the network's, and a reader's own models are shown."""

import time

import numpy as np
import pytest

from dlbook import explore, models, nn, plots
from dlbook.explore.base import digit_net
from dlbook.explore.base.stages import stages
from tests.explore.displayed import words_of
from tests.explore.javascript import ran
from tests.explore.networks import own


def test_a_picture_makes_the_bytes_and_bars_that_the_page_draws(rng):
    maps = explore.feature_maps()
    maps.picture = rng.random((16, 16))
    assert maps.digit == "your own"
    found, scores = stages(digit_net.digit_net(), maps.picture)
    np.testing.assert_allclose(maps.probabilities, np.exp(scores) / np.exp(scores).sum(), rtol=1e-4)
    assert maps.frame["shares"] == np.round(maps.probabilities, 4).tolist()
    bytes_ = list(maps.maps)
    for i, (stage, plan) in enumerate(zip(found, maps.plan, strict=True)):
        channel = stage.values.shape[0] - 1
        names = ["shown", "rows", "columns"]
        plans = str([{name: p[name] for name in names} for p in maps.plan]).replace("'", '"')
        seen = ran("feature_maps.js", f"mapOf(Uint8Array.from({bytes_}), {plans}, {i}, {channel})")
        values = stage.values[channel].ravel().clip(-plan["limit"], plan["limit"])
        np.testing.assert_allclose(
            np.array(seen) * plan["limit"] / 127, values, atol=plan["limit"] / 250
        )
    shown = sum(np.prod(stage.values.shape) for stage in found)
    assert len(bytes_) == shown


def test_pixels_from_the_page_are_looked_at_and_choices_stamp(rng):
    maps = explore.feature_maps(digit="7")
    assert maps.probabilities.argmax() == 7
    sevens = maps.maps
    maps.set_state({"pixels": memoryview(bytes(256)), "digit": "an empty pad"})
    assert not maps.picture.any() and maps.maps != sevens
    for digit in "0123456789":
        maps.digit = digit
        np.testing.assert_allclose(maps.picture, digit_net.stamps(16)[int(digit)], atol=1e-6)
        assert maps.probabilities.argmax() == int(digit)


def test_a_look_is_quick_enough_for_ten_a_second(rng):
    maps = explore.feature_maps()
    times = []
    for _ in range(10):
        start = time.perf_counter()
        maps.picture = rng.random((16, 16))
        times.append(time.perf_counter() - start)
    assert min(times) < 0.03


def test_models_of_the_reader_are_shown(rng):
    maps = explore.feature_maps(own(rng), size=12)
    assert [p["label"] for p in maps.plan] == ["conv 1", "Tanh 1", "mean pool 1"]
    assert len(maps.frame["shares"]) == 4
    large = explore.feature_maps(models.mini_resnet(rng=rng))
    assert max(p["channels"] for p in large.plan) == 64 and large.plan[-1]["shown"] <= 32
    for it in (maps, large):
        fig, alt = it._still()
        assert alt[0].isupper() and alt.endswith(".") and len(alt) < 250
        plots.png(fig)


def test_what_it_cannot_show_is_refused(rng):
    with pytest.raises(ValueError, match=r"shape \(1, 1, 16, 16\), and it fails: .*pass the size"):
        explore.feature_maps(own(rng))
    with pytest.raises(ValueError, match="a layer that puts out maps, got none"):
        explore.feature_maps(nn.Sequential(nn.Flatten(), nn.Linear(256, 10, rng=rng)))
    with pytest.raises(ValueError, match=r"scores of shape \(1, classes\), got \(1, 2, 14, 14\)"):
        explore.feature_maps(nn.Conv2d(1, 2, 3, rng=rng))
    with pytest.raises(ValueError, match=r"an nn\.Module, got 'net'"):
        explore.feature_maps("net")
    with pytest.raises(ValueError, match=r"size needs to be from 4 to 64"):
        explore.feature_maps(size=100)
    with pytest.raises(ValueError, match=r"digit needs one of .* got '11'"):
        explore.feature_maps(digit="11")
    with pytest.raises(
        ValueError, match=r"this pad needs a picture of shape \(16, 16\), got \(8, 8\)"
    ):
        explore.feature_maps().picture = np.zeros((8, 8))


def test_the_notebook_keeps_a_still_picture_with_words(monkeypatch):
    assert words_of(explore.feature_maps(), monkeypatch).endswith("class 3 has 100%.")
