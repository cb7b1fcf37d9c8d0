"""Where the windows of a pooling lie, and what does not fit."""

from collections.abc import Sequence

from dlbook.arguments import integer
from dlbook.functional.arguments import need_tensors
from dlbook.functional.windows import (
    Size,
    as_tuple,
    output_size as windows_that_fit,
    overlap,
    pair,
    single,
)
from dlbook.tensor import Tensor

Window = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]
Places = list[tuple[slice, slice]]  # for each place of a window: which windows, which pixels


def places(
    size: int, kernel: int, stride: int, pad: int, dilation: int, ceil_mode: bool
) -> tuple[Places, int]:
    """Return where each place of a window is found along an axis, and how many windows there are.

    Args:
        size: length of the axis.
        kernel: places that a window looks at.
        stride: from one window to the next.
        pad: how far windows reach over both ends.
        dilation: from one place of a window to the next.
        ceil_mode: keep a last window that lies only partly on the axis.
    """
    after = pad + stride - 1 if ceil_mode else pad
    count = windows_that_fit(size, kernel, stride, pad, after, dilation)
    if ceil_mode and (count - 1) * stride >= size + pad:
        count -= 1  # the last window would lie on the padding alone
    return [overlap(k * dilation - pad, stride, size, count) for k in range(kernel)], count


def sizes(
    function: str,
    input: Tensor,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    dilation: Size,
    ceil_mode: bool,
) -> list[tuple[int, int, int, int, int]]:
    """Return size, kernel, stride, padding and dilation, down and across.

    Args:
        function: the name that messages give.
        input: shape (batch, channels, height, width).
        kernel_size: size of a window.
        stride: from one window to the next, or None for `kernel_size`.
        padding: how far windows reach over the edge.
        dilation: from one place of a window to the next.
        ceil_mode: keep a last window that lies only partly on the image; it may be the only one.

    Raises:
        ValueError: if they do not fit.
    """
    need_tensors(function, input=input)
    check_axes(function, input)
    kernel, strides, pads, dilations = window(kernel_size, stride, padding, dilation)
    spans = [d * (k - 1) + 1 for d, k in zip(dilations, kernel, strict=True)]
    padded = [n + 2 * p for n, p in zip(input.shape[2:], pads, strict=True)]
    over = [stride - 1 if ceil_mode else 0 for stride in strides]
    if any(span > n + more for span, n, more in zip(spans, padded, over, strict=True)):
        raise ValueError(
            f"the window needs an image of at least {tuple(spans)}, got {tuple(padded)} with its "
            "padding; use a smaller kernel_size or larger images"
        )
    return list(zip(input.shape[2:], kernel, strides, pads, dilations, strict=True))


def window(kernel_size: Size, stride: Size | None, padding: Size, dilation: Size = 1) -> Window:
    """Return kernel, stride, padding and dilation, each down and across.

    Args:
        kernel_size: size of a window.
        stride: from one window to the next, or None for `kernel_size`.
        padding: how far windows reach over the edge.
        dilation: from one place of a window to the next.

    Raises:
        TypeError: if they are no integers.
        ValueError: if one is too small, or `padding` more than half of `kernel_size`.
    """
    kernel = pair(kernel_size, "kernel_size", 1)
    strides = kernel if stride is None else pair(stride, "stride", 1)
    pads, dilations = pair(padding, "padding", 0), pair(dilation, "dilation", 1)
    for k, p in zip(kernel, pads, strict=True):
        if p > k // 2:
            raise ValueError(
                f"padding needs to be at most half of kernel_size, got {p} and {k}; a window on "
                "padding alone would have no value"
            )
    return kernel, strides, pads, dilations


def flat_window(
    kernel_size: Size, stride: Size | None, padding: Size, dilation: Size = 1
) -> Window:
    """Return what `window` does for a sequence, an image of height 1.

    Args:
        kernel_size: length of a window, one number.
        stride: from one window to the next, or None for `kernel_size`.
        padding: how far windows reach over both ends.
        dilation: from one place of a window to the next.

    Raises:
        TypeError, ValueError: as `window`.
    """
    kernel = single(kernel_size, "kernel_size", 1)
    step = kernel if stride is None else single(stride, "stride", 1)
    pad, leap = single(padding, "padding", 0), single(dilation, "dilation", 1)
    return window((1, kernel), (1, step), (0, pad), (1, leap))


def grid(output_size: int | Sequence[int | None] | None) -> list[int | None]:
    """Return how many windows are asked for, down and across; None where the size is kept.

    Args:
        output_size: one number or None for both, or two of them.

    Raises:
        TypeError: if they are no integers.
        ValueError: if they are not one or two, or less than 1.
    """
    given = as_tuple(output_size)
    if len(given) not in (1, 2):
        raise ValueError(
            f"output_size needs one integer, or two (down, across), got {output_size!r}; try 1"
        )
    two = given * 2 if len(given) == 1 else given
    return [size if size is None else integer(size, "output_size", 1) for size in two]


def check_axes(function: str, input: Tensor) -> None:
    """Refuse what has not the shape (batch, channels, height, width), with pixels in it.

    Raises:
        ValueError: if it has another shape.
    """
    if input.ndim != 4:
        raise ValueError(
            f"{function} needs input of shape (batch, channels, height, width), got "
            f"{input.shape}; a single image is x[None]"
        )
    if not min(input.shape[2:]):
        raise ValueError(
            f"{function} needs images of at least one pixel, got shape {input.shape}; use larger "
            "images, or fewer poolings before this one"
        )
