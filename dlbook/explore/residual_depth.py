"""Depth with and without a way around each block: gradients at the start, and how training goes."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure

from dlbook import data, functional as F, nn, optim, plots
from dlbook.explore.base.explorer import Explorer, choice
from dlbook.tensor import Tensor

CHANNELS, STEPS, BATCH, RATE = 8, 48, 50, 0.01
LAYERS = [6, 12, 20, 32]


class Block(nn.Module):
    """Two convolutions, each with batch normalisation if wanted, and a way around them.

    Args:
        residual: whether the input is added to what the two layers give.
        norm: whether each layer is followed by batch normalisation.
        rng: where the first weights come from.
    """

    def __init__(self, residual: bool, norm: bool, *, rng: np.random.Generator):
        self.first = _convolution(CHANNELS, rng)
        self.second = _convolution(CHANNELS, rng)
        both = nn.BatchNorm2d(CHANNELS), nn.BatchNorm2d(CHANNELS)
        self.norms = nn.Sequential(*both) if norm else None
        self.residual = residual

    def forward(self, input: Tensor) -> Tensor:
        """Return shape (batch, channels, height, width), that of the input."""
        out: Tensor = self.first(input)
        out = F.relu(self.norms[0](out) if self.norms else out)
        out = self.second(out)
        out = self.norms[1](out) if self.norms else out
        return F.relu(out + input) if self.residual else F.relu(out)


def network(layers: int, residual: bool, norm: bool, rng: np.random.Generator) -> nn.Sequential:
    """Return a network for digits with so many layers with weights, two of them in each block."""
    blocks = [Block(residual, norm, rng=rng) for _ in range((layers - 2) // 2)]
    first, last = _convolution(1, rng), nn.Linear(CHANNELS, 10, rng=rng)
    end = nn.AdaptiveAvgPool2d(1), nn.Flatten(), last
    return nn.Sequential(first, nn.ReLU(), nn.MaxPool2d(2), *blocks, *end)


def _convolution(channels: int, rng: np.random.Generator) -> nn.Conv2d:
    layer = nn.Conv2d(channels, CHANNELS, 3, padding=1, bias=False, rng=rng)
    nn.kaiming_normal_(layer.weight, rng=rng)
    return layer


def draw(fig: Figure, layers: int, way: str, norm: str) -> str:
    """Draw the size of the gradient in each block before training, and the training loss."""
    left, right = plots.axes_on(fig, 2)
    norms, losses = measured(layers, way == "residual", norm == "yes")
    other = "plain" if way == "residual" else "residual"
    other_norms, other_losses = measured(layers, other == "residual", norm == "yes")
    blocks = np.arange(1, len(norms) + 1)
    dashed = {"color": plots.CONTEXT, "linestyle": "--", "linewidth": 1}
    left.semilogy(blocks, norms, "o-", color=plots.GRADIENT, markersize=4, label=way)
    left.semilogy(blocks, other_norms, ".", label=other, **dashed)
    left.set(xlabel="block, 1 beside the input", ylabel="size of its gradient at the start")
    left.set_xlim(0.5, len(norms) + 0.5)
    low, high = min(*norms, *other_norms), max(*norms, *other_norms)
    left.set_ylim(min(low / 3, high / 1e3), high * 10)
    left.minorticks_off()
    left.xaxis.get_major_locator().set_params(integer=True)
    left.legend(frameon=False, fontsize=8, ncols=2)
    right.plot(losses, color=plots.DATA, linewidth=2, label=way)
    right.plot(other_losses, label=other, **dashed)
    right.axhline(np.log(10), color=plots.CONTEXT, linestyle=":", linewidth=1)
    right.text(STEPS, np.log(10), "guessing", fontsize=7, ha="right", va="bottom")
    right.set(xlabel="step", ylabel="training loss", ylim=(0, 4), xlim=(0, STEPS))
    right.legend(frameon=False, fontsize=8, loc="upper right", ncols=2)
    title = f"{layers} layers, {way}: loss {np.mean(losses[-10:]):.2f}, last ten steps"
    right.set_title(title, fontsize=9)
    times = norms[-1] / norms[0]
    return (
        f"With {layers} layers, {way}, {'with' if norm == 'yes' else 'without'} normalisation, the "
        f"last block's gradient is {times:.2g} times that of the first, and the loss "
        f"ends near {np.mean(losses[-10:]):.0f}."
    )


@cache
def measured(layers: int, residual: bool, norm: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradient norm of each block before training, and the loss of each step.

    Both have one axis: (layers - 2) / 2 blocks, and `STEPS` steps of Adam.
    """
    rng = np.random.default_rng(0)
    images, labels = data.load_digits()
    x = images[:, None]  # one channel
    model = network(layers, residual, norm, rng)
    optimizer = optim.Adam(model.parameters(), lr=RATE)
    norms: list[float] = []
    losses = []
    for _ in range(STEPS):
        rows = rng.integers(len(x), size=BATCH)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(Tensor(x[rows])), labels[rows])
        loss.backward()
        norms = norms or [_size(block) for block in model.children() if isinstance(block, Block)]
        optimizer.step()
        losses.append(float(loss.item()))
    return np.array(norms), np.array(losses)


def _size(block: Block) -> float:
    """Return the norm of the gradient of both weights together."""
    gradients = [layer.weight.grad for layer in (block.first, block.second)]
    return float(np.sqrt(sum(np.square(g).sum() for g in gradients if g is not None)))


def residual_depth() -> Explorer:
    """Return the explorer of depth: how many layers, a way around or not, normalised or not."""
    controls = {
        "layers": choice("layers", LAYERS, 32),
        "way": choice("blocks", ["plain", "residual"]),
        "norm": choice("normalised", ["yes", "no"]),
    }
    return Explorer(draw, controls)
