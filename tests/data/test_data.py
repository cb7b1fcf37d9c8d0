"""What all of dlbook.data owes: refusals in words, and arrays that nobody else holds."""

import numpy as np
import pytest

from dlbook import data

DRAWN = {  # what takes a number of examples and a generator: shape and dtype of one example
    "blobs": ((2,), np.float32),
    "glyphs": ((16, 16), np.float32),
    "moons": ((2,), np.float32),
    "reviews": ((10,), np.int64),
    "ring": ((2,), np.float32),
    "spiral": ((2,), np.float32),
    "vowels": ((400,), np.float32),
    "xor": ((2,), np.float32),
}
ODD_N = [(-1, ValueError), (2.0, TypeError), (True, TypeError), (None, TypeError), ("3", TypeError)]
ODD_RNG = [None, 0, np.random, "rng", np.random.Generator]
OTHERS = {  # what further arguments must be: the functions that have them
    "noise": ["blobs", "glyphs", "moons", "ring", "spiral", "vowels", "xor"],
    "shift": ["glyphs"],
}


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("n", [0, 1, np.int64(2), np.uint8(3)])
def test_any_number_of_examples_may_be_drawn(name, n, rng):
    shape, dtype = DRAWN[name]
    x, y = getattr(data, name)(n, rng)
    assert (x.shape, x.dtype, y.shape, y.dtype) == ((n, *shape), dtype, (n,), np.int64)


@pytest.mark.parametrize("name", [*DRAWN, "batches", "split"])
@pytest.mark.parametrize(("n", "error"), ODD_N)
def test_an_odd_number_of_examples_is_refused_in_words(name, n, error, rng):
    between = {"batches": [2], "split": [(1,)]}.get(name, [])
    with pytest.raises(error, match="n needs to be"):
        getattr(data, name)(n, *between, rng)


@pytest.mark.parametrize("name", [*DRAWN, "batches", "split"])
@pytest.mark.parametrize("wrong", ODD_RNG, ids=repr)
def test_what_is_no_generator_is_refused_in_words(name, wrong):
    between = {"batches": [2], "split": [(1,)]}.get(name, [])
    with pytest.raises(TypeError, match=r"np\.random\.default_rng\(0\)"):
        getattr(data, name)(3, *between, wrong)


@pytest.mark.parametrize(("option", "name"), [(o, n) for o, names in OTHERS.items() for n in names])
@pytest.mark.parametrize("wrong", [-0.1, np.nan, np.inf, None, "0.1", True, [0.1]], ids=repr)
def test_odd_noise_is_refused_in_words(option, name, wrong, rng):
    with pytest.raises((TypeError, ValueError), match=f"{option} needs to be"):
        getattr(data, name)(3, rng, **{option: wrong})


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda rng: data.blobs(3, rng, classes=0), "classes needs to be 1 or more"),
        (lambda rng: data.spiral(3, rng, classes=2.0), "classes needs to be a whole number"),
        (lambda rng: data.spiral(3, rng, turns=np.nan), "turns needs to be finite"),
        (lambda rng: data.load_photo(100.0), "size needs to be a whole number"),
        (lambda rng: data.load_photo(True), "size needs to be a whole number"),
        (lambda rng: data.load_photo(-1), "from 2 to 600"),
        (lambda rng: data.encode(b"text"), "encode needs a text, got bytes"),
        (lambda rng: data.encode(["a", "b"]), "encode needs a text, got list"),
        (lambda rng: data.spectrum(np.ones(400)), r"shape \(n, samples\), got \(400,\)"),
        (lambda rng: data.spectrum(np.ones((2, 400)) * 1j), "real numbers, got complex128"),
        (lambda rng: data.spectrum([["a", "b"]], 1), "real numbers, got <U1"),
        (lambda rng: data.spectrum([[1, 2], [3]]), "sounds needs numbers in rows of one length"),
        (lambda rng: data.spectrum(np.ma.ones((2, 400))), "sounds needs an array without a mask"),
        (lambda rng: data.reviews(3, rng, unseen="no"), "unseen needs to be True or False"),
        (lambda rng: data.split(10, None, rng), r"split needs fractions .*, got None; "),
        (lambda rng: data.spectrum(np.ones((2, 400)), 4.0), "bands needs to be a whole number"),
    ],
)
def test_other_odd_arguments_are_refused_in_words(wrong, says, rng):
    with pytest.raises((TypeError, ValueError), match=says):
        wrong(rng)


def test_turns_may_go_either_way(rng):
    assert np.isfinite(data.spiral(3, rng, turns=-1)[0]).all()


CALLS = {name: lambda name=name: getattr(data, name)(7, np.random.default_rng(1)) for name in DRAWN}
CALLS |= {name: getattr(data, name) for name in ("load_digits", "load_mnist")}
CALLS["load_photo"] = lambda: (data.load_photo(20),)
CALLS["encode"] = lambda: data.encode("a text")[:1]
CALLS["split"] = lambda: data.split(7, (0.5, 0.5), np.random.default_rng(1))


@pytest.mark.parametrize("name", CALLS)
def test_what_is_written_into_an_array_is_not_in_the_next_one(name):
    first = CALLS[name]()
    kept = [array.copy() for array in first]
    for array in first:
        array[...] = 1 - array
    for array, before in zip(CALLS[name](), kept, strict=True):
        np.testing.assert_array_equal(array, before)


def test_sounds_of_other_kinds_have_the_same_spectrum(rng):
    sounds = rng.integers(-9, 9, size=(2, 400))
    expected = data.spectrum(sounds.astype(np.float64))
    for other in (sounds, sounds.tolist(), np.asfortranarray(sounds)):
        np.testing.assert_array_equal(data.spectrum(other), expected)
    assert data.spectrum(sounds[:0]).shape == (0, 40)
