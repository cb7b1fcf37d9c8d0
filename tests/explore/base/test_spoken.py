"""Short sounds are held at their own pitch, one after the other."""

import numpy as np
import pytest

from dlbook import data
from dlbook.explore.base.spoken import period, spoken


@pytest.mark.parametrize("samples", [40, 57, 80])
def test_a_sound_that_repeats_itself_is_held_without_a_break(samples):
    wave = np.resize(np.random.default_rng(samples).normal(size=samples), 400)
    assert period(wave) == samples
    held = spoken([wave], seconds=0.5, pause=0.0)[:-200]  # its end fades away
    assert np.array_equal(held, np.resize(wave[:samples], len(held)))


def test_sounds_follow_each_other_with_a_pause():
    sounds, _classes = data.vowels(3, np.random.default_rng(0))
    said = spoken(sounds, seconds=0.1, pause=0.05)
    assert said.shape == (3 * (800 + 400),) and np.isfinite(said).all()
    assert (
        not said.reshape(3, 1200)[:, 800:].any()
        and said.reshape(3, 1200)[:, :700].any(axis=1).all()
    )
