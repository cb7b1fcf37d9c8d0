"""What stands side by side in a course: files that do not belong there, exercises of one name."""

from collections.abc import Iterable
from pathlib import Path

from dlbook.grading.errors import UnreadableError
from dlbook.grading.notebook import read

FOLDERS = ("chapters", "exercises", "solutions")
_STEM = "[0-9][0-9]_*.ipynb"


def notebooks(root: Path, folder: str) -> list[Path]:
    """Return the chapters or sets in one of the folders of a course, in order."""
    return sorted((root / folder).glob(_STEM))


def shared_names(solutions: Iterable[Path]) -> dict[Path, list[str]]:
    """Return the sets in which an exercise has the name of one in a set before, with what to do."""
    owners: dict[str, Path] = {}
    found: dict[Path, list[str]] = {}
    for path in solutions:
        for name in _exercises(path):
            first = owners.setdefault(name, path)
            if first != path:
                found.setdefault(path, []).append(
                    f"{name}: a name of its own is needed, solutions/{first.name} has an exercise "
                    "of this name: rename one, since cards and verbs find an exercise by its name."
                )
    return found


def _exercises(path: Path) -> list[str]:
    """Return the exercises of a solution notebook, none where it cannot be read."""
    try:
        cells = read(path).cells
    except UnreadableError:
        return []
    roles = [cell.role for cell in cells if cell.role and cell.role.kind == "answer"]
    return list(dict.fromkeys(role.name for role in roles))


def stray_problems(root: Path, keys: Path) -> list[str]:
    """Name what does not belong in the three folders, hidden files aside."""
    problems = []
    solved = {path.name for path in notebooks(root, "solutions")}
    for folder in FOLDERS:
        expected = set(notebooks(root, folder))
        for path in sorted((root / folder).glob("*")):
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
    without = (path for path in sorted(keys.glob("*.json")) if f"{path.stem}.ipynb" not in solved)
    return problems + [
        f"dlbook/keys/{path.name}: it has no solution: remove this." for path in without
    ]
