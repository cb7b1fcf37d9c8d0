"""What a solution notebook says, and what a learner gets of it.

It holds exercises, their checks, wrong and right answers. Each problem is one sentence that says
what to do.
"""

import hashlib
import json
import re
from dataclasses import dataclass, replace

from dlbook.check.roles import stub_message
from dlbook.check.safe_text import clean_line
from dlbook.grading.course.cell_problems import (
    KINDS,
    hides_problems,
    name_problems,
    role_problems,
    table_problems,
    time_problems,
)
from dlbook.grading.course.functions import defined_names
from dlbook.grading.course.given import given
from dlbook.grading.course.second_hint import second_hint_problems
from dlbook.grading.notebook import Cell, Notebook

_ROW = re.compile(r"^\|\s*`(\w+)`\s*\|\s*(\d+)\s*\|\s*(\d+)\s*\|\s*$", re.MULTILINE)
_SOLUTION = re.compile(
    r"^([ \t]*)### BEGIN SOLUTION[ \t]*\n.*?^[ \t]*### END SOLUTION[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_HIDES = re.compile(r"\*\*Hides\*\*([\w., `]+)", re.ASCII)
_SECTION = re.compile(r"\[[^\]]*\]\(\.\./chapters/[^)\s]+\)")
_LONGEST = 80  # characters of a title
_TITLE = re.compile(r"^# +(.+)$", re.MULTILINE)
_TIME = re.compile(r"\*\*Time\*\*\s+(\d+) minutes")


@dataclass(frozen=True)
class Variant:
    """An answer other than the reference: its label, its program and, if it is wrong, its hint."""

    label: str
    source: str
    hint: str = ""


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    `before` is the code of the story that stands above its answer cell, `given` the part of the
    story that its checks read, `second` a hint for whoever the first one did not help, and
    `section` a Markdown link to where the matter is taught.
    """

    name: str
    points: int
    minutes: int
    answer: Cell
    checks: tuple[Cell, ...]
    wrong: tuple[Variant, ...]
    right: tuple[Variant, ...]
    before: tuple[str, ...]
    given: str
    second: str = ""
    section: str = ""


@dataclass(frozen=True)
class ExerciseSet:
    """One solution notebook, understood; `setup` is the source of its first code cell.

    `hides` names the packages whose call would be the answer: `**Hides** torch, scipy, dlbook` in
    the title cell. `dlbook` means all of it but `dlbook.check`. See `dlbook.check.hidden`.
    `partial` says that the title cell has the words `**Partial credit**`: labelled parts of an
    exercise then earn points.
    """

    name: str
    cells: tuple[Cell, ...]
    setup: str
    exercises: tuple[Exercise, ...]
    hides: tuple[str, ...] = ()
    partial: bool = False

    @property
    def title(self) -> str:
        """The words of the title cell's first heading, '' for none."""
        found = _TITLE.search(self.cells[0].source) if self.cells else None
        return clean_line(found[1], _LONGEST) if found else ""


def understand(name: str, notebook: Notebook) -> tuple[ExerciseSet, list[str]]:
    """Return the exercise set `name` that a solution notebook holds, and the problems of it."""
    cells = notebook.cells
    code = [cell.source for cell in cells if cell.kind == "code"]
    title = cells[0].source if cells else ""
    rows = {row[0]: row for row in _ROW.findall(title)}
    setup = code[0] if code else ""
    hides = tuple(name.strip(" `.") for line in _HIDES.findall(title) for name in line.split(","))
    names = [cell.role.name for cell in cells if cell.role and cell.role.kind == "answer"]
    problems = name_problems(cells) or table_problems(rows, names)
    problems += [*time_problems(stated_minutes(title), rows), *role_problems(cells, names)]
    problems += hides_problems(hides, cells)
    exercises = [_exercise(n, cells, rows) for n in dict.fromkeys(names) if n in rows]
    for exercise in exercises:
        problems += _exercise_problems(exercise)
    partial = "**Partial credit**" in title
    return ExerciseSet(name, cells, setup, tuple(exercises), hides, partial), problems


def stated_minutes(title: str) -> list[int]:
    """Return the minutes that the title cell of a chapter or set states, each time it does."""
    return [int(found) for found in _TIME.findall(title)]


def derive(solution: ExerciseSet) -> list[Cell]:
    """Return the cells that a learner gets: stubs for answers, visible checks, no outputs."""
    kept = []
    for cell in solution.cells:
        role = cell.role
        if role is None or role.kind == "check":
            kept.append(replace(cell, outputs=(), count=None))
        elif role.kind == "answer":
            kept.append(replace(cell, source=stub(role.name, cell.source), outputs=(), count=None))
    return kept


def stub(name: str, source: str) -> str:
    """Return the answer cell `source` with a loud stub where the solution was."""
    return _SOLUTION.sub(rf'\1raise NotImplementedError("{stub_message(name)}")', source)


def content_digest(cells: list[Cell] | tuple[Cell, ...]) -> str:
    """Return a digest of kinds and sources: equal for two notebooks that say the same."""
    content = [[cell.kind, cell.source.rstrip()] for cell in cells]
    return hashlib.sha256(json.dumps(content).encode("utf-8")).hexdigest()


def _exercise(name: str, cells: tuple[Cell, ...], rows: dict[str, tuple[str, ...]]) -> Exercise:
    mine = [cell for cell in cells if cell.role and cell.role.name == name]
    by_kind = {kind: [c for c in mine if c.role and c.role.kind == kind] for kind in KINDS}
    answer = by_kind["answer"][0]
    checks = tuple(by_kind["check"][:1] + by_kind["hidden check"][:1])
    return Exercise(
        name=name,
        points=int(rows[name][1]),
        minutes=int(rows[name][2]),
        answer=answer,
        checks=checks,
        wrong=tuple(_variant(cell) for cell in by_kind["wrong answer"]),
        right=tuple(_variant(cell) for cell in by_kind["right answer"]),
        before=_story(cells, answer),
        given=given(_story(cells, *checks)[1:], [check.source for check in checks], rows),
        second=" ".join(_body(cell) for cell in by_kind["second hint"][:1]),
        section=_section(cells, answer),
    )


def _body(cell: Cell) -> str:
    """Return what stands below the first line of a cell, in one line."""
    return " ".join(line.strip() for line in cell.source.strip().splitlines()[1:])


def _section(cells: tuple[Cell, ...], answer: Cell) -> str:
    """Return the first link to a chapter in the text above an answer, without other exercises."""
    above = list(cells[: cells.index(answer)])
    own = [c for c in above[_after_roles(above) :] if c.kind == "markdown"]
    found = [link for cell in own for link in _SECTION.findall(cell.source)]
    return found[0] if found else ""


def _after_roles(cells: list[Cell]) -> int:
    """Return where the text of an exercise begins: behind the last cell with a role."""
    return max((place + 1 for place, cell in enumerate(cells) if cell.role), default=1)


def _story(cells: tuple[Cell, ...], *ends: Cell) -> tuple[str, ...]:
    """Return the code without a role that stands above the last of `ends`."""
    above = cells[: max(map(cells.index, ends), default=0)]
    return tuple(c.source for c in above if c.kind == "code" and c.role is None)


def _variant(cell: Cell) -> Variant:
    lines = cell.source.splitlines()
    hints = [line[len("# hint:") :].strip() for line in lines if line.startswith("# hint:")]
    label = cell.role.label if cell.role else ""
    return Variant(label, cell.source, " ".join(hints))


def _exercise_problems(exercise: Exercise) -> list[str]:
    return [
        *_missing_cells(exercise),
        *_missing_hints(exercise),
        *second_hint_problems(exercise.name, exercise.second),
        *_missing_functions(exercise),
    ]


def _missing_cells(exercise: Exercise) -> list[str]:
    name, problems = exercise.name, []
    there = {cell.role.kind for cell in exercise.checks if cell.role}
    for kind in ("check", "hidden check"):
        if kind not in there:
            problems.append(f"{name}: no cell starts with `# {kind}: {name}`: add one.")
    if stub(name, exercise.answer.source) == exercise.answer.source:
        problems.append(
            f"{name}: no solution marked in the answer cell: put the part that the learner writes "
            "between the lines ### BEGIN SOLUTION and ### END SOLUTION."
        )
    for kind, variants in (("wrong", exercise.wrong), ("right", exercise.right)):
        if not variants:
            problems.append(f"{name}: add a raw cell `# {kind} answer: {name} / LABEL`.")
    return problems


def _missing_hints(exercise: Exercise) -> list[str]:
    return [
        f"{exercise.name} / {variant.label}: no hint: add a line `# hint: ...` below its first "
        "line."
        for variant in exercise.wrong
        if not variant.hint
    ]


def _missing_functions(exercise: Exercise) -> list[str]:
    name = exercise.name
    sources = [("the reference", exercise.answer.source)]
    sources += [(variant.label, variant.source) for variant in (*exercise.wrong, *exercise.right)]
    return [
        f"{name}: {label} does not define `{name}`: write `def {name}(...)`."
        for label, source in sources
        if name not in defined_names(source)
    ]
