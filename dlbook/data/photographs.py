"""A photograph as a network wants it, square and small, and the names of what it may show."""

import warnings
from difflib import get_close_matches
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dlbook import arguments

if TYPE_CHECKING:
    from PIL.Image import Image

IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)  # of red, green and blue
IMAGENET_STD = np.array([0.229, 0.224, 0.225], np.float32)
IMAGENET_MEAN.flags.writeable = IMAGENET_STD.flags.writeable = False  # all readers share them


def read_photo(source: str | Path | bytes | None = None, size: int = 224) -> np.ndarray:
    """Return a square part of a picture in colour: all of its width or height, and its top.

    What is transparent becomes white.

    Args:
        source: path of a picture in a common format, such as JPEG or PNG, or its bytes; None for
            matplotlib's photograph of Grace Hopper, see `load_photo`.
        size: height and width in pixels.

    Returns:
        A picture of shape (size, size, 3), float32, from 0 (dark) to 1 (bright), red first.

    Raises:
        TypeError: if `size` is no whole number.
        FileNotFoundError: if there is no such file.
        ValueError: if it holds no picture that can be read, or too large a one, or `size` is
            below 1.
    """
    if arguments.integer(size, "size", None) < 1:
        raise ValueError(f"read_photo needs a size of 1 pixel or more, got {size}; try 224")
    if source is None:
        from matplotlib.cbook import get_sample_data

        source = str(get_sample_data("grace_hopper.jpg", asfileobj=False))
    got = "bytes" if isinstance(source, bytes) else repr(str(source))
    data = source if isinstance(source, bytes) else _read(Path(source).expanduser())
    from PIL import Image

    try:
        return _square(BytesIO(data), size)
    except Image.DecompressionBombError as error:
        raise ValueError(
            f"read_photo needs a picture of at most 170 million pixels, got {got}, which has more; "
            "make it smaller elsewhere, 1,000 pixels along a side are plenty"
        ) from error
    except Exception as error:  # what a damaged picture does to its reader cannot be listed
        raise ValueError(
            f"read_photo needs a picture in a format such as JPEG or PNG, got {got}, which holds "
            f"something else or is damaged ({type(error).__name__}); open it elsewhere and export "
            "it as JPEG"
        ) from error


def standardized(photo: np.ndarray) -> np.ndarray:
    """Return a photograph as networks trained on ImageNet take it: (photo - mean) / deviation.

    Both are those of each colour over the photographs of ImageNet.

    Args:
        photo: shape (height, width, 3), from 0 to 1, as `read_photo` returns it.

    Returns:
        A batch of one, shape (1, 3, height, width).

    Raises:
        ValueError: if `photo` has another shape.
        TypeError: if it does not hold floating-point numbers, such as bytes from 0 to 255.
    """
    photo = arguments.array(photo, "photo")
    if photo.ndim != 3 or photo.shape[2] != 3:
        raise ValueError(
            f"standardized needs a photograph of shape (height, width, 3), got {photo.shape}; "
            "take one at a time, in colour, colours last"
        )
    if photo.dtype.kind != "f":
        raise TypeError(
            f"standardized needs floating-point numbers from 0 to 1, got {photo.dtype}; write "
            "photo / np.float32(255)"
        )
    return ((photo - IMAGENET_MEAN) / IMAGENET_STD).transpose(2, 0, 1)[None]


def imagenet_names() -> list[str]:
    """Return what the 1,000 classes of the ImageNet competition are called, by class number.

    Source: Russakovsky et al. (2015), arXiv:1409.0575; the words are those of WordNet 3.0, whose
    licence stands in dlbook/data/imagenet_names.txt.
    """
    lines = files("dlbook.data").joinpath("imagenet_names.txt").read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _read(path: Path) -> bytes:
    if path.is_file():
        return path.read_bytes()
    whole = path.resolve()
    beside = {one.stem.lower(): one.name for one in whole.parent.glob("*")}
    near = [beside[stem] for stem in get_close_matches(path.stem.lower(), beside)]
    todo = (
        f"did you mean {' or '.join(near)}?" if near else "put the picture there, or mend the name"
    )
    raise FileNotFoundError(
        f"read_photo needs the path of a picture, got '{path}', and {whole} is no file; {todo}"
    )


def _square(file: BytesIO, size: int) -> np.ndarray:
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # as large as phones take
        with Image.open(file) as picture:
            picture.draft("RGB", (8 * size, 8 * size))  # a large JPEG is shrunk while it is read
            upright = ImageOps.exif_transpose(picture)  # phones turn pictures by a note
    side = min(upright.size)
    left = (upright.width - side) // 2
    part = upright.crop((left, 0, left + side, side))  # heads are at the top
    small = _in_colour(part).resize((size, size), Image.Resampling.BICUBIC)
    return np.asarray(small, np.float32) / 255


def _in_colour(picture: "Image") -> "Image":
    """Return a picture in red, green and blue, white where it was transparent."""
    from PIL import Image

    if picture.mode.startswith("I"):  # grey in 16 bits, which `convert` would cut off at 255
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB")
