"""The note in a key of what was in order when it was built: set, checking code and key.

As long as all three are what they were, linting and running the programs again would say the same.
"""

import hashlib
from dataclasses import replace

from dlbook.check.answer_key import Key
from dlbook.grading.course.exercise_set import ExerciseSet, content_digest
from dlbook.grading.package import PACKAGE, digest, needed_files

_CHECKING = "from dlbook.grading.course.lint import problems"


def engine(exercise_set: ExerciseSet) -> str:
    """Return a digest of the files of the package that lint and the set's programs import."""
    cells = exercise_set.cells
    programs = [cell.source for cell in cells if cell.kind == "code" or cell.role is not None]
    return digest(PACKAGE, needed_files([_CHECKING, *programs]))


def mark(key: Key, exercise_set: ExerciseSet, engine: str) -> str:
    """Return the note for a key that was just found to be in order."""
    content = content_digest(exercise_set.cells) + replace(key, linted="").to_json()
    found = hashlib.sha256(content.encode("utf-8")).hexdigest()[:12]
    return f"set and key {found}, checking code {engine}"


def is_valid(key: Key, exercise_set: ExerciseSet, engine: str) -> bool:
    """Return whether nothing changed since the key was built."""
    return key.linted == mark(key, exercise_set, engine)


def is_of_other_engine(key: Key, engine: str) -> bool:
    """Return whether other checking code has noted that a key is in order."""
    return bool(key.linted) and not key.linted.endswith(f" {engine}")
