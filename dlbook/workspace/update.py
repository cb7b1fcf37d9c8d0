"""Bring the course of today into a workspace; what a learner wrote stays, and is kept beside."""

from collections.abc import Callable
from pathlib import Path

from dlbook.check.progress import NOTES
from dlbook.check.shared import atomic
from dlbook.edition.book import Edition
from dlbook.grading.errors import UnreadableError
from dlbook.i18n import _
from dlbook.workspace import raw
from dlbook.workspace.folder import BACKUPS, FOLDERS, Workspace, fresh, told, write
from dlbook.workspace.merge import merge

Say = Callable[[str], object]
_WITH_IDS = 5  # the first format 4.x in which cells have ids, as merged ones do


def update(workspace: Workspace, say: Say) -> bool:
    """Bring every notebook of the course along, and return whether all could be read.

    Args:
        workspace: what is updated. Notebooks that the course no longer has stay.
        say: is told what has changed, a line each.

    Raises:
        UserError: if the folder cannot be written to; what was done until then is whole.
    """
    for name in (*FOLDERS, BACKUPS, NOTES):
        atomic.clear(workspace.root / name)
    all_read, edition = True, workspace.edition()
    for path, copy in workspace.published():
        try:
            _one(workspace, edition, path, copy, say)
        except UnreadableError as error:
            text = _("left alone  {name}: {why}")
            say(text.format(name=f"{copy.parent.name}/{copy.name}", why=error))
            all_read = False
    return all_read


def speak(workspace: Workspace, language: str, say: Say = print) -> None:
    """Make the copies of a workspace those of another language; what was written in them stays.

    Where they are in that language already, nothing is changed.

    Raises:
        UserError: if the folder cannot be written to.
    """
    if workspace.language != language:
        workspace.speak(language)
        if workspace.is_made:
            update(workspace, say)


def _one(workspace: Workspace, edition: Edition, path: Path, copy: Path, say: Say) -> None:
    new, name = fresh(path, edition), f"{copy.parent.name}/{copy.name}"
    noted = workspace.handed_out(copy)
    base = _readable(noted)
    if not copy.exists():
        with told(workspace.root):
            write(noted, new)
            write(copy, new)
        say(_("new         {name}").format(name=name))
        return
    mine = raw.read(copy)
    if base == new:
        raw.content(mine)  # tells of a damaged copy, also where there is nothing new
        return
    data, remarks = merged(base, mine, new)
    if data != mine:
        kept = workspace.back_up(copy)
        with told(workspace.root):
            write(copy, data)
        text = _("updated     {name} (as it was: {kept})")
        say(text.format(name=name, kept=kept.relative_to(workspace.root)))
    with told(workspace.root):
        write(noted, new)
    for remark in remarks:
        say(f"            {remark}")


def _readable(noted: Path) -> bytes | None:
    """Return a notebook as it was handed out, None where that is not noted, or damaged."""
    try:
        data = raw.read(noted)
        raw.content(data)
    except UnreadableError:
        return None
    return data


def merged(base: bytes | None, mine: bytes, new: bytes) -> tuple[bytes, list[str]]:
    """Return a notebook's file with what the course has changed, and remarks on it.

    Args:
        base: the file as it was handed out, None where nobody has noted that: then every cell that
            differs from the course counts as the learner's.
        mine: the file as it is.
        new: the course's file of today.

    Raises:
        UnreadableError: if `mine` is no notebook with cells that have ids.
    """
    content = raw.content(mine)
    minor = content.get("nbformat_minor")
    states = (raw.cells(raw.content(data)) for data in (base or new, mine, new))
    result = merge(*states)
    remarks = result.remarks
    if base is None:
        remarks = [_("it is not noted how it was handed out: cells that differ stay as yours")]
    if result.cells == content["cells"]:
        return mine, remarks
    content["cells"] = result.cells
    if not isinstance(minor, int) or minor < _WITH_IDS:
        content["nbformat_minor"] = _WITH_IDS
    return raw.dump(content), remarks
