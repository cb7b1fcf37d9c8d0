"""The verbs of a learner who is at work: hint, solution, progress and watch."""

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlbook.check.errors import UserError
from dlbook.cli.course import NOT_RIGHT, RIGHT, UNUSABLE, find_progress, find_work, plain_json
from dlbook.cli.verb import Verb
from dlbook.i18n import N_, _

if TYPE_CHECKING:
    from dlbook.grading.course.build import Course
    from dlbook.grading.run.report import Report

_LOOK_EVERY = 0.5  # seconds


@click.command(cls=Verb, short_help=N_("the way on with one exercise"))
@click.argument("exercise")
@click.option(
    "--example", is_flag=True, help=N_("Also the first case that is not right, both values.")
)
@click.pass_obj
def hint(root: Path | None, exercise: str, example: bool) -> int:
    """Check EXERCISE, then give a hint and the section to read again."""
    from dlbook.check.ladder import steps
    from dlbook.check.progress import find, was_tried
    from dlbook.cli.learner import report_on
    from dlbook.cli.names import key_of
    from dlbook.cli.target import targets

    key, course = key_of(exercise), find_work(root)
    ((path, name),) = targets(course, key.name)
    report = report_on(course, path, name, None)
    if report is None:
        return UNUSABLE
    outcome = report.exercises[0].outcomes[0]
    print(outcome.text())
    if report.all_right:
        return RIGHT
    tried = was_tried(find(path.resolve().parent), name, outcome)
    shown = outcome if example else replace(outcome, example="")
    for step in steps(key, shown, tried=tried):
        print(replace(step, link=_notebook(step.link)).line())
    return NOT_RIGHT


def _notebook(link: str) -> str:
    """Return the name of the notebook that a link leads to; the link holds for exercises/ alone."""
    return link.partition("#")[0].rpartition("/")[2]


@click.command(cls=Verb, short_help=N_("the course's answer to one exercise"))
@click.argument("exercise")
@click.option("--anyway", is_flag=True, help=N_("Also without an attempt of yours."))
@click.pass_obj
def solution(root: Path | None, exercise: str, anyway: bool) -> int:
    """Show the course's answer to EXERCISE, once there is an attempt of yours."""
    from dlbook.check import progress
    from dlbook.check.ladder import solution as find_solution
    from dlbook.cli.names import key_of

    exercise = key_of(exercise).name
    if not anyway and not progress.was_tried(find_progress(root), exercise):
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


@click.command(cls=Verb, short_help=N_("which exercises were right, and what comes next"))
@click.option("--json", "as_json", is_flag=True, help=N_("Print it as JSON."))
@click.pass_obj
def progress(root: Path | None, as_json: bool) -> int:
    """Show the course as a small map: ● was right, ◐ tried, ○ open."""
    from dlbook.check import course_map, progress as notes

    path = find_progress(root)
    if notes.is_damaged(path):
        text = _(
            "a file that can be read is needed to know your progress, {path} is damaged: run "
            "`dlbook check`, which finds out anew what is right; your answers are whole"
        )
        print(text.format(path=path), file=sys.stderr)
    found = course_map.rows(notes.read(path))
    if as_json:
        print(plain_json(course_map.plain(found)))
    else:
        print(course_map.text(found))
    return RIGHT


@click.command(cls=Verb, short_help=N_("check a notebook again each time you save it"))
@click.argument("target", default="")
@click.pass_obj
def watch(root: Path | None, target: str) -> int:
    """Check exercise notebooks again each time they are saved; Ctrl-C ends it.

    What is as it was at the last check of a notebook is not said again.

    TARGET is what `dlbook check` takes; without it, every set is watched.
    """
    from dlbook.cli.target import targets
    from dlbook.cli.watching import Saves

    course = find_work(root)
    wanted = dict(targets(course, target))
    one, many = next(iter(wanted)).name, _("{count} notebooks").format(count=len(wanted))
    text = _("watching {what}; save to have it checked, Ctrl-C ends this")
    print(text.format(what=many if len(wanted) > 1 else one), flush=True)
    saves = Saves(wanted)
    last: dict[Path, Report] = {}
    while True:
        time.sleep(_LOOK_EVERY)
        for path in saves.look():
            print(_looked_at(course, path, wanted[path], last), flush=True)


def _looked_at(course: "Course", path: Path, exercise: str, last: "dict[Path, Report]") -> str:
    """Return what there is to say of a notebook that has changed; nothing in it ends the watch.

    Args:
        course: where its key is.
        path: of the notebook.
        exercise: the only one that is wanted; '' for all.
        last: the last report on each notebook, which this one takes the place of.
    """
    from dlbook.cli.learner import report_on
    from dlbook.grading.errors import GraderError

    if not path.exists():
        return _("{file} is gone; it is checked again once it is back").format(file=path.name)
    try:
        report = report_on(course, path, exercise, None)
    except (UserError, GraderError) as error:
        return f"{path.name}: {error}"
    if report is None:
        return _("{file} is checked again when you have mended it").format(file=path.name)
    said = report.text(last.get(path))
    last[path] = report
    return said
