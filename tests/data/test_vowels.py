import numpy as np
import pytest

from dlbook import data
from dlbook.data.vowels import FORMANTS, RATE


def test_vowels_come_from_the_seed_alone():
    (x, y), again = (data.vowels(52, np.random.default_rng(3)) for _ in range(2))
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((52, 400), np.float32, (52,), np.int64)
    assert set(np.bincount(y)) == {10, 11}
    np.testing.assert_allclose(x.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(x.std(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(x, again[0])


@pytest.mark.parametrize("vowel", [1, 2, 4])  # e, i, u: in the others the two melt together
def test_between_two_formants_it_is_quieter_than_at_either(vowel, rng):
    x, y = data.vowels(1000, rng, noise=0)
    loud = data.spectrum(x[y == vowel], bands=100).mean(axis=0)
    low, high = (FORMANTS[vowel, :2] * 1.075 * 200 / RATE).astype(int)  # bands of the mean speaker
    assert min(loud[low], loud[high]) > loud[low:high].min() + 0.3


def test_the_nearest_mean_spectrum_tells_the_vowel(rng):
    x, y = data.vowels(1000, rng)
    loud = data.spectrum(x)
    means = np.stack([loud[:500][y[:500] == k].mean(axis=0) for k in range(5)])
    distances = ((loud[500:, None] - means) ** 2).sum(axis=2)
    assert (distances.argmin(axis=1) == y[500:]).mean() > 0.9


def test_a_tone_is_loud_in_its_own_band():
    tone = np.sin(2 * np.pi * 1250 * np.arange(400) / RATE)
    loud = data.spectrum(tone[None], bands=40)
    assert (loud.shape, loud.dtype) == ((1, 40), np.float32)
    assert loud.argmax() == 12  # from 1200 to 1300 Hz
    np.testing.assert_allclose(loud.mean(), 0, atol=1e-5)


def test_loudness_as_a_whole_does_not_count(rng):
    x, _ = data.vowels(5, rng)
    np.testing.assert_allclose(data.spectrum(3 * x), data.spectrum(x), atol=1e-3)


@pytest.mark.parametrize("bands", [0, 201])
def test_more_bands_than_there_are_pitches_are_refused(bands):
    with pytest.raises(ValueError, match=f"from 1 to 200 bands for 400 samples, got {bands}"):
        data.spectrum(np.ones((1, 400)), bands)
