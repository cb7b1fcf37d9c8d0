"""The chain rule: two functions in a row, their tangents, and the product of their slopes."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, choice, slider
from dlbook.i18n import _

Curve = Callable[[np.ndarray], np.ndarray]
INNER: dict[str, tuple[Curve, Curve]] = {  # a function of x, and its derivative
    "x²": (lambda x: x**2, lambda x: 2 * x),
    "2x": (lambda x: 2 * x, lambda x: 0 * x + 2),
    "sin x": (np.sin, np.cos),
}
OUTER: dict[str, tuple[Curve, Curve]] = {  # a function of u, and its derivative
    "sin u": (np.sin, np.cos),
    "u²": (lambda u: u**2, lambda u: 2 * u),
    "max(u, 0)": (lambda u: np.maximum(u, 0), lambda u: (np.asarray(u) > 0) * 1.0),
}


def draw(fig: Figure, inner: str, outer: str, x: float, nudge: float) -> str:
    """Draw u by x, y by u and y by x, each with the tangent and a step of the nudge."""
    axes = plots.axes_on(fig, 3)
    g, f = INNER[inner][0], OUTER[outer][0]
    first, second = slopes(inner, outer, x)
    u, moved = float(g(np.asarray(x))), float(g(np.asarray(x + nudge)))
    span = np.linspace(-2.2, 2.2, 221)
    reach = np.linspace(float(g(span).min()) - 0.3, float(g(span).max()) + 0.3, 221)
    _panel(axes[0], span, g, (x, x + nudge), first, ("x", f"u = {inner}"))
    _panel(axes[1], reach, f, (u, moved), second, ("u", f"y = {outer}"))
    _panel(axes[2], span, lambda v: f(g(v)), (x, x + nudge), first * second, ("x", "y"))
    axes[0].set_title(f"slope {first:.2f}", fontsize=9)
    axes[1].set_title(f"slope {second:.2f}", fontsize=9)
    axes[2].set_title(f"slope {first:.2f} · {second:.2f} = {first * second:.2f}", fontsize=9)
    change = float(f(np.asarray(moved)) - f(np.asarray(u)))
    said = first * second * nudge
    fig.supxlabel(f"x moves by {nudge:.2f}: y by {change:.3f}, slopes say {said:.3f}", fontsize=9)
    text = _("Three curves with tangents: slopes {one:.2f} and {two:.2f} multiply to {both:.2f}.")
    return text.format(one=first, two=second, both=first * second)


def slopes(inner: str, outer: str, x: float) -> tuple[float, float]:
    """Return the slope of u by x at `x`, and that of y by u at the u which belongs to it."""
    at = np.asarray(x, float)
    return float(INNER[inner][1](at)), float(OUTER[outer][1](INNER[inner][0](at)))


def _panel(
    ax: Axes,
    span: np.ndarray,
    curve: Curve,
    step: tuple[float, float],
    slope: float,
    names: tuple[str, str],
) -> None:
    start, end = step
    y, y_end = (float(curve(np.asarray(place))) for place in step)
    values = curve(span)
    ax.plot(span, values, color=plots.DATA)
    ax.axline((start, y), slope=slope, color=plots.GRADIENT, linestyle="--", linewidth=1.2)
    ax.plot([start, end, end], [y, y, y_end], color=plots.CONTEXT, linewidth=1.5)
    ax.plot(start, y, "o", color=plots.DATA)
    room = 0.1 * float(np.ptp(values)) + 0.2
    ax.set(xlabel=names[0], ylabel=names[1], xlim=(span[0], span[-1]))
    ax.set_ylim(float(values.min()) - room, float(values.max()) + room)


def chain_rule() -> Explorer:
    """Return the explorer of the chain rule: two functions, a place and a nudge."""
    controls = {
        "inner": choice("u =", [*INNER]),
        "outer": choice("y =", [*OUTER]),
        "x": slider("x", 0.8, -1.5, 1.5, 0.05),
        "nudge": slider("nudge", 0.3, 0.05, 0.6, 0.05),
    }
    return Explorer(draw, controls, height=3.0)
