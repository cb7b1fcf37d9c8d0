"""Short vowels made long enough to be heard."""

from collections.abc import Sequence

import numpy as np

from dlbook.data.vowels import RATE

PERIODS = range(RATE // 230, RATE // 80)  # samples between two beats of the vocal cords


def spoken(sounds: Sequence[np.ndarray], seconds: float = 0.3, pause: float = 0.12) -> np.ndarray:
    """Return the sounds one after the other, each held by repeating whole beats of its voice.

    Args:
        sounds: each of shape (samples,), 8,000 samples a second, as from `data.vowels`.
        seconds: how long each is held.
        pause: seconds of silence after each.

    Returns:
        Shape (n,), for `IPython.display.Audio` with rate 8000.
    """
    silence = np.zeros(round(pause * RATE))
    parts = []
    for sound in sounds:
        beats = sound[: len(sound) // period(sound) * period(sound)]
        held = np.resize(beats, round(seconds * RATE))  # starts anew where the sound ends
        fade = np.minimum(1, np.arange(len(held), 0, -1) / 200)
        parts += [held * fade, silence]
    return np.concatenate(parts)


def period(sound: np.ndarray) -> int:
    """Return after how many samples a sound repeats itself best."""
    alike = [float(np.mean(sound[:-lag] * sound[lag:])) for lag in PERIODS]
    return PERIODS[int(np.argmax(alike))]
