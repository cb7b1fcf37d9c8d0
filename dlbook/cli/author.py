"""The verbs of authors: new and build."""

import shlex
import sys
from pathlib import Path

import click

from dlbook.check.errors import UserError
from dlbook.cli.course import NOT_RIGHT, RIGHT, find_own_course
from dlbook.cli.options import PATH
from dlbook.i18n import N_


@click.command(short_help=N_("make a course of your own, with one sample set"))
@click.argument("folder", type=PATH, metavar="DIR")
@click.option(
    "--title", metavar="WORDS", default="", help="Its title (default: the folder's name)."
)
def new(folder: Path, title: str) -> int:
    """Make a course of your own in DIR, a new or empty folder, with one sample set."""
    from dlbook.grading.handout.own_course import make

    for path in make(folder, title):
        print(f"write  {path}")
    go = f"cd {shlex.quote(str(folder))}"
    print(f"Next: `{go}`, then `dlbook build`. What you edit stands in its README.md.")
    return RIGHT


@click.command(short_help=N_("bring exercises and keys along with solutions/"))
@click.argument("sets", nargs=-1, metavar="[SET]...")
@click.option("--check", "only_check", is_flag=True, help="Write nothing, say what is wrong.")
@click.pass_obj
def build(root: Path | None, sets: tuple[str, ...], only_check: bool) -> int:
    """Bring exercises, keys and outputs along with solutions/ and chapters/.

    SET names sets to build whether they changed or not, such as 05; without it, all that changed
    are built.
    """
    from dlbook.edition import problems as editions
    from dlbook.grading.course import build as builder

    if only_check and sets:
        raise UserError("--check looks at the whole course: leave the sets out")
    course = find_own_course(root)
    problems = builder.check(course, print) if only_check else builder.build(course, print, sets)
    if only_check:
        print("check  editions in other languages")
        problems += editions.problems(course)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return NOT_RIGHT
    print("everything is fresh")
    return RIGHT
