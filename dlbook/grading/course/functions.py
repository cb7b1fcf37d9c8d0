"""Which functions a piece of code defines."""

import ast
import re


def defined_names(source: str) -> list[str]:
    """Return the names of the functions that `source` defines at its top level."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return re.findall(r"^def\s+(\w+)", source, re.MULTILINE)
    return [node.name for node in body if isinstance(node, ast.FunctionDef)]
