"""Which code of a submission runs, in which order, and where the trusted checks go in.

The learner's whole notebook runs in its order, helper cells included; the checks come from the
key, at the place of the learner's own check cell, or right below the answer where that is gone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from dlbook.check.answer_key import CheckKey, ExerciseKey, Key
from dlbook.check.bindings import report
from dlbook.check.hidden import block
from dlbook.check.lines import bound_names
from dlbook.check.roles import marks
from dlbook.check.run_apart import run_apart
from dlbook.check.shared import _
from dlbook.grading.notebook import Cell
from dlbook.grading.run.answers import Answers, Bound

_IMPORT = f"from {run_apart.__module__} import {run_apart.__name__} as _run_apart"  # in the kernel
_BLOCK = f"from {block.__module__} import {block.__name__} as _block"


@dataclass(frozen=True)
class Step:
    """Code to run in the kernel; with a check, its output is judged.

    `answers` are the exercises that the code answers; `cell` is the index of the learner's cell,
    -1 for the setup.
    """

    source: str
    answers: tuple[str, ...] = ()
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


_TORCH = re.compile(r"^[ \t]*(?:import|from)[ \t]+torch\b", re.MULTILINE)
_NOTHING: Bound = MappingProxyType({})


def graft(cells: tuple[Cell, ...], key: Key, bound: Bound = _NOTHING) -> ExecutionPlan:
    """Return the plan that runs a submission's `cells` against the checks of `key`.

    Args:
        cells: the submission.
        key: what its checks need to see.
        bound: which cells bind the names that `discovery` was for.
    """
    answers = Answers(cells, key)
    found = {entry.name: answers.find(entry.name, bound) for entry in key.exercises}
    checked: dict[int, list[ExerciseKey]] = {}
    for entry in key.exercises:
        place = found[entry.name].place
        if place is not None:
            checked.setdefault(answers.check_place(entry.name, place), []).append(entry)
    answered: dict[int | None, list[str]] = {}
    for name, answer in found.items():
        answered.setdefault(answer.place, []).append(name)
    steps = [_start(key)]
    own_code = {*answers.own_code, *answered}
    for index, cell in enumerate(cells[: max(checked, default=-1) + 1]):
        if index in own_code:
            steps.append(Step(cell.source, tuple(answered.get(index, ())), cell=index))
        steps += [step for entry in checked.get(index, ()) for step in _checks(entry, key)]
    notes = tuple(note for answer in found.values() for note in answer.notes)
    renamed = {name: answer.renamed for name, answer in found.items() if answer.renamed}
    return ExecutionPlan(tuple(steps), frozenset(answered.get(None, ())), notes, renamed)


def discovery(cells: tuple[Cell, ...], key: Key) -> tuple[Step, ...]:
    """Return steps after each of which the kernel reports what the cell has bound.

    They look for the answers that are not plain from the text; none, where all are.
    """
    answers = Answers(cells, key)
    names = answers.doubtful()
    if not names:
        return ()
    last = answers.last_that_may_bind(names)
    own = [Step(cells[i].source, cell=i) for i in answers.own_code if i <= last]
    watch = f"from {report.__module__} import {report.__name__} as _report\n_report({names!r})"
    return (_start(key), Step(watch), *own)


def _start(key: Key) -> Step:
    """Return what runs first: the set's own first cell, after what it hides is blocked."""
    source = f"{_BLOCK}\n_block({key.hides!r})\n{key.setup}" if key.hides else key.setup
    return Step(source, cell=-1)


def imports_torch(steps: Iterable[Step]) -> bool:
    """Return whether a line of some step imports torch, so that the kernel should have it ready."""
    return any(_TORCH.search(step.source) for step in steps)


def why_not_this_set(cells: tuple[Cell, ...], key: Key) -> str:
    """Return why a notebook is none of this set, or ''.

    A notebook that lost its first lines still defines what was asked for; one that defines less
    than half of it is another notebook, such as the chapter, and nothing in it was an answer.
    """
    if not any(cell.source.strip() for cell in cells):
        return _("an empty notebook: no cell of it has any text.")
    wanted = {entry.name for entry in key.exercises}
    code = [cell.source for cell in cells if cell.kind == "code"]
    marked = {name for cell in cells for name in marks(cell.source)}
    marked |= {name for cell in cells for name in marks(cell.source, "check")}
    defined = wanted & {name for source in code for name in bound_names(source)}
    if not code or 2 * len(defined) >= len(wanted) or wanted & marked:
        return ""
    some = _("only {names}").format(names=", ".join(sorted(defined))) if defined else _("none")
    text = _(
        "not the exercise notebook: no cell starts with `# answer:`, and of its {count} "
        "functions {some} is there. Hand in exercises/{name}.ipynb."
    )
    return text.format(count=len(wanted), some=some, name=key.name)


def _checks(exercise: ExerciseKey, key: Key) -> list[Step]:
    """Return the trusted checks; the setup runs again, since a learner may reuse its names."""
    steps = []
    for check in exercise.checks:
        code = f"{key.setup!r}, {exercise.given!r}, {check.source!r}"
        source = f"{_IMPORT}\n_run_apart({code}, {exercise.name!r}, {key.seed})"
        steps.append(Step(source, exercise=exercise, check=check))
    return steps
