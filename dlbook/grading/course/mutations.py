"""Programs that differ from an answer in one place, as slips do: made from its syntax tree.

`<` becomes `<=`, a sum a difference, a mean a median, a number one more, a term is left out, a
branch is never taken, and so on. Texts are left alone.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

_COMPARED = {  # an operator: what it is taken for
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_COMPUTED = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
_BOTH_DROPPED = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.BitAnd, ast.BitOr)
MIDRANGE = "midrange"  # of the largest and the smallest: the mean of data that are symmetric
_CALLED = {  # a function of NumPy or a method: what it is taken for
    "mean": ("median", MIDRANGE, "sum"),
    "median": ("mean", MIDRANGE),
    "sum": ("mean", "max"),
    "max": ("min", "mean"),
    "min": ("max", "mean"),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "any": ("all",),
    "all": ("any",),
    "std": ("var",),
    "var": ("std",),
    "prod": ("sum",),
    "floor": ("ceil",),
    "ceil": ("floor",),
    "zeros": ("ones",),
    "zeros_like": ("ones_like",),
    "ones": ("zeros",),
    "exp": ("expm1",),
    "log": ("log10",),
}
_BUILT_IN = {
    "min": ("max",),
    "max": ("min",),
    "any": ("all",),
    "all": ("any",),
    "sum": ("max",),
    "round": ("int",),
}
_MEAN = ("sum", "len")  # the first of something by the second of it
_TAKEN_AS_THEY_ARE = ("abs", "sorted", "reversed", "set")


@dataclass(frozen=True)
class Mutant:
    """A program with one slip in it, the line of the answer where it is, and what was there."""

    source: str
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.before}  ->  {self.after}"


def mutants(source: str, first: int = 1, last: int | None = None) -> Iterator[Mutant]:
    """Yield the programs that differ from `source` in one place of its lines `first` to `last`."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for node, put in list(_places(tree)):
        line = next((n.lineno for n in ast.walk(node) if hasattr(n, "lineno")), 0)
        if line < first or (last is not None and line > last):
            continue
        before = _words(node)
        for other in _slips(node):
            put(other)
            changed = ast.unparse(ast.fix_missing_locations(tree))
            put(node)
            if changed not in seen:
                seen.add(changed)
                yield Mutant(changed, line, before, _words(other))


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, Callable[[ast.AST], None]]]:
    """Yield each node of a tree, and what puts another node in its place."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST) and not _is_guard(parent):
                yield value, partial(setattr, parent, field)
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    if isinstance(item, ast.AST):
                        yield item, partial(value.__setitem__, index)


def _is_guard(node: ast.AST) -> bool:
    """Return whether a node is `strict=True`: it only guards, so no check can tell."""
    return isinstance(node, ast.keyword) and node.arg == "strict"


def _words(node: ast.AST) -> str:
    """Return the code of a node on one short line."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _slips(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a node may be taken for."""
    for kind, slips in _SLIPS.items():
        if isinstance(node, kind):
            yield from slips(node)


def _comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    if len(node.ops) == 1:
        for kind in _COMPARED[type(node.ops[0])]:
            yield ast.Compare(node.left, [kind()], node.comparators)


def _operations(node: ast.BinOp) -> Iterator[ast.AST]:
    for kind in _COMPUTED.get(type(node.op), ()):
        yield ast.BinOp(node.left, kind(), node.right)
    if isinstance(node.op, (*_BOTH_DROPPED, ast.Pow, ast.FloorDiv, ast.Mod)):
        yield node.left
    if isinstance(node.op, _BOTH_DROPPED):
        yield node.right
    if isinstance(node.op, ast.Div) and all(map(_is_built_in, (node.left, node.right), _MEAN)):
        yield from (_numpy(name, node.left) for name in ("median", MIDRANGE))


