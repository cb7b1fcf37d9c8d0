"""Which cells of a chapter its claims depend on: found by names, from `claims.settle` upwards."""

import ast
from collections.abc import Iterable, Iterator

from dlbook.grading.notebook import Cell

STREAM = "rng"  # whoever draws from it moves it on; what comes after is as random as before


def needed(cells: Iterable[Cell]) -> list[Cell]:
    """Return the code cells that settle a claim, and all that what they use comes from.

    A cell comes along if it gives a value to a name that is used below it, or if it may change
    such a value: calls a method of it, stores into it, or hands it to a call. Figures of it are
    drawn, too; experiments whose outcome no claim uses are not run.
    """
    found: list[Cell] = []
    used: set[str] = set()
    code = [(cell, ast.parse(cell.source)) for cell in cells if cell.kind == "code"]
    fixed = {name for _, tree in code for name in _fixed(tree)} | {STREAM}
    for cell, tree in reversed(code):
        touched = _bound(tree) | (_touched(tree) - fixed)
        if _settles(tree) or touched & used:
            found.append(cell)
            used |= _loaded(tree)
    return found[::-1]


def _settles(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Attribute) and ast.unparse(node) == "claims.settle"
        for node in ast.walk(tree)
    )


def _fixed(tree: ast.Module) -> Iterator[str]:
    """Yield the names of modules, functions and classes: to call one does not change it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name


def _bound(tree: ast.Module) -> set[str]:
    """Return the names that get a value, those inside of functions included."""
    stored = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    return stored | set(_fixed(tree))


def _loaded(tree: ast.Module) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _touched(tree: ast.Module) -> set[str]:
    """Return the names whose values may be changed: in calls, and where something is stored."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call | ast.AugAssign | ast.Delete):
            found |= _loaded(node)
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            found |= _loaded(node.value)
    return found
