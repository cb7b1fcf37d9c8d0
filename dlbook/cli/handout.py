"""The verbs that write what others will run: release, gradescope, classroom."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlbook import atomic
from dlbook.check.errors import UserError
from dlbook.check.names import sets_named
from dlbook.cli.course import (
    NOT_RIGHT,
    RIGHT,
    find_course,
    find_own_course,
    require_new,
    require_new_in_folder,
)
from dlbook.cli.options import PATH, SEED, sandbox_option
from dlbook.i18n import N_

if TYPE_CHECKING:
    from dlbook.grading.batch.worker import SandboxMode
    from dlbook.grading.course.build import Course


@click.command(short_help=N_("write the students' bundle, without solutions"))
@click.argument("folder", type=PATH, metavar="DIR")
@click.option("--set", "sets", metavar="05", multiple=True, help="This set alone; again for more.")
@click.pass_obj
def release(root: Path | None, folder: Path, sets: tuple[str, ...]) -> int:
    """Write the students' bundle, without solutions, into DIR.

    DIR is a new or empty folder, or one with an earlier release: then this one is added, and
    whatever else is there stays. A set whose key notes that it is in order is not checked again.
    """
    from dlbook.grading.handout.release import release as write

    course = find_own_course(root)
    files = write(course, folder, lambda line: print(line, file=sys.stderr), sets)
    notebooks = sum(path.suffix == ".ipynb" for path in files)
    print(f"{folder}: {notebooks} notebooks, {len(files)} files; no solution is in it")
    return RIGHT if notebooks else NOT_RIGHT


@click.command(short_help=N_("write an autograder for Gradescope"))
@click.argument("set_prefix", metavar="SET")
@click.option("-o", "out", type=PATH, metavar="FILE.zip", required=True, help="A new file.")
@click.option("--seed", type=SEED, help="Where hidden inputs come from (default: a fresh one).")
@sandbox_option
@click.pass_obj
def gradescope(
    root: Path | None, set_prefix: str, out: Path, seed: int | None, sandbox: "SandboxMode"
) -> int:
    """Write the archive from which Gradescope builds an autograder of SET, such as 05."""
    from dlbook.grading.batch.batch import fresh_seed
    from dlbook.grading.course.exercise_set import understand
    from dlbook.grading.course.programs import make_key
    from dlbook.grading.handout.gradescope import archive
    from dlbook.grading.notebook import read

    require_new_in_folder(out)
    path = _one(find_course(root), "solutions", set_prefix)
    seed = fresh_seed() if seed is None else seed
    key = make_key(understand(path.stem, read(path))[0], seed, hidden=True)
    atomic.write(out, archive(key, sandbox))
    print(f"{out}: upload it as the autograder of {path.stem}")
    if sandbox == "off":
        print("without a sandbox the student's code can read the key inside the container")
    return RIGHT


@click.command(short_help=N_("write a workflow for GitHub Classroom"))
@click.argument("set_prefix", metavar="SET")
@click.argument("folder", type=PATH, metavar="DIR")
@click.pass_obj
def classroom(root: Path | None, set_prefix: str, folder: Path) -> int:
    """Write a workflow for SET, such as 05, into DIR, a template repository of GitHub Classroom."""
    from dlbook.check.answer_key import load
    from dlbook.grading.handout.classroom import PLACE, workflow

    course = find_course(root)
    key = load(course.key(_one(course, "exercises", set_prefix).stem))
    if key is None:
        raise UserError(f"a key is needed for {set_prefix}: run `dlbook build`")
    target = folder / PLACE
    require_new(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(target, workflow(key))
    points = sum(exercise.points for exercise in key.exercises)
    print(f"{target}: {len(key.exercises)} exercises, {points} points")
    print("the template also needs what `dlbook release` writes; push both")
    return RIGHT


def _one(course: "Course", folder: str, prefix: str) -> Path:
    """Return the one notebook of a folder that `prefix` names: 5, 05 or 05_back."""
    notebooks = course.notebooks(folder)
    named = sets_named(prefix, [path.stem for path in notebooks])
    found = [path for path in notebooks if path.stem in named]
    if len(found) != 1:
        sets = ", ".join(path.stem for path in notebooks) or "none"
        raise UserError(f"one set is needed, got {prefix!r}; in {folder}/ there are: {sets}")
    return found[0]
