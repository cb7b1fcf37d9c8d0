"""From solutions/ everything else: keys, executed solutions, exercises; and is all of it fresh?

`build` writes, `check` only tells. A notebook that somebody has worked in is never overwritten.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dlbook.check import answer_key as keys
from dlbook.check.answer_key import Key
from dlbook.check.compare import explain
from dlbook.check.shared import atomic
from dlbook.check.wire import decode
from dlbook.grading.course import lint
from dlbook.grading.course.execute import execute
from dlbook.grading.course.exercise_set import ExerciseSet, derive, digest, understand
from dlbook.grading.course.programs import make_key
from dlbook.grading.errors import CellFailedError, UnreadableError
from dlbook.grading.notebook import canonical, code_digest, read

FOLDERS = ("chapters", "exercises", "solutions")
_STEM = "[0-9][0-9]_*.ipynb"


@dataclass(frozen=True)
class Course:
    """The folders of a course below its root."""

    root: Path

    @property
    def keys(self) -> Path:
        return self.root / "dlbook" / "keys"

    def key(self, name: str) -> Path:
        """Return where the key of the set `name` is, or will be."""
        return self.keys / f"{name}.json"

    def notebooks(self, folder: str) -> list[Path]:
        return sorted((self.root / folder).glob(_STEM))


def build(course: Course, say: Callable[[str], None]) -> list[str]:
    """Bring keys, executed outputs and exercises along with solutions/ and chapters/.

    Returns what is amiss; a set with a problem is left as it was.
    """
    problems = _stray_problems(course)
    for path in course.notebooks("solutions"):
        problems += [f"solutions/{path.name}: {p}" for p in _build_set(course, path, say)]
    for path in course.notebooks("chapters"):
        problems += [f"chapters/{path.name}: {p}" for p in _build_notebook(course, path, say)]
    return problems


def check(course: Course, say: Callable[[str], None]) -> list[str]:
    """Return what is amiss in a course, a sentence each; writes nothing."""
    problems = _stray_problems(course)
    for path in course.notebooks("solutions"):
        say(f"check  solutions/{path.name}")
        solution, found = _understand(path)
        if solution and not found:
            found = [*_form_problems(path), *_freshness_problems(course, solution)]
        problems += [f"solutions/{path.name}: {problem}" for problem in found]
    for path in course.notebooks("chapters"):
        problems += [f"chapters/{path.name}: {problem}" for problem in _form_problems(path)]
    return problems


def _understand(path: Path) -> tuple[ExerciseSet | None, list[str]]:
    try:
        notebook = read(path)
    except UnreadableError as error:
        return None, [str(error)]
    solution, problems = understand(path.stem, notebook)
    return solution, problems or lint.problems(solution)


def _build_set(course: Course, path: Path, say: Callable[[str], None]) -> list[str]:
    solution, problems = _understand(path)
    if problems or solution is None:
        return problems
    exercise = course.root / "exercises" / path.name
    old, new = keys.load(course.key(path.stem)), make_key(solution, 0, hidden=False)
    if exercise.exists() and not _untouched(exercise, old, new):
        return [
            f"exercises/{path.name} was worked in and is not overwritten: "
            "move it away, or take its answers out; then build again."
        ]
    if old is None or not same_key(old, new):
        _write(course.key(path.stem), new.to_json(), say)
    problems = _build_notebook(course, path, say)
    if not problems:
        solution, _ = understand(path.stem, read(path))
        _write(exercise, canonical(derive(solution)), say)
    return problems


def _untouched(exercise: Path, old: Key | None, new: Key) -> bool:
    """Return whether an exercise notebook says what it said when it was derived."""
    try:
        current = digest(read(exercise).cells)
    except UnreadableError:
        return False
    return current in {new.exercise_digest, old.exercise_digest if old else None}


def _build_notebook(course: Course, path: Path, say: Callable[[str], None]) -> list[str]:
    """Bring a chapter or solution into canonical form, and run it where it was not run."""
    try:
        notebook = read(path)
        cells = list(notebook.cells)
        if not notebook.is_executed:
            say(f"run    {path.parent.name}/{path.name}")
            cells = execute(cells, path.parent, {"DLBOOK_KEYS": str(course.keys)})
    except (UnreadableError, CellFailedError) as error:
        return [str(error)]
    _write(path, canonical(cells, code_digest(cells)), say)
    return []


def _write(path: Path, text: str, say: Callable[[str], None]) -> None:
    """Write a file if it says something new, whole or not at all."""
    if path.exists() and path.read_text("utf-8") == text:
        return
    say(f"write  {path.parent.name}/{path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, text)


def same_key(one: Key, two: Key) -> bool:
    """Return whether two keys say the same, floats within the tolerance of each check."""
    left, right = asdict(one), asdict(two)
    values = [list(_pop_values(data)) for data in (left, right)]
    if left != right or len(values[0]) != len(values[1]):
        return False
    return all(
        a[:2] == b[:2] and explain(decode(a[2]), decode(b[2]), *a[:2]) is None
        for a, b in zip(*values, strict=True)
    )


def _pop_values(data: dict[str, Any]) -> Iterator[tuple[float, float, Any]]:
    for exercise in data["exercises"]:
        for entry in exercise["checks"]:
            mistakes = entry.pop("mistakes")
            entry["labels"] = list(mistakes)
            for values in (entry.pop("expected"), *mistakes.values()):
                yield entry["rtol"], entry["atol"], values


def _form_problems(path: Path) -> list[str]:
    try:
        notebook = read(path)
    except UnreadableError as error:
        return [str(error)]
    problems = []
    if not notebook.is_executed:
        problems.append(
            "was not run from top to bottom since its code changed: run `dlbook build`."
        )
    elif path.read_text("utf-8") != canonical(notebook.cells, notebook.ran):
        problems.append("is not in canonical form: run `dlbook build`.")
    return problems


def _freshness_problems(course: Course, solution: ExerciseSet) -> list[str]:
    name = f"{solution.name}.ipynb"
    problems = []
    old, new = keys.load(course.key(solution.name)), make_key(solution, 0, hidden=False)
    if old is None or not same_key(old, new):
        problems.append("its key is stale: run `dlbook build`.")
    exercise = course.root / "exercises" / name
    if not exercise.is_file():
        problems.append(f"exercises/{name} is missing: run `dlbook build`.")
    elif exercise.read_text("utf-8") != canonical(derive(solution)):
        problems.append(
            f"exercises/{name} is stale or was worked in: edit solutions/{name}, "
            "move your own work away, and run `dlbook build`."
        )
    return problems


def _stray_problems(course: Course) -> list[str]:
    """Name what does not belong in the three folders, hidden files aside."""
    problems = []
    solved = {path.name for path in course.notebooks("solutions")}
    for folder in FOLDERS:
        expected = set(course.notebooks(folder))
        for path in sorted((course.root / folder).glob("*")):
            if path.name.startswith("."):
                continue
            if path not in expected:
                problems.append(
                    f"{folder}/{path.name}: a stray file: only NN_topic.ipynb belongs here, "
                    "move it away or rename it."
                )
            elif folder == "exercises" and path.name not in solved:
                problems.append(
                    f"exercises/{path.name}: it has no solution: add solutions/{path.name}, or "
                    "remove this."
                )
    return problems
