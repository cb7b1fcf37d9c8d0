"""The kernel painter: write a small kernel, and watch what it makes of a picture."""

from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from matplotlib.colors import to_rgb

from dlbook import data, functional, plots
from dlbook.explore.base.digit_net import SIZE, stamps
from dlbook.explore.base.pad import BLANK, OWN, Pad
from dlbook.explore.base.page import Choice, joined
from dlbook.tensor import Tensor

PHOTO = "a photo"
PAD = 40  # height and width of an empty pad, in pixels
PEAK = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
SHARP = [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
BINOMIAL = {3: [1, 2, 1], 5: [1, 4, 6, 4, 1]}
SLOPE = {3: [-1, 0, 1], 5: [-1, -2, 0, 2, 1]}
EMBOSS = {
    3: [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    5: [[-2, 0, -1, 0, 0], [0, -2, -1, 0, 0], [-1, -1, 1, 1, 1], [0, 0, 1, 2, 0], [0, 0, 1, 0, 2]],
}
PRESETS = ["identity", "blur", "sharpen", "vertical edge", "horizontal edge", "emboss", OWN]
SOURCES = [PHOTO, *(f"digit {digit}" for digit in range(10)), BLANK, OWN]
LABELS = {"source": "picture", "preset": "kernel", "size": "size"}


def kernel(preset: str, size: int) -> np.ndarray:
    """Return a well-known kernel, shape (size, size).

    Args:
        preset: one of `PRESETS` but the last.
        size: 3 or 5.

    Source: Sobel and Feldman (1968) for the edges: a difference one way, a mean the other way.
    """
    edge = np.outer(BINOMIAL[size], SLOPE[size])
    made: dict[str, Any] = {
        "identity": np.pad(PEAK, size // 2 - 1),
        "blur": np.full((size, size), 1 / size**2),
        "sharpen": np.pad(SHARP, size // 2 - 1),
        "vertical edge": edge,
        "horizontal edge": edge.T,
        "emboss": EMBOSS[size],
    }
    return np.array(made[preset], float)


class KernelPainter(Pad):
    """A picture, a kernel to be written cell by cell, and the response beside them.

    Every control is an attribute as well: ``painter.preset = "blur"``, ``painter.flip = True``.
    ``painter.kernel`` and ``painter.picture`` are arrays, to be read and to be set;
    ``painter.response`` is what the kernel makes of the picture, from `functional.conv2d`.

    Args:
        kernel: your own, shape (3, 3) or (5, 5).
        picture: your own, shape (rows, columns), from 0 (black) to 1 (white).
        settings: first values of the controls, such as ``source="digit 5"``; ``ink=True`` shows
            your picture from 0 (white) to 1 (black).

    Raises:
        ValueError: if a kernel or a picture has another shape or is not finite, or a setting is
            none of the choices.
    """

    _esm = joined(Path(__file__).with_suffix(".js"))
    _origin = "source"
    source = Choice(SOURCES, PHOTO).tag(sync=True)
    preset = Choice(PRESETS, "vertical edge").tag(sync=True)
    size = Choice([3, 5], 3).tag(sync=True)
    flip = traitlets.Bool(False).tag(sync=True)
    weights: Any = traitlets.List(kernel("vertical edge", 3).tolist()).tag(sync=True)
    labels = traitlets.Dict(LABELS).tag(sync=True)

    def __init__(self, kernel: Any = None, picture: Any = None, **settings: Any):
        super().__init__(**settings)
        self.observe(self._choose_kernel, ["preset", "size"])
        self.observe(self._choose_picture, "source")
        self._put(np.zeros((PAD, PAD)), ink=True)
        self._choose_kernel()
        self._choose_picture()
        if kernel is not None:
            self.kernel = kernel
        if picture is not None:
            self.ink = settings.get("ink", False)
            self.picture = picture

    @property
    def kernel(self) -> np.ndarray:
        """The kernel as it is written, not flipped, shape (3, 3) or (5, 5)."""
        return np.array(self.weights, float)

    @kernel.setter
    def kernel(self, kernel: Any) -> None:
        weights = _checked(kernel)
        with self.hold_sync():
            self.preset = OWN
            self.size = len(weights)
            self.weights = weights.tolist()

    @property
    def response(self) -> np.ndarray:
        """What the kernel makes of the picture, shape (rows - size + 1, columns - size + 1)."""
        used = self.kernel[::-1, ::-1].copy() if self.flip else self.kernel
        x = Tensor(self.picture.astype(float)[None, None])
        out: np.ndarray = functional.conv2d(x, Tensor(used[None, None])).data[0, 0]
        return out

    @traitlets.validate("weights")
    def _a_kernel(self, proposal: Any) -> Any:
        return _checked(proposal["value"]).tolist()

    def _choose_kernel(self, change: Any = None) -> None:
        if self.preset != OWN:
            self.weights = kernel(self.preset, self.size).tolist()
        elif len(self.weights) != self.size:  # a kernel of the reader stays in the middle
            wide = np.pad(self.kernel, 1)
            cut = (len(wide) - self.size) // 2
            self.weights = wide[cut : cut + self.size, cut : cut + self.size].tolist()

    def _choose_picture(self, change: Any = None) -> None:
        if self.source == PHOTO:
            self._put(data.load_photo(), ink=False)
        elif self.source == BLANK:
            self._put(np.zeros((PAD, PAD)), ink=True)
        elif self.source != OWN:
            self._put(stamps(SIZE)[int(self.source.removeprefix("digit "))], ink=True)

    def _still(self) -> tuple[Any, str]:
        """Return a picture for readers without a kernel, and the words for it."""
        fig, (left, middle, right) = plots.figure(3, width_ratios=[1.3, 1, 1.3])
        left.imshow(self.picture, cmap="Greys" if self.ink else "gray", vmin=0, vmax=1)
        weights, response = self.kernel, self.response
        plots.signed_map(middle, weights, numbers=True)
        one = brightness(weights)
        if one:
            right.imshow(shaded(response, one, self.ink))
            right.set_xlabel(f"blue below 0, vermillion above {one:.3g}", fontsize=8)
        else:
            fig.colorbar(plots.signed_map(right, response), ax=right, shrink=0.8)
        edge = self.size // 2
        rows, columns = self.shape
        right.set(xlim=(-0.5 - edge, columns - 0.5 - edge), ylim=(rows - 0.5 - edge, -0.5 - edge))
        way = "convolution" if self.flip else "correlation"
        titles = ("picture", f"kernel, sum {weights.sum():.3g}", f"response: {way}")
        for ax, title in zip((left, middle, right), titles, strict=True):
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(ax is not middle)
            ax.set_title(title, fontsize=9)
        alt = (
            f"A picture ({self.source}), a kernel of {self.size} by {self.size} numbers "
            f"({self.preset}), and the response of the {way}, from {response.min():.2g} to "
            f"{response.max():.2g}."
        )
        return fig, alt


def brightness(kernel: np.ndarray) -> float | None:
    """Return the sum of a kernel if its response is best shown as a picture, else None."""
    total = float(kernel.sum())
    return total if total > 0.05 * np.abs(kernel).sum() else None


def shaded(values: np.ndarray, one: float, ink: bool) -> np.ndarray:
    """Return colours, shape (rows, columns, 3): grey from 0 to `one`, blue below, vermillion above.

    Args:
        values: shape (rows, columns).
        one: what is white; with `ink`, what is black.
        ink: whether 0 is white.
    """
    parts = values[..., None] / one
    inside = parts.clip(0, 1)
    out = np.abs(parts - inside).clip(0, 1)
    grey = 1 - inside if ink else inside
    end = np.where(parts < 0, to_rgb(plots.DATA), to_rgb(plots.GRADIENT))
    colours: np.ndarray = grey + out * (end - grey)
    return colours


def _checked(kernel: Any) -> np.ndarray:
    try:
        weights = np.array(kernel, float)
    except (TypeError, ValueError):
        weights = np.empty(0)
    if weights.shape not in [(3, 3), (5, 5)] or not np.isfinite(weights).all():
        raise ValueError(
            "kernel_painter needs a kernel of finite numbers, shape (3, 3) or (5, 5), got "
            f"shape {weights.shape}: {kernel!r}; fill it up with zeros"
        )
    return weights


def kernel_painter(kernel: Any = None, picture: Any = None, **settings: Any) -> KernelPainter:
    """Return a picture, a kernel to write, and the response; see `KernelPainter`."""
    return KernelPainter(kernel, picture, **settings)
