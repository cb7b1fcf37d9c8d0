"""Begin an exercise again: its stub comes back, and what was there is kept."""

from pathlib import Path
from typing import Any

from dlbook.check.errors import UserError
from dlbook.check.lines import bound_names
from dlbook.check.roles import marks
from dlbook.grading.errors import UnreadableError
from dlbook.i18n import _
from dlbook.workspace import raw
from dlbook.workspace.folder import Workspace, told, write


def reset(workspace: Workspace, exercise: str) -> tuple[Path, Path | None]:
    """Put the stub of an exercise back into its cell; return the notebook, and where it is kept.

    Where the cell is gone, and no other one defines the answer, it comes back. Of a cell that
    answers other exercises, too, their parts stay. A further cell that answers it goes, so that no
    old answer is in force below the stub. A notebook that is as it was handed out is left alone,
    and nothing is kept: then that is None.

    Raises:
        UserError: if no notebook of the workspace has its cell, or none can be written to.
        UnreadableError: if the notebook is none.
    """
    for path, copy in workspace.published(["exercises"]):
        published = raw.content(path.read_bytes())
        if not _answers(published, exercise):
            continue
        content = _content(copy)
        if not _begin_again(content, published, exercise, copy):
            return copy, None
        kept = workspace.back_up(copy)
        with told(workspace.root):
            write(copy, raw.dump(content))
        return copy, kept
    text = _(
        "an exercise of your notebooks is needed, got {exercise!r}: name it as its answer cell "
        "does, such as relu_back"
    )
    raise UserError(text.format(exercise=exercise))


def _begin_again(
    content: dict[str, Any], published: dict[str, Any], exercise: str, copy: Path
) -> bool:
    """Put the stub into what a learner's notebook holds; return whether that changes anything.

    Raises:
        UserError: if the answer is in a cell without its line.
    """
    stub, cells = _answers(published, exercise)[0], _answers(content, exercise)
    if not cells and _is_bound(content, exercise):
        text = _(
            "a cell with the line `# answer: {exercise}` is needed, {copy} has none: write "
            "that line above your answer, or take the notebook away and run `dlbook update`"
        )
        raise UserError(text.format(exercise=exercise, copy=copy))
    cells = cells or [_put_back(content, published, stub)]
    before = [raw.text(cell).rstrip() for cell in cells]
    after = [_with_part(before[0], exercise, raw.text(stub).rstrip())]
    after += [_with_part(source, exercise, "") for source in before[1:]]
    for cell, source in zip(cells, after, strict=True):
        lines = source.splitlines(keepends=True)
        cell |= {"source": lines, "outputs": [], "execution_count": None}
    gone = [id(cell) for cell in cells if not raw.text(cell)]
    content["cells"] = [cell for cell in content["cells"] if id(cell) not in gone]
    return after != before


def _content(copy: Path) -> dict[str, Any]:
    """Return what a learner's notebook holds.

    Raises:
        UserError: if it is not there.
        UnreadableError: if it is no notebook; its text names the file.
    """
    if not copy.exists():
        text = _("{copy} is needed, it is missing: `dlbook update` brings a new one")
        raise UserError(text.format(copy=copy))
    try:
        return raw.content(raw.read(copy))
    except UnreadableError as error:
        raise UnreadableError(_("{title}: {text}").format(title=copy, text=error)) from None


def _answers(content: dict[str, Any], exercise: str) -> list[raw.RawCell]:
    """Return the code cells that are marked as answers to an exercise."""
    code = [cell for cell in raw.cells(content) if cell.get("cell_type") == "code"]
    return [cell for cell in code if exercise in marks(raw.text(cell))]


def _is_bound(content: dict[str, Any], exercise: str) -> bool:
    """Return whether lines of some code cell bind the name of an exercise."""
    code = (cell for cell in raw.cells(content) if cell.get("cell_type") == "code")
    return any(exercise in bound_names(raw.text(cell)) for cell in code)


def _put_back(content: dict[str, Any], published: dict[str, Any], stub: raw.RawCell) -> raw.RawCell:
    """Put an empty cell where an answer was, below what stands above its stub, and return it."""
    cells, course = content["cells"], raw.cells(published)
    above = {cell.get("id") for cell in course[: course.index(stub)]}
    places = (
        n for n, cell in enumerate(cells) if isinstance(cell, dict) and cell.get("id") in above
    )
    at = max(places, default=-1)
    empty = {**stub, "source": ""}
    names = [cell.get("id") for cell in raw.cells(content)]
    if None in names:  # as in formats before 4.5, where a cell may have none
        del empty["id"]
    elif empty["id"] in names:
        empty["id"] += "-again"
    cells.insert(at + 1, empty)
    return empty


def _with_part(source: str, exercise: str, new: str) -> str:
    """Return a cell with `new` in place of its answer to an exercise, and no other part changed.

    A part begins with its line `# answer: NAME`, and what stands above the first one is its own.
    """
    if len(marks(source)) < 2:
        return new
    parts: dict[str, list[str]] = {}
    name = ""
    for line in source.split("\n"):
        name = next(iter(marks(line)), name)
        parts.setdefault(name, []).append(line)
    parts[exercise] = new.split("\n") if new else []
    return "\n".join(line for part in parts.values() for line in part).rstrip()
