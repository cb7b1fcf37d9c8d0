"""The key of an exercise set: what each check needs to see, and what each known mistake shows.

A key is made from a solution notebook for one seed (dlbook.grading.course.build). The keys in
dlbook/keys/ are for seed 0 and hold visible checks alone: they tell a learner why not.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dlbook.check.wire import Json

RELEASED_SEED = 0  # of the keys that learners have


def folder() -> Path:
    """Return where the keys of this course are.

    They are in DLBOOK_KEYS, or in dlbook/keys of the course that the working folder is in, or
    with the package.
    """
    named = os.environ.get("DLBOOK_KEYS")
    if named:
        return Path(named)
    here = Path.cwd()
    for root in (here, *here.parents):
        if next((root / "dlbook" / "keys").glob("*.json"), None):
            return root / "dlbook" / "keys"
    return Path(__file__).parents[1] / "keys"


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
    """One exercise: its name, points, checks, and the hint for each known mistake.

    `given` is the code of the notebook's story that its checks read, `minutes` how long it
    takes about, `second` a further hint for whoever is stuck, and `section` a Markdown link to
    where the matter is taught.
    """

    name: str
    points: int
    hints: dict[str, str]
    checks: tuple[CheckKey, ...]
    given: str = ""
    minutes: int = 0
    second: str = ""
    section: str = ""


@dataclass(frozen=True)
class Key:
    """All exercises of one set at one seed.

    `setup` is the set's first code cell, `exercise_digest` the digest of the exercise notebook
    that was derived with it: by it a notebook that a learner has worked in is told from a fresh
    one. `hides` names the packages that the set is to be solved without. `linted` is the mark of
    what was in order when the key was built; '' where nobody noted it. `released` is the key that
    learners have of the same set: a grader's key holds it, since outcomes at its seed may be shown.
    `partial` says that parts of an exercise earn points by themselves.
    """

    name: str
    seed: int
    setup: str
    exercise_digest: str
    exercises: tuple[ExerciseKey, ...]
    hides: tuple[str, ...] = ()
    linted: str = ""
    released: "Key | None" = None
    partial: bool = False

    def to_json(self) -> str:
        """Return the key as JSON, in which each value stands on one line."""
        data = asdict(self)
        if self.released is None:
            del data["released"]
        if not self.partial:
            del data["partial"]
        return _lines(data) + "\n"


def _lines(value: Json, indent: str = "") -> str:
    """Return `value` as JSON, an entry a line; what is on the wire or plain takes one line."""
    inner = indent + " "
    if isinstance(value, dict) and value and not isinstance(value.get("kind"), str):
        entries = [f"{_one_line(name)}: {_lines(item, inner)}" for name, item in value.items()]
        opening, closing = "{}"
    elif isinstance(value, (list, tuple)) and value:
        entries = [_lines(item, inner) for item in value]
        opening, closing = "[]"
    else:
        return _one_line(value)
    body = ",\n".join(inner + entry for entry in entries)
    return f"{opening}\n{body}\n{indent}{closing}"


def _one_line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def from_json(text: str) -> Key:
    """Return the key that `Key.to_json` wrote."""
    return _from_plain(json.loads(text))


def _from_plain(data: dict[str, Any]) -> Key:
    exercises = tuple(
        ExerciseKey(**{**entry, "checks": tuple(CheckKey(**check) for check in entry["checks"])})
        for entry in data["exercises"]
    )
    released = _from_plain(data["released"]) if data.get("released") else None
    hides = tuple(data.get("hides", ()))
    return Key(**{**data, "exercises": exercises, "hides": hides, "released": released})


def load(path: Path) -> Key | None:
    """Return the key in the file at `path`, None where there is no such file."""
    return from_json(path.read_text("utf-8")) if path.is_file() else None


@dataclass(frozen=True)
class _File:
    """One state of a key's file: another one when the file was written anew."""

    path: Path
    modified: int  # nanoseconds
    size: int  # bytes


def all_keys() -> list[Key]:
    """Return the shipped keys, in the order of the course."""
    return [_parsed(file) for file in _files(folder())]


def find(exercise: str) -> tuple[Key, ExerciseKey] | None:
    """Return the shipped set and key that hold `exercise`, None where no set has it.

    Files are read once, and again when they change. Only a set that may hold it is parsed.
    """
    return _found(exercise, tuple(_files(folder())))


def _files(place: Path) -> Iterator[_File]:
    for path in sorted(place.glob("*.json")):
        state = path.stat()
        yield _File(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=256)  # a card asks several times for the same name
def _found(exercise: str, files: tuple[_File, ...]) -> tuple[Key, ExerciseKey] | None:
    quoted = _one_line(exercise)
    for file in files:
        if quoted not in _text(file):
            continue
        key = _parsed(file)
        for entry in key.exercises:
            if entry.name == exercise:
                return key, entry
    return None


@lru_cache(maxsize=64)
def _text(file: _File) -> str:
    return file.path.read_text("utf-8")


@lru_cache(maxsize=64)
def _parsed(file: _File) -> Key:
    return from_json(_text(file))
