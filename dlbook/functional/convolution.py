"""Convolution: one small weight slides over the image, and each window gives one output.

What it means stands here; how it is computed fast, in `dlbook.functional.conv_lowering` and, for
channels that do not mix, `dlbook.functional.depthwise`.
"""

from math import prod

import numpy as np

from dlbook.functional import conv_lowering, depthwise
from dlbook.functional.arguments import common_dtype, need_floats, need_floats_or_none
from dlbook.functional.conv_lowering import Pair, Slide
from dlbook.functional.windows import (
    Size,
    as_images,
    channel_sums,
    check_word,
    in_rows,
    pair,
    single,
)
from dlbook.tensor import Tensor, factors_kept, factors_read, record


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """Return the sliding product out[n, o, i, j] = b[o] + sum of w[o] * (window i, j of image n).

    Args:
        input: images, shape (batch, in_channels, height, width).
        weight: shape (out_channels, in_channels / groups, kernel_height, kernel_width).
        bias: shape (out_channels,), or None.
        stride: from one window to the next; one number, or two (down, across).
        padding: zeros put around each image; or "valid" for none, "same" for as many as keep
            height and width at stride 1.
        dilation: from one place of a window to the next.
        groups: input and output channels are cut into this many parts that do not mix.

    Returns:
        A tensor of shape (batch, out_channels, out_height, out_width), where out_height is
        (height + 2 * padding - dilation * (kernel_height - 1) - 1) // stride + 1. Its dtype is the
        wider one of `input` and `weight`.

    Raises:
        ValueError: if shapes, channels or groups do not fit, or the window is larger than the
            padded image.
        TypeError: if something is not a tensor of floating-point numbers.

    Source: Goodfellow, Bengio and Courville (2016), section 9.1 (there: cross-correlation).
    """
    need_floats("conv2d", input=input, weight=weight)
    need_floats_or_none("conv2d", bias=bias)
    groups = single(groups, "groups", 1)
    _check_shapes(input.shape, weight.shape, None if bias is None else bias.shape, groups)
    slide = _slide(weight.shape[2:], stride, padding, dilation, groups)
    _check_room(input.shape[2:], weight.shape[2:], slide)
    dtype = common_dtype((input, weight))
    x, w = in_rows(input.data.astype(dtype, copy=False)), weight.data.astype(dtype, copy=False)
    fast = depthwise if depthwise.pays(x.shape, w.shape, slide) else conv_lowering
    out = fast.correlate(x, w, slide, None if bias is None else bias.data)
    (left, right), has_bias = factors_kept(input, weight, x, w), bias is not None
    x_shape, w_shape = x.shape, w.shape

    def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
        rows, dx, dw = in_rows(g), None, None
        if right is not None:
            dx = as_images(fast.input_gradient(rows, right, x_shape, slide))
        if left is not None:
            dw = fast.weight_gradient(rows, left, w_shape, slide)
        if not has_bias:
            return dx, dw
        return dx, dw, channel_sums(rows.reshape(*rows.shape[:2], prod(rows.shape[2:])))

    parents = (input, weight) if bias is None else (input, weight, bias)
    return record(as_images(out), parents, pull, factors_read(input, weight))


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """Return `conv2d` of sequences, taken as images of height 1.

    Args:
        input: shape (batch, in_channels, length).
        weight: shape (out_channels, in_channels / groups, kernel_length).
        bias: shape (out_channels,), or None.
        stride: from one window to the next, one number.
        padding: zeros put before and after, one number; or "valid" or "same", as in `conv2d`.
        dilation: from one place of a window to the next, one number.
        groups: input and output channels are cut into this many parts that do not mix.

    Returns:
        A tensor of shape (batch, out_channels, out_length).

    Raises:
        ValueError: as in `conv2d`.
        TypeError: as in `conv2d`.
    """
    need_floats("conv1d", input=input, weight=weight)
    if input.ndim != 3 or weight.ndim != 3:
        raise ValueError(
            "conv1d needs input of shape (batch, channels, length) and weight of shape (out, "
            f"in / groups, kernel), got {input.shape} and {weight.shape}; reshape them"
        )
    flat = padding if isinstance(padding, str) else (0, single(padding, "padding", 0))
    step, leap = single(stride, "stride", 1), single(dilation, "dilation", 1)
    x, w = (t.reshape(*t.shape[:2], 1, t.shape[2]) for t in (input, weight))
    out = conv2d(x, w, bias, (1, step), flat, (1, leap), groups)
    return out.reshape(*out.shape[:2], out.shape[3])


# ---- how the window slides, and what does not fit ----


def _slide(kernel: Pair, stride: Size, padding: Size | str, dilation: Size, groups: int) -> Slide:
    strides, dilations = pair(stride, "stride", 1), pair(dilation, "dilation", 1)
    check_word(padding, strides)
    if padding == "same":
        extra = [d * (k - 1) for d, k in zip(dilations, kernel, strict=True)]
        pads = (extra[0] // 2, extra[0] - extra[0] // 2), (extra[1] // 2, extra[1] - extra[1] // 2)
        return Slide(strides, pads, dilations, groups)
    down, across = (0, 0) if isinstance(padding, str) else pair(padding, "padding", 0)
    return Slide(strides, ((down, down), (across, across)), dilations, groups)


def _check_shapes(
    x: tuple[int, ...], w: tuple[int, ...], bias: tuple[int, ...] | None, groups: int
) -> None:
    if len(x) != 4 or len(w) != 4:
        raise ValueError(
            "conv2d needs input of shape (batch, channels, height, width) and weight of shape "
            f"(out, in / groups, height, width), got {x} and {w}; a single image is x[None]"
        )
    if not min(w):
        raise ValueError(
            f"conv2d needs weight with at least one number, got shape {w}; use channels and "
            "kernel_size of 1 or more"
        )
    if w[0] % groups or x[1] % groups:
        raise ValueError(
            f"groups needs to divide the {x[1]} input and the {w[0]} output channels, got "
            f"{groups}; use groups=1, or other numbers of channels"
        )
    if w[1] * groups != x[1]:
        raise ValueError(
            f"conv2d needs input with {w[1] * groups} channels, as weight of shape {w} with "
            f"groups={groups} reads, got input of shape {x}; change in_channels, or transpose "
            "images that have their channels last"
        )
    if bias is not None and bias != w[:1]:
        raise ValueError(
            f"conv2d needs a bias of shape {w[:1]}, one number an output channel, got {bias}; "
            "reshape it or leave it out"
        )


def _check_room(size: Pair, kernel: Pair, slide: Slide) -> None:
    if min(slide.counts(size, kernel)) < 1:
        padded = tuple(n + sum(p) for n, p in zip(size, slide.pads, strict=True))
        spans = tuple(d * (k - 1) + 1 for d, k in zip(slide.dilation, kernel, strict=True))
        raise ValueError(
            f"the window needs an image of at least {spans}, got {padded} with its padding; "
            "use a smaller kernel or dilation, more padding, or larger images"
        )
