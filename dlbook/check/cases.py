"""Which labelled case of a check a line of its source computes.

The source is the course's own. The line comes from where a stranger's code ran, so nothing follows
from it but which of the course's labels is named.
"""

import ast
from collections.abc import Iterator


def label_at(source: str, line: int) -> str:
    """Return the label whose value stands at a line of a check, '' unless it is exactly one."""
    found = {
        key.value
        for node in ast.walk(ast.parse(source))
        for key, value in _entries(node)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
        if value.lineno <= line <= (value.end_lineno or 0)
    }
    return found.pop() if len(found) == 1 else ""


def _entries(node: ast.AST) -> Iterator[tuple[ast.expr | None, ast.expr]]:
    """Yield key and value of what a node puts into a dict: a display, or `values["ties"] = ...`."""
    if isinstance(node, ast.Dict):
        yield from zip(node.keys, node.values, strict=True)
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        yield node.targets[0].slice, node.value
