"""Digits drawn from printed fonts, moved, turned and sheared: harder than they look.

Each glyph is drawn once, large, from a font that matplotlib carries; a picture is then read off
that drawing through a random affine map, so thousands of pictures take a second.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from dlbook import arguments

SIZE = 16  # of a picture, in pixels
LARGE = 96  # of a drawing
FONTS = tuple(
    [f"DejaVu{style}" for style in ("Sans", "Sans-Bold", "Sans-Oblique", "Sans-BoldOblique")]
    + [f"DejaVuSans{style}" for style in ("Mono", "Mono-Bold", "Mono-Oblique", "Mono-BoldOblique")]
    + [f"DejaVu{style}" for style in ("Serif", "Serif-Bold", "Serif-Italic", "Serif-BoldItalic")]
    + [f"STIXGeneral{style}" for style in ("", "Bol", "Italic", "BolIta")]
)


def glyphs(
    n: int, rng: np.random.Generator, noise: float = 0.1, shift: float = 2.5
) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures of printed digits in 16 fonts, and what they show.

    Each is turned by up to 20 degrees, sheared by up to 0.3, scaled to between 0.8 and 1.1, and
    moved. The same generator gives the same pictures with the same version of matplotlib.

    Args:
        n: number of pictures.
        rng: where fonts, movements and noise come from.
        noise: standard deviation of what is added to each pixel.
        shift: how far a digit may stand off the centre, in pixels along each axis.

    Returns:
        Pictures of shape (n, 16, 16), float32, from 0 (white) to 1 (black), and class numbers
        of shape (n,), int64, from 0 to 9, as many of each as can be.

    Raises:
        TypeError, ValueError: if an argument is of the wrong kind, negative or not finite.

    Source: drawn from the fonts in matplotlib. Licence: DejaVu has that of Bitstream Vera, STIX
    the SIL Open Font License 1.1; neither claims what is drawn with its font. No font is copied.
    """
    n, rng = arguments.integer(n, "n"), arguments.generator(rng)
    noise, shift = arguments.number(noise, "noise"), arguments.number(shift, "shift")
    y = rng.permutation(n) % 10
    drawings = _drawings()[rng.integers(len(FONTS), size=n), y]  # (n, LARGE, LARGE)
    x = _seen_through(_maps(n, rng, shift), drawings)
    x += rng.normal(0, noise, x.shape)
    return x.clip(0, 1).astype(np.float32), y.astype(np.int64)


@cache
def _drawings() -> np.ndarray:
    """Return one drawing for each font and digit, shape (fonts, 10, LARGE, LARGE), 0 to 1."""
    from matplotlib import ft2font, get_data_path

    flags: Any = getattr(ft2font, "LoadFlags", None)
    unhinted = flags.NO_HINTING if flags else vars(ft2font)["LOAD_NO_HINTING"]  # before 3.10
    sheet = np.zeros((len(FONTS), 10, LARGE, LARGE), np.float32)
    for row, name in zip(sheet, FONTS, strict=True):
        font = ft2font.FT2Font(str(Path(get_data_path(), "fonts", "ttf", f"{name}.ttf")))
        font.set_size(72, 72)  # points, dots an inch: an em is 72 pixels
        for digit, page in enumerate(row):
            font.set_text(str(digit), flags=unhinted)
            font.draw_glyphs_to_bitmap(antialiased=True)
            drawn = np.asarray(font.get_image(), np.float32) / 255
            top, left = (LARGE - np.array(drawn.shape)) // 2
            page[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    sheet.flags.writeable = False  # it is kept for all later calls
    return sheet


def _maps(n: int, rng: np.random.Generator, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the linear part, shape (n, 2, 2), and the shift, (n, 2), from picture to drawing."""
    turn, shear = rng.uniform(-np.pi / 9, np.pi / 9, n), rng.uniform(-0.3, 0.3, n)
    scale = rng.uniform(0.8, 1.1, n) * SIZE / LARGE * 1.35  # an upright digit is 12 pixels high
    cos, sin = np.cos(turn), np.sin(turn)
    linear = np.stack([cos, -sin, sin + shear * cos, cos - shear * sin], axis=1).reshape(n, 2, 2)
    return linear / scale[:, None, None], rng.uniform(-shift, shift, (n, 2))


def _seen_through(maps: tuple[np.ndarray, np.ndarray], drawings: np.ndarray) -> np.ndarray:
    """Return the pictures, shape (n, SIZE, SIZE): each pixel is the mean of 3 x 3 points in it."""
    linear, shift = maps
    middle = (np.arange(3 * SIZE) + 0.5) / 3 - SIZE / 2
    grid = np.stack(np.meshgrid(middle, middle, indexing="ij"), axis=-1)  # (3 SIZE, 3 SIZE, 2)
    pictures = np.empty((len(drawings), SIZE, SIZE))
    for i, drawing in enumerate(drawings):
        at = ((grid - shift[i]) @ linear[i].T + LARGE / 2).astype(int)
        row, column = np.moveaxis(at.clip(0, LARGE - 1), -1, 0)
        pictures[i] = drawing[row, column].reshape(SIZE, 3, SIZE, 3).mean(axis=(1, 3))
    return pictures
