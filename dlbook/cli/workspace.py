"""The verbs of a learner's own folder: init, update and reset."""

import os
import re
import shlex
from pathlib import Path

import click

from dlbook.cli.course import NOT_RIGHT, RIGHT, find_work
from dlbook.cli.options import PATH, language_option
from dlbook.cli.verb import Verb
from dlbook.i18n import N_, _, language as language_here, noted_in, use

_RELOAD = N_("Where it is open in JupyterLab, choose File, Reload Notebook from Disk.")


@click.command(cls=Verb, short_help=N_("make a folder of your own with the course in it"))
@click.argument("place", type=PATH, metavar="DIR")
@language_option
def init(place: Path, language: str | None) -> int:
    """Make a folder with copies of the course, to read, run and write into.

    DIR is a new or an empty folder. Called again, it adds what is missing and changes nothing,
    unless another language is named: then copies get its text, and what you have written stays.
    """
    from dlbook.check.progress import NOTES
    from dlbook.workspace import folder
    from dlbook.workspace.update import speak

    use(language or noted_in(place) or language_here())
    is_made = (place / NOTES).is_dir()
    workspace = folder.init(place, "" if is_made else language_here())
    speak(workspace, language or workspace.language)
    text = _("Your copies are in {root}. Next: `cd {place}`, then `dlbook lab`.")
    if place.resolve() == Path.cwd():
        text = _("Your copies are in {root}. Next: `dlbook lab`.")
    print(text.format(root=workspace.root, place=_quoted(place)))
    return RIGHT


@click.command(cls=Verb, short_help=N_("bring a newer course into your copies"))
@click.pass_obj
def update(root: Path | None) -> int:
    """Bring a newer course into your copies, cell by cell.

    What you have written stays, your own cells too. Where both you and the course have changed a
    cell, yours stays and the course's is put below it. A notebook that changes is first kept in
    backups/, under today's date.
    """
    from dlbook.workspace import folder
    from dlbook.workspace.update import update as bring

    workspace = folder.of(find_work(root))
    all_read = bring(workspace, lambda line: print(line, flush=True))
    text = _("{root} has the course of today.")
    if not all_read:
        text = _(
            "The others are of today. What was left alone is untouched: mend it as its line says, "
            "or move it out of {root}; then `dlbook update` brings what is missing."
        )
    print(text.format(root=workspace.root))
    return RIGHT if all_read else NOT_RIGHT


@click.command(cls=Verb, short_help=N_("begin an exercise again; what you wrote is kept"))
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
    copy, kept = begin_again(folder.of(find_work(root)), exercise)
    if kept is None:
        text = _("{exercise} is as it was handed out, in {copy}: there is nothing to reset.")
        print(text.format(exercise=exercise, copy=copy))
    else:
        text = _("{exercise} begins again in {copy}. What was there is in {kept}.")
        told = text.format(exercise=exercise, copy=copy, kept=kept)
        print(_("{one} {two}").format(one=told, two=_(_RELOAD)))
    return RIGHT


def _quoted(place: Path) -> str:
    """Return a folder as one types it behind `cd`, in the shell of this system."""
    text = str(Path(".", place))
    if text.startswith("-"):
        text = os.path.join(".", text)
    if re.fullmatch(r"[\w./\\:-]+", text):
        return text
    if os.name == "posix" and re.search(r'["$`\\!\n]', text):
        return shlex.quote(text)
    return f'"{text}"'
