"""A learner in the real JupyterLab: opens the exercise set, answers wrongly, then rightly."""

import pytest

from dlbook.check import progress
from tests.browser import by_hand
from tests.browser.by_hand import answer

WRONG = "# answer: relu_back\ndef relu_back(g, x):\n    return g * (g > 0)"
RIGHT = "# answer: relu_back\ndef relu_back(g, x):\n    return g * (x > 0)"


@pytest.mark.notebook
def test_a_learner_sees_the_hint_and_then_the_tick(lab, page, tmp_path):
    by_hand.open_notebook(page, f"{lab}/lab/tree/exercises/05_backpropagation.ipynb")
    cells = page.locator(".jp-CodeCell")
    by_hand.run(page, cells.first)

    cell = cells.filter(has_text="# answer: relu_back").first
    answer(page, cell, WRONG)
    card = cell.locator(".jp-OutputArea [role=status]")
    card.filter(has_text="✗ relu_back: known mistake").wait_for()
    assert "Hint: " in card.inner_text()
    card.locator("summary", has_text="needed and got").press("Enter")
    card.locator("details[open]", has_text="needed:").wait_for()
    assert page.locator("text=official Jupyter news").count() == 0
    page.screenshot(path=tmp_path / "wrong.png")

    answer(page, cell, RIGHT)
    card.filter(has_text="✓ relu_back: right").wait_for()
    page.screenshot(path=tmp_path / "right.png")

    check = cells.filter(has_text="# check: relu_back").first
    check.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    told = check.locator(".jp-OutputArea [role=status]")
    told.filter(has_text="✓ relu_back: right").wait_for()
    noted = progress.read(tmp_path / "course" / ".dlbook" / "progress.json")["relu_back"]
    assert noted.solved and noted.attempts == 3

    answer(page, cell, WRONG)
    card.locator("summary", has_text="where it is taught").press("Enter")
    card.locator("details a").click()
    page.locator("h2:visible", has_text="5.2 Send slopes back").wait_for()
    page.screenshot(path=tmp_path / "taught.png")
