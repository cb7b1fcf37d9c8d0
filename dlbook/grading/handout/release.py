"""The students' bundle: chapters, exercises and the package, without anything that answers.

Exercises carry nbgrader's metadata, for those who collect with nbgrader. A course can be handed
out week by week: what a release adds to an earlier one leaves all the rest of that folder alone,
and a note in it says which files are ours.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dlbook.check.answer_key import Key, from_json, load
from dlbook.check.roles import role
from dlbook.check.shared import atomic
from dlbook.grading.course.build import Course, check
from dlbook.grading.errors import ReleaseError
from dlbook.grading.handout import project
from dlbook.grading.handout.needs import not_asked_for
from dlbook.grading.notebook import parse
from dlbook.grading.package import PACKAGE, package_files

_BESIDE = ("LICENSE", "environment.yml")
_PROJECT = Path("pyproject.toml")
_NOTE = ".released.json"  # in a bundle: the digest of each file that a release wrote
_SECRET = ("### begin solution", "# hidden check:", "# wrong answer:", "# right answer:")


def release(
    course: Course, folder: Path, say: Callable[[str], None], sets: Iterable[str] = ()
) -> list[Path]:
    """Write the bundle into `folder`, and return its files.

    Args:
        course: what is released.
        folder: a new or empty one, or one with an earlier release: this one is added to it.
        say: is told which sets are looked through, since no note says that they are in order, and
            which packages students would lack.
        sets: the sets and chapters to release, by number or the beginning of their names; all by
            default.

    Raises:
        ReleaseError: if the folder holds other things, or the course is not fresh.
        UserError: if there is no such set.
    """
    chosen = course.choose(sets)
    noted = _noted(folder)
    problems = check(course, say, chosen, trusting=True)
    if problems:
        raise ReleaseError("the course is not fresh: " + "\n".join(problems))
    files = dict(_files(course, chosen))
    for path, data in files.items():
        _require_no_secret(path, data)
    for name in not_asked_for(_code(files), files[_PROJECT].decode("utf-8")):
        say(f"note   {name} is imported: add it to `dependencies` in pyproject.toml for students")
    digests = {path.as_posix(): hashlib.sha256(data).hexdigest() for path, data in files.items()}
    _require_ours(folder, digests, noted)
    folder.mkdir(parents=True, exist_ok=True)
    _note(folder, digests | noted)  # whoever is stopped here can call the same again
    for path, data in files.items():
        _write(folder / path, data)
    _note(folder, noted | digests)
    return sorted(files)


def _code(files: Mapping[Path, bytes]) -> Iterator[str]:
    """Yield the code of all cells in the notebooks of a bundle."""
    for path, data in files.items():
        if path.suffix == ".ipynb":
            yield from (cell.source for cell in parse(data).cells if cell.kind == "code")


def _note(folder: Path, digests: dict[str, str]) -> None:
    atomic.write(folder / _NOTE, json.dumps(dict(sorted(digests.items())), indent=1) + "\n")


def _write(path: Path, data: bytes) -> None:
    """Write a file and its folder, where it is not as it should be."""
    if path.exists() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, data, sync=False)  # there are hundreds of them


def _noted(folder: Path) -> dict[str, str]:
    """Return what an earlier release noted of its files, nothing for a new or empty folder."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return {}
    try:
        return dict(json.loads((folder / _NOTE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        raise ReleaseError(
            f"a new or empty folder is needed, or one with an earlier release; {folder} is none: "
            "name another"
        ) from None


def _require_ours(folder: Path, digests: dict[str, str], noted: dict[str, str]) -> None:
    """Refuse to write over a file that somebody has changed since it was released."""
    for name, digest in digests.items():
        path = folder / name
        if path.exists():
            found = hashlib.sha256(path.read_bytes()).hexdigest()
            if found not in (digest, noted.get(name)):
                raise ReleaseError(
                    f"{path} was changed since it was released, and stays: move it away"
                )


def _files(course: Course, chosen: Collection[str]) -> Iterator[tuple[Path, bytes]]:
    def notebooks(folder: str) -> list[Path]:
        return [p for p in course.notebooks(folder) if not chosen or p.stem in chosen]

    for path in notebooks("chapters"):
        yield path.relative_to(course.root), path.read_bytes()
    for path in notebooks("exercises"):
        key = load(course.key(path.stem))
        assert key is not None  # the course is fresh
        yield path.relative_to(course.root), _for_nbgrader(path, key).encode("utf-8")
        yield Path("dlbook", "keys", f"{path.stem}.json"), course.key(path.stem).read_bytes()
    for path in package_files():
        yield Path("dlbook", path), (PACKAGE / path).read_bytes()
    yield Path("README.md"), project.readme(course.root).encode("utf-8")
    yield _PROJECT, project.pyproject(course.root).encode("utf-8")
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
