"""What an error says, in a learner's words: NumPy's messages translated, and what to do about it.

A message that the table of patterns knows is replaced, and stands as NumPy put it on a line below.
Patterns take time linear in the text, since a stranger may have written it.
"""

import re
from itertools import islice

from dlbook.check.remedies import REMEDIES
from dlbook.i18n import N_, _

_SHAPE = r"\([\d, ]{0,60}\)"
_SIGNATURE = r"\(\w{1,2}\??(?:,\w{1,2}\??)?\)"
_NUMPY = (  # pattern of a message, and what it means; {which} names the factors of a product
    (
        r"matmul: Input operand 1 has a mismatch in its core dimension 0, .{0,80}"
        r"\(size (?P<b>\d+) is different from (?P<a>\d+)\)",
        N_("inner sizes {a} and {b} must be equal: {which} is turned?"),
    ),
    (
        rf"shapes {_SHAPE} and {_SHAPE} not aligned: (?P<a>\d+) \(dim \d+\) != (?P<b>\d+) "
        r"\(dim \d+\)",
        N_("inner sizes {a} and {b} must be equal: {which} is turned?"),
    ),
    (
        r"mat1 and mat2 shapes cannot be multiplied \(\d+x(?P<a>\d+) and (?P<b>\d+)x\d+\)",
        N_("inner sizes {a} and {b} must be equal: {which} is turned?"),
    ),
    (
        r"matmul: Input operand \d+ does not have enough dimensions .{0,100}requires \d+\)",
        N_("@ needs arrays on both sides, and {which} is a single number?"),
    ),
    (
        rf"operands could not be broadcast together with shapes (?P<a>{_SHAPE}) (?P<b>{_SHAPE}) ?$",
        N_(
            "shapes {a} and {b} do not fit: lined up at the right end, sizes must be equal or 1. "
            "Which axis is missing or turned?"
        ),
    ),
    (
        r"operands could not be broadcast together with .{0,200}",
        N_(
            "shapes do not fit: lined up at the right end, sizes must be equal or 1. "
            "Which axis is missing or turned?"
        ),
    ),
    (
        r"The size of tensor a \((?P<a>\d+)\) must match the size of tensor b \((?P<b>\d+)\) at "
        r"non-singleton dimension \d+",
        N_("sizes {a} and {b} of one axis do not fit: which array is turned, or lacks an axis?"),
    ),
    (
        rf"non-broadcastable output operand with shape (?P<a>{_SHAPE}) doesn't match the broadcast "
        rf"shape (?P<b>{_SHAPE})",
        N_(
            "the result has shape {b} and does not fit into an array of shape {a}: should that "
            "array be changed in place, and does the other have an axis too many?"
        ),
    ),
    (
        rf"could not broadcast input array from shape (?P<a>{_SHAPE}) into shape (?P<b>{_SHAPE})",
        N_("shape {a} does not fit into a place of shape {b}: is the place cut out as you meant?"),
    ),
    (
        rf"shape mismatch: objects cannot be broadcast to a single shape\..{{0,40}} shape "
        rf"(?P<a>{_SHAPE}) and arg \d+ with shape (?P<b>{_SHAPE})\.",
        N_(
            "shapes {a} and {b} do not fit: lined up at the right end, sizes must be equal or 1. "
            "Which axis is missing or turned?"
        ),
    ),
    (
        r"index (?P<i>-?\d+) is out of bounds for axis (?P<axis>\d+) with size (?P<n>\d+)",
        N_(
            "index {i} on axis {axis}, which has {n} entries counted from 0: which axis did you "
            "mean, and where does the counting end?"
        ),
    ),
    (
        r"too many indices for array: array is (?P<a>\d+)-dimensional, but (?P<b>\d+) were indexed",
        N_("{b} indices for an array with {a} axes: which axis is gone by then?"),
    ),
    (
        r"boolean index did not match indexed array along axis (?P<axis>\d+); size of axis is "
        r"(?P<a>\d+) but size of corresponding boolean axis is (?P<b>\d+)",
        N_("a mask of {b} entries on axis {axis}, which has {a}: what was the mask made from?"),
    ),
    (
        r"only integers, slices \(`:`\), ellipsis .{0,20}numpy\.newaxis .{0,60}valid indices",
        N_("an index is a whole number, a slice or a mask: is it a float or a text here?"),
    ),
    (
        r"arrays used as indices must be of integer \(or boolean\) type",
        N_("an array of indices holds whole numbers or truth values: does this one hold floats?"),
    ),
    (
        rf"shape mismatch: indexing arrays could not be broadcast together with shapes "
        rf"(?P<a>{_SHAPE}) (?P<b>{_SHAPE})",
        N_(
            "arrays of indices are read in pairs, and these have shapes {a} and {b}: is there one "
            "entry of each for every pick?"
        ),
    ),
    (
        rf"cannot reshape array of size (?P<n>\d+) into shape (?P<a>{_SHAPE})",
        N_("{n} numbers do not fill shape {a}: what do its sizes multiply to?"),
    ),
    (
        r"axis (?P<axis>-?\d+) is out of bounds for array of dimension (?P<n>\d+)",
        N_("axis {axis} of an array with {n} axes, counted from 0: which one is gone by then?"),
    ),
    (
        r"The truth value of an array with more than one element is ambiguous\..{0,40}",
        N_(
            "an array of several truth values where one is needed: what should hold, all of them, "
            "any, or each by itself?"
        ),
    ),
    (
        r"all the input array dimensions except for the concatenation axis must match exactly, .*"
        r"along dimension (?P<axis>\d+), .{0,40}size (?P<a>\d+) .{0,40}size (?P<b>\d+)",
        N_(
            "arrays that are joined agree on every other axis; axis {axis} has {a} here and {b} "
            "there: along which axis do they belong together?"
        ),
    ),
    (
        r"all the input arrays must have same number of dimensions, .{0,40} has (?P<a>\d+) "
        r"dimension\(s\) .{0,40} has (?P<b>\d+) dimension\(s\)",
        N_(
            "arrays that are joined have equally many axes, here {a} and {b}: which one lacks an "
            "axis?"
        ),
    ),
    (
        r"all input arrays must have the same shape",
        N_("arrays that are stacked have one shape: which one differs?"),
    ),
    (
        r"setting an array element with a sequence\..{0,200}",
        N_("rows of different lengths, or an array where one number is needed: what is its shape?"),
    ),
    (
        r"Cannot cast ufunc '\w{1,20}' output from dtype\('(?P<a>\w{1,12})'\) to "
        r"dtype\('(?P<b>\w{1,12})'\) with casting rule 'same_kind'",
        N_("{a} does not go into an array of {b} in place: what is the array to be made of?"),
    ),
    (
        r"only 0-dimensional arrays can be converted to Python scalars",
        N_("an array where one number is needed: which of its numbers?"),
    ),
    (
        r"zero-size array to reduction operation \w{1,12} which has no identity",
        N_("an array without any number has no largest or smallest: where does it become empty?"),
    ),
    (
        r"assignment destination is read-only",
        N_("this array may not be written to: is it somebody else's, seen through another shape?"),
    ),
)
_PRODUCT = re.compile(r"(?<![\w\])])([\w.]{1,40}) ?@ ?([\w.]{1,40})(?![\w(\[])")


