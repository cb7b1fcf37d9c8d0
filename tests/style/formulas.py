"""The rule for formulas: beside each implementation stands its formula, with the code's names."""

import ast
import re

from dlbook.grading.notebook import Cell
from tests.style.sheet import Breaches, Sheet, parsed

FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
MATHS = ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Pow | ast.MatMult
DRAWN_ON = {"ax", "fig", "axes"}  # a function that draws has one of these parameters


def formulas(cell: Cell) -> list[str]:
    """Return the formulas in a prose cell; dollars in code are none."""
    if cell.kind != "markdown":
        return []
    return FORMULA.findall(re.sub(r"`[^`\n]*`", "", cell.source))


def computing(cell: Cell) -> list[str]:
    """Return the functions in a code cell that compute: they calculate, and they do not draw."""
    tree = parsed(cell.source) if cell.kind == "code" else None
    return [
        node.name
        for node in (ast.walk(tree) if tree else ())
        if isinstance(node, ast.FunctionDef) and _calculates(node) and not _draws(node)
    ]


def _calculates(function: ast.FunctionDef) -> bool:
    nodes = [node for line in function.body for node in ast.walk(line)]
    return any(isinstance(node, ast.BinOp) and isinstance(node.op, MATHS) for node in nodes)


def _draws(function: ast.FunctionDef) -> bool:
    return bool({argument.arg for argument in function.args.args} & DRAWN_ON)


def formulas_beside_code(sheet: Sheet) -> Breaches:
    """Yield a function of each section that computes and has no formula with names of its code."""
    for title, cells in sheet.sections:
        found = [(cell.id, name) for cell in cells for name in computing(cell)]
        beside = [cell for cell in cells if formulas(cell) and re.search(r"`\w", cell.source)]
        if found and not beside:
            where, name = found[0]
            todo = "write what it computes as $formula$, with names of the code in the same cell"
            yield where, f"{name} in {title[:30]!r} has no formula: {todo}"