def _signs(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _conditions(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    yield from node.values


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield from (ast.Constant(value + 1), ast.Constant(value - 1))
    elif isinstance(value, float):
        yield ast.Constant(value * 1.1 or 1.0)


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    function = node.func
    if isinstance(function, ast.Attribute):
        yield from (_numpy(name, node) for name in _CALLED.get(function.attr, ()))
    elif isinstance(function, ast.Name):
        for name in _BUILT_IN.get(function.id, ()):
            yield ast.Call(ast.Name(name, ast.Load()), node.args, node.keywords)
        if function.id in _TAKEN_AS_THEY_ARE and node.args:
            yield node.args[0]
        if function.id == "range" and node.args:
            *start, stop = node.args[:2]
            less = ast.BinOp(stop, ast.Sub(), ast.Constant(1))
            yield ast.Call(function, [*start, less, *node.args[2:]], [])
    for index, keyword in enumerate(node.keywords):
        if keyword.arg in ("axis", "keepdims"):
            yield ast.Call(function, node.args, node.keywords[:index] + node.keywords[index + 1 :])


def _is_built_in(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _numpy(name: str, call: ast.expr) -> ast.AST:
    """Return a call as that of another function of NumPy; a method gets its object as argument."""
    assert isinstance(call, ast.Call)
    args = call.args
    if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) != "np":
        args = [call.func.value, *args]
    args = [_as_list(arg) for arg in args]
    if name == MIDRANGE:
        ends = [_function(end, args, call.keywords) for end in ("max", "min")]
        return ast.BinOp(ast.BinOp(ends[0], ast.Add(), ends[1]), ast.Div(), ast.Constant(2))
    return _function(name, args, call.keywords)


def _as_list(node: ast.expr) -> ast.expr:
    """Return a generator as a list: functions of NumPy take no generators."""
    return ast.ListComp(node.elt, node.generators) if isinstance(node, ast.GeneratorExp) else node


def _function(name: str, args: list[ast.expr], keywords: list[ast.keyword]) -> ast.Call:
    numpy = ast.Name("np", ast.Load())
    return ast.Call(ast.Attribute(numpy, name, ast.Load()), args, keywords)


def _branches(node: ast.If | ast.IfExp) -> Iterator[ast.AST]:
    for value in (True, False):
        kind = type(node)
        yield kind(ast.Constant(value), node.body, node.orelse)  # type: ignore[arg-type]


def _filters(node: ast.comprehension) -> Iterator[ast.AST]:
    if node.ifs:
        yield ast.comprehension(node.target, node.iter, [], node.is_async)


def _bounds(node: ast.Slice) -> Iterator[ast.AST]:
    yield ast.Slice(None, node.upper, node.step)
    yield ast.Slice(node.lower, None, node.step)
    yield ast.Slice(node.lower, node.upper, None)


def _updates(node: ast.AugAssign) -> Iterator[ast.AST]:
    for kind in _COMPUTED.get(type(node.op), ()):
        yield ast.AugAssign(node.target, kind(), node.value)
    yield ast.Assign([node.target], node.value)
    yield ast.Pass()


def _assignments(node: ast.Assign) -> Iterator[ast.AST]:
    if not isinstance(node.targets[0], (ast.Name, ast.Tuple)):
        yield ast.Pass()


def _statements(node: ast.Expr) -> Iterator[ast.AST]:
    if isinstance(node.value, ast.Call):
        yield ast.Pass()


def _jumps(_node: ast.Break | ast.Continue) -> Iterator[ast.AST]:
    yield ast.Pass()


def _returns(node: ast.Return) -> Iterator[ast.AST]:
    yield from (ast.Return(ast.Constant(value)) for value in (None, 0))


_SLIPS: dict[type[ast.AST], Callable[..., Iterator[ast.AST]]] = {
    ast.Compare: _comparisons,
    ast.BinOp: _operations,
    ast.UnaryOp: _signs,
    ast.BoolOp: _conditions,
    ast.Constant: _constants,
    ast.Call: _calls,
    ast.If: _branches,
    ast.IfExp: _branches,
    ast.comprehension: _filters,
    ast.Slice: _bounds,
    ast.AugAssign: _updates,
    ast.Assign: _assignments,
    ast.Expr: _statements,
    ast.Break: _jumps,
    ast.Continue: _jumps,
    ast.Return: _returns,
}
