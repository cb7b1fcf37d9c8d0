"""Convolution as one matrix: nearly all of it zero, the rest a few values again and again."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dlbook import data, plots
from dlbook.explore.base.explorer import Explorer, choice, slider

SIZE = 8  # of the picture, in pixels
KERNELS = {  # the values of each kernel, all of them different
    size: np.random.default_rng(5).normal(size=(size, size)).round(2) for size in (1, 3, 5)
}


def draw(fig: Figure, kernel: int, unit: int) -> str:
    """Draw the window of one output unit, the kernel, and the matrix with the unit's row."""
    widths = {"width_ratios": [1, 0.8, 1.5]}
    picture, small, large = plots.axes_on(fig, 3, gridspec_kw=widths)
    matrix = as_matrix(KERNELS[kernel], SIZE, SIZE)
    row, column = divmod(unit, SIZE)
    picture.imshow(data.load_digits()[0][2], cmap="gray_r")
    half = kernel // 2
    corner = column - half - 0.5, row - half - 0.5
    frame: dict[str, Any] = {"fill": False, "edgecolor": plots.PARAMETER, "linewidth": 2}
    picture.add_patch(Rectangle(corner, kernel, kernel, **frame))
    picture.plot(column, row, "o", color=plots.PARAMETER, markersize=5)
    edge = half - 0.5 + 0.2
    picture.set(xlim=(-1 - edge, SIZE + edge), ylim=(SIZE + edge, -1 - edge), xticks=[], yticks=[])
    picture.spines[:].set_visible(False)
    picture.add_patch(Rectangle((-0.5, -0.5), SIZE, SIZE, fill=False, edgecolor=plots.CONTEXT))
    picture.set_title(f"unit {unit} and its window", fontsize=9)
    limit = 2.0
    plots.signed_map(small, KERNELS[kernel], limit, numbers=kernel < 5)
    small.set_title(f"kernel: {kernel * kernel} weights", fontsize=9)
    plots.signed_map(large, matrix, limit)
    large.axhspan(unit - 0.9, unit + 0.9, fill=False, edgecolor=plots.PARAMETER, linewidth=1.2)
    nonzero, distinct = counts(matrix)
    large.set(xlabel=f"{SIZE**2} pixels", ylabel=f"{SIZE**2} output units")
    title = f"{nonzero:,} of {matrix.size:,} not zero,\n{distinct} distinct"
    large.set_title(title, fontsize=9)
    here = np.count_nonzero(matrix[unit])
    return (
        f"The matrix of a {kernel} by {kernel} kernel has {nonzero} nonzero entries of "
        f"{matrix.size}, {distinct} distinct. The row of unit {unit} holds {here} of them."
    )


def as_matrix(kernel: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return the matrix whose product with the pixels is the zero-padded sliding product.

    Args:
        kernel: shape (rows, columns), both odd.
        height: of the picture.
        width: of the picture.

    Returns:
        Shape (height * width, height * width): a row for each output unit, row by row.
    """
    up, across = (size // 2 for size in kernel.shape)
    matrix = np.zeros((height, width, height + 2 * up, width + 2 * across))
    for row, column in np.ndindex(height, width):
        matrix[row, column, row : row + len(kernel), column : column + kernel.shape[1]] = kernel
    inside = matrix[:, :, up : up + height, across : across + width]
    return inside.reshape(height * width, height * width)


def counts(matrix: np.ndarray) -> tuple[int, int]:
    """Return how many entries are not zero, and how many different values these have."""
    nonzero = matrix[matrix != 0]
    return nonzero.size, np.unique(nonzero).size


def convolution_matrix() -> Explorer:
    """Return the explorer of the matrix of a convolution: size of the kernel and output unit."""
    controls = {
        "kernel": choice("kernel size", [1, 3, 5], 3),
        "unit": slider("output unit", 27, 0, SIZE**2 - 1, 1),
    }
    return Explorer(draw, controls, height=3.0)
