"""Code for a place where there is no torch, as in a browser."""

import ast


def torch_free(source: str) -> str:
    """Return the source without those of its top statements that name torch.

    Args:
        source: the first code cell of a notebook, which imports and sets up.
    """
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return source
    lines: list[str | None] = list(source.splitlines(keepends=True))
    for node in body:
        if names_torch(node):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = None
    return "".join(line for line in lines if line is not None)


def names_torch(node: ast.AST) -> bool:
    """Return whether code imports torch or uses it."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id == "torch":
            return True
        modules = [part.module or ""] if isinstance(part, ast.ImportFrom) else []
        modules += [alias.name for alias in part.names] if isinstance(part, ast.Import) else []
        if any(name.split(".")[0] == "torch" for name in modules):
            return True
    return False
