"""Data that needs no download, and how to cut it into parts and batches.

Pictures, sounds and points are float32, class numbers are int64; all come as plain NumPy arrays.
What is drawn by chance takes a generator, `rng`: the same generator gives the same data.
"""

from dlbook.data.glyphs import glyphs as glyphs
from dlbook.data.parts import batches as batches, split as split
from dlbook.data.photographs import (
    IMAGENET_MEAN as IMAGENET_MEAN,
    IMAGENET_STD as IMAGENET_STD,
    imagenet_names as imagenet_names,
    read_photo as read_photo,
    standardized as standardized,
)
from dlbook.data.pictures import (
    load_digits as load_digits,
    load_mnist as load_mnist,
    load_photo as load_photo,
)
from dlbook.data.points import (
    blobs as blobs,
    moons as moons,
    ring as ring,
    spiral as spiral,
    xor as xor,
)
from dlbook.data.text import (
    REVIEW_WORDS as REVIEW_WORDS,
    encode as encode,
    load_corpus as load_corpus,
    reviews as reviews,
)
from dlbook.data.vowels import VOWELS as VOWELS, spectrum as spectrum, vowels as vowels
