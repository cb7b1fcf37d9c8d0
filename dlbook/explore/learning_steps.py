"""The flow of learning, stage by stage: forward, loss, backward, update, three times round.

A network with 2 inputs, 3 hidden ReLU units and 1 output learns one example. Its numbers come
from `dlbook.Tensor`; the picture shows all of them, and whether a parameter has changed.
"""

from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlbook import functional as F, plots
from dlbook.explore.base.explorer import Explorer, slider
from dlbook.optim import SGD
from dlbook.tensor import Tensor

HEIGHT = 4.6
DOES = {
    "forward": "the network computes its output",
    "loss": "output and target are compared",
    "backward": "all parameters and computed units get slopes",
    "update": "each parameter p becomes p - 0.03 · dp",
}
STAGES = dict(zip(DOES, (plots.DATA, plots.TARGET, plots.GRADIENT, plots.PARAMETER), strict=True))
PARAMETERS = ("W1", "b1", "W2", "b2")
X, TARGET, RATE = np.array([[1.0, 2.0]]), np.array([[1.0]]), 0.03
START = {
    "W1": np.array([[0.8, -0.4, 0.5], [0.4, 0.9, -0.6]]),
    "b1": np.array([[0.0, 0.1, -0.1]]),
    "W2": np.array([[0.5], [-0.3], [0.7]]),
    "b2": np.array([[0.1]]),
}


@cache
def states(rounds: int = 3) -> list[dict[str, np.ndarray]]:
    """Return what is known after each stage: a tensor by its name, a slope by ``d`` and its name.

    Args:
        rounds: of four stages each. State 0 is the start, state 4 r the end of round r. The
            names are x (1, 2), W1 (2, 3), b1, z1 and a1 (1, 3), W2 (3, 1), b2 and z2 (1, 1), L ().
    """
    tensors = {name: Tensor(START[name].copy(), requires_grad=True) for name in PARAMETERS}
    optimizer = SGD(tensors.values(), lr=RATE)
    known = {"x": X, **START}
    found = [known]
    for _ in range(rounds):
        optimizer.zero_grad()
        z1 = Tensor(X) @ tensors["W1"] + tensors["b1"]
        a1 = F.relu(z1)
        z2 = a1 @ tensors["W2"] + tensors["b2"]
        loss = ((z2 - TARGET) ** 2).sum()
        values = {"z1": z1, "a1": a1, "z2": z2}
        for value in values.values():
            value.retain_grad()
        known = {name: known[name] for name in ("x", *PARAMETERS)}
        known |= {name: value.data for name, value in values.items()}
        found += [known, known | {"L": loss.data}]
        loss.backward()
        grads = {f"d{name}": tensor.grad for name, tensor in (tensors | values).items()}
        known = found[-1] | {name: grad.copy() for name, grad in grads.items() if grad is not None}
        found.append(known)
        optimizer.step()
        known = known | {name: tensor.data.copy() for name, tensor in tensors.items()}
        found.append(known)
    return found


def draw(fig: Figure, step: int) -> str:
    """Draw the network after so many stages, its parameters and slopes, and the badge."""
    fig.set_layout_engine("none")  # everything has its place, in inches
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 7), ylim=(0, HEIGHT))
    ax.set_axis_off()
    now, stage = states()[step], list(DOES)[(step - 1) % 4] if step else ""
    changed = stage == "update" and any(
        (now[name] != states()[step - 1][name]).any() for name in PARAMETERS
    )
    badge = f"parameters changed: {'yes' if changed else 'no'}"
    title = f"round {(step + 3) // 4}, {stage}: {DOES[stage]}" if step else "start: nothing is run"
    ax.text(0.12, HEIGHT - 0.22, title, fontsize=10, va="center")
    _cycle(ax, stage, badge, changed)
    _network(ax, now)
    _tables(ax, now, changed)
    loss = f" The loss is {now['L']:.3f}." if "L" in now else ""
    return f"Step {step} of 12, {title}; {badge}.{loss}"


def _cycle(ax: Axes, stage: str, badge: str, changed: bool) -> None:
    for i, (name, color) in enumerate(STAGES.items()):
        _label(ax, (0.6 + 1.15 * i, 3.98), name, color, name == stage)
        if i < 3:
            _arrow(ax, (1.08 + 1.15 * i, 3.98), (1.27 + 1.15 * i, 3.98))
    ax.plot([4.05, 4.05, 0.6], [3.82, 3.64, 3.64], color=plots.CONTEXT, lw=1)
    _arrow(ax, (0.6, 3.62), (0.6, 3.84))
    _label(ax, (5.75, 3.98), badge, plots.PARAMETER if changed else plots.CONTEXT, changed)


def _label(ax: Axes, at: tuple[float, float], text: str, color: str, filled: bool) -> None:
    box: dict[str, Any] = {"boxstyle": "round,pad=0.35", "edgecolor": color, "linewidth": 1.5}
    box["facecolor"] = color if filled else "white"
    style: dict[str, Any] = {"color": "white" if filled else color, "weight": "bold", "bbox": box}
    ax.text(*at, text, ha="center", va="center", fontsize=10, **style)


