"""The key of an exercise set: what each check needs to see, and what each known mistake shows.

A key is made from a solution notebook for one seed (dlbook.grading.course.build). The keys in
dlbook/keys/ are for seed 0 and hold visible checks alone: they tell a learner why not.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dlbook.check.wire import Json


def folder() -> Path:
    """Return where the keys of this course are: DLBOOK_KEYS, or the package's own folder."""
    return Path(os.environ.get("DLBOOK_KEYS") or Path(__file__).parents[1] / "keys")


@dataclass(frozen=True)
class CheckKey:
    """One check: its source and, on the wire, what the reference and each mistake put out."""

    source: str
    hidden: bool
    rtol: float
    atol: float
    expected: Json
    mistakes: dict[str, Json]


@dataclass(frozen=True)
class ExerciseKey:
    """One exercise: its name, points, checks, and the hint for each known mistake."""

    name: str
    points: int
    hints: dict[str, str]
    checks: tuple[CheckKey, ...]


@dataclass(frozen=True)
class Key:
    """All exercises of one set at one seed.

    `setup` is the set's first code cell, `exercise_digest` the digest of the exercise notebook
    that was derived with it: by it a notebook that a learner has worked in is told from a fresh
    one. `hides` names the packages that the set is to be solved without.
    """

    name: str
    seed: int
    setup: str
    exercise_digest: str
    exercises: tuple[ExerciseKey, ...]
    hides: tuple[str, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


def from_json(text: str) -> Key:
    """Return the key that `Key.to_json` wrote."""
    data: dict[str, Any] = json.loads(text)
    exercises = tuple(
        ExerciseKey(**{**entry, "checks": tuple(CheckKey(**check) for check in entry["checks"])})
        for entry in data.pop("exercises")
    )
    return Key(**{**data, "exercises": exercises, "hides": tuple(data.get("hides", ()))})


def load(path: Path) -> Key | None:
    """Return the key in the file at `path`, None where there is no such file."""
    return from_json(path.read_text("utf-8")) if path.is_file() else None


def find(exercise: str) -> tuple[Key, ExerciseKey] | None:
    """Return the shipped set and key that hold `exercise`, None where no set has it."""
    for path in sorted(folder().glob("*.json")):
        key = from_json(path.read_text("utf-8"))
        for entry in key.exercises:
            if entry.name == exercise:
                return key, entry
    return None
