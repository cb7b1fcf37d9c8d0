import io

import numpy as np
import pytest
from PIL import Image

from dlbook import data

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def stripes(*colors, size=10):
    """Return a picture of squares side by side, each of one colour."""
    picture = Image.new("RGB", (size * len(colors), size))
    for i, color in enumerate(colors):
        picture.paste(color, (i * size, 0, (i + 1) * size, size))
    return picture


def encoded(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def test_the_photograph_is_square_and_in_colour():
    x = data.read_photo()
    assert (x.shape, x.dtype) == ((224, 224, 3), np.float32)
    assert x.min() < 0.05 and 0.95 < x.max() <= 1
    blue = x[:80, 200:].mean((0, 1))  # the wall behind her
    assert blue[2] > blue[0] + 0.2


@pytest.mark.parametrize(
    ("turn", "color"), [(0, GREEN), (90, BLUE), (270, RED)], ids=["wide", "high", "turned"]
)
def test_the_middle_of_a_wide_picture_is_kept_and_the_top_of_a_high_one(turn, color, tmp_path):
    path = tmp_path / "stripes.png"
    stripes(RED, GREEN, BLUE).rotate(turn, expand=True).save(path)
    x = data.read_photo(path, 5)
    np.testing.assert_array_equal(x, np.broadcast_to(np.float32(color) / 255, (5, 5, 3)))
    np.testing.assert_array_equal(x, data.read_photo(path.read_bytes(), 5))


def test_a_picture_that_a_phone_turned_by_a_note_stands_upright():
    note = Image.Exif()
    note[0x0112] = 6  # to be shown turned by 90 degrees clockwise
    x = data.read_photo(encoded(stripes(RED, GREEN, BLUE), "JPEG", exif=note), 4)
    np.testing.assert_allclose(x[0, 0], np.float32(RED) / 255, atol=0.05)


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK"])
def test_every_kind_of_picture_becomes_red_green_and_blue(mode):
    x = data.read_photo(encoded(stripes(RED).convert(mode), "TIFF"), 3)
    assert x.shape == (3, 3, 3) and np.ptp(x, axis=(0, 1)).max() == 0


def test_what_is_transparent_becomes_white():
    picture = stripes(RED, GREEN, BLUE).convert("RGBA")
    picture.putalpha(0)
    np.testing.assert_array_equal(data.read_photo(encoded(picture), 4), np.ones((4, 4, 3)))


def test_grey_in_16_bits_keeps_its_shades():
    levels = np.repeat(np.array([[0, 100, 200]], np.uint8), 3, axis=0)
    coarse, fine = (
        Image.fromarray(levels.astype(kind) * (kind(257) if kind is np.uint16 else 1))
        for kind in (np.uint8, np.uint16)
    )
    assert fine.mode == "I;16"
    np.testing.assert_array_equal(
        data.read_photo(encoded(fine), 3), data.read_photo(encoded(coarse), 3)
    )


def test_a_picture_may_be_as_large_as_phones_take_and_no_larger(monkeypatch):
    picture = encoded(stripes(RED))  # 100 pixels
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 60)  # Pillow warns above, and refuses from 120
    assert data.read_photo(picture, 3).shape == (3, 3, 3)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    with pytest.raises(ValueError, match=r"170 million pixels, got bytes, .* make it smaller"):
        data.read_photo(picture, 3)


def test_a_large_jpeg_is_shrunk_while_it_is_read(monkeypatch):
    crop, seen = Image.Image.crop, []
    monkeypatch.setattr(
        Image.Image, "crop", lambda self, *a: seen.append(self.size) or crop(self, *a)
    )
    data.read_photo(encoded(stripes(RED, size=1600), "JPEG"), 10)
    assert seen == [(200, 200)]


WRONG = {
    "no picture": b"I am a text",
    "nothing": b"",
    "half of a picture": encoded(stripes(*[RED, BLUE] * 20, size=40), "JPEG")[:900],
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_picture_is_refused_in_three_parts(what, tmp_path):
    path = tmp_path / "cat.jpg"
    path.write_bytes(WRONG[what])
    with pytest.raises(ValueError, match=r"JPEG or PNG, got '.*cat.jpg', which.*export it as JPEG"):
        data.read_photo(path)
    with pytest.raises(ValueError, match=r"JPEG or PNG, got bytes, which"):
        data.read_photo(WRONG[what])


def test_a_missing_file_is_told_with_its_folder_and_names_like_it(tmp_path):
    missing = tmp_path / "my_cat.jpg"
    with pytest.raises(FileNotFoundError, match=rf"my_cat.jpg', and {tmp_path}.* put the picture"):
        data.read_photo(missing)
    (tmp_path / "My_Cat.JPEG").touch()
    with pytest.raises(FileNotFoundError, match=r"is no file; did you mean My_Cat.JPEG\?"):
        data.read_photo(missing)


def test_a_wrong_size_is_told():
    with pytest.raises(ValueError, match="1 pixel or more, got 0"):
        data.read_photo(size=0)
    with pytest.raises(TypeError, match="size"):
        data.read_photo(size=2.5)


def test_a_standardized_photograph_has_mean_0_and_deviation_1_where_imagenet_has():
    photo = np.stack([data.IMAGENET_MEAN, data.IMAGENET_MEAN + data.IMAGENET_STD])[None]
    x = data.standardized(photo)
    assert (x.shape, x.dtype) == ((1, 3, 1, 2), np.float32)
    np.testing.assert_allclose(x[0, :, 0], [[0, 1]] * 3, atol=1e-6)


def test_each_of_1000_classes_has_a_name_of_its_own():
    names = data.imagenet_names()
    assert len({name.lower() for name in names}) == len(names) == 1000
    places = {0: "tench", 207: "golden retriever", 652: "military uniform", 999: "toilet tissue"}
    assert {i: names[i] for i in places} == places


@pytest.mark.parametrize("name", ["IMAGENET_MEAN", "IMAGENET_STD"])
def test_numbers_that_all_readers_share_cannot_be_changed(name):
    with pytest.raises(ValueError, match="read-only"):
        getattr(data, name)[...] *= 255


@pytest.mark.parametrize(
    ("photo", "error", "says"),
    [
        (np.full((4, 4, 3), 200, np.uint8), TypeError, r"numbers from 0 to 1, got uint8; write"),
        (np.ones((4, 4, 1), np.float32), ValueError, r"\(height, width, 3\), got \(4, 4, 1\)"),
        (np.ones((1, 3, 4, 4), np.float32), ValueError, r"got \(1, 3, 4, 4\); take one"),
        (np.ones((4, 3), np.float32), ValueError, r"got \(4, 3\); take one"),
        (None, ValueError, r"got \(\); take one"),
    ],
)
def test_what_is_no_photograph_is_not_standardized(photo, error, says):
    with pytest.raises(error, match=says):
        data.standardized(photo)