def with_advice(error: str, line: str = "") -> str:
    """Return an error in words, and below it what to do about it where its words show that.

    Args:
        error: the type of the exception and its message.
        line: the line of code that it was raised at, if known: products name their factors.
    """
    return "\n".join([*_translated(error, line), *advised(error)])


def advised(error: str) -> list[str]:
    """Return what to do about an error, as one line; none where its words do not show it."""
    found = (_(text) for pattern, text in REMEDIES if re.search(pattern, error[:2_000]))
    return list(islice(found, 1))


def _translated(error: str, line: str) -> list[str]:
    """Return an error as lines: one in a learner's words and one as NumPy put it, where known."""
    for pattern, text in _NUMPY:
        found = re.search(pattern, error[:2_000])
        if found:
            words = _(text).format(**found.groupdict(), which=_which(line))
            original = _("(as NumPy says it: {message})").format(message=found[0].strip())
            return [error[: found.start()] + words + error[found.end() :].rstrip(), original]
    return [error]


def _which(line: str) -> str:
    """Return the question for one of the factors of a product, by name where one line has one."""
    factors = _PRODUCT.findall(line)
    if len(factors) == 1 and line.count("@") == 1:
        return _("which of {x}, {w}").format(x=factors[0][0], w=factors[0][1])
    return _("which of the two")
