from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from dlbook import data, picture, plots
from tests.pictures import alts


@pytest.fixture
def drawn(rng):
    """A photograph beside a coloured map and thin lines: the most colours that a page has."""
    fig, (left, middle, right) = plots.figure(3)
    left.imshow(data.load_photo(), cmap="gray")
    plots.signed_map(middle, rng.normal(size=(60, 60)))
    for color in (plots.DATA, plots.GRADIENT, plots.TARGET, plots.PARAMETER):
        right.plot(rng.normal(size=9), color=color, linewidth=0.6)
    return fig


def pixels(file) -> np.ndarray:
    return np.asarray(Image.open(file).convert("RGB")).astype(int)


def test_a_palette_is_much_smaller_and_no_eye_sees_it(drawn):
    plain = BytesIO()
    drawn.savefig(plain, format="png", dpi=picture.DPI)
    few = picture.png(drawn)
    assert len(few) < len(plain.getvalue()) / 2
    before, after = pixels(plain), pixels(BytesIO(few))
    assert np.abs(before - after).max() <= 6
    assert (after[(before == 255).all(axis=-1)] == 255).all(), "the paper is not white any more"


def test_a_picture_is_shown_at_half_the_size_of_its_pixels(drawn):
    page = picture.html(drawn, "A line.")
    (width,) = np.frombuffer(picture.png(drawn)[16:20], ">u4")
    assert f'width="{width // 2}"' in page and width == 7 * picture.DPI


def test_words_with_signs_of_html_are_read_as_they_were_written(drawn):
    words = 'x < 3 & "y" > 2'
    assert alts([{"data": {"text/html": picture.html(drawn, words)}}]) == [words]
