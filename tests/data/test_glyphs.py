import numpy as np

from dlbook import data


def test_glyphs_come_from_the_seed_alone():
    (x, y), again = (data.glyphs(95, np.random.default_rng(3)) for _ in range(2))
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((95, 16, 16), np.float32, (95,), np.int64)
    assert 0 <= x.min() <= x.max() <= 1 and set(np.bincount(y)) == {9, 10}
    np.testing.assert_array_equal(x, again[0])
    np.testing.assert_array_equal(y, again[1])


def test_glyphs_stay_inside_the_picture(rng):
    x, _ = data.glyphs(400, rng, noise=0, shift=0)
    total = x.sum(axis=(1, 2))
    border = total - x[:, 1:-1, 1:-1].sum(axis=(1, 2))
    assert total.min() > 8 and border.sum() / total.sum() < 0.001
    moved, _ = data.glyphs(400, rng, noise=0)
    cut = moved.sum() - moved[:, 1:-1, 1:-1].sum()
    assert cut / moved.sum() < 0.05


def test_glyphs_stand_where_the_shift_says(rng):
    x, _ = data.glyphs(400, rng, noise=0, shift=2)
    place = np.arange(16) - 7.5
    weight = x / x.sum(axis=(1, 2), keepdims=True)
    centre = np.stack([(weight.sum(axis=2) @ place), (weight.sum(axis=1) @ place)])
    np.testing.assert_allclose(centre.mean(axis=1), 0, atol=0.5)
    np.testing.assert_allclose(centre.std(axis=1), 2 / 3**0.5, atol=0.3)  # uniform in +-2


def test_a_mean_picture_finds_digits_that_stand_still_and_not_those_that_move(rng):
    rates = []
    for shift in (0, 2.5):
        x, y = data.glyphs(1000, rng, shift=shift)
        means = np.stack([x[:500][y[:500] == k].mean(axis=0) for k in range(10)])
        distances = ((x[500:, None] - means) ** 2).sum(axis=(2, 3))
        rates.append((distances.argmin(axis=1) == y[500:]).mean())
    assert rates[0] > 0.7 > 0.6 > rates[1] > 0.2
