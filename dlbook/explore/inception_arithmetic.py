"""What the branches of an Inception module cost, with 1x1 convolutions in front and without."""

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, choice, slider

OUT1, OUT3, OUT5, PROJECTED = 64, 128, 32, 32  # channels that leave each branch, as in module 3a


@dataclass(frozen=True)
class Branch:
    """One way through the module.

    Args:
        name: what to write beside it.
        narrowing: multiplications of its 1x1 convolution at one place; 0 if it has none.
        window: those of the convolution behind it, or of its only one.
        channels: how many leave it.
        biases: one for each channel of each convolution.
    """

    name: str
    narrowing: int
    window: int
    channels: int
    biases: int

    @property
    def work(self) -> int:
        """Multiplications at one place, of both convolutions together."""
        return self.narrowing + self.window


def branches(channels: int, narrow3: int, narrow5: int, first: bool) -> list[Branch]:
    """Return the four branches over an input with so many channels.

    Args:
        channels: of the input.
        narrow3: channels that the 1x1 convolution leaves for the 3x3 one.
        narrow5: channels that the 1x1 convolution leaves for the 5x5 one.
        first: whether there are 1x1 convolutions in front, and one behind the pooling.
    """
    one = Branch("1x1", 0, channels * OUT1, OUT1, OUT1)
    if not first:
        three = Branch("3x3", 0, 9 * channels * OUT3, OUT3, OUT3)
        five = Branch("5x5", 0, 25 * channels * OUT5, OUT5, OUT5)
        return [one, three, five, Branch("pooling", 0, 0, channels, 0)]
    three = Branch("3x3", channels * narrow3, 9 * narrow3 * OUT3, OUT3, narrow3 + OUT3)
    five = Branch("5x5", channels * narrow5, 25 * narrow5 * OUT5, OUT5, narrow5 + OUT5)
    return [one, three, five, Branch("pooling", channels * PROJECTED, 0, PROJECTED, PROJECTED)]


def draw(fig: Figure, channels: int, narrow3: int, narrow5: int, first: str) -> str:
    """Draw the multiplications of each branch at one place, and the channels that leave it."""
    left, right = plots.axes_on(fig, 2, width_ratios=[2, 1])
    narrow = first == "yes"
    chosen = branches(channels, narrow3, narrow5, narrow)
    other = branches(channels, narrow3, narrow5, not narrow)
    _draw_work(left, chosen, other, "without 1x1" if narrow else "with 1x1")
    _draw_channels(right, channels, chosen)
    work = sum(branch.work for branch in chosen)
    rest = sum(branch.work for branch in other)
    parameters = work + sum(branch.biases for branch in chosen)
    left.set_title(f"{work:,} at one place, {parameters:,} parameters", fontsize=9)
    times = max(work, rest) / min(work, rest)
    way = "With" if narrow else "Without"
    than = "more" if work > rest else "less"
    out = sum(branch.channels for branch in chosen)
    return (
        f"{way} 1x1 convolutions in front the module needs {work:,} multiplications at one place, "
        f"{times:.1f} times {than} than the other way; {out} channels leave it."
    )


def _draw_work(ax: Axes, chosen: list[Branch], other: list[Branch], name: str) -> None:
    """Draw the multiplications of each branch; dashed, those of the other way, called `name`."""
    rows = range(len(chosen))
    narrowing = [branch.narrowing for branch in chosen]
    window = [branch.window for branch in chosen]
    ax.barh(rows, narrowing, 0.6, color=plots.PARAMETER, label="1x1 to reduce")
    ax.barh(rows, window, 0.6, narrowing, color=plots.DATA, label="its kernel")
    outline = [branch.work for branch in other]
    frame: dict[str, Any] = {"color": "none", "edgecolor": plots.CONTEXT, "linestyle": "--"}
    ax.barh(rows, outline, 0.72, label=name, **frame)
    for row, branch in enumerate(chosen):
        ax.text(branch.work, row, f" {branch.work:,}", va="center", fontsize=8)
    ax.set_yticks(rows, [branch.name for branch in chosen])
    ax.set(ylim=(4.5, -0.6), xlabel="multiplications at one place")
    ax.set_xlim(0, 1.25 * max(branch.work for branch in chosen + other))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value / 1000:.0f}k")
    ax.legend(frameon=False, fontsize=7, loc="lower right", ncols=3)


def _draw_channels(ax: Axes, channels: int, chosen: list[Branch]) -> None:
    """Draw the channels that come in, and beside them those of each branch, stacked."""
    start = 0
    for branch in chosen:
        ax.bar(0, branch.channels, 0.5, start, color=plots.DATA, edgecolor="white", alpha=0.6)
        text = f"{branch.name}: {branch.channels}"
        ax.text(0.32, start + branch.channels / 2, text, va="center", fontsize=8)
        start += branch.channels
    ax.bar(-0.9, channels, 0.5, color=plots.CONTEXT, alpha=0.6)
    ax.set_xticks([-0.9, 0], [f"in: {channels}", f"out: {start}"])
    ax.set(xlim=(-1.3, 1.2), ylabel="channels")


def inception_arithmetic() -> Explorer:
    """Return the explorer of one Inception module: how wide, how narrow, 1x1 or not."""
    controls = {
        "channels": slider("channels in", 192, 64, 832, 32),
        "narrow3": slider("narrow to, 3x3", 96, 16, 192, 16),
        "narrow5": slider("narrow to, 5x5", 16, 8, 96, 8),
        "first": choice("1x1 first", ["yes", "no"]),
    }
    return Explorer(draw, controls)
