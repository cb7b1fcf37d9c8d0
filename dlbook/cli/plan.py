"""What `dlbook grade` needs before it can begin: sets, submissions, and references to judge by."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from dlbook.check.errors import UserError
from dlbook.check.names import sets_named
from dlbook.cli.options import Shard
from dlbook.grading.batch.batch import BatchSettings, Reference, fresh_seed, shard
from dlbook.grading.batch.intake import Intake, collect
from dlbook.grading.batch.journal import Journal, current_entries, journals
from dlbook.grading.batch.renamed import under_one_name
from dlbook.grading.batch.submission import Submission
from dlbook.grading.batch.worker import SandboxMode
from dlbook.grading.course.build import Course
from dlbook.grading.course.exercise_set import ExerciseSet, content_digest, understand
from dlbook.grading.course.lint import rejects
from dlbook.grading.course.programs import make_key
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.notebook import read
from dlbook.grading.rules.understand import understand as understand_word
from dlbook.grading.rules.word import read_word


def exercise_sets(course: Course) -> dict[str, ExerciseSet]:
    """Return the exercise sets of a course by name.

    Raises:
        UserError: if there are none.
    """
    paths = course.notebooks("solutions")
    if not paths:
        raise UserError(f"solutions are needed to grade, there are none in {course.root}/solutions")
    return {path.stem: understand(path.stem, read(path))[0] for path in paths}


def the_one_set(sets: Mapping[str, ExerciseSet], prefix: str) -> str:
    """Return the name of the one set that `prefix` names: 5, 05 or 05_back.

    Raises:
        UserError: if there is none, or more than one.
    """
    named = sets_named(prefix, sets)
    if len(named) != 1:
        raise UserError(f"--set needs one set, got {prefix!r}; there are: {', '.join(sets)}")
    return named[0]


def find_submissions(
    place: Path, sets: Mapping[str, ExerciseSet], only: str | None, part: Shard
) -> Intake:
    """Return what was handed in, as far as it belongs to a part.

    Args:
        place: a folder, a file or an LMS's archive.
        sets: the exercise sets of the course by name.
        only: the name of the only set that counts; None for all.
        part: which students.

    Raises:
        UserError: if nothing was handed in.
    """
    names = {name: frozenset(e.name for e in found.exercises) for name, found in sets.items()}
    found = collect(place, names, only)
    if not found:
        raise UserError(f"nothing was handed in at {place}: name another folder")
    submissions = shard(found.submissions, part.part, part.parts)
    files = shard(found.files, part.part, part.parts)
    return Intake(tuple(submissions), tuple(files), found.remarks)


def require_word(out: Path, sets: Mapping[str, ExerciseSet], found: Intake) -> None:
    """Refuse lines of the lecturer's files in the folder of results before any work is done.

    Raises:
        UserError: if a line cannot be understood, or names nobody and nothing that is there.
    """
    names = {name: [e.name for e in one.exercises] for name, one in sets.items()}
    earlier = [entry for path in journals(out) for entry in current_entries(path)]
    known = under_one_name([*earlier, *(item.entry for item in found)])
    understand_word(read_word(out), known, names)


def find_seed(asked: int | None, journal: Journal) -> int:
    """Return the seed that was asked for, or that of a run that was stopped, or a fresh one.

    So whoever hands in again meets inputs that nobody has seen.
    """
    if asked is not None:
        return asked
    stopped = journal.interrupted_seed()
    return fresh_seed() if stopped is None else stopped


def make_plan(
    sets: Mapping[str, ExerciseSet],
    submissions: Iterable[Submission],
    seed: int,
    limits: Limits,
    sandbox: SandboxMode,
    *,
    seed_was_asked_for: bool,
) -> BatchSettings:
    """Return how submissions are graded; the solution of each of their sets is run for it."""
    names = sorted({item.set_name for item in submissions if not item.problem})
    references = {name: _reference(sets[name], seed) for name in names}
    return BatchSettings(references, seed, limits, sandbox, seed_was_asked_for=seed_was_asked_for)


def _reference(exercises: ExerciseSet, seed: int) -> Reference:
    name = exercises.name
    print(f"{name}: its solution and known mistakes run on seed {seed}", file=sys.stderr)
    key = make_key(exercises, seed, hidden=True)
    rejected = ", ".join(rejects(exercises, key))
    if rejected:
        raise UserError(
            f"the reference of {name} rejects right answers ({rejected}), so no grade would "
            "be fair: run `dlbook build --check` and mend the solution"
        )
    return Reference(key, content_digest(exercises.cells), exercises.title)
