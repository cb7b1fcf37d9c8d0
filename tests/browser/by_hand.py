"""What a learner does in JupyterLab with keys: open, write, run, mend, save, restart."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

FRONT = ".jp-NotebookPanel:visible"
WRONG = "# answer: relu_back\ndef relu_back(g, x):\n    return g * (g > 0)"
RIGHT = "# answer: relu_back\ndef relu_back(g, x):\n    return g * (x > 0)"
_CONNECTED = """async () => {
  const kernels = await (await fetch("/api/kernels")).json();
  const ready = kernels.filter((it) => it.connections > 0 && it.execution_state === "idle");
  return ready.length > 0 && ready.length >= document.querySelectorAll(".jp-NotebookPanel").length;
}"""


class Words(NamedTuple):
    """What an edition says about a wrong and a right `relu_back`; in English by default."""

    mistake: str = "✗ relu_back: known mistake"
    hint: str = "Hint: "
    fold: str = "needed and got"  # a fold of the card that the learner opens,
    inside: str = "needed:"  # and what is in it
    right: str = "✓ relu_back: right"
    taught: str = "where it is taught"  # the fold with a link to the chapter,
    heading: str = "5.2 Send slopes back"  # and where the link leads


ENGLISH = Words()
CHINESE = Words(
    mistake="✗ relu_back：常见错误",
    hint="提示：看的是 g 的符号。",
    fold="第二条提示",
    inside="画出 max(x, 0)",
    right="✓ relu_back：正确",
    taught="在哪里讲过",
    heading="5.2 让斜率沿着图往回走",
)


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


def mend(page: Any, words: Words, place: Path) -> None:
    """Write a wrong line, read its card and open a fold of it, mend the line and see the tick.

    Exercise set 05 is in front and its first cell has run; a picture of each card goes to `place`.
    """
    card = _answered(page, WRONG, words.mistake)
    assert words.hint in card.inner_text()
    card.locator("summary", has_text=words.fold).press("Enter")
    card.locator("details[open]", has_text=words.inside).wait_for()
    page.screenshot(path=place / "wrong.png")
    _answered(page, RIGHT, words.right)
    page.screenshot(path=place / "right.png")


def go_back_to_the_chapter(page: Any, words: Words, place: Path) -> None:
    """Write a wrong line, and follow its card to the section of the chapter that teaches it."""
    card = _answered(page, WRONG, words.mistake)
    card.locator("summary", has_text=words.taught).press("Enter")
    card.locator("details a").click()
    page.locator("h2:visible", has_text=words.heading).wait_for()
    page.screenshot(path=place / "taught.png")


def _answered(page: Any, source: str, verdict: str) -> Any:
    """Answer `relu_back`, wait for the card with a verdict and return it."""
    cell = cell_with(page, "# answer: relu_back")
    answer(page, cell, source)
    card = cell.locator(".jp-OutputArea [role=status]")
    card.filter(has_text=verdict).wait_for()
    return card


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
