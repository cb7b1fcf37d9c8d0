"""Begin an exercise again: its stub comes back, and what was there is kept."""

from pathlib import Path

from dlbook.check.errors import UserError
from dlbook.check.roles import marks
from dlbook.i18n import _
from dlbook.workspace import raw
from dlbook.workspace.folder import Workspace, told, write


def reset(workspace: Workspace, exercise: str) -> tuple[Path, Path | None]:
    """Put the stub of an exercise back into its cell; return the notebook, and where it is kept.

    A cell that is as it was handed out is left alone, and nothing is kept: then that is None.

    Raises:
        UserError: if no notebook of the workspace has its cell, or none can be written to.
        UnreadableError: if the notebook is none.
    """
    for path, copy in workspace.published(["exercises"]):
        stub = _answer(raw.content(path.read_bytes()), exercise)
        if stub is None:
            continue
        if not copy.is_file():
            break
        content = raw.content(copy.read_bytes())
        cell = _answer(content, exercise)
        if cell is None:
            text = _(
                "a cell with the line `# answer: {exercise}` is needed, {copy} has none: write "
                "that line above your answer, or take the notebook away and run `dlbook update`"
            )
            raise UserError(text.format(exercise=exercise, copy=copy))
        if raw.text(cell).rstrip() == raw.text(stub).rstrip():
            return copy, None
        cell |= {"source": stub["source"], "outputs": [], "execution_count": None}
        kept = workspace.back_up(copy)
        with told(workspace.root):
            write(copy, raw.dump(content))
        return copy, kept
    text = _(
        "an exercise of your notebooks is needed, got {exercise!r}: name it as its answer cell "
        "does, such as relu_back"
    )
    raise UserError(text.format(exercise=exercise))


def _answer(content: dict[str, object], exercise: str) -> raw.RawCell | None:
    found = (cell for cell in raw.cells(content) if exercise in marks(raw.text(cell)))
    return next(found, None)
