"""The verbs of a learner's own folder: init, update and reset."""

from pathlib import Path

import click

from dlbook.cli.course import NOT_RIGHT, RIGHT, find_course
from dlbook.cli.options import PATH

_RELOAD = "Where it is open in JupyterLab, choose File, Reload Notebook from Disk."


@click.command(short_help="make a folder of your own with the course in it")
@click.argument("place", type=PATH, metavar="DIR")
def init(place: Path) -> int:
    """Make a folder with copies of the course, to read, run and write into.

    DIR is a new or an empty folder. Called again, it adds what is missing and changes nothing.
    """
    from dlbook.workspace import folder

    workspace = folder.init(place)
    go = "" if place.resolve() == Path.cwd() else f"`cd {_quoted(place)}`, then "
    print(f"Your copies are in {workspace.root}. Next: {go}`dlbook lab`.")
    return RIGHT


@click.command(short_help="bring a newer course into your copies")
@click.pass_obj
def update(root: Path | None) -> int:
    """Bring a newer course into your copies, cell by cell.

    What you have written stays, your own cells too. Where both you and the course have changed a
    cell, yours stays and the course's is put below it. A notebook that changes is first kept in
    backups/, under today's date.
    """
    from dlbook.workspace import folder
    from dlbook.workspace.update import update as bring

    workspace = folder.of(find_course(root))
    all_read = bring(workspace, lambda line: print(line, flush=True))
    print(f"{workspace.root} has the course of today." if all_read else "The others are of today.")
    return RIGHT if all_read else NOT_RIGHT


@click.command(short_help="begin an exercise again; what you wrote is kept")
@click.argument("exercise")
@click.pass_obj
def reset(root: Path | None, exercise: str) -> int:
    """Put the stub of EXERCISE back into its cell.

    The notebook as it was is kept in backups/, under today's date.
    """
    from dlbook.cli.names import key_of
    from dlbook.workspace import folder
    from dlbook.workspace.reset import reset as begin_again

    exercise = key_of(exercise).name
    copy, kept = begin_again(folder.of(find_course(root)), exercise)
    if kept is None:
        print(f"{exercise} is as it was handed out, in {copy}: there is nothing to reset.")
    else:
        print(f"{exercise} begins again in {copy}. What was there is in {kept}. {_RELOAD}")
    return RIGHT


def _quoted(place: Path) -> str:
    return f'"{place}"' if " " in str(place) else str(place)
