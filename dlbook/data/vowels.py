"""Spoken vowels from a formula: vocal cords hum, and the mouth lets some pitches through."""

import numpy as np

from dlbook import arguments

RATE = 8000  # samples a second
LENGTH = 400  # samples: a twentieth of a second
VOWELS = "aeiou"
FORMANTS = np.array(  # in Hz, where a man's mouth resonates: as in hod, head, heed, hawed, who'd
    [[730, 1090, 2440], [530, 1840, 2480], [270, 2290, 3010], [570, 840, 2410], [300, 870, 2240]]
)
WIDTHS = np.array([80, 100, 140])  # in Hz, of the three resonances
FORMANTS.flags.writeable = WIDTHS.flags.writeable = False


def vowels(n: int, rng: np.random.Generator, noise: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Return sounds of the vowels a, e, i, o and u, by speakers of any pitch and size.

    A speaker hums at 90 to 220 Hz and has formants 0.95 to 1.2 times those of the mean man, each
    moved by a further 4 percent. The overtones fall by 6 dB an octave before the mouth.

    Args:
        n: number of sounds.
        rng: where speakers, starting times and noise come from.
        noise: standard deviation of what is added, relative to that of the sound.

    Returns:
        Sounds of shape (n, 400), float32, 8,000 samples a second, mean 0 and standard deviation
        1 each, and class numbers of shape (n,), int64, places in ``VOWELS``, "aeiou".

    Raises:
        TypeError, ValueError: if an argument is of the wrong kind, negative or not finite.

    Source: made by the formula of a series of resonances, Fant (1960), "Acoustic theory of speech
    production"; mean formants of men from Peterson and Barney (1952), "Control methods used in a
    study of the vowels", Journal of the Acoustical Society of America 24, 175-184. Licence: that
    of dlbook, for the sounds are computed.
    """
    n, noise, rng = (
        arguments.integer(n, "n"),
        arguments.number(noise, "noise"),
        arguments.generator(rng),
    )
    y = rng.permutation(n) % len(VOWELS)
    pitch, size = rng.uniform(90, 220, n), rng.uniform(0.95, 1.2, n)
    formants = FORMANTS[y] * size[:, None] * rng.normal(1, 0.04, (n, 3))
    start = rng.uniform(0, 1, n) / pitch
    time = start[:, None] + np.arange(LENGTH) / RATE  # (n, LENGTH)
    hum = np.exp(2j * np.pi * pitch[:, None] * time)
    x, wave = np.zeros((n, LENGTH)), np.ones_like(hum)
    for overtone in range(1, int(RATE / 2 / 90) + 1):
        wave *= hum
        f = overtone * pitch
        through = _resonance(f, formants) / overtone * (f < RATE / 2)
        x += (through[:, None] * wave).real
    x = _standard(x)
    return _standard(x + rng.normal(0, noise, x.shape)).astype(np.float32), y.astype(np.int64)


def spectrum(sounds: np.ndarray, bands: int = 40) -> np.ndarray:
    """Return how loud each sound is in each band of pitch: log10 of its power, mean 0 a sound.

    Args:
        sounds: shape (n, samples).
        bands: number of bands of equal width, from 0 Hz to half the sampling rate.

    Returns:
        Shape (n, bands), float32.

    Raises:
        TypeError: if `bands` is no whole number, or `sounds` are no real numbers.
        ValueError: if `sounds` has another shape, or if there are more bands than the samples
            can tell apart.
    """
    sounds = arguments.array(sounds, "sounds")
    if sounds.dtype.kind not in "biuf":
        raise TypeError(
            f"spectrum needs sounds of real numbers, got {sounds.dtype}; convert them, or take "
            ".real"
        )
    if sounds.ndim != 2:
        raise ValueError(
            f"spectrum needs sounds of shape (n, samples), got {sounds.shape}; give one sound as "
            "sound[None]"
        )
    samples = sounds.shape[1]
    if not 1 <= arguments.integer(bands, "bands", None) <= samples // 2:
        raise ValueError(
            f"spectrum needs from 1 to {samples // 2} bands for {samples} samples, got {bands}; "
            "ask for fewer, or give longer sounds"
        )
    power = np.abs(np.fft.rfft(sounds * np.hanning(samples))[:, 1:]) ** 2
    starts = np.arange(bands) * power.shape[1] // bands
    loud = np.log10(np.add.reduceat(power, starts, axis=1) + 1e-6)
    return np.asarray(loud - loud.mean(axis=1, keepdims=True), np.float32)


def _resonance(f: np.ndarray, formants: np.ndarray) -> np.ndarray:
    """Return how a mouth changes pitch f, shape (n,), in size and phase: a complex factor."""
    f = f[:, None]
    each = formants**2 / (formants**2 - f**2 + 1j * f * WIDTHS)
    return np.asarray(each.prod(axis=1))


def _standard(x: np.ndarray) -> np.ndarray:
    return np.asarray((x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True))
