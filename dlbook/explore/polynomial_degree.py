"""Capacity: what a polynomial makes of few noisy points, and of points it was not fitted to."""

from functools import cache

import numpy as np
from matplotlib.figure import Figure
from numpy.polynomial import legendre

from dlbook import plots
from dlbook.explore.base.explorer import Explorer, slider

DEGREES = 13  # 0 to 12
HELD_OUT = 200  # points for validation
NOISE = 0.3  # standard deviation of what is added to the curve


def draw(fig: Figure, degree: int, examples: int) -> str:
    """Draw the fitted curve beside the training and validation errors of all degrees."""
    fig.set_layout_engine("none")  # fixed margins: twice as fast
    margins = {"left": 0.07, "right": 0.99, "bottom": 0.17, "top": 0.97, "wspace": 0.26}
    left, right = plots.axes_on(fig, 2, gridspec_kw=margins)
    x, y, *_ = points(examples)
    train, validation, coefficients = errors(examples)
    grid = np.linspace(-1, 1, 201)
    fitted = legendre.legval(grid, coefficients[degree])
    left.plot(grid, np.sin(np.pi * grid), "--", color=plots.TARGET, label="truth")
    left.plot(grid, fitted, color=plots.PARAMETER, label=f"degree {degree}")
    left.plot(x, y, "o", color=plots.TARGET, markersize=4, label="training points")
    left.set(xlabel="x", ylabel="y", ylim=(-2.6, 2.6), xlim=(-1.05, 1.05))
    left.legend(frameon=False, fontsize=8, loc="upper left", handlelength=1.5)
    degrees = np.arange(DEGREES)
    right.plot(degrees, train, "o-", color=plots.DATA, markersize=3, label="training")
    right.plot(degrees, validation, "s--", color=plots.TARGET, markersize=3, label="validation")
    right.axhline(NOISE**2, color=plots.CONTEXT, ls=":", lw=1)
    right.text(DEGREES - 0.8, NOISE**2, "noise", fontsize=8, color=plots.CONTEXT, va="bottom")
    right.axvline(degree, color=plots.PARAMETER, lw=6, alpha=0.25)
    right.set(yscale="log", ylim=(0.01, 100), xlim=(-0.5, DEGREES + 1))
    right.minorticks_off()
    right.set(xlabel="degree", ylabel="mean squared error", xticks=degrees[::2])
    right.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(0.12, 1.02))
    both = f"training error {train[degree]:.2g}, validation error {validation[degree]:.2g}"
    best = int(validation.argmin())
    return f"Degree {degree}, {examples} points: {both}. Validation is best at degree {best}."


@cache
def points(examples: int) -> tuple[np.ndarray, ...]:
    """Return noisy points of a sine: x and y to fit, shape (examples,), then x and y held out."""
    rng = np.random.default_rng(4)
    held = rng.uniform(-1, 1, HELD_OUT)
    noise = rng.normal(0, NOISE, HELD_OUT)
    x = rng.uniform(-1, 1, 60)
    y = np.sin(np.pi * x) + rng.normal(0, NOISE, 60)
    return x[:examples], y[:examples], held, np.sin(np.pi * held) + noise


@cache
def errors(examples: int) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Return, by degree, both mean squared errors and the coefficients of the least squares fit.

    Args:
        examples: how many training points; more than the highest degree.

    Returns:
        Training errors and validation errors, shape (DEGREES,), and for each degree its
        coefficients in Legendre polynomials, shape (degree + 1,).
    """
    x, y, x_held, y_held = points(examples)
    train, validation, found = [], [], []
    for degree in range(DEGREES):
        coefficients = np.linalg.lstsq(legendre.legvander(x, degree), y, rcond=None)[0]
        train.append(np.mean((legendre.legval(x, coefficients) - y) ** 2))
        validation.append(np.mean((legendre.legval(x_held, coefficients) - y_held) ** 2))
        found.append(coefficients)
    return np.array(train), np.array(validation), found


def polynomial_degree() -> Explorer:
    """Return the explorer of capacity: the degree of a polynomial, and how many points it has."""
    controls = {
        "degree": slider("degree", 11, 0, DEGREES - 1, 1),
        "examples": slider("examples", 15, 15, 60, 15),
    }
    return Explorer(draw, controls)
