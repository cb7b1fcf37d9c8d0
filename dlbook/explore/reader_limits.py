"""A small reader of digits and its limits: move the digit, mix in noise, watch the confidence."""

from functools import cache
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from dlbook import data, nn, optim, plots, train
from dlbook.explore.base.explorer import Explorer, slider


def draw(fig: Figure, digit: int, right: int, down: int, noise: float) -> str:
    """Draw the changed digit, the class probabilities, and how all test digits fare."""
    picture, bars, rates = plots.axes_on(fig, 3, gridspec_kw={"width_ratios": [1, 1.3, 1]})
    model, x, y = _reader()
    changed = spoil(x, right, down, noise)
    shares = _softmax(train.predict(model, changed))  # (pictures, 10)
    one = int((y == digit).argmax())
    said = int(shares[one].argmax())
    picture.imshow(changed[one], cmap="gray_r", vmin=0, vmax=1)
    picture.set(xticks=[], yticks=[])
    verdict = "right" if said == digit else "wrong"
    picture.set_title(f"read as {said}: {verdict}", fontsize=9)
    colors = [plots.TARGET if place == digit else plots.DATA for place in range(10)]
    bars.bar(range(10), shares[one], color=colors, width=0.7)
    bars.set(xticks=range(10), ylim=(0, 1.05), xlabel=f"class (truth: {digit}, green)")
    bars.get_xticklabels()[digit].set(color=plots.TARGET, weight="bold")
    bars.set_title(f"probabilities, the largest {shares[one].max():.2f}", fontsize=9)
    right_share = float((shares.argmax(axis=1) == y).mean())
    sure = float(shares.max(axis=1).mean())
    names = ["accuracy", "confidence"]
    looks: dict[str, Any] = {"color": [plots.CONTEXT, plots.DATA], "hatch": ["//", ""]}
    drawn = rates.bar(names, [right_share, sure], width=0.6, edgecolor="white", **looks)
    rates.bar_label(drawn, fmt="%.2f", fontsize=8)
    rates.set(ylim=(0, 1.12))
    rates.set_title(f"mean of {len(y)} test digits", fontsize=9)
    where = f"{right} to the right and {down} down, with {noise:.0%} noise"
    return f"The digit {digit}, moved {where}, is read as {said}; bars show how sure that is."


def spoil(x: np.ndarray, right: int, down: int, noise: float) -> np.ndarray:
    """Return the pictures moved, with noise mixed in; what comes in at the edges is 0.

    Args:
        x: pictures of shape (n, height, width).
        right: columns to move by, negative to the left.
        down: rows to move by, negative upwards.
        noise: share of the result that is noise, from 0 to 1, uniform between 0 and 1.
    """
    height, width = x.shape[1:]
    wide = np.pad(x, ((0, 0), (height, height), (width, width)))
    seen = wide[:, height - down : 2 * height - down, width - right : 2 * width - right]
    static = np.random.default_rng(4).uniform(0, 1, x.shape)
    return ((1 - noise) * seen + noise * static).astype(np.float32)


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@cache
def _reader() -> tuple[nn.Module, np.ndarray, np.ndarray]:
    """Return a network trained on 1,200 digits, and the 597 test pictures with their classes."""
    rng = np.random.default_rng(0)
    hidden, end = nn.Linear(64, 32, rng=rng), nn.Linear(32, 10, rng=rng)
    model = nn.Sequential(nn.Flatten(), hidden, nn.ReLU(), end)
    images, labels = data.load_digits()
    order = rng.permutation(len(images))
    x, y = images[order], labels[order]
    examples, watched = (x[:1150], y[:1150]), (x[1150:1200], y[1150:1200])
    optimizer = optim.SGD(model.parameters(), lr=0.3)
    train.fit(
        model, optimizer, examples, watched, epochs=30, batch_size=50, rng=rng, progress=False
    )
    return model, x[1200:], y[1200:]


def reader_limits() -> Explorer:
    """Return the explorer of a reader's limits: which digit, where it stands, how much noise."""
    controls = {
        "digit": slider("digit", 8, 0, 9, 1),
        "right": slider("right", 1, -2, 2, 1),
        "down": slider("down", 0, -2, 2, 1),
        "noise": slider("noise", 0.0, 0.0, 1.0, 0.05),
    }
    return Explorer(draw, controls)
