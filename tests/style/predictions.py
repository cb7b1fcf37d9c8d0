"""Rules for predictions: asked in a cell of their own, before the run, and not given away."""

import ast
import builtins
import re
from collections.abc import Iterator

from dlbook.grading.notebook import Cell
from tests.style.sheet import Breaches, Sheet, is_prediction, parsed, printed

AS_PUBLISHED = (
    "reveal.give_up()  "
    "# the book as published shows every answer; delete this line to be asked first"
)
SAID = "The run says: "
NUMBER = re.compile(r"\d[\d,_]*(?:\.\d+)?(?:e[-+]?\d+)?", re.IGNORECASE)


def as_published(sheet: Sheet) -> Breaches:
    places = [number for number, cell in enumerate(sheet.cells) if cell.id == "as-published"]
    first = next((n for n, cell in enumerate(sheet.cells) if cell.kind == "code"), 0)
    todo = f"put one cell with the id as-published right after the first code cell:\n{AS_PUBLISHED}"
    if places != [first + 1]:
        yield "as-published", todo
    elif sheet.cells[first + 1].source.strip() != AS_PUBLISHED:
        yield "as-published", todo.replace("put one cell with", "give this source to")


# ---- asking ----


def asked(tree: ast.Module) -> list[str] | None:
    """Return the names that a prediction cell asks for; None where it does anything else."""
    names = []
    for node in tree.body:
        if not isinstance(node, ast.Assign) or ast.unparse(node.value) != "None":
            return None
        names += [ast.unparse(target) for target in node.targets]
    return names


def guesses(tree: ast.Module) -> list[ast.expr]:
    """Return what code hands to `reveal`, `claims.settle` and `retry` as the reader's guess."""
    found: list[ast.expr] = []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        place = {"reveal": 0, "claims.settle": 1, "retry": 1}.get(ast.unparse(call.func))
        if place is not None:
            named = [word.value for word in call.keywords if word.arg in ("guess", "verdict")]
            for guess in (*call.args[place : place + 1], *named):
                found += guess.elts if isinstance(guess, ast.Tuple | ast.List) else [guess]
    return found


def predictions_alone(sheet: Sheet) -> Breaches:
    for cell, tree in sheet.trees:
        if is_prediction(cell) and not asked(tree):
            yield cell.id, "keep `name = None` alone in a prediction cell, move the rest below it"


def predictions_judged(sheet: Sheet) -> Breaches:
    """Yield guesses that no prediction cell asks for, and predictions that no cell judges."""
    waiting: dict[str, str] = {}  # name: the prediction cell that asks for it
    for cell, tree in sheet.trees:
        if is_prediction(cell):
            for name in asked(tree) or []:
                if name in waiting:
                    yield waiting[name], _unjudged(name)
                waiting[name] = cell.id
            continue
        names = [ast.unparse(guess) for guess in guesses(tree)]
        for name in names:
            if name not in waiting:
                yield (
                    cell.id,
                    f"{name}: ask for it in a cell above, `# predict: ...`, `guess = None`",
                )
        waiting = {name: where for name, where in waiting.items() if name not in names}
    for name, where in waiting.items():
        yield where, _unjudged(name)


def _unjudged(name: str) -> str:
    return f"nothing judges {name}: end a cell below with reveal({name}, ...) or claims.settle"


# ---- giving away ----


def answers_computed(sheet: Sheet) -> Breaches:
    """Yield each `reveal` whose answer stands in the code of its cell."""
    for cell, tree in sheet.trees:
        typed = {
            ast.unparse(target)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) == "reveal" and len(call.args) > 1:
                answer = call.args[1]
                names = {node.id for node in ast.walk(answer) if isinstance(node, ast.Name)}
                if not names - {*dir(builtins)} or ast.unparse(answer) in typed:
                    yield (
                        cell.id,
                        f"{ast.unparse(answer)} gives the answer away: let the run find it",
                    )


def answers_kept(sheet: Sheet) -> Breaches:
    """Yield what shows the number that a prediction asks for, from the section's title on."""
    for _title, cells in sheet.sections:
        before: list[tuple[str, str]] = []  # cell and text, as a reader without a guess sees them
        for cell in cells:
            lines = printed(cell)
            if not is_prediction(cell):  # its comment may offer answers to choose from
                before.append((cell.id, cell.source))
            before += [(cell.id, line) for line in lines if not line.startswith(SAID)]
            for line in (line for line in lines if line.startswith(SAID)):
                for number in telling(line):
                    for where, text in before:
                        if number in telling(text):
                            todo = "compute it, or show it after the guess"
                            yield where, f"gives away {number:g}, asked for in {cell.id}: {todo}"


def telling(text: str) -> set[float]:
    """Return the numbers that hardly stand there by chance: three digits, with a point two."""
    found = set()
    for number in NUMBER.findall(text):
        digits = number.replace(",", "").replace("_", "")
        mantissa = re.split("e", digits, flags=re.IGNORECASE)[0]
        enough = 2 if "." in mantissa else 3
        if len(mantissa.replace(".", "").strip("0")) >= enough:
            found.add(float(digits))
    return found


def count(sheet: Sheet) -> int:
    return sum(is_prediction(cell) for cell in sheet.cells)


def settled(cells: list[Cell]) -> Iterator[str]:
    """Yield the claims that are settled."""
    for cell in cells:
        tree = parsed(cell.source)
        for node in ast.walk(tree) if tree else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "claims.settle":
                yield ast.unparse(node.args[0])
