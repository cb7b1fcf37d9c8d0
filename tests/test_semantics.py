"""Each public name of `Tensor` with each odd input: dlbook does what torch does, or both refuse.

A row is an expression, so that one text is run by both. Whatever differs on purpose stands in
dlbook/differences.md, and is seen to differ in test_differences.py.
"""

import re

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import array_shapes

from dlbook.tensor import Tensor
from tests import ROOT
from tests.side_by_side import apart

INPUTS = {
    "float32": np.array([[1.5, -2, 0], [3, 0.5, -1]], np.float32),
    "float64": np.array([[1.5, -2, 0], [3, 0.5, -1]]),
    "float16": np.array([[1.5, -2, 0], [3, 0.5, -1]], np.float16),
    "integers": np.array([[1, -2, 0], [3, 5, -1]]),
    "small integers": np.array([[1, 2, 0], [3, 5, 1]], np.uint8),
    "booleans": np.array([[True, False, True], [False, False, True]]),
    "one axis": np.array([2.0, -1, 2], np.float32),
    "three axes": np.arange(12, dtype=np.float32).reshape(2, 2, 3) / 4,
    "single number": np.array(1.5, np.float32),
    "single integer": np.array(2),
    "single boolean": np.array(True),
    "size 1": np.array([[0.5]], np.float32),
    "empty": np.zeros((0, 3), np.float32),
    "empty axis at the end": np.zeros((2, 0), np.float32),
    "nan and infinity": np.array([[np.nan, np.inf, -np.inf], [1, 0, -0.0]], np.float32),
    "not contiguous": np.arange(12, dtype=np.float32).reshape(3, 4).T[::2],
    "backwards": np.arange(6.0).reshape(2, 3)[::-1, ::-1],
    "repeated in memory": np.broadcast_to(np.float32(2), (2, 3)),
    "big-endian": np.array([[1.5, -2, 0], [3, 0.5, -1]], ">f4"),
}

BINARY = ["x {} y", "x {} 2", "x {} 0.5", "x {} True", "x {} whole", "x {} half", "x {} row"]
BINARY += ["x {} flags", "x {} np.float64(0.5)", "x {} np.float32(0.5)", "x {} np.int8(2)"]
BINARY += ["x {} None"]
REFLECTED = ["2 {} x", "0.5 {} x", "np.float64(0.5) {} x", "np.int64(2) {} x"]
REDUCTION = ["x.{}()", "x.{}(0)", "x.{}(-1)", "x.{}(dim=1)", "x.{}(-2, True)", "x.{}(dim=None)"]
REDUCTION += ["x.{}(1, keepdim=True)", "x.{}(2)", "x.{}(-3)", "x.{}(1.0)", "x.{}('a')"]
AXES = ["x.{}((0, 1))", "x.{}([0, -1])", "x.{}((0, -2))", "x.{}(())", "x.{}((1,), True)"]
AXES += ["x.{}(0, 1)", "x.{}(True)", "x.{}((0, 1), keepdim=True)", "x.{}((0, 5))"]


def each(patterns: list[str], *names: str) -> list[str]:
    return [pattern.format(name) for pattern in patterns for name in names]


SIGNS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}

