"""Rules for code: plain Python, imports, generators, nothing from outside, torch as a guest."""

import ast
import re

from dlbook.grading.notebook import Cell
from tests.style.sheet import Breaches, Rule, Sheet, bound, loaded

SET_IMPORTS = """\
import numpy as np

from dlbook.check import check
"""
IN_CHAPTERS = r"(import|from) (dlbook|numpy|IPython\.display)\b"
IN_SETS = r"(import|from) (dlbook|numpy|torch)\b"


def plain_python(sheet: Sheet) -> Breaches:
    for cell in sheet.code:
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            yield cell.id, f"line {error.lineno} is not Python: no magics, no shell lines"


def imports_first(allowed: str, wanted: str) -> Rule:
    """Return the rule that the first code cell imports what is wanted, and only what is allowed."""
    needed = [ast.unparse(node) for node in ast.parse(wanted).body]

    def rule(sheet: Sheet) -> Breaches:
        for number, (cell, tree) in enumerate(sheet.trees):
            nodes = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
            found = [ast.unparse(node) for node in nodes]
            others = [line for line in found if not re.match(allowed, line)]
            missing = [line for line in needed if line not in found]
            if number == 0 and others:
                yield cell.id, f"{others[0]!r}: a notebook imports ours alone, take it out"
            if number == 0 and missing:
                yield cell.id, f"begin the first code cell with these lines:\n{wanted}"
            if number > 0 and found:
                yield cell.id, "an import outside the first code cell: take it out"

    return rule


def imports_used(sheet: Sheet) -> Breaches:
    """Yield what the first cell imports and no code reads."""
    used = set().union(*(loaded(tree) for _cell, tree in sheet.trees))
    for cell, tree in sheet.trees[:1]:
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name in sorted(bound(node) - used):
                    yield cell.id, f"{name}: nothing uses it, take it out of the imports"


# ---- generators ----


def one_seed(sheet: Sheet) -> Breaches:
    seeded = False
    for cell in sheet.code:
        yield from _global_draws(cell)
        if cell.role and cell.role.kind.endswith(("check", "answer")):
            continue  # checks and answers make generators from numbers that they are given
        for line in re.findall(r".*default_rng\(.*", cell.source):
            if seeded or line != "rng = np.random.default_rng(0)":
                yield cell.id, "write `rng = np.random.default_rng(0)` once, and pass rng on"
            seeded = True


def own_generators(sheet: Sheet) -> Breaches:
    """Yield generators without the number of their section, and the use of another cell's."""
    for title, cells in sheet.sections:
        section = re.match(r"\d+\.(\d+) ", title)
        seed = f"({sheet.number}, {section[1] if section else 0}"
        for cell in cells:
            if cell.kind != "code":
                continue
            yield from _global_draws(cell)
            for arguments in re.findall(r"default_rng\((.*)", cell.source):
                if not re.match(re.escape(seed) + r"[,)]", arguments):
                    line = f"rng = np.random.default_rng({seed}))"
                    yield cell.id, f"give each generator the numbers of its section: `{line}`"


def rng_at_home(sheet: Sheet) -> Breaches:
    for cell, tree in sheet.trees:
        if "rng" in _free(tree) - bound(tree):
            yield cell.id, "draws from the rng of another cell: make one at the top of this cell"


def _free(tree: ast.AST) -> set[str]:
    """Return the names that code reads and that are no parameters of a function around it."""
    found = set()
    for node in ast.iter_child_nodes(tree):
        inside = _free(node) | ({node.id} if isinstance(node, ast.Name) else set())
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            own = {
                argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)
            }
            local = bound(ast.Module(node.body, [])) if isinstance(node, ast.FunctionDef) else set()
            inside -= own | local
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            inside -= set().union(*(bound(part) for part in node.generators))
        found |= inside
    return found


def _global_draws(cell: Cell) -> Breaches:
    for name in re.findall(r"np\.random\.(?!default_rng|Generator)\w+", cell.source):
        yield cell.id, f"{name}: draw from rng instead"


# ---- the outside ----


def no_outside(sheet: Sheet) -> Breaches:
    for cell, tree in sheet.trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in {"open", "exec", "eval", "__import__"}:
                yield cell.id, f"{node.id}: a notebook opens no files and runs no strings"
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.search(r"\w://|^(/\w+/|~/|\.{1,2}/\w)", text):
                yield cell.id, f"{text[:40]!r}: no paths and no network, take it out"


# ---- guests ----


def hosts(tree: ast.Module) -> list[str]:
    """Return the names that code binds to guests: ``torch = guest("torch")``."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("guest("):
            found += [ast.unparse(target) for target in node.targets]
    return found


def guests_apart(sheet: Sheet) -> Breaches:
    """Yield twin cells that are no guest and a block, and code that uses torch without asking."""
    for cell, tree in sheet.trees:
        guests = hosts(tree)
        if "torch" in loaded(tree) - {*guests}:
            yield cell.id, 'torch may be missing: write `torch = guest("torch")`, then `if torch:`'
        if not guests:
            continue
        *_first, last = tree.body
        tests = loaded(last.test) if isinstance(last, ast.If) else set()
        if not cell.source.startswith("#"):
            yield cell.id, "begin a twin cell with a comment that says what it compares"
        if len(tree.body) != len(guests) + 1 or tests != {*guests}:
            yield cell.id, f"put all that follows into one block, `if {' and '.join(guests)}:`"


def guests_leave_nothing(sheet: Sheet) -> Breaches:
    """Yield the cells that read a name whose last value came from a twin cell."""
    twins: dict[str, str] = {}  # name: the twin cell that bound it last
    for cell, tree in sheet.trees:
        names = bound(tree)
        if hosts(tree):
            twins |= dict.fromkeys(names, cell.id)
            continue
        for name in sorted(_free(tree) & {*twins} - names):
            yield cell.id, f"{name} comes from twin cell {twins[name]}, where torch may be missing"
        twins = {name: twin for name, twin in twins.items() if name not in names}
