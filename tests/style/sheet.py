"""What the rules for notebooks share: a notebook on its path, its sections, its names."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from dlbook.grading.notebook import Cell
from dlbook.grading.teach.prose import HEADING
from tests.pictures import alts

SCOPES = ast.FunctionDef | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True)
class Sheet:
    """A notebook under its path from the root, such as ``chapters/05_backpropagation.ipynb``."""

    path: str
    cells: list[Cell]

    @property
    def number(self) -> int:
        return int(self.path.rpartition("/")[2][:2])

    @property
    def code(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind == "code"]

    @property
    def prose(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind == "markdown"]

    @cached_property
    def trees(self) -> list[tuple[Cell, ast.Module]]:
        """Code cells with their syntax trees; `plain Python` tells of those that have none."""
        return [(cell, tree) for cell in self.code if (tree := parsed(cell.source)) is not None]

    @cached_property
    def headings(self) -> list[tuple[Cell, int, str]]:
        """Cell, level and text of each heading."""
        found = [(cell, match) for cell in self.prose for match in HEADING.finditer(cell.source)]
        return [(cell, len(match[1]), match[2]) for cell, match in found]

    @cached_property
    def sections(self) -> list[tuple[str, list[Cell]]]:
        """Title and cells of each section, the opening first; a prose cell may be cut into two."""
        found: list[tuple[str, list[Cell]]] = [("", [])]
        for cell in self.cells:
            parts = [cell.source]
            if cell.kind == "markdown":
                parts = re.split(r"^(?=## )", cell.source, flags=re.MULTILINE)
            for part in filter(str.strip, parts):
                if cell.kind == "markdown" and part.startswith("## "):
                    found.append((part.partition("\n")[0][3:], []))
                found[-1][1].append(replace(cell, source=part))
        return found


Breaches = Iterator[tuple[str, str]]  # the id of a cell, and what to do there
Rule = Callable[[Sheet], Breaches]


def parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def body(cell: Cell) -> str:
    """Return the text of a cell without the list of sources."""
    return cell.source.partition("## Sources")[0]


def draws(cell: Cell) -> bool:
    return bool(alts(cell.outputs))


def is_prediction(cell: Cell) -> bool:
    return cell.kind == "code" and cell.source.startswith("# predict:")


# ---- names ----


def bound(tree: ast.AST) -> set[str]:
    """Return the names that code binds for the cells below, those inside of functions left out."""
    found: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[0])
        if not isinstance(node, SCOPES | ast.ClassDef):
            found |= bound(node)
    return found


def loaded(tree: ast.AST) -> set[str]:
    """Return the names that code reads."""
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}


# ---- outputs ----


def joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def printed(cell: Cell) -> list[str]:
    """Return the lines of text that a reader sees below a cell, boxes and alt texts left out."""
    lines: list[str] = []
    for output in cell.outputs:
        data = output.get("data", {})
        text = output.get("text", data.get("text/plain", "") if len(data) == 1 else "")
        lines += [line for line in joined(text).splitlines() if line.strip()]
    return lines
