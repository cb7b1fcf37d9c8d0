"""The students' bundle: chapters, exercises and the package, without anything that answers.

Exercises carry nbgrader's metadata, for those who collect with nbgrader.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dlbook.check.answer_key import Key, from_json, load
from dlbook.check.roles import role
from dlbook.check.shared import atomic
from dlbook.grading.course.build import Course, check
from dlbook.grading.errors import ReleaseError
from dlbook.grading.notebook import parse
from dlbook.grading.package import PACKAGE, package_files

_BESIDE = ("LICENSE", "pyproject.toml", "environment.yml")
_README = """\
# Deep learning: chapters and exercises

You need Python 3.11 or newer. Once, in this folder:

    python3 -m venv .venv
    . .venv/bin/activate            (on Windows: .venv\\Scripts\\activate)
    pip install -e ".[lab,torch,photo]"

Then, each time: activate as above, and `dlbook lab`. No network is needed any more.

`dlbook lab` opens copies for you to work in, in the folder `work/`. It never overwrites one.

- `work/chapters/`: read and run them, in order; predict before you run. In `chapters/` they are
  as published, with every answer.
- `work/exercises/`: write your answers into the answer cells. After Shift+Enter a card says
  whether an answer is right, or what is wrong with it.
- `dlbook check 05` runs the notebook of a set from top to bottom, as a grader does, and
  `dlbook check relu_back` one exercise.

Hand in the notebook itself, such as `work/exercises/05_backpropagation.ipynb`: no PDF, and
nothing beside it, since it is graded alone. Grades come from other inputs than those that you see.
"""
_SECRET = ("### begin solution", "# hidden check:", "# wrong answer:", "# right answer:")


def release(course: Course, folder: Path, say: Callable[[str], None]) -> list[Path]:
    """Write the bundle into `folder`, and return its files.

    Raises:
        ReleaseError: if the folder is not empty, or the course is not fresh.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ReleaseError(f"a new or empty folder is needed, {folder} is none: name another")
    problems = check(course, say)
    if problems:
        raise ReleaseError("the course is not fresh: " + "\n".join(problems))
    files = dict(_files(course))
    for path, data in files.items():
        _require_no_secret(path, data)
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(target, data)
    return sorted(files)


def _files(course: Course) -> Iterator[tuple[Path, bytes]]:
    for path in course.notebooks("chapters"):
        yield path.relative_to(course.root), path.read_bytes()
    for path in course.notebooks("exercises"):
        key = load(course.key(path.stem))
        assert key is not None  # the course is fresh
        yield path.relative_to(course.root), _for_nbgrader(path, key).encode("utf-8")
        yield Path("dlbook", "keys", f"{path.stem}.json"), course.key(path.stem).read_bytes()
    for path in package_files():
        yield Path("dlbook", path), (PACKAGE / path).read_bytes()
    yield Path("README.md"), _README.encode("utf-8")
    for name in _BESIDE:
        if (course.root / name).is_file():
            yield Path(name), (course.root / name).read_bytes()


def _for_nbgrader(path: Path, key: Key) -> str:
    """Return an exercise notebook with the metadata that nbgrader looks for."""
    content = json.loads(path.read_text("utf-8"))
    points = {entry.name: entry.points for entry in key.exercises}
    for cell in content["cells"]:
        found = role("".join(cell["source"]))
        if found is not None:
            cell["metadata"]["nbgrader"] = _metadata(found.kind, found.name, points)
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _metadata(kind: str, name: str, points: dict[str, int]) -> dict[str, Any]:
    is_check = kind == "check"
    data: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": f"{kind}-{name}",
        "grade": is_check,
        "locked": is_check,
        "solution": not is_check,
        "task": False,
    }
    return data | {"points": points[name]} if is_check else data


def _require_no_secret(path: Path, data: bytes) -> None:
    if path.suffix == ".ipynb":
        lines = [line for cell in parse(data).cells for line in cell.source.splitlines()]
        found = [line for line in lines if line.strip().lower().startswith(_SECRET)]
        if found:
            raise ReleaseError(f"{path} would give away `{found[0]}`: take it out and build again")
    if path.parts[:2] == ("dlbook", "keys"):
        key = from_json(data.decode("utf-8"))
        if any(check.hidden for exercise in key.exercises for check in exercise.checks):
            raise ReleaseError(f"{path} holds a hidden check: run `dlbook build`")
