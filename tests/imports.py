"""Who imports whom in a package, read from its files without running them.

A room is a folder of dlbook/, or a file that lies beside the folders. `dlbook/__init__` is the
front door: it leads to every room and is none. The wings of grading/ are rooms in the same way.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

FRONT = "dlbook"
IN_TEXT = re.compile(r"\b(?:from|import) (dlbook[.\w]*)(?: import (\w+))?")
Graph = dict[str, set[str]]  # name: the names that it imports from


# ---- files and what they import ----


@dataclass(frozen=True)
class File:
    """A file of the package; its tree holds the lines of the stub beside it, too."""

    name: str  # dotted, without `dlbook.`; the __init__ of a folder has the folder's name
    path: Path
    tree: ast.Module

    @property
    def folder(self) -> list[str]:
        """The parts of the name that one dot stands for in a relative import."""
        parts = [FRONT, *self.name.split(".")] if self.name != FRONT else [FRONT]
        return parts if self.path.stem == "__init__" else parts[:-1]


def files(package: Path) -> dict[str, File]:
    """Return the files below a package by their names, without those that hold a docstring alone.

    Args:
        package: the folder `dlbook` of a checkout.
    """
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__") or FRONT
        tree = ast.parse(path.read_text("utf-8"))
        stub = path.with_suffix(".pyi")
        if stub.exists():
            tree.body += ast.parse(stub.read_text("utf-8")).body
        if not all(map(_is_text, tree.body)):
            found[name] = File(name, path, tree)
    return found


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def imports(file: File) -> set[str]:
    """Return every name that a file imports, as a dotted path, wherever the import stands.

    Functions, `if TYPE_CHECKING`, the stub, and code in a text that another process runs count.
    """
    nodes = list(ast.walk(file.tree))
    prose = [node.value for node in nodes if isinstance(node, ast.Expr)]
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{_base(file, node)}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and node not in prose:
            found |= {".".join(filter(None, pair)) for pair in IN_TEXT.findall(str(node.value))}
    return found


def _base(file: File, node: ast.ImportFrom) -> str:
    """Return the dotted path of what stands between `from` and `import`."""
    if not node.level:
        return node.module or ""
    folder = file.folder[: len(file.folder) + 1 - node.level]
    return ".".join([*folder, *filter(None, [node.module])])


def home(path: str, found: dict[str, File]) -> str:
    """Return the name of the file that a dotted path `dlbook....` leads to."""
    name = path.removeprefix(f"{FRONT}.")
    while name and name not in found:
        name = name.rpartition(".")[0]
    return name or FRONT


def file_graph(found: dict[str, File]) -> Graph:
    """Return which files of the package each file imports from."""
    graph: Graph = {}
    for name, file in found.items():
        ours = {path for path in imports(file) if path.split(".")[0] == FRONT}
        graph[name] = {home(path, found) for path in ours if path != FRONT} - {name}
    return graph


# ---- rooms ----


def room_graph(graph: Graph, wing: str = "") -> Graph:
    """Return which rooms each room imports from: those of the house, or those of one wing of it."""
    rooms: Graph = {}
    for name, targets in graph.items():
        if room := room_of(name, wing):
            opened = {room_of(target, wing) for target in targets} - {"", room}
            rooms[room] = rooms.get(room, set()) | opened
    return rooms


def room_of(name: str, wing: str = "") -> str:
    """Return the room of a file, "" for the front door and for what lies outside the wing."""
    if wing:
        return name.removeprefix(f"{wing}.").split(".")[0] if name.startswith(f"{wing}.") else ""
    return "" if name == FRONT else name.split(".")[0]


def reach(graph: Graph, start: str) -> set[str]:
    """Return all names that the arrows lead to from `start`."""
    seen: set[str] = set()
    todo = [start]
    while todo:
        new = graph.get(todo.pop(), set()) - seen
        seen |= new
        todo += new
    return seen


def circles(graph: Graph) -> list[tuple[str, ...]]:
    """Return the groups of names whose arrows lead from each to each of the others."""
    far = {name: reach(graph, name) for name in graph}
    groups = {tuple(sorted(b for b in far[a] if a in far.get(b, ()))) for a in graph}
    return sorted(group for group in groups if group)


def floors(graph: Graph) -> dict[str, int]:
    """Return each name's floor: 1 where it imports nothing, else one above the highest it opens."""
    ring = {name: group for group in circles(graph) for name in group}
    found: dict[str, int] = {}

    def floor(name: str) -> int:
        if name not in found:
            members = ring.get(name, (name,))
            below = {b for a in members for b in graph.get(a, ())} - set(members)
            found[name] = 1 + max(map(floor, below), default=0)
        return found[name]

    return {name: floor(name) for name in graph}


def arrows(graph: Graph) -> list[tuple[str, str]]:
    return sorted((a, b) for a, targets in graph.items() for b in targets)


def upwards(graph: Graph, order: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the arrows from a room to one that stands above it.

    `order` names rooms from the top down. Where it does not tell which of two rooms is the upper
    one, their arrows count as upwards if they are part of a circle.
    """
    ring = {name: group for group in circles(graph) for name in group}

    def leads_up(a: str, b: str) -> bool:
        if a in order and b in order:
            return order.index(b) < order.index(a)
        return b in ring.get(a, ())

    return [(a, b) for a, b in arrows(graph) if leads_up(a, b)]