ROWS = {
    # ---- arithmetic ----
    "__add__": each(BINARY, "+"),
    "__radd__": [*each(REFLECTED, "+"), "sum(x)", "x + 'a'", "x == 'a'"],
    "__sub__": each(BINARY, "-"),
    "__rsub__": each(REFLECTED, "-"),
    "__mul__": each(BINARY, "*"),
    "__rmul__": each(REFLECTED, "*"),
    "__truediv__": [*each(BINARY, "/"), *each(["x / {}"], "-3", "1000", "(whole - 5)", "-y")],
    "__rtruediv__": [*each(REFLECTED, "/"), "-3 / x", "1000 / x", "(whole - 5) / x"],
    "__pow__": each(["{}"], "x ** 2", "x ** 3.0", "x ** 0", "x ** 1", "x ** -1", "x ** 1.5")
    + each(["{}"], "x ** 0.5", "x ** -0.5", "x ** np.float32(-0.5)", "x ** 100")
    + each(["{}"], "x ** np.float64(2)", "x ** None", "x.detach() ** 0.5")
    + each(["x ** Fraction({})"], "3, 2", "2, 1", "-3, 2", "0, 1")
    + ["2 ** Fraction(1, 2) * x", "x * Fraction(1, 2)", "x ** '2'"],
    "__neg__": ["-x"],
    "__pos__": ["+x"],
    "__abs__": ["abs(x)"],
    "__matmul__": ["x @ y.T", "x @ row", "x @ whole", "x @ 2", "x @ None", "x @ x"],
    "__rmatmul__": ["2 @ x"],
    # ---- values ----
    "exp": ["x.exp()"],
    "log": ["x.log()", "(x * x).log()"],
    "sqrt": ["x.sqrt()"],
    "tanh": ["x.tanh()"],
    "abs": ["x.abs()"],
    "maximum": ["x.maximum(y)", "x.maximum(x)", "x.maximum(row)", "x.maximum(half)"],
    "clamp": each(["x.clamp({})"], "0", "0.5", "max=1", "0.5, 1.5", "1, 0", "min=float('nan')", "")
    + each(["x.clamp({})"], "True", "0, True", "None, 2", "'a'", "max=float('inf')", "0, 1"),
    "to": ["x.to(f32)", "x.to(f64)", "x.to(i64)", "x.to(f16)", "x.to('words')"],
    "detach": ["x.detach()", "(x * 1).detach()"],
    # ---- reductions ----
    "sum": each(REDUCTION + AXES, "sum"),
    "mean": each(REDUCTION + AXES, "mean"),
    "amax": each([row for row in REDUCTION if "None" not in row] + AXES, "amax"),
    "argmax": [*each(REDUCTION, "argmax"), "x.argmax((0, 1))"],
    # ---- shapes ----
    "reshape": each(["x.reshape({})"], "-1", "3, -1", "(3, 2)", "[6]", "", "-1, -1", "7", "-2, 3")
    + each(["x.reshape({})"], "()", "(2, 3), 1", "2.0, 3", "True, 6", "None", "3, 2, 1", "0, -1"),
    "permute": each(["x.permute({})"], "1, 0", "-1, 0", "0, -1", "-1, -2", "0, 0", "0, -2", "0")
    + each(["x.permute({})"], "2, 0", "(1, 0)", "[-1, 0]", "", "1.0, 0", "0, -1, 1", "2, -3, 1"),
    "transpose": each(["x.transpose({})"], "0, 1", "-1, 0", "-2, -1", "0, 0", "0, 2", "0.0, 1"),
    "T": ["(x * 1).T"],
    "__getitem__": each(["x[{}]"], "0", "-1", "1:", "::2", "...", "None", "0, 0", "..., -1", "[]")
    + each(["x[{}]"], ":, None", "[0, 0]", "[0, -1]", "True", "5", "1.0", "'a'", "0, 0, 0, 0")
    + each(["x[{}]"], "rows", "rows, rows", ":, rows", "x > 0", "x == x", "[True, False]")
    + each(["x[{}]"], "whole - 2", "half", "np.array([0, 0])", "np.int64(0)", "None, 0, ..., None")
    + each(["x[{}]"], "2.0:", ":1.5", "::0", "range(1)", "{0}", "np.int8(0)", "()", "0:, 0.5:")
    + each(["x[{}]"], "rows[0]", "(0,)", "x.detach() * 0 > 1", "False"),
    "__setitem__": each(["put(copy, {})"], "0, 5", "[0, 0], 1", "copy > 0, 0", "..., row", "5, 0")
    + each(["put(copy, {})"], "0, 300", "0, None", "0, 'a'", "0, [[1], [2, 3]]")
    + each(["put(copy, {})"], "True, 3", "0, np.float64(0.5)", "'a', 1", "..., copy * 2")
    + each(["put(x, {})"], "0, 5"),
    "__iter__": ["list(x)", "[a + b for a, b in zip(x, x)]", "list(zip(*x))"],
    "__reversed__": ["list(reversed(x))"],
    "__len__": ["len(x)"],
    "ndim": ["x.ndim"],
    "shape": ["tuple(x.shape)"],
    "dtype": ["(x * 1).dtype"],
    # ---- comparisons ----
    **{f"__{name}__": each(BINARY, sign) for name, sign in SIGNS.items()},
    "__hash__": ["{x: 1}[x]", "x in {x}", "len({x, x.detach()})", "hash(x) == hash(x)"],
    "__contains__": ["1.5 in x", "99 in x", "whole in x", "None in x", "[1] in x", "'a' in x"],
    "__and__": ["(x > 0) & (x < 2)", "x & x", "x & 1", "x & True", "x & 0.5", "x & flags"],
    "__or__": ["(x > 0) | (x < 2)", "x | x", "x | 1", "x | flags"],
    "__xor__": ["(x > 0) ^ (x < 2)", "x ^ x", "x ^ 1", "x ^ flags"],
    "__rand__": ["1 & x", "True & x"],
    "__ror__": ["1 | x", "True | x"],
    "__rxor__": ["1 ^ x", "True ^ x"],
    "__invert__": ["~x", "~(x > 0)"],
    # ---- as Python sees it ----
    "__bool__": ["bool(x)", "not x", "bool(x[:0])", "1 if x > 0 else 2", "x < 2 < 3"],
    "__float__": ["float(x)", "float(x.detach())", "math.sqrt(abs(x))", "round(float(x), 1)"],
    "__int__": ["int(x)"],
    "__index__": ["[5, 6, 7][x]", "list(range(x))"],
    "__format__": ["f'{x:.3f}'", "f'{x:5}'", "f'{x.detach():.2e}'"],
    "item": ["x.item()"],
    "tolist": ["x.tolist()"],
    "numpy": ["x.numpy()", "x.detach().numpy()"],
    "__array__": ["np.asarray(x)", "np.asarray(x.detach())", "np.array(x.detach(), np.float64)"],
    # ---- the graph ----
    "requires_grad": [
        "x.requires_grad",
        "(x * 1).requires_grad",
        "(x > 0).requires_grad",
        "setattr(x * 1, 'requires_grad', False)",
    ],
    "is_leaf": ["x.is_leaf", "(x * 1).is_leaf", "x.detach().is_leaf", "(x > 0).is_leaf"],
    "grad": ["x.grad is None", "(x * 1).sum().backward()"],
    "data": ["np.asarray(x.data)"],
    "backward": ["x.backward()", "x.sum().backward()", "(x * 2).backward(y)", "x.backward(row)"],
    "retain_grad": ["x.retain_grad()", "(x * 1).retain_grad()"],
}
IN_PLACE = ["op.{}(leaf, 1)", "op.{}(copy, 2)", "op.{}(copy, 0.5)", "op.{}(copy, row)"]
IN_PLACE += ["in_no_grad(lambda: op.{}(leaf, 2))", "op.{}(whole, leaf)", "op.{}(copy, leaf)"]
for name in ("add", "sub", "mul", "truediv"):
    ROWS[f"__i{name}__"] = each(IN_PLACE, f"i{name}")
