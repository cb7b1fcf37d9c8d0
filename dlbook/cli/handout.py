"""What `dlbook release`, `gradescope` and `classroom` do: write what others will run."""

import argparse
import sys
from typing import TYPE_CHECKING

from dlbook.check.errors import UserError
from dlbook.cli.course import NOT_RIGHT, RIGHT, find_course, find_own_course

if TYPE_CHECKING:
    from pathlib import Path


def release(options: argparse.Namespace) -> int:
    """Write the students' bundle into a new folder."""
    from dlbook.grading.errors import ReleaseError
    from dlbook.grading.handout.release import release as write

    course = find_own_course(options)
    try:
        files = write(course, options.folder, lambda line: print(line, file=sys.stderr))
    except ReleaseError as error:
        raise UserError(str(error)) from None
    notebooks = sum(path.suffix == ".ipynb" for path in files)
    print(f"{options.folder}: {notebooks} notebooks, {len(files)} files; no solution is in it")
    return RIGHT if notebooks else NOT_RIGHT


def gradescope(options: argparse.Namespace) -> int:
    """Write the archive that Gradescope builds an autograder from."""
    from dlbook.grading.batch.batch import fresh_seed
    from dlbook.grading.course.exercise_set import understand
    from dlbook.grading.course.programs import make_key
    from dlbook.grading.handout.gradescope import archive

    _require_new(options.out)
    path = _one(options, "solutions")
    from dlbook.grading.notebook import read

    seed = fresh_seed() if options.seed is None else options.seed
    key = make_key(understand(path.stem, read(path))[0], seed, hidden=True)
    options.out.write_bytes(archive(key, options.sandbox))
    print(f"{options.out}: upload it as the autograder of {path.stem}")
    if options.sandbox == "off":
        print("without a sandbox the student's code can read the key inside the container")
    return RIGHT


def classroom(options: argparse.Namespace) -> int:
    """Write the workflow into a template repository."""
    from dlbook.check.answer_key import load
    from dlbook.grading.handout.classroom import PLACE, workflow

    course = find_course(options)
    key = load(course.key(_one(options, "exercises").stem))
    if key is None:
        raise UserError(f"a key is needed for {options.set}: run `dlbook build`")
    target = options.folder / PLACE
    _require_new(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(workflow(key), "utf-8")
    print(
        f"{target}: {len(key.exercises)} exercises, {sum(e.points for e in key.exercises)} points"
    )
    print("the template also needs what `dlbook release` writes; push both")
    return RIGHT


def _require_new(path: "Path") -> None:
    if path.exists():
        raise UserError(f"a new file is needed, {path} exists: name another, or move it away")


def _one(options: argparse.Namespace, folder: str) -> "Path":
    """Return the one notebook of a folder that `options.set` names."""
    notebooks = find_course(options).notebooks(folder)
    found = [path for path in notebooks if path.stem.startswith(options.set)]
    if len(found) != 1:
        sets = ", ".join(path.stem for path in notebooks) or "none"
        raise UserError(f"one set is needed, got {options.set!r}; in {folder}/ there are: {sets}")
    return found[0]
