"""Feature maps: draw a digit, and watch every map of a trained network while you draw."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import traitlets
from matplotlib.patches import Rectangle

from dlbook import nn, plots
from dlbook.explore.base.digit_net import SIZE, digit_net, stamps
from dlbook.explore.base.pad import BLANK, OWN, Pad
from dlbook.explore.base.page import Choice, joined
from dlbook.explore.base.stages import Stage, stages

DIGITS = [*map(str, range(10)), BLANK, OWN]
CHANNELS = 32  # maps of a stage that are shown, at most
STILL = 8  # stages in the still picture, at most
WIDE = 16  # small maps in a row of the still picture


class FeatureMaps(Pad):
    """A pad to draw a digit on, and what each layer of a network makes of it, at once.

    Every control is an attribute as well: ``maps.digit = "3"`` puts a printed 3 on the pad, and
    ``maps.picture = array`` any picture. ``maps.stages`` holds the maps, ``maps.probabilities``
    the shares of the classes.

    Args:
        model: your own network, from shape (batch, 1, size, size) to (batch, classes); by default
            a small one that was trained on digits, see `explore.base.digit_net`.
        size: height and width of the pad, in pixels.
        settings: first values of the controls, such as ``digit="7"``.

    Raises:
        ValueError: if the model cannot take the picture, has no maps, or returns no scores.
    """

    _esm = joined(Path(__file__).with_suffix(".js"))
    _origin = "digit"
    digit = Choice(DIGITS, "3").tag(sync=True)
    plan: Any = traitlets.List([]).tag(sync=True)  # each stage: label, shape, limit of the colours
    maps = traitlets.Bytes(b"").tag(sync=True)  # all maps, -127 to 127 times limit / 127
    frame = traitlets.Dict({}).tag(sync=True)

    def __init__(self, model: nn.Module | None = None, size: int = SIZE, **settings: Any):
        if not isinstance(size, int) or not 4 <= size <= 64:
            raise ValueError(f"size needs to be from 4 to 64 pixels, got {size!r}; try 16")
        self._model, self._size = digit_net() if model is None else model, size
        if not isinstance(self._model, nn.Module):
            raise ValueError(f"feature_maps needs a model, an nn.Module, got {model!r}; pass one")
        runs = [self._run(picture)[0] for picture in stamps(size)]
        self._limits = [_limit(same) for same in zip(*runs, strict=True)]
        super().__init__(**settings)
        self._put(np.zeros((size, size)), ink=True)
        self.observe(self._start, "digit")
        self.observe(self._look, "pixels")
        self._start()
        self._look()

    def _run(self, picture: np.ndarray) -> tuple[list[Stage], np.ndarray]:
        try:
            return stages(self._model, picture)
        except (ValueError, IndexError, TypeError) as error:
            if str(error).startswith("feature_maps"):
                raise
            raise ValueError(
                f"feature_maps calls the model with a picture of shape (1, 1, {self._size}, "
                f"{self._size}), and it fails: {error}; pass the size it was made for, as size="
            ) from error

    def _start(self, change: Any = None) -> None:
        size = self._size
        if self.digit == BLANK:
            self._put(np.zeros((size, size)), ink=True)
        elif self.digit != OWN:
            self._put(stamps(size)[int(self.digit)], ink=True)

    def _put(self, picture: Any, ink: bool) -> None:
        if np.shape(picture) != (self._size, self._size):
            raise ValueError(
                f"this pad needs a picture of shape ({self._size}, {self._size}), got "
                f"{np.shape(picture)}; pass size= to feature_maps for another pad"
            )
        super()._put(picture, ink)

    def _look(self, change: Any = None) -> None:
        """Send the picture through the network, and what comes out to the page."""
        self.stages, scores = self._run(self.picture)
        odds = np.exp(scores - scores.max())
        self.probabilities = odds / odds.sum()
        pairs = list(zip(self.stages, self._limits, strict=True))
        best = int(self.probabilities.argmax())
        frame = {
            "shares": np.round(self.probabilities, 4).tolist(),
            "ends": [_ends(stage) for stage in self.stages],
            "says": f"most probable: {best}, with {self.probabilities[best]:.0%}",
        }
        with self.hold_sync():  # one message, so that maps and bars never disagree
            if not self.plan:
                self.plan = [_planned(stage, limit) for stage, limit in pairs]
            self.maps = b"".join(_bytes(stage, limit) for stage, limit in pairs)
            self.frame = frame

    def _still(self) -> tuple[Any, str]:
        """Return a picture for readers without a kernel, and the words for it."""
        shown = list(zip(self.stages, self._limits, strict=True))[:STILL]
        strips = [(stage.label, stage.values[:CHANNELS], limit) for stage, limit in shown]
        kernels = self.stages[0].kernels
        if kernels is not None:
            strips.insert(0, ("kernels", kernels[:CHANNELS], float(np.abs(kernels).max())))
        tall = 0.4 + sum(_side(maps) * 0.3 + 0.06 for _, maps, _ in strips)
        fig = plots.blank(7.0, max(3.0, tall))
        grid = fig.add_gridspec(2, 2, width_ratios=[1, 3], height_ratios=[3, 2])
        pad, bars, right = (fig.add_subplot(at) for at in (grid[0, 0], grid[1, 0], grid[:, 1]))
        pad.imshow(self.picture, cmap="Greys", vmin=0, vmax=1)
        pad.set(xticks=[], yticks=[])
        pad.set_title("drawn", fontsize=9)
        bars.bar(range(len(self.probabilities)), self.probabilities, color=plots.DATA)
        bars.set(ylim=(0, 1), xticks=range(len(self.probabilities)), yticks=[0, 1])
        bars.set_title("probabilities", fontsize=9)
        bars.spines[["top", "right"]].set_visible(False)
        bars.tick_params(labelsize=8, color=plots.CONTEXT)
        _draw_strips(right, strips)
        best = int(self.probabilities.argmax())
        names = ", ".join(stage.label for stage, _ in shown)
        alt = f"A drawn digit, the maps of each layer ({names}), and ten bars."
        if len(names) > 120:
            alt = f"A drawn digit, the maps of {len(shown)} layers, and bars for the classes."
        return fig, f"{alt[:-1]}: class {best} has {self.probabilities[best]:.0%}."


def _limit(same: Sequence[Stage]) -> float:
    """Return the size that gets the full colour: few of the numbers other than 0 are larger.

    Args:
        same: one stage of the network, for several pictures.
    """
    sizes = np.abs(np.concatenate([stage.values.ravel() for stage in same]))
    return float(np.quantile(sizes[sizes > 0], 0.98)) if sizes.any() else 1.0


def _ends(stage: Stage) -> list[list[float]]:
    """Return the smallest and the largest number of each map that is shown."""
    maps = stage.values[:CHANNELS]
    return [[round(float(each.min()), 2), round(float(each.max()), 2)] for each in maps]


def _bytes(stage: Stage, limit: float) -> bytes:
    """Return the maps that are shown as signed bytes; 127 stands for the limit and above."""
    shares = (stage.values[:CHANNELS] / limit).clip(-1, 1)
    return bytes(np.rint(127 * shares).astype(np.int8))


def _draw_strips(ax: Any, strips: list[tuple[str, np.ndarray, float]]) -> None:
    """Draw one row of maps for each strip, below each other, with frames and names."""
    bottom = 0.0
    for label, maps, limit in strips:
        side = _side(maps)
        bottom -= side + 0.2
        for i, values in enumerate(maps[: int(WIDE // side)]):
            box = (i * side, (i + 0.92) * side, bottom, bottom + 0.92 * side)
            ax.imshow(values, extent=box, cmap=plots.SIGNED, vmin=-limit, vmax=limit)
            frame: dict[str, Any] = {"fill": False, "edgecolor": plots.CONTEXT, "linewidth": 0.4}
            ax.add_patch(Rectangle((box[0], bottom), 0.92 * side, 0.92 * side, **frame))
        words = f"{label}\n{len(maps)} of {maps.shape[1]} x {maps.shape[2]}"
        ax.text(-0.3, bottom + side / 2, words, fontsize=7, ha="right", va="center")
    ax.set(xlim=(-2.6, WIDE), ylim=(bottom - 0.1, 0), aspect="equal")
    ax.set_axis_off()


def _side(maps: np.ndarray) -> float:
    """Return the side of a map in a still picture: large maps are drawn large."""
    return 2.0 if maps.shape[2] >= 12 else 1.0


def _planned(stage: Stage, limit: float) -> dict[str, Any]:
    channels, rows, columns = stage.values.shape
    kernels = stage.kernels
    return {
        "label": stage.label,
        "channels": channels,
        "shown": min(channels, CHANNELS),
        "rows": rows,
        "columns": columns,
        "limit": limit,
        "kernels": None if kernels is None else np.round(kernels[:CHANNELS], 4).tolist(),
    }


def feature_maps(model: nn.Module | None = None, **settings: Any) -> FeatureMaps:
    """Return a pad and the feature maps of what is drawn on it; see `FeatureMaps`."""
    return FeatureMaps(model, **settings)
