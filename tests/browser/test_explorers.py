"""Every explorer answers the keyboard in the real JupyterLab; the playground runs and pauses."""

import nbformat
import pytest

from dlbook import explore

pytestmark = pytest.mark.notebook
SLIDING = [name for name in explore.__all__ if name != "playground"]


@pytest.fixture
def opened(lab, page, tmp_path):
    """Return a function that opens a notebook of explorers, runs it, and returns its cells."""

    def open_(*names):
        sources = [f"from dlbook import explore\n\nexplore.{name}()" for name in names]
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
        nbformat.write(notebook, tmp_path / "course/explorers.ipynb")
        page.goto(f"{lab}/lab/tree/explorers.ipynb")
        page.locator("#jp-main-statusbar >> text=Idle").wait_for(timeout=90_000)
        page.locator(".jp-CodeCell .cm-content").first.click()
        for _ in names:
            page.keyboard.press("Shift+Enter")
        return [page.locator(".jp-CodeCell").nth(i) for i in range(len(names))]

    return open_


def test_an_arrow_key_moves_each_explorer(opened, page, tmp_path):
    for name, cell in zip(SLIDING, opened(*SLIDING), strict=True):
        picture = cell.locator("img.widget-image")
        picture.wait_for(timeout=60_000)
        before = picture.get_attribute("src")
        control = cell.locator(".noUi-handle").first
        control.scroll_into_view_if_needed()
        control.focus()
        for key in ("ArrowRight", "ArrowLeft"):
            page.keyboard.press(key)
            if changed(picture, before):
                break
        assert changed(picture, before), f"{name}: no key changes the picture"
        page.screenshot(path=tmp_path / f"{name}.png")


def changed(picture, before: str, tries: int = 100) -> bool:
    for _ in range(tries):
        if picture.get_attribute("src") != before:
            return True
        picture.page.wait_for_timeout(100)
    return False


def test_the_playground_runs_pauses_steps_and_starts_anew(opened, page, tmp_path):
    (cell,) = opened("playground")
    view = cell.locator("[data-frames]")
    view.wait_for(timeout=60_000)
    status = cell.locator("[role=status]").last
    assert status.inner_text().startswith("step 0, loss 0.")

    cell.get_by_role("button", name="run").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(2000)
    page.screenshot(path=tmp_path / "playground.png")
    cell.get_by_role("button", name="pause").focus()
    page.keyboard.press("Enter")
    cell.get_by_role("button", name="run").wait_for()
    page.wait_for_timeout(500)
    frames, stood = view.get_attribute("data-frames"), status.inner_text()
    assert int(frames) > 20
    page.wait_for_timeout(500)
    assert (view.get_attribute("data-frames"), status.inner_text()) == (frames, stood)

    cell.get_by_role("button", name="step").focus()
    page.keyboard.press("Enter")
    number = int(stood.split(",")[0].removeprefix("step "))
    cell.get_by_text(f"step {number + 1}, ").wait_for()
    cell.get_by_label("data", exact=True).focus()
    page.keyboard.press("ArrowDown")
    cell.get_by_text("step 0, ").wait_for()
