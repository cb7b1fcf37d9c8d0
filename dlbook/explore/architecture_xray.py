"""The large networks seen through: what each layer has, costs, puts out, and sees, to scale."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import prod

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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
MEASURES = {  # what is written on the axis, and its colour
    "parameters": ("parameters", plots.PARAMETER),
    "work": ("multiplications for one picture", plots.CONTEXT),
    "output": ("numbers that the layer puts out", plots.DATA),
    "sight": ("receptive field, in pixels", plots.DATA),
}


@dataclass(frozen=True)
class Part:
    """A layer with weights, or a whole block of them.

    Args:
        name: what to write beside it.
        dense: whether it is a fully connected layer.
        parameters: of all its layers.
        work: multiplications, each with an addition, for one picture.
        output: numbers that it puts out.
        sight: receptive field in pixels; None where it sees everything.
    """

    name: str
    dense: bool
    parameters: int
    work: int
    output: int
    sight: int | None


def draw(fig: Figure, net: str, measure: str) -> str:
    """Draw one bar a layer, all on one linear scale, with shares of the total."""
    ax = plots.axes_on(fig)
    found = parts(net)
    _draw_bars(ax, found, measure)
    if measure == "sight":
        ax.axvline(PICTURE, color=plots.TARGET, linestyle="--", linewidth=1)
        note = f"width of the picture: {PICTURE}"
        ax.text(PICTURE, -0.7, note, color=plots.TARGET, fontsize=7, ha="center", va="bottom")
        return f"{net}: the receptive field grows from layer to layer, until one sees everything."
    if measure == "output":
        largest = max(found, key=lambda part: part.output)
        most = f"{largest.name} puts out most, {largest.output:,} numbers"
        ax.set_title(f"{net}: {most}", fontsize=9)
        return f"{net}: {most} for one picture."
    total = sum(getattr(part, measure) for part in found)
    dense = sum(getattr(part, measure) for part in found if part.dense) / total
    name = {"parameters": "parameters", "work": "multiplications"}[measure]
    ax.set_title(f"{net}: {total:,} {name}, {dense:.1%} of them in dense layers", fontsize=9)
    return f"{net}: {total:,} {name}, {dense:.1%} of them in fully connected layers."


def _draw_bars(ax: Axes, found: tuple[Part, ...], measure: str) -> None:
    """Draw a bar for each part, dense ones hatched; write its number and, of a sum, its share."""
    label, color = MEASURES[measure]
    values = [getattr(part, measure) for part in found]
    widest = max(PICTURE if value is None else value for value in values)
    lengths = [widest if value is None else value for value in values]
    rows = range(len(found))
    bars = ax.barh(rows, lengths, 0.7, color=color)
    for row, (bar, part, value) in enumerate(zip(bars, found, values, strict=True)):
        if part.dense:
            bar.set(hatch="////", edgecolor="white")
        written = "all" if value is None else _short(value)
        if measure in ("parameters", "work"):
            written += f"  {value / sum(values):.1%}"
        ax.text(lengths[row] + 0.01 * widest, row, written, va="center", fontsize=7)
    ax.set_yticks(rows, [part.name for part in found], fontsize=7)
    ax.set(ylim=(len(found) - 0.4, -0.6), xlim=(0, 1.17 * widest), xlabel=label)
    ax.xaxis.set_major_formatter(lambda value, _: _short(value))


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
        last = _end_of(name, rows, places)
        dense = inside[-1].layer == "Linear"
        sums = sum(r.parameters for r in inside), sum(r.macs for r in inside)
        found.append(Part(_title(name, net), dense, *sums, *last))
    return tuple(found)


def _part_of(path: str) -> str:
    """Return the block or the layer that a path such as ``layer1.0.conv1`` belongs to."""
    steps = path.split(".")
    if steps[0].startswith("layer"):
        return ".".join(steps[:2])
    if steps[0] in ("features", "classifier"):
        return path
    return "conv1" if steps[0] == "bn1" else steps[0]


def _end_of(name: str, rows: list[Row], places: list[int]) -> tuple[int, int | None]:
    """Return how many numbers come out of a part, and how far they see."""
    if name.startswith("inception"):  # four branches side by side: their channels add up
        ends = [
            max(i for i in places if rows[i].name.startswith(f"{name}.branch{k}"))
            for k in (1, 2, 3, 4)
        ]
        sights = [rows[i].receptive_field for i in ends]
        return sum(prod(rows[i].output_shape) for i in ends), max(s or PICTURE for s in sights)
    main = [i for i in places if "downsample" not in rows[i].name]
    return prod(rows[main[-1]].output_shape), rows[main[-1]].receptive_field


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
    return Explorer(draw, controls, height=3.6)
