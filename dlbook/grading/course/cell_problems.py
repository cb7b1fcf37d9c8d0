"""What is wrong with the cells of a solution notebook, before any of them is run.

Each problem is one sentence that says what to do.
"""

import re

from dlbook.check.hidden import hiding
from dlbook.check.roles import Role, names_without_role
from dlbook.grading.notebook import Cell

_PACKAGE_NAME = re.compile(r"[A-Za-z_]\w*(\.\w+)*")
_IMPORTED = re.compile(r"^[ \t]*(?:import|from)[ \t]+([\w.]+)", re.MULTILINE)
KINDS = {  # kind of role: the kind of cell it stands in
    "answer": "code",
    "check": "code",
    "hidden check": "code",
    "second hint": "raw",
    "wrong answer": "raw",
    "right answer": "raw",
}


def name_problems(cells: tuple[Cell, ...]) -> list[str]:
    """Name exercises and labels that no first line of a cell can have."""
    found = [name for cell in cells for name in names_without_role(cell.source)]
    return [
        f"{name}: names of exercises and labels need the letters a to z, digits and `_`: rename "
        "it in every cell and in the title cell's table."
        for name in dict.fromkeys(found)
    ]


def table_problems(rows: dict[str, tuple[str, ...]], names: list[str]) -> list[str]:
    """Name exercises without a row in the title cell's table, and rows without an exercise."""
    problems = [
        f"{name}: no row in the title cell's table: add `| `{name}` | points | minutes |`."
        for name in dict.fromkeys(names)
        if name not in rows
    ]
    problems += [
        f"{name}: the title cell's table lists it, but no cell starts with `# answer: {name}`."
        for name in rows
        if name not in names
    ]
    return problems if rows or names else ["no exercise: add a cell `# answer: NAME`."]


def hides_problems(hides: tuple[str, ...], cells: tuple[Cell, ...]) -> list[str]:
    """Name packages in **Hides** that are none, and those that a cell imports all the same."""
    problems = [
        f"**Hides** in the title cell needs names of packages, got {name!r}: write `torch, scipy`."
        for name in hides
        if not _PACKAGE_NAME.fullmatch(name)
    ]
    programs = [cell.source for cell in cells if cell.kind == "code" or cell.role]
    imported = {name: None for source in programs for name in _IMPORTED.findall(source)}
    problems += [
        f"{name}: **Hides** in the title cell names it, and a cell imports it: choose."
        for name in imported
        if hiding(name, hides)
    ]
    return problems


def time_problems(stated: list[int], rows: dict[str, tuple[str, ...]]) -> list[str]:
    """Name a time in the title cell that is not the sum of its rows."""
    minutes = sum(int(row[2]) for row in rows.values())
    return [
        f"the title cell says **Time** {found} minutes, its rows add up to {minutes}: "
        f"write {minutes}, or mend a row."
        for found in stated
        if found != minutes
    ]


def role_problems(cells: tuple[Cell, ...], names: list[str]) -> list[str]:
    """Name cells that share a first line, and those whose role does not fit where they are."""
    problems = []
    seen: set[tuple[str, str, str]] = set()
    for cell in cells:
        if cell.role is None:
            continue
        if _use(cell.role) in seen:
            line = _first_line(cell.role)
            problems.append(
                f"{cell.role.name}: two cells start with `{line}`: rename or remove one."
            )
        seen.add(_use(cell.role))
        problems += _place_problems(cell, cell.role, names)
    return problems


def _use(role: Role) -> tuple[str, str, str]:
    """Return what only one cell may use: its first line; wrong and right answers share labels."""
    kind = "variant" if role.label and KINDS[role.kind] == "raw" else role.kind
    return kind, role.name, role.label


def _first_line(role: Role) -> str:
    label = f" / {role.label}" if role.label else ""
    return f"# {role.kind}: {role.name}{label}"


def _place_problems(cell: Cell, role: Role, names: list[str]) -> list[str]:
    """Return the problems of one cell with a role, whatever the other cells are."""
    problems, line, kind = [], _first_line(role), KINDS[role.kind]
    if role.name not in names:
        problems.append(f"{role.name}: `{line}` belongs to no answer cell: mend its name.")
    if bool(role.label) != role.kind.endswith(" answer"):
        problems.append(f"{role.name}: `{line}`: only wrong and right answers have a label.")
    if cell.kind != kind:
        problems.append(f"{role.name}: the cell `{line}` is {cell.kind}, turn it into {kind}.")
    return problems