ROWS["__ipow__"] = each(IN_PLACE[:3], "ipow")
OURS_ALONE = {"grow", "keeps_grad", "number", "operation", "parents", "place"}
OURS_ALONE |= {"shares_data_of", "version"}


# ---- the table ----


@pytest.mark.parametrize("name", ROWS)
def test_odd_inputs_do_what_torch_does_or_are_refused_in_words(name):
    found = [
        f"{expression} of {kind}: {difference}"
        for expression in ROWS[name]
        for kind, array in INPUTS.items()
        if expression not in INTENDED and (difference := apart(expression, array))
    ]
    assert not found, "\n".join(found)


@settings(max_examples=150)
@given(array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3), st.data())
def test_any_dims_of_any_shape_do_what_torch_does(shape, data):
    dims = st.integers(-len(shape) - 1, len(shape))
    some, order = (
        data.draw(st.lists(dims, max_size=3)),
        data.draw(st.permutations(range(len(shape)))),
    )
    order = [i - len(shape) * data.draw(st.booleans()) for i in order]
    i, j, keepdim = data.draw(dims), data.draw(dims), data.draw(st.booleans())
    array = np.cos(np.arange(np.prod(shape, dtype=int)).reshape(shape))
    for expression in [
        f"x.sum({tuple(some)}, {keepdim})",
        f"x.mean({some}, {keepdim})",
        f"x.amax({tuple(some)}, {keepdim})" if 0 not in shape else "x.sum()",
        f"x.argmax({i}, {keepdim})",
        f"x.permute({order})",
        f"x.transpose({i}, {j})",
        f"x.reshape({[*shape, 1][::-1]})",
    ]:
        assert not apart(expression, array)


DIFFERENCES = (ROOT / "dlbook" / "differences.md").read_text("utf-8")
LINES = [line.split(" | ")[0] for line in DIFFERENCES.splitlines() if line.startswith("| `")]
INTENDED = [expression for line in LINES for expression in re.findall("`(.*?)`", line)]


@pytest.mark.parametrize("expression", INTENDED)
def test_what_is_said_to_differ_differs(expression):
    difference = apart(expression, INPUTS["float32"])
    assert difference, f"{expression}: both do the same now; take it out of differences.md"
    assert not difference.startswith("words"), difference
    assert "module 'dlbook" not in difference, f"{expression}: a name that is nowhere"


def test_every_public_name_has_a_row():
    public = {name for name in dir(Tensor) if name[0] != "_"}
    own = {name for kind in Tensor.__mro__[:-1] for name in vars(kind) if name[:2] == "__"}
    python = {name for name in vars(type("Empty", (), {"__slots__": ()}))}
    spoken = {"__init__", "__repr__", "__getattr__", "__array_ufunc__", "__slots__", "__weakref__"}
    spoken |= {"__annotations__", "__getstate__"}  # what a copy keeps: see test_graph.py
    missing = (public | own) - set(ROWS) - python - spoken - OURS_ALONE
    assert not missing, f"{missing}: give each a row in ROWS"
    assert not set(ROWS) - public - own, "a row for a name that is gone: take it out"
