"""The figure of chapter 00: what learners pay for the same loss, and how well they read then."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from dlbook import plots


def prices(ax: Axes, losses: Mapping[str, Sequence[float]], counts: Sequence[int]) -> None:
    """Draw two falling losses, and join the places where both are equally low.

    Args:
        ax: where to draw.
        losses: of each learner by name, the one with slopes first, from before the first step on.
        counts: how many steps each makes until the losses are equal.
    """
    looks = (plots.GRADIENT, "-"), (plots.CONTEXT, "--")
    level = next(iter(losses.values()))[counts[0]]
    ax.plot(counts, [level, level], ":", color=plots.CONTEXT, linewidth=1)
    for (name, values), count, (color, style) in zip(losses.items(), counts, looks, strict=True):
        ax.plot(range(1, len(values)), values[1:], style, color=color, label=name)
        ax.plot(count, level, "o", color=color)
        ax.annotate(f"{count}", (count, level), (5, 4), textcoords="offset points", fontsize=9)
    ax.set(xscale="log", xlabel="steps or tries", ylabel="training loss", ylim=(0, 2.5))
    ax.legend(frameon=False, fontsize=8, loc="lower left")


def shares(ax: Axes, values: Mapping[str, float]) -> None:
    """Draw a bar for each share of right answers; those that end in steps used slopes."""
    colors = [plots.GRADIENT if name.endswith("steps") else plots.CONTEXT for name in values]
    bars = ax.bar(list(values), list(values.values()), width=0.6, color=colors)
    ax.bar_label(bars, fmt="{:.2f}", fontsize=8)
    ax.set(ylim=(0, 1.1))