PLACES = {  # left and middle of each unit's box
    "x": [(0.15, 2.9), (0.15, 2.2)],
    "a1": [(2.05, 3.2), (2.05, 2.55), (2.05, 1.9)],
    "z2": [(4.3, 2.55)],
}
WIDTH = {"x": 0.8, "a1": 1.3, "z2": 1.3}


def _network(ax: Axes, now: dict[str, np.ndarray]) -> None:
    for left, right, name in (("x", "a1", "W1"), ("a1", "z2", "W2")):
        for (i, j), weight in np.ndenumerate(now[name]):
            (x0, y0), (x1, y1) = PLACES[left][i], PLACES[right][j]
            style = "-" if weight > 0 else "--"
            width = 0.5 + 2.5 * abs(weight)
            ends = [x0 + WIDTH[left], x1], [y0, y1]
            ax.plot(*ends, style, color=plots.PARAMETER, lw=width, zorder=0)
    for unit, places in PLACES.items():
        for i, (x, y) in enumerate(places):
            names = ("z1", "a1") if unit == "a1" else (unit,)
            tall = 0.21 * len(names) + 0.07
            frame = Rectangle((x, y - tall / 2), WIDTH[unit], tall, fc="white", ec=plots.CONTEXT)
            ax.add_patch(frame)
            for k, name in enumerate(names):
                up = y + 0.105 * (len(names) - 1) - 0.21 * k
                label = f"x{i + 1}" if name == "x" else name
                _line(ax, (x, up), label, now.get(name), now.get(f"d{name}"), i)
    _arrow(ax, (5.6, 2.55), (5.95, 2.55))
    ax.add_patch(Rectangle((5.97, 2.41), 0.9, 0.28, fc="white", ec=plots.TARGET, lw=1.5))
    text = f"L  {now['L']:.3f}" if "L" in now else "L  ?"
    ax.text(6.05, 2.55, text, va="center", fontsize=9)
    target = f"target y = {TARGET.item():g}"
    ax.text(6.87, 2.95, target, ha="right", va="center", fontsize=9, color=plots.TARGET)
    ax.text(6.87, 2.15, "L = (z2 - y)²", ha="right", va="center", fontsize=9)
    ax.text(4.3, 3.3, "value", fontsize=8, color=plots.DATA, va="center")
    ax.text(4.75, 3.3, "and slope of the loss", fontsize=8, color=plots.GRADIENT, va="center")
    ax.text(0.15, 1.75, "a1 = max(z1, 0)", fontsize=9, va="center")


def _line(
    ax: Axes,
    at: tuple[float, float],
    label: str,
    value: np.ndarray | None,
    slope: np.ndarray | None,
    i: int,
) -> None:
    ax.text(at[0] + 0.06, at[1], label, va="center", fontsize=9)
    text = "?" if value is None else f"{value[0, i]:.2f}"
    style: dict[str, Any] = {"va": "center", "ha": "right", "fontsize": 9}
    ax.text(at[0] + 0.72, at[1], text, color=plots.DATA, **style)
    if slope is not None:
        ax.text(at[0] + 1.25, at[1], _signed(slope[0, i]), color=plots.GRADIENT, **style)


def _tables(ax: Axes, now: dict[str, np.ndarray], changed: bool) -> None:
    for name, left in zip(PARAMETERS, (0.5, 2.75, 5.0, 6.15), strict=True):
        values, slopes = now[name], now.get(f"d{name}")
        purple = plots.PARAMETER, 0.4 if changed else 0.12
        _table(ax, (left, 1.45), name, [f"{v:.3f}" for v in values.flat], values.shape, *purple)
        cells = ["?"] * values.size if slopes is None else [_signed(v) for v in slopes.flat]
        _table(ax, (left, 0.72), f"d{name}", cells, values.shape, plots.GRADIENT, 0.12)


def _table(
    ax: Axes,
    at: tuple[float, float],
    name: str,
    cells: list[str],
    shape: tuple[int, ...],
    color: str,
    alpha: float,
) -> None:
    ax.text(at[0] - 0.06, at[1] - 0.1, name, ha="right", va="center", fontsize=9, weight="bold")
    for (i, j), text in zip(np.ndindex(*shape), cells, strict=True):
        x, y = at[0] + 0.54 * j, at[1] - 0.21 * (i + 1)
        ax.add_patch(Rectangle((x, y), 0.54, 0.21, facecolor=color, alpha=alpha))
        ax.add_patch(Rectangle((x, y), 0.54, 0.21, fill=False, edgecolor=color, linewidth=0.8))
        ax.text(x + 0.27, y + 0.1, text, ha="center", va="center", fontsize=8)


def _signed(slope: float) -> str:
    return f"{slope:+.2f}" if slope else "0"


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    style = {"arrowstyle": "-|>", "color": plots.CONTEXT, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=style)


def learning_steps() -> Explorer:
    """Return the explorer of a learning network: move the step from 0 to 12."""
    return Explorer(draw, {"step": slider("step", 3, 0, 12, 1)}, height=HEIGHT)
