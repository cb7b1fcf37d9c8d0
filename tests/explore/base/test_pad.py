"""A stroke inks what lies near it, a picture moves as a whole, and scripts are joined once."""

import numpy as np
import pytest

from dlbook.explore.base.pad import Pad
from dlbook.explore.base.page import joined
from tests.explore.javascript import EXPLORE, ran

ROWS, COLUMNS = 7, 9


def stroked(pixels, start, end, radius, erase=False):
    """Return what a stroke should leave, from the distance of each pixel to many points of it."""
    points = np.linspace(start, end, 2001)
    at = np.stack(np.indices((ROWS, COLUMNS)), -1)[:, :, None]
    far = np.linalg.norm(at - points, axis=-1).min(-1)
    ink = np.rint(255 * (radius + 0.5 - far).clip(0, 1))
    return np.minimum(pixels, 255 - ink) if erase else np.maximum(pixels, ink)


@pytest.mark.parametrize("erase", [False, True])
def test_a_stroke_inks_by_the_distance_to_it(rng, erase):
    pixels = rng.integers(0, 256, (ROWS, COLUMNS))
    ends = ([1.3, -0.4], [4.0, 7.2]), ([2.0, 3.0], [2.0, 3.0])  # over the edge; a dot
    for start, end in ends:
        size = f"{ROWS}, {COLUMNS}, {start}, {end}"
        found = ran(
            "base/pad.js", f"stroke({pixels.ravel().tolist()}, {size}, 1.1, {str(erase).lower()})"
        )
        expected = stroked(pixels, start, end, 1.1, erase)
        np.testing.assert_allclose(np.reshape(found, expected.shape), expected, atol=1.01)


def test_a_picture_moves_and_leaves_nothing_behind(rng):
    pixels = rng.integers(1, 256, (ROWS, COLUMNS))
    moves = [(1, 0), (0, -2), (-3, 4), (0, 0), (ROWS, 0)]
    code = ", ".join(
        f"moved({pixels.ravel().tolist()}, {ROWS}, {COLUMNS}, {d}, {r})" for d, r in moves
    )
    for (down, right), found in zip(moves, ran("base/pad.js", f"[{code}]"), strict=True):
        wide = np.pad(pixels, 9)[9 - down :, 9 - right :][:ROWS, :COLUMNS]
        np.testing.assert_array_equal(np.reshape(found, (ROWS, COLUMNS)), wide)


def test_a_joined_script_holds_each_file_once_and_imports_nothing():
    for script in EXPLORE.glob("*.js"):
        text = joined(script)
        assert "import {" not in text
        assert text.count("export function element(") == 1
        assert text.count("export default { render };") == 1


class Bare(Pad):
    _origin = "ink"  # any trait


def test_a_picture_is_kept_in_256_steps(rng):
    pad = Bare()
    picture = rng.random((5, 6))
    pad._put(picture, ink=True)
    assert np.abs(pad.picture - picture).max() <= 0.5 / 255 + 1e-6
    with pytest.raises(ValueError, match="needs 30 bytes for the shape"):
        pad.pixels = b"123"


@pytest.mark.parametrize(
    "picture", [np.zeros(9), np.zeros((2, 9)), np.full((9, 9), 1.01), np.full((9, 9), np.nan)]
)
def test_what_is_no_picture_is_refused(picture):
    with pytest.raises(ValueError, match=r"a pad needs a picture of shape \(rows, columns\)"):
        Bare()._put(picture, ink=True)


def test_a_page_that_goes_away_stops_listening():
    model = """({
      heard: [], get(name) { return name; },
      on(...pair) { this.heard.push(pair); },
      off(event, act) { this.heard = this.heard.filter((pair) => pair[1] !== act); },
    })"""
    code = f"""(() => {{
      const given = {model}, [model, stop] = listening(given);
      model.on("change:a", () => 1);
      model.on("change:b", () => 2);
      const before = given.heard.length;
      stop();
      return [model.get("a"), before, given.heard.length];
    }})()"""
    assert ran("base/parts.js", code) == ["a", 2, 0]
