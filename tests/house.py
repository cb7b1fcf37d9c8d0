"""The house as its imports draw it: rooms, floors, arrows, circles and sizes of any checkout.

`python -m tests.house [DIR]` prints the audit of the checkout in DIR, of this one without DIR;
`python -m tests.house --picture` prints the rooms as they stand in CONTRIBUTING.md.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests import ROOT
from tests.imports import (
    FRONT,
    File,
    Graph,
    arrows,
    circles,
    file_graph,
    files,
    floors,
    reach,
    room_graph,
    upwards,
)

ORDER = (  # the roof first
    *("__main__", "cli", "site", "workspace", "edition", "explore", "grading", "check"),
)
WORK = (  # the wings of grading in the order of the work, then what all of them stand on
    "teach",
    "handout",
    "results",
    "rules",
    "batch",
    "course",
    "run",
    "kernel",
    "sandbox",
    "notebook",
    "unreadable",
    "package",
    "errors",
)


# ---- sizes ----


def functions(file: File) -> Iterator[tuple[str, int, int]]:
    """Yield each function's name, its lines of code, and those of its body alone.

    Docstring, comments and empty lines are not counted.
    """
    text = file.path.read_text("utf-8")
    lines = text.splitlines()
    code = {number for number, line in enumerate(lines, 1) if re.match(r"\s*[^\s#]", line)}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body if ast.get_docstring(node) is None else node.body[1:]
            below = code & {number for part in body for number in _lines(part)}
            signature = code & set(range(node.lineno, node.body[0].lineno))
            yield f"{file.name}.{node.name}", len(signature | below), len(below)


def _lines(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def length(file: File) -> int:
    return len(file.path.read_text("utf-8").splitlines())


# ---- what is printed ----


def by_floor(graph: Graph) -> list[str]:
    """Return the rooms, a line a floor, the top one first."""
    height = floors(graph)
    lines = []
    for level in range(max(height.values(), default=0), 0, -1):
        names = sorted(name for name in height if height[name] == level)
        lines.append(f"  {level}  {'  '.join(names)}")
    return lines


def nearest(graph: Graph, name: str) -> list[str]:
    """Return what a room opens, without what one of these rooms leads to anyway."""
    opened = graph.get(name, set())
    further = set().union(*(reach(graph, other) for other in opened))
    return sorted(opened - further)


def picture(graph: Graph) -> list[str]:
    """Return a line for each room, from the top floor down: its floor, and what it opens."""
    height = floors(graph)
    names = sorted(graph, key=lambda name: (-height[name], name))
    width = max(map(len, names), default=0)
    lines = (f"{height[name]}  {name:{width}}  {' '.join(nearest(graph, name))}" for name in names)
    return [line.rstrip() for line in lines]


def pictures(package: Path) -> str:
    """Return the rooms of the house and those of grading/, as they stand in CONTRIBUTING.md."""
    graph = file_graph(files(package))
    inside = picture(room_graph(graph, "grading"))
    return "\n".join([*picture(room_graph(graph)), "", "inside grading/", *inside])


def audit(package: Path) -> str:
    """Return the audit of a package as lines of text."""
    found = files(package)
    graph = file_graph(found)
    lines = [f"files: {len(found)}, circles of files: {_names(circles(graph))}"]
    for title, wing, order in (("dlbook/", "", ORDER), ("dlbook/grading/", "grading", WORK)):
        rooms = room_graph(graph, wing)
        lines += [
            f"{title} rooms: {len(rooms)}, floors: {max(floors(rooms).values(), default=0)}, "
            f"arrows: {len(arrows(rooms))}, upwards: {_names(upwards(rooms, order))}, "
            f"circles: {_names(circles(rooms))}",
            *by_floor(rooms),
        ]
    return "\n".join([*lines, *_sizes(found)])


def _sizes(found: dict[str, File]) -> list[str]:
    lengths = sorted((length(file), name) for name, file in found.items())
    measured = [row for file in found.values() for row in functions(file)]
    long = sorted(((size, name) for name, size, _body in measured if size > 30), reverse=True)
    return [
        f"longest file: {lengths[-1][1]} {lengths[-1][0]}, "
        f"median file: {median(size for size, _name in lengths):g}",
        f"functions: {len(measured)}, median lines of code: "
        f"{median(size for _name, size, _body in measured):g}, "
        f"of the body alone: {median(body for *_rest, body in measured):g}, over 30: {len(long)}",
        *(f"  {name} {size}" for size, name in long),
    ]


def _names(groups: list[tuple[str, ...]]) -> str:
    """Return a count, with the groups behind it."""
    return " ".join([str(len(groups)), *("/".join(group) for group in groups)])


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments == ["--picture"]:
        print(pictures(ROOT / FRONT))
    else:
        print(audit(Path(*arguments or [ROOT]) / FRONT))
