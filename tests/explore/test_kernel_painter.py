"""The page of the kernel painter computes what dlbook and torch do; its words say the same."""

import re

import numpy as np
import pytest

from dlbook import data, explore, plots
from dlbook.explore.kernel_painter import PRESETS, SOURCES, brightness, kernel, shaded
from tests.explore.displayed import words_of
from tests.explore.javascript import ran


def torch_response(picture, kernel):
    import torch

    arrays = (torch.tensor(np.array(a, float))[None, None] for a in (picture, kernel))
    return torch.conv2d(*arrays)[0, 0].numpy()


def test_the_response_is_torchs_and_flipping_turns_the_kernel(rng):
    for size in (3, 5):
        painter = explore.kernel_painter(rng.normal(size=(size, size)), rng.random((9, 12)))
        expected = torch_response(painter.picture, painter.kernel)
        np.testing.assert_allclose(painter.response, expected, rtol=1e-9, atol=1e-12)
        painter.flip = True
        expected = torch_response(painter.picture, np.rot90(painter.kernel, 2))
        np.testing.assert_allclose(painter.response, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("flip", [False, True])
def test_the_page_computes_the_same_response(rng, flip):
    for size in (3, 5):
        kernel = rng.normal(size=(size, size))
        painter = explore.kernel_painter(kernel, rng.random((8, 11)), flip=flip)
        used = f"turned({kernel.tolist()})" if flip else kernel.tolist()
        found = ran("kernel_painter.js", f"respond({list(painter.pixels)}, 8, 11, {used})")
        shape = painter.response.shape
        np.testing.assert_allclose(np.reshape(found, shape), painter.response, atol=1e-6)


def test_the_products_at_a_place_sum_to_the_response_there(rng):
    painter = explore.kernel_painter(rng.normal(size=(3, 3)), rng.random((6, 7)))
    places = [(r, c) for r in range(6) for c in range(7)]
    calls = ", ".join(
        f"products({list(painter.pixels)}, 6, 7, {painter.kernel.tolist()}, [{r}, {c}])"
        for r, c in places
    )
    for (row, column), table in zip(places, ran("kernel_painter.js", f"[{calls}]"), strict=True):
        if row in (0, 5) or column in (0, 6):
            assert table is None
        else:
            total = np.prod(table, axis=-1).sum()
            assert np.shape(table) == (3, 3, 2)
            assert total == pytest.approx(painter.response[row - 1, column - 1], abs=1e-6)


def test_presets_do_what_their_names_say(rng):
    picture = np.round(255 * rng.random((12, 13))) / 255
    steps = np.tile(np.repeat([0.0, 1.0], 6), (12, 1))
    for size in (3, 5):
        painter = explore.kernel_painter(picture=picture, size=size)
        edge = size // 2
        painter.preset = "identity"
        inner = picture[edge : 12 - edge, edge : 13 - edge]
        np.testing.assert_allclose(painter.response, inner, atol=1e-6)
        painter.preset = "blur"
        windows = np.lib.stride_tricks.sliding_window_view(picture, (size, size))
        np.testing.assert_allclose(painter.response, windows.mean((2, 3)), atol=1e-6)
        sums = {name: kernel(name, size).sum() for name in PRESETS[:-1]}
        flat = {"vertical edge", "horizontal edge"}
        assert sums == {name: pytest.approx(0 if name in flat else 1) for name in sums}
        painter.picture = steps
        painter.preset = "vertical edge"
        assert painter.response.max() > 1
        painter.preset = "horizontal edge"
        np.testing.assert_allclose(painter.response, 0, atol=1e-6)
        painter.preset = "sharpen"
        assert painter.response.max() > 1 and painter.response.min() < 0


def test_an_own_kernel_keeps_its_middle_when_the_size_changes():
    painter = explore.kernel_painter(np.arange(9).reshape(3, 3))
    assert (painter.preset, painter.size) == ("your own", 3)
    painter.size = 5
    np.testing.assert_array_equal(painter.kernel, np.pad(np.arange(9).reshape(3, 3), 1))
    painter.size = 3
    np.testing.assert_array_equal(painter.kernel, np.arange(9).reshape(3, 3))
    painter.preset = "blur"
    np.testing.assert_allclose(painter.kernel, 1 / 9)


def test_pictures_can_be_chosen_drawn_and_brought(rng):
    painter = explore.kernel_painter()
    np.testing.assert_allclose(painter.picture, data.load_photo(), atol=0.5 / 255 + 1e-6)
    assert not painter.ink
    for source in SOURCES[1:-1]:
        painter.source = source
        assert painter.ink and painter.picture.any() == (source != "an empty pad")
    painter.picture = picture = rng.random((10, 20))
    assert painter.source == "your own" and painter.response.shape == (8, 18)
    painter.source = "digit 4"
    painter.set_state({"pixels": memoryview(bytes(256)), "source": "your own"})
    assert not painter.picture.any() and painter.shape == [16, 16]
    assert explore.kernel_painter(picture=picture, ink=True).ink


def test_the_page_writes_numbers_and_colours_as_the_library_does(rng):
    values = rng.normal(0.5, 1.0, (4, 5))
    for one, ink in ((1.0, False), (2.5, True)):
        list_ = values.ravel().tolist()
        found = ran("kernel_painter.js", f"{list_}.map((v) => grey(v, {one}, {str(ink).lower()}))")
        expected = 255 * shaded(values, one, ink)
        np.testing.assert_allclose(np.reshape(found, (4, 5, 3)), expected, atol=1.01)
    kernels = [kernel(name, size) for name in PRESETS[:-1] for size in (3, 5)]
    found = ran(
        "kernel_painter.js", f"[{', '.join(str(k.tolist()) for k in kernels)}].map(brightness)"
    )
    for weights, one in zip(kernels, found, strict=True):
        assert one == pytest.approx(brightness(weights))
    assert ran("kernel_painter.js", "[text(-0.5), text(1 / 3), text(2)]") == ["−0.5", "0.333", "2"]


@pytest.mark.parametrize(
    "kernel", [np.zeros((2, 3)), np.zeros((4, 4)), np.full((3, 3), np.inf), "blur", [[1], [2, 3]]]
)
def test_a_bad_kernel_is_refused(kernel):
    wanted = r"needs a kernel of finite numbers, shape \(3, 3\) or \(5, 5\), got"
    with pytest.raises(ValueError, match=wanted):
        explore.kernel_painter(kernel)
    painter = explore.kernel_painter()
    with pytest.raises(ValueError, match=wanted):
        painter.kernel = kernel
    assert painter.preset == "vertical edge"


def test_an_unknown_choice_and_a_bad_picture_are_refused():
    with pytest.raises(ValueError, match=r"preset needs one of .* got 'edge'"):
        explore.kernel_painter(preset="edge")
    with pytest.raises(ValueError, match=r"size needs one of .* got 7"):
        explore.kernel_painter(size=7)
    with pytest.raises(ValueError, match="a pad needs a picture"):
        explore.kernel_painter(picture=np.full((9, 9), 255))


def test_the_notebook_keeps_a_still_picture_with_words(monkeypatch):
    for settings in ({}, {"source": "digit 5", "preset": "blur", "flip": True, "size": 5}):
        painter = explore.kernel_painter(**settings)
        alt = words_of(painter, monkeypatch)
        assert len(alt) < 250 and re.fullmatch(r"[A-Z].*\.", alt)
    plots.png(painter._still()[0])
