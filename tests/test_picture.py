import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from dlbook import data, picture, plots
from tests.check.test_verdict import contrast
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


def test_grey_words_on_a_picture_that_is_toned_down_can_be_read(drawn):
    (share,) = map(float, re.findall(r"brightness\(([\d.]+)\)", picture.page(drawn, "A line.")))
    paper, grey = (toned(color, share) for color in ("#FFFFFF", plots.CONTEXT))
    assert share < 0.9 and contrast(grey, paper) >= 4.5


def toned(color: str, share: float) -> str:
    """Return a colour as the filter of a browser makes it."""
    parts = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(share * part):02X}" for part in parts)
