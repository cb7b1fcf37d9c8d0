"""What a learner does in JupyterLab with keys: open, write, run, save, restart."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat

FRONT = ".jp-NotebookPanel:visible"
_CONNECTED = """async () => {
  const kernels = await (await fetch("/api/kernels")).json();
  const ready = kernels.filter((it) => it.connections > 0 && it.execution_state === "idle");
  return ready.length > 0 && ready.length >= document.querySelectorAll(".jp-NotebookPanel").length;
}"""


def write_notebook(path: Path, sources: Iterable[str]) -> None:
    """Write a notebook with these code cells, for Python."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)


def open_notebook(page: Any, address: str) -> None:
    """Go to a notebook and wait until its kernel is there."""
    page.goto(address)
    idle(page)


def idle(page: Any) -> None:
    """Wait until each open notebook has an idle kernel; keys that come earlier may run nothing.

    A notebook that has just come to the front shows for a moment the status of another.
    """
    page.wait_for_function(_CONNECTED)
    page.locator("#jp-main-statusbar >> text=Idle").wait_for()


def cell_with(page: Any, text: str) -> Any:
    """Return the first code cell of the notebook in front whose code holds a text."""
    code = page.locator(".cm-content", has_text=text)
    return page.locator(f"{FRONT} .jp-CodeCell").filter(has=code).first


def run(page: Any, cell: Any) -> None:
    """Run a cell with the keys that everybody uses; the next one is chosen."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")


def answer(page: Any, cell: Any, source: str) -> None:
    """Replace the text of a cell and run it."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    page.keyboard.press("Shift+Enter")


def save(page: Any) -> None:
    """Save the notebook in front, and wait until the server has written it."""
    with page.expect_response(_is_a_save):
        page.keyboard.press("Control+S")


def _is_a_save(response: Any) -> bool:
    return response.request.method == "PUT" and "/api/contents/" in response.url


def restart(page: Any) -> None:
    """Restart the kernel of the notebook in front by keys."""
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    page.keyboard.press("0")
    page.get_by_role("button", name="Confirm Kernel Restart").click()
