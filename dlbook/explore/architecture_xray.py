"""The large networks seen through: a block for each layer, as strong as what it has or costs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlbook import models, nn, plots
from dlbook.explore.base.explorer import Explorer, choice
from dlbook.summary import Row, Summary, blank, summary

PICTURE = 224  # height and width of the input, in pixels
NETS: dict[str, Callable[[np.random.Generator], nn.Module]] = {
    "AlexNet": lambda rng: models.alexnet(rng=rng),
    "VGG-16": lambda rng: models.vgg16(rng=rng),
    "GoogLeNet": lambda rng: models.googlenet(aux_logits=False, rng=rng),
    "ResNet-18": lambda rng: models.resnet18(rng=rng),
    "ResNet-50": lambda rng: models.resnet50(rng=rng),
}
MEASURES = {  # what of a part is measured, and its colour
    "parameters": ("parameters", plots.PARAMETER),
    "MACs": ("work", plots.CONTEXT),
    "output": ("output", plots.DATA),
    "receptive field": ("sight", plots.DATA),
}
FULL, WIDEST, GAP = 2.0, 4096, 0.25  # height of a map as large as the picture, channels, columns


@dataclass(frozen=True)
class Part:
    """A layer with weights, or a whole block of them.

    Args:
        name: what to write beside it.
        dense: whether it is a fully connected layer.
        parameters: of all its layers.
        work: multiplications, each with an addition, for one picture.
        side: height and width of the maps that it puts out; 1 for a dense layer.
        channels: how many it puts out.
        sight: receptive field in pixels; None where it sees everything.
    """

    name: str
    dense: bool
    parameters: int
    work: int
    side: int
    channels: int
    sight: int | None

    @property
    def output(self) -> int:
        """Numbers that it puts out."""
        return self.channels * self.side**2


def draw(fig: Figure, net: str, measure: str) -> str:
    """Draw one block a layer: as high as its maps, as wide as its channels, shaded by its share."""
    ax = plots.axes_on(fig)
    found = parts(net)
    _draw_blocks(ax, found, measure)
    if measure == "receptive field":
        ax.set_title(f"{net}: pixels that a unit sees, of {PICTURE}", fontsize=9)
        return f"{net}: the receptive field grows from layer to layer, until one sees everything."
    if measure == "output":
        largest = max(found, key=lambda part: part.output)
        most = f"{largest.name} puts out most, {largest.output:,} numbers"
        ax.set_title(f"{net}: {most}", fontsize=9)
        return f"{net}: {most} for one picture."
    attribute = MEASURES[measure][0]
    total = sum(getattr(part, attribute) for part in found)
    dense = sum(getattr(part, attribute) for part in found if part.dense) / total
    ax.set_title(f"{net}: {total:,} {measure}, {dense:.1%} of them in dense layers", fontsize=9)
    return f"{net}: {total:,} {measure}, {dense:.1%} of them in fully connected layers."


def _draw_blocks(ax: Axes, found: tuple[Part, ...], measure: str) -> None:
    """Draw the blocks from left to right, each with its name below and its number above."""
    attribute, color = MEASURES[measure]
    values = [getattr(part, attribute) for part in found]
    most = PICTURE if attribute == "sight" else max(values)
    right = 0.0
    for part, value in zip(found, values, strict=True):
        width, height = 0.35 + np.sqrt(part.channels / WIDEST), FULL * np.sqrt(part.side / PICTURE)
        share = 1.0 if value is None else min(value / most, 1.0)
        for look in ({"facecolor": color, "alpha": share}, {"fill": False}):
            hatch = "////" if part.dense else None
            corner = right, -height / 2
            ax.add_patch(Rectangle(corner, width, height, ec=plots.CONTEXT, hatch=hatch, **look))
        written = "all" if value is None else _short(value)
        if measure in ("parameters", "MACs"):
            written = f"{value / sum(values):.1%}"
        middle = right + width / 2
        text: dict[str, Any] = {"ha": "center", "rotation": 90, "fontsize": 7.5}
        ax.text(middle, height / 2 + 0.06, written, va="bottom", **text)
        ax.text(middle, -height / 2 - 0.06, part.name, va="top", color=plots.CONTEXT, **text)
        right += width + GAP
    ax.set(xlim=(-GAP, right), ylim=(-FULL / 2 - 0.75, FULL / 2 + 0.55))
    ax.set_axis_off()


@cache
def counted(net: str) -> Summary:
    """Return every layer of a network in full size, for one picture of shape (3, 224, 224)."""
    return summary(NETS[net](blank()), (3, PICTURE, PICTURE))


@cache
def parts(net: str) -> tuple[Part, ...]:
    """Return the layers with weights of a network, those of one block together."""
    groups: dict[str, list[int]] = {}
    rows = counted(net).rows
    for i, row in enumerate(rows):
        name = _part_of(row.name)
        if row.parameters and name:
            groups.setdefault(name, []).append(i)
    found = []
    for name, places in groups.items():
        inside = [rows[i] for i in places]
        side, channels, sight = _end_of(name, rows, places)
        dense = inside[-1].layer == "Linear"
        sums = sum(r.parameters for r in inside), sum(r.macs for r in inside)
        found.append(Part(_title(name, net), dense, *sums, side, channels, sight))
    return tuple(found)


def _part_of(path: str) -> str:
    """Return the block or the layer that a path such as ``layer1.0.conv1`` belongs to."""
    steps = path.split(".")
    if steps[0].startswith("layer"):
        return ".".join(steps[:2])
    if steps[0] in ("features", "classifier"):
        return path
    return "conv1" if steps[0] == "bn1" else steps[0]


def _end_of(name: str, rows: list[Row], places: list[int]) -> tuple[int, int, int | None]:
    """Return side and channels of the maps that come out of a part, and how far they see."""
    if name.startswith("inception"):  # four branches side by side: their channels add up
        ends = [
            max(i for i in places if rows[i].name.startswith(f"{name}.branch{k}"))
            for k in (1, 2, 3, 4)
        ]
        sights = [rows[i].receptive_field for i in ends]
        channels = sum(rows[i].output_shape[0] for i in ends)
        return rows[ends[0]].output_shape[-1], channels, max(s or PICTURE for s in sights)
    last = rows[[i for i in places if "downsample" not in rows[i].name][-1]]
    channels, *sides = last.output_shape
    return (sides or [1])[-1], channels, last.receptive_field


@cache
def _titles(net: str) -> dict[str, str]:
    """Return names as in the papers for the layers of `features` and `classifier`."""
    names, stage, place, dense = {}, 1, 0, 0
    rows = counted(net).rows
    several = net == "VGG-16"
    for row in rows:
        if row.layer == "MaxPool2d" and several:
            stage, place = stage + 1, 0
        elif row.layer == "Conv2d":
            place += 1
            names[row.name] = f"conv{stage}_{place}" if several else f"conv{place}"
        elif row.layer == "Linear":
            dense += 1
            names[row.name] = f"dense{dense}"
    return names


def _title(name: str, net: str) -> str:
    if name.startswith(("features", "classifier")):
        return _titles(net)[name]
    if name.startswith("layer"):
        stage, block = name.removeprefix("layer").split(".")
        return f"stage {stage}, block {int(block) + 1}"
    return {"fc": "dense"}.get(name, name.replace("inception", "inception "))


def _short(value: float) -> str:
    """Return a number in thousands, millions or billions."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.0f}"


def architecture_xray() -> Explorer:
    """Return the explorer of the large networks: which one, and what to measure of each layer."""
    controls = {
        "net": choice("network", list(NETS), "VGG-16"),
        "measure": choice("measure", list(MEASURES)),
    }
    return Explorer(draw, controls, height=3.0)
