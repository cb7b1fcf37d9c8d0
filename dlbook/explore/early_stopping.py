"""Early stopping on a noisy validation curve: when it stops, what it restores, what that costs."""

from functools import cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, choice, slider

EPOCHS, MOST = 120, 40  # epochs planned, largest patience


def stops(validation: np.ndarray, patience: int) -> tuple[int, int]:
    """Return the epoch after which training ends, and the one whose parameters are kept.

    Args:
        validation: a loss for each epoch that would be run, shape (epochs,).
        patience: stop after so many epochs without a new best one.
    """
    best = 0
    for epoch, loss in enumerate(validation):
        if loss < validation[best]:
            best = epoch
        elif epoch - best >= patience:
            return epoch, best
    return len(validation) - 1, best


def level(epochs: np.ndarray) -> np.ndarray:
    """Return the curve without noise, with a bump on its way down; of the shape of `epochs`."""
    bump = 0.14 * np.exp(-(((epochs - 22) / 5) ** 2))
    return np.asarray(0.35 + 0.75 * np.exp(-epochs / 14) + bump + 0.35 * (epochs / EPOCHS) ** 2)


@cache
def curves(noise: float, draw_no: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the curve without and with noise, each of shape (EPOCHS,).

    Args:
        noise: standard deviation of what is added to each epoch.
        draw_no: which draw of the noise.
    """
    true = level(np.arange(EPOCHS))
    return true, true + noise * np.random.default_rng(draw_no).normal(size=EPOCHS)


def draw(fig: Figure, patience: int, noise: float, sample: int) -> str:
    """Draw the curve up to the stop, and for each patience its cost in epochs and in loss."""
    fig.set_layout_engine("none")  # fixed margins: twice as fast
    margins = {"left": 0.075, "right": 0.985, "bottom": 0.15, "top": 0.9}
    grid = margins | {"wspace": 0.22, "hspace": 0.25, "width_ratios": [1.7, 1]}
    (left, top), (under, low) = plots.axes_on(fig, 2, 2, gridspec_kw=grid)
    box = left.get_subplotspec().get_gridspec()[:, 0]
    under.remove()
    left.set_subplotspec(box)
    true, seen = curves(noise, sample)
    stop, best = stops(seen, patience)
    _draw_curves(left, true, seen, patience)
    _draw_costs(top, low, true, seen, patience)
    saved, cost = EPOCHS - stop - 1, true[best] - true.min()
    title = f"patience {patience}: {saved} of {EPOCHS} epochs saved, {cost:.3f} given away"
    left.set_title(title, fontsize=9)
    return (
        f"With patience {patience}, training stops after epoch {stop} and restores epoch {best}; "
        f"{saved} epochs are saved and {cost:.3f} of loss is given away."
    )


def _draw_curves(ax: Axes, true: np.ndarray, seen: np.ndarray, patience: int) -> None:
    """Draw the validation curve up to the stop, pale behind it, and the epoch restored."""
    stop, best = stops(seen, patience)
    epochs = np.arange(EPOCHS)
    done = slice(0, stop + 1)
    ax.axvspan(stop, EPOCHS, color=plots.CONTEXT, alpha=0.12, lw=0)
    ax.plot(epochs, true, color=plots.CONTEXT, lw=1, label="without noise")
    ax.plot(epochs, seen, color=plots.TARGET, lw=0.8, alpha=0.3)
    ax.plot(epochs[done], seen[done], color=plots.TARGET, lw=1.4, label="validation loss")
    ax.axvline(stop, color=plots.CONTEXT, ls="--", lw=1.5, label=f"stop: epoch {stop}")
    kept = f"restored: epoch {best}"
    ax.plot(best, seen[best], "o", color=plots.PARAMETER, ms=9, label=kept)
    ax.set(xlim=(0, EPOCHS), ylim=(0.1, 1.25), xlabel="epoch", ylabel="loss")
    ax.legend(frameon=False, fontsize=8, loc="upper right")


def _draw_costs(top: Axes, low: Axes, true: np.ndarray, seen: np.ndarray, patience: int) -> None:
    """Draw, for each patience, the epochs that are run and the loss that is given away."""
    runs = [stops(seen, each) for each in range(1, MOST + 1)]
    costs = np.array([true[best] for _, best in runs]) - true.min()
    lengths = np.array([stop + 1 for stop, _ in runs])
    for ax, values, name in ((top, lengths, "epochs run"), (low, costs, "loss given away")):
        ax.step(range(1, MOST + 1), values, color=plots.CONTEXT, where="mid")
        ax.plot(patience, values[patience - 1], "o", color="black", ms=6)
        ax.set(xlim=(0, MOST + 1), ylabel=name)
    top.set(ylim=(0, EPOCHS + 8), xticklabels=[])
    low.set(ylim=(-0.01, 0.31), xlabel="patience")


def early_stopping() -> Explorer:
    """Return the explorer of early stopping: the patience, the noise, and which draw of it."""
    controls = {
        "patience": slider("patience", 5, 1, MOST, 1),
        "noise": slider("noise", 0.03, 0.0, 0.1, 0.01),
        "sample": choice("noise drawn", [1, 2, 3, 4, 5]),
    }
    return Explorer(draw, controls, height=3.4)
