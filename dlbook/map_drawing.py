"""Arrays as pictures: signed maps, sheets of tiles, rows of pictures, and regions of a plane."""

from collections.abc import Iterable, Mapping, Sequence
from math import isqrt

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from dlbook.colors import PARAMETER, SIGNED, TARGET

GAP_COLOR = "#D0D0D0"  # between tiles, where white would mean 0
Reach = float | tuple[float, float]  # of both axes: from -reach to reach, or from the lower end


def signed_map(
    ax: Axes, values: np.ndarray, limit: float | None = None, numbers: bool = False
) -> AxesImage:
    """Draw an array as a picture: negative is blue, 0 is white, positive is vermillion.

    Args:
        ax: where to draw.
        values: shape (rows, columns).
        limit: the size that gets the full colour; the largest size in `values` by default.
        numbers: whether to write each value into its cell.

    Returns:
        The image, for a colour bar.
    """
    limit = limit or float(np.nanmax(np.abs(values))) or 1.0
    image = ax.imshow(values, cmap=SIGNED, vmin=-limit, vmax=limit)
    ax.set(xticks=[], yticks=[])
    if numbers:
        for (row, column), value in np.ndenumerate(values):
            ax.text(column, row, f"{value:.2g}", ha="center", va="center", fontsize=8)
    return image


def tiles(
    ax: Axes,
    values: np.ndarray,
    limit: float | None = None,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
) -> AxesImage:
    """Draw a sheet of signed maps with grey gaps between them.

    Args:
        ax: where to draw.
        values: shape (rows of the sheet, columns of the sheet, height, width).
        limit: the size that gets the full colour; the largest size in `values` by default.
        rows: names beside the rows of the sheet.
        columns: names below its columns.

    Returns:
        The image, for a colour bar.
    """
    down, across, height, width = values.shape
    framed = np.pad(values.astype(float), ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=np.nan)
    sheet = framed.swapaxes(1, 2).reshape(down * (height + 1), across * (width + 1))[:-1, :-1]
    image = signed_map(ax, sheet, limit)
    ax.set_facecolor(GAP_COLOR)
    ax.spines[:].set_visible(False)
    ax.set_yticks((height + 1) * np.arange(len(rows)) + (height - 1) / 2, rows)
    ax.set_xticks((width + 1) * np.arange(len(columns)) + (width - 1) / 2, columns)
    ax.tick_params(length=0)
    return image


def pictures(
    axes: Iterable[Axes],
    shown: Mapping[str, np.ndarray],
    limit: float | None = None,
    ink: bool = True,
) -> None:
    """Draw pictures in a row, each below its title; those with negative numbers as signed maps.

    Args:
        axes: one for each picture, from `figure`.
        shown: titles, and pictures of shape (rows, columns), from 0 to 1 or signed.
        limit: the size that gets the full colour in signed maps; each its own by default.
        ink: whether 1 is black, as in a drawing; in a photograph it is white.
    """
    for ax, (title, values) in zip(axes, shown.items(), strict=True):
        if np.min(values) < 0:
            signed_map(ax, values, limit)
        else:
            ax.imshow(values, cmap="gray_r" if ink else "gray", vmin=0, vmax=1)
        ax.spines[:].set_visible(True)
        ax.spines[:].set_color(GAP_COLOR)
        ax.set(xticks=[], yticks=[])
        ax.set_title(title, fontsize=9)


# ---- regions of a plane ----


def plane(reach: Reach = 1.0, size: int = 161) -> np.ndarray:
    """Return a grid of points, shape (size * size, 2), to ask a classifier about.

    Args:
        reach: both axes go from -reach to reach, or from the first number to the second.
        size: points along an axis.
    """
    line = np.linspace(*_ends(reach), size, dtype=np.float32)
    return np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)


def regions(
    ax: Axes,
    scores: np.ndarray,
    points: np.ndarray | None = None,
    kinds: np.ndarray | None = None,
    reach: Reach = 1.0,
    limit: float | None = None,
) -> None:
    """Draw where a classifier says which of two classes, and points with their true classes.

    The one way in this book: class 1 is pale vermillion, class 0 pale blue, and the border is
    purple, since parameters put it there. Points are green: circles for class 1, crosses for 0.

    Args:
        ax: where to draw.
        scores: what it says at `plane(reach)`: shape (size * size, 2); or (size * size,), above 0
            for class 1, or a bool.
        points: shape (n, 2).
        kinds: the true classes of `points`, 0 or 1.
        reach: of `plane`.
        limit: the score that gets the full shade; by default a region has the same shade all over.

    Raises:
        ValueError: if the scores are not those of a square grid.
    """
    field = _field(scores)
    shades = np.sign(field) if limit is None else field / limit
    extent = _ends(reach) * 2
    ax.imshow(shades, SIGNED, vmin=-1, vmax=1, alpha=0.35, origin="lower", extent=extent)
    if field.min() < 0 < field.max():
        line = np.linspace(*_ends(reach), len(field))
        ax.contour(line, line, field, [0], colors=PARAMETER, linewidths=1.5)
    if points is not None:
        kinds = np.ones(len(points)) if kinds is None else np.asarray(kinds)
        for kind, marker in enumerate("xo"):
            ax.plot(*points[kinds == kind].T, marker, color=TARGET, markersize=3)
    ax.set(xlabel="x1", ylabel="x2", xlim=_ends(reach), ylim=_ends(reach))


def _ends(reach: Reach) -> tuple[float, float]:
    return reach if isinstance(reach, tuple) else (-reach, reach)


def _field(scores: np.ndarray) -> np.ndarray:
    """Return scores as a square, above 0 for class 1."""
    values = np.where(scores, 1.0, -1.0) if scores.dtype == bool else scores
    values = values[:, 1] - values[:, 0] if values.ndim == 2 else values
    size = isqrt(len(values))
    if size**2 != len(values) or values.ndim != 1:
        raise ValueError(
            "regions needs scores at plane(reach), shape (size * size,) or (size * size, 2), got "
            f"{scores.shape}; pass what the classifier says of all of plane(reach)"
        )
    return values.reshape(size, size)
