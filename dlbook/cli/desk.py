"""The verbs of a learner who is at work: hint, solution, progress and watch."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlbook.check.errors import UserError
from dlbook.cli.course import NOT_RIGHT, RIGHT, find_course
from dlbook.i18n import _

if TYPE_CHECKING:
    from dlbook.check.answer_key import ExerciseKey

_LOOK_EVERY = 0.5  # seconds


@click.command(short_help="the way on with one exercise")
@click.argument("exercise")
@click.option("--example", is_flag=True, help="Also the first case that is not right, both values.")
@click.pass_obj
def hint(root: Path | None, exercise: str, example: bool) -> int:
    """Check EXERCISE, then give a second hint and the section to read again."""
    from dlbook.check.ladder import steps
    from dlbook.cli.learner import report_on
    from dlbook.cli.target import targets

    key, course = _key_of(exercise), find_course(root)
    ((path, name),) = targets(course, exercise)
    report = report_on(course, path, name, None)
    if report is None:
        return NOT_RIGHT
    outcome = report.exercises[0].outcomes[0]
    print(outcome.text())
    if report.all_right:
        return RIGHT
    for step in steps(key, outcome.example if example else ""):
        print(step.line())
    return NOT_RIGHT


@click.command(short_help="the course's answer to one exercise")
@click.argument("exercise")
@click.option("--anyway", is_flag=True, help="Also without an attempt of yours.")
@click.pass_obj
def solution(root: Path | None, exercise: str, anyway: bool) -> int:
    """Show the course's answer to EXERCISE, once there is an attempt of yours."""
    from dlbook.check import progress
    from dlbook.check.ladder import solution as find_solution
    from dlbook.check.progress import Entry

    _key_of(exercise)
    place = progress.find((root or Path.cwd()).resolve())
    tried = progress.read(place).get(exercise, Entry()).attempts
    if not tried and not anyway:
        text = _(
            "an attempt of yours is needed first, there is none at {exercise}: run an answer in "
            "the notebook, or add --anyway"
        )
        raise UserError(text.format(exercise=exercise))
    found = find_solution(exercise)
    if not found:
        raise UserError(_("a course with solutions is needed, this one has none: ask your teacher"))
    print(found)
    return RIGHT


@click.command(short_help="which exercises are right, and what comes next")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_obj
def progress(root: Path | None, as_json: bool) -> int:
    """Show the course as a small map: ● right, ◐ tried, ○ open."""
    import json

    from dlbook.check import course_map, progress as notes

    place = notes.find((root or Path.cwd()).resolve())
    found = course_map.rows(notes.read(place))
    if as_json:
        print(json.dumps(course_map.plain(found), ensure_ascii=False, indent=1))
    else:
        print(course_map.text(found))
    return RIGHT


@click.command(short_help="check a notebook again each time you save it")
@click.argument("target", default="")
@click.pass_obj
def watch(root: Path | None, target: str) -> int:
    """Check exercise notebooks again each time they are saved; Ctrl-C ends it.

    TARGET is what `dlbook check` takes; without it, every set is watched.
    """
    from dlbook.cli.learner import report_on
    from dlbook.cli.target import targets

    course = find_course(root)
    wanted = dict(targets(course, target))
    text = _("watching {count} notebooks; save one to have it checked, Ctrl-C ends this")
    print(text.format(count=len(wanted)))
    seen = saved(wanted)
    while True:
        time.sleep(_LOOK_EVERY)
        now = saved(wanted)
        for path in (path for path in wanted if now[path] != seen[path]):
            report = report_on(course, path, wanted[path], None)
            if report is not None:
                print(report.text(), flush=True)
        seen = now


def saved(paths: Iterable[Path]) -> dict[Path, int]:
    """Return when each file was last written, in nanoseconds; 0 where there is none."""
    return {path: path.stat().st_mtime_ns if path.exists() else 0 for path in paths}


def _key_of(exercise: str) -> "ExerciseKey":
    """Return the key of an exercise.

    Raises:
        UserError: if there is none; names that are near are told.
    """
    from difflib import get_close_matches

    from dlbook.check import answer_key
    from dlbook.check.localized import localized_exercise

    found = answer_key.find(exercise)
    if found:
        return localized_exercise(found[0].name, found[1])
    names = [entry.name for key in answer_key.all_keys() for entry in key.exercises]
    near = get_close_matches(exercise, names, 3) or names[:3]
    text = _("an exercise is needed, got {exercise!r}; try {names}")
    raise UserError(text.format(exercise=exercise, names=", ".join(near)))
