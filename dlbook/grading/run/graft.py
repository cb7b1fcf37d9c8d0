"""Which code of a submission runs, in which order, and where the trusted checks go in.

The learner's whole notebook runs in its order, helper cells included; the checks come from the
key, at the place of the learner's own check cell, or right below the answer where that is gone.
"""

import re
from dataclasses import dataclass

from dlbook.check.answer_key import CheckKey, ExerciseKey, Key
from dlbook.check.roles import stub_message
from dlbook.check.run_apart import run_apart
from dlbook.grading.functions import defined_names
from dlbook.grading.notebook import Cell

_IMPORT = f"from {run_apart.__module__} import {run_apart.__name__} as _run_apart"  # in the kernel


@dataclass(frozen=True)
class Step:
    """Code to run in the kernel; with a check, its output is judged; `answer` names an answer.

    `cell` is the index of the learner's cell that it is, -1 for the setup.
    """

    source: str
    answer: str = ""
    exercise: ExerciseKey | None = None
    check: CheckKey | None = None
    cell: int | None = None


@dataclass(frozen=True)
class ExecutionPlan:
    """The steps of a submission in their order, and notes for the report.

    `missing` are the exercises without an answer; `renamed` says of those whose function is
    nowhere what their answer cell defines.
    """

    steps: tuple[Step, ...]
    missing: frozenset[str]
    notes: tuple[str, ...]
    renamed: dict[str, str]


def graft(cells: tuple[Cell, ...], key: Key) -> ExecutionPlan:
    """Return the plan that runs a submission's `cells` against the checks of `key`."""
    notes: list[str] = []
    answers = {entry.name: _find_answer(entry.name, cells, notes) for entry in key.exercises}
    places: dict[int, list[ExerciseKey]] = {}
    for entry in key.exercises:
        index = answers[entry.name]
        if index is not None:
            places.setdefault(_place(entry.name, index, cells), []).append(entry)
    names = {index: name for name, index in answers.items()}
    steps = [Step(key.setup, cell=-1)]
    for index, cell in enumerate(cells[: max(places, default=-1) + 1]):
        if index in names or _is_own_code(cell):
            steps.append(Step(cell.source, names.get(index, ""), cell=index))
        steps += [step for entry in places.get(index, []) for step in _checks(entry, key)]
    missing = frozenset(name for name, index in answers.items() if index is None)
    found = {name: index for name, index in answers.items() if index is not None}
    renamed = {name: _renamed(name, index, cells) for name, index in found.items()}
    renamed = {name: reason for name, reason in renamed.items() if reason}
    return ExecutionPlan(tuple(steps), missing, tuple(notes), renamed)


def why_not_this_set(cells: tuple[Cell, ...], key: Key) -> str:
    """Return why a notebook is none of this set, or ''.

    A notebook that lost its first lines still defines what was asked for; one that defines less
    than half of it is another notebook, such as the chapter, and nothing in it was an answer.
    """
    roles = [cell.role for cell in cells if cell.role is not None]
    wanted = {entry.name for entry in key.exercises}
    if not any(cell.source.strip() for cell in cells):
        return "an empty notebook: no cell of it has any text."
    code = [cell.source for cell in cells if cell.kind == "code"]
    defined = wanted & {name for source in code for name in defined_names(source)}
    if not code or 2 * len(defined) >= len(wanted) or any(role.name in wanted for role in roles):
        return ""
    some = f"only {', '.join(sorted(defined))}" if defined else "none"
    return (
        f"not the exercise notebook: no cell starts with `# answer:`, and of its {len(wanted)} "
        f"functions {some} is there. Hand in exercises/{key.name}.ipynb."
    )


def _is_own_code(cell: Cell) -> bool:
    """Return whether a cell runs that is not the chosen answer: a helper, or an older attempt."""
    role = cell.role
    is_attempt = role is not None and role.kind == "answer" and not _is_stub(role.name, cell)
    return cell.kind == "code" and (role is None or is_attempt)


def _is_stub(name: str, cell: Cell) -> bool:
    return stub_message(name) in cell.source


def _checks(exercise: ExerciseKey, key: Key) -> list[Step]:
    """Return the trusted checks; the setup runs again, since a learner may reuse its names."""
    steps = []
    for check in exercise.checks:
        arguments = f"{key.setup!r}, {check.source!r}, {exercise.name!r}, {key.seed}"
        source = f"{_IMPORT}\n_run_apart({arguments})"
        steps.append(Step(source, exercise=exercise, check=check))
    return steps


def _find_answer(name: str, cells: tuple[Cell, ...], notes: list[str]) -> int | None:
    """Return the index of the cell that answers `name`: by first line, then by function."""
    marked, defining = [], []
    for i, cell in enumerate(cells):
        if cell.role is None:
            if cell.kind == "code" and name in defined_names(cell.source):
                defining.append(i)
        elif (cell.role.kind, cell.role.name) == ("answer", name):
            marked.append(i)
    found = marked or defining
    if not found:
        return None
    written = [i for i in found if not _is_stub(name, cells[i])]
    chosen = (written or found)[-1]
    if len(written) > 1:
        notes.append(f"{name}: {len(written)} answer cells, the last one counts")
    if not marked:
        notes.append(f"{name}: answer found by its function's name, its first line was changed")
    if cells[chosen].kind != "code":
        notes.append(f"{name}: its answer cell was turned into {cells[chosen].kind}, run as code")
    return chosen


def _renamed(name: str, answer: int, cells: tuple[Cell, ...]) -> str:
    """Return what the answer cell of `name` defines where no cell gives anything that name."""
    named = re.compile(rf"^\s*(?:def\s+{name}\b|{name}\s*=[^=])", re.MULTILINE)
    defined = defined_names(cells[answer].source)
    if not defined or any(named.search(cell.source) for cell in cells):
        return ""
    return f"its answer cell defines {', '.join(defined)}, and no {name}"


def _place(name: str, answer: int, cells: tuple[Cell, ...]) -> int:
    """Return the index of the cell after which the checks of exercise `name` run."""
    for index in range(answer + 1, len(cells)):
        role = cells[index].role
        if role is not None and role.kind == "check" and role.name == name:
            return index
    return answer
