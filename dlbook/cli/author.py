"""The verb of authors: build."""

import sys
from pathlib import Path

import click

from dlbook.cli.course import NOT_RIGHT, RIGHT, find_own_course


@click.command(short_help="bring exercises and keys along with solutions/")
@click.option("--check", "only_check", is_flag=True, help="Write nothing, tell what is amiss.")
@click.pass_obj
def build(root: Path | None, only_check: bool) -> int:
    """Bring exercises, keys and outputs along with solutions/ and chapters/."""
    from dlbook.grading.course import build as builder

    bring_along = builder.check if only_check else builder.build
    problems = bring_along(find_own_course(root), print)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return NOT_RIGHT
    print("everything is fresh")
    return RIGHT
