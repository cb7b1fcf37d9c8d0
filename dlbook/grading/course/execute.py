"""Run a notebook of ours and keep its outputs, in the form that is committed."""

import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from dlbook.grading.errors import CellFailedError
from dlbook.grading.kernel.launcher import kernel_environment, manager
from dlbook.grading.kernel.scratch import prefix
from dlbook.grading.notebook import Cell

_UNSTABLE = "application/vnd.jupyter.widget-view+json"  # names a widget of a kernel that is gone


def execute(
    cells: list[Cell], folder: Path, environment: dict[str, str], timeout: float = 600
) -> list[Cell]:
    """Return the cells with the outputs of a run in a fresh kernel, from top to bottom.

    Args:
        cells: the notebook's cells.
        folder: where the kernel runs.
        environment: variables of the kernel beside those that it gets anyway.
        timeout: seconds for a cell.

    Raises:
        CellFailedError: if a cell raises.
    """
    from nbclient import NotebookClient  # takes half a second, and most builds run nothing
    from nbclient.exceptions import CellExecutionError
    from nbformat.v4 import new_code_cell, new_notebook

    code = [cell for cell in cells if cell.kind == "code"]
    notebook = new_notebook(cells=[new_code_cell(cell.source) for cell in code])
    client = NotebookClient(
        notebook, km=manager(), timeout=timeout, resources={"metadata": {"path": str(folder)}}
    )
    try:
        with tempfile.TemporaryDirectory(prefix=prefix()) as settings:
            variables = kernel_environment(settings, DLBOOK_QUIET="1", **environment)
            client.execute(env=variables, stderr=subprocess.DEVNULL, cleanup_kc=True)
    except CellExecutionError as error:
        failed = next(c for c in notebook.cells if any("ename" in o for o in c.outputs))
        raise CellFailedError(
            f"a cell fails ({error.ename}: {error.evalue}), mend it and build again:\n"
            f"{failed.source}"
        ) from None
    done = iter(
        replace(cell, count=number, outputs=_outputs(ran.outputs))
        for number, (cell, ran) in enumerate(zip(code, notebook.cells, strict=True), start=1)
    )
    return [next(done) if cell.kind == "code" else cell for cell in cells]


def _outputs(outputs: Any) -> tuple[dict[str, Any], ...]:
    """Return outputs as plain data: streams in one piece each, no views of live widgets."""
    kept: list[dict[str, Any]] = []
    for output in outputs:
        entry = dict(output)
        if "data" in entry:
            entry["data"] = {k: v for k, v in entry["data"].items() if k != _UNSTABLE}
        last = kept[-1] if kept else {}
        if entry.get("name") and entry.get("name") == last.get("name"):
            last["text"] += entry["text"]
        else:
            kept.append(entry)
    return tuple(kept)
