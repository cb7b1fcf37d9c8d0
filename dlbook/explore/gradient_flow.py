"""How gradients fare on the way back through a deep network: by activation, depth and weights.

A weight's gradient is ``x.T @ g``: the signal that enters its layer, times the slopes that arrive.
The picture shows all three by layer, before any training.
"""

from functools import cache
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from dlbook import data, functional as F, nn, plots
from dlbook.explore.base.explorer import Explorer, choice, slider
from dlbook.i18n import N_, _
from dlbook.tensor import Tensor

WIDTH, PICTURES = 32, 100
ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "ReLU": nn.ReLU}
SPREADS = {  # gain over Xavier; He initialisation is a rule of its own
    "Xavier ÷ 2": 0.5,
    "Xavier": 1.0,
    "He": None,
    "Xavier · 2": 2.0,
    "Xavier · 4": 4.0,
}


def draw(fig: Figure, activation: str, depth: int, spread: str) -> str:
    """Draw signals, arriving slopes and weight gradients of each layer, on one logarithmic axis."""
    fig.set_layout_engine("none")
    room = {"left": 0.1, "right": 0.99, "bottom": 0.17, "top": 0.8, "wspace": 0.1}
    axes = plots.axes_on(fig, 3, sharey=True, gridspec_kw=room)
    signals, slopes, gradients = sizes(activation, depth, spread)
    every = np.concatenate([signals, slopes, gradients])
    low, high = np.floor(np.log10([min(every.min(), 1e-7), max(every.max(), 10)])).astype(int)
    axes[0].set(yscale="log", ylim=(10.0**low, 10.0 ** (high + 1)), ylabel="norm")
    powers = range(low, high + 2, 2 + (high - low) // 12)
    axes[0].set_yticks([10.0**power for power in powers], [f"1e{power}" for power in powers])
    axes[0].yaxis.set_minor_locator(NullLocator())
    _bars(axes[0], signals, plots.DATA, "signal into the layer")
    _bars(axes[1], slopes, plots.GRADIENT, "slopes at its sums")
    _bars(axes[2], gradients, plots.GRADIENT, "gradient of its weight")
    if activation == "sigmoid":
        fall = slopes[-1] / 4.0 ** np.arange(depth)[::-1]
        axes[1].plot(range(1, depth + 1), fall, "--", color=plots.CONTEXT, label="÷ 4 a layer")
        axes[1].legend(frameon=False, fontsize=8, loc="upper left", borderpad=0)
    a_layer = (slopes[0] / slopes[-1]) ** (1 / (depth - 1))
    ratio = gradients[0] / gradients[-1]
    fig.suptitle(
        f"slopes: × {a_layer:.2g} a layer back; weight gradient, first / last layer: {ratio:.2g}",
        fontsize=10,
        y=0.98,
    )
    text = _(
        "Bars for {depth} layers with {activation}, weights {spread}: slopes change by a factor "
        "of {factor:.2g} a layer on the way back; the gradient of the first weight is "
        "{ratio:.2g} of the last one's."
    )
    return text.format(
        depth=depth, activation=activation, spread=spread, factor=a_layer, ratio=ratio
    )


def _bars(ax: Axes, norms: np.ndarray, color: str, title: str) -> None:
    depth = len(norms)
    ax.bar(range(1, depth + 1), norms, color=color, width=0.7)
    ax.set(xlabel="layer", xticks=sorted({1, (depth + 1) // 2, depth}), xlim=(0, depth + 1))
    ax.set_title(title, fontsize=9)


@cache
def sizes(activation: str, depth: int, spread: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return three norms for each layer, each of shape (depth,), first layer first.

    The signal that enters it; the gradient of the loss at its weighted sums, where the slopes
    arrive; and the gradient of its weight.

    Args:
        activation: one of `ACTIVATIONS`.
        depth: number of weight layers, at least 2.
        spread: one of `SPREADS`.
    """
    images, labels = data.load_digits()
    signal = Tensor(images[:PICTURES].reshape(PICTURES, -1).astype(np.float64))
    layers = network(depth, spread)
    squash = ACTIVATIONS[activation]()
    signals, sums = [], []
    for layer in layers:
        signals.append(np.linalg.norm(signal.data))
        total = layer(signal)
        total.retain_grad()
        sums.append(total)
        signal = squash(total)
    F.cross_entropy(sums[-1], labels[:PICTURES]).backward()
    slopes = [np.linalg.norm(np.asarray(total.grad)) for total in sums]
    gradients = [np.linalg.norm(np.asarray(layer.weight.grad)) for layer in layers]
    return np.array(signals), np.array(slopes), np.array(gradients)


def network(depth: int, spread: str) -> list[nn.Linear]:
    """Return the layers of a network for digits in float64, without biases.

    Args:
        depth: number of layers; the hidden ones have 32 units.
        spread: one of `SPREADS`.
    """
    rng = np.random.default_rng(0)
    ends = [64] + [WIDTH] * (depth - 1) + [10]
    layers, gain = [], SPREADS[spread]
    for inputs, outputs in pairwise(ends):
        layer = nn.Linear(inputs, outputs, bias=False, rng=rng)
        layer.double()
        if gain is None:
            nn.kaiming_normal_(layer.weight, rng=rng)
        else:
            nn.xavier_normal_(layer.weight, gain, rng=rng)
        layers.append(layer)
    return layers


def gradient_flow() -> Explorer:
    """Return the explorer of gradients by layer: activation, depth, spread of the weights."""
    controls = {
        "activation": choice(N_("activation"), [*ACTIVATIONS]),
        "depth": slider(N_("depth"), 10, 2, 20, 1),
        "spread": choice(N_("weights"), [*SPREADS], "Xavier"),
    }
    return Explorer(draw, controls)
