"""A learner in the real JupyterLab: opens the exercise set, answers wrongly, then rightly."""

import pytest

from dlbook.check import progress
from tests.browser import by_hand
from tests.browser.by_hand import ENGLISH


@pytest.mark.notebook
def test_a_learner_sees_the_hint_and_then_the_tick(lab, page, tmp_path):
    by_hand.open_notebook(page, f"{lab}/lab/tree/exercises/05_backpropagation.ipynb")
    by_hand.run(page, page.locator(".jp-CodeCell").first)
    by_hand.mend(page, ENGLISH, tmp_path)
    assert page.locator("text=official Jupyter news").count() == 0

    check = by_hand.cell_with(page, "# check: relu_back")
    by_hand.run(page, check)
    told = check.locator(".jp-OutputArea [role=status]")
    told.filter(has_text=ENGLISH.right).wait_for()
    noted = progress.read(tmp_path / "course" / ".dlbook" / "progress.json")["relu_back"]
    assert noted.solved and noted.attempts == 3
    by_hand.go_back_to_the_chapter(page, ENGLISH, tmp_path)
