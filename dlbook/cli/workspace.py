"""The verbs of a learner's own folder: init, update and reset."""

from pathlib import Path

import click

from dlbook.cli.course import NOT_RIGHT, RIGHT, find_course
from dlbook.cli.options import PATH, language_option
from dlbook.i18n import _, language as language_here, noted_in, use


@click.command(short_help="make a folder of your own with the course in it")
@click.argument("place", type=PATH, metavar="DIR")
@language_option
def init(place: Path, language: str | None) -> int:
    """Make a folder with copies of the course, to read, run and write into.

    DIR is a new or an empty folder. Called again, it adds what is missing and changes nothing,
    unless another language is named: then copies get its text, and what you have written stays.
    """
    from dlbook.workspace import folder
    from dlbook.workspace.update import speak

    use(language or noted_in(place) or language_here())
    is_made = (place / folder.NOTES).is_dir()
    workspace = folder.init(place, "" if is_made else language_here())
    speak(workspace, language or workspace.language)
    text = _("Your copies are in {root}. Next: `cd {place}`, then `dlbook lab`.")
    print(text.format(root=place.resolve(), place=place))
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
    lines: list[str] = []

    def say(line: str) -> None:
        print(line, flush=True)
        lines.append(line)

    all_read = bring(workspace, say)
    if not lines:
        print(_("{root} has the course of today.").format(root=workspace.root))
    return RIGHT if all_read else NOT_RIGHT


@click.command(short_help="begin an exercise again; what you wrote is kept")
@click.argument("exercise")
@click.pass_obj
def reset(root: Path | None, exercise: str) -> int:
    """Put the stub of EXERCISE back into its cell.

    The notebook as it was is kept in backups/, under today's date.
    """
    from dlbook.workspace import folder
    from dlbook.workspace.reset import reset as begin_again

    copy, kept = begin_again(folder.of(find_course(root)), exercise)
    text = _("{exercise} begins again in {copy}. What was there is in {kept}.")
    print(text.format(exercise=exercise, copy=copy, kept=kept))
    return RIGHT
