"""Pictures in the real JupyterLab and in the HTML export: their words are read, and they stay."""

import base64
import subprocess
import sys

import nbformat
import pytest

from tests.browser import by_hand
from tests.browser.test_explorers import until
from tests.explore.displayed import VIEW

AGAIN = "Run this cell again to move it."
pytestmark = pytest.mark.notebook

SOURCES = [
    "from dlbook import explore, plots\n\nfig, ax = plots.figure()\nax.plot([1, 2])\n"
    'plots.show(fig, alt="A line < that > rises.")',
    "explorer = explore.one_neuron()\nexplorer",
    "explore.playground()",
]


@pytest.fixture
def notebook(tmp_path, lab):
    """The path of a notebook with a figure, an explorer and a page, as its author ran it."""
    path = tmp_path / "course" / "pictures.ipynb"
    by_hand.write_notebook(path, SOURCES)
    command = [sys.executable, "-m", "nbconvert", "--execute", "--inplace", "--to", "notebook"]
    subprocess.run([*command, str(path)], check=True, capture_output=True)
    return path


def opened(lab, page):
    """Open the notebook and return its cells."""
    by_hand.open_notebook(page, f"{lab}/lab/tree/pictures.ipynb")
    return [page.locator(".jp-CodeCell").nth(i) for i in range(len(SOURCES))]


def read_out(page, *roles: str) -> list[str]:
    """Return the names of the images, or of other roles, in the page's accessibility tree."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    wanted = roles or ("img", "image")
    found = [node for node in nodes if node.get("role", {}).get("value") in wanted]
    return [node.get("name", {}).get("value", "") for node in found if not node["ignored"]]


def seen(cell) -> int:
    """Return how many pictures of the library a cell shows; a page draws on a canvas."""
    pictures = cell.locator(".jp-OutputArea img[alt], .jp-OutputArea canvas")
    return sum(pictures.nth(i).is_visible() for i in range(pictures.count()))


def words(path) -> list[str]:
    outputs = [out for cell in nbformat.read(path, 4).cells for out in cell.outputs]
    return [out.data["text/plain"] for out in outputs if "text/html" in out.data]


def test_the_html_export_reads_the_words_of_each_picture(notebook, page):
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--no-input", str(notebook)]
    subprocess.run(command, check=True, capture_output=True)
    page.goto(notebook.with_suffix(".html").as_uri())
    found = read_out(page)
    assert len(words(notebook)) == 3 and set(words(notebook)) <= set(found), found


def test_jupyterlab_reads_the_words_of_a_notebook_that_nobody_ran_here(
    notebook, lab, page, tmp_path
):
    cells = opened(lab, page)
    cells[2].locator("img[alt]").wait_for()
    assert set(words(notebook)) <= set(read_out(page))
    page.screenshot(path=tmp_path / "unrun.png")
    widths = [cell.locator("img[alt]").bounding_box()["width"] for cell in cells[:2]]
    assert widths == [672, 672]
    assert page.get_by_text("run this cell").filter(visible=True).count() == 2


def test_a_picture_survives_run_save_restart_and_reload_and_is_seen_once(
    notebook, lab, page, tmp_path
):
    cells = opened(lab, page)
    cells[0].locator(".cm-content").click()
    for _ in SOURCES:
        page.keyboard.press("Shift+Enter")
    for cell in cells[1:]:
        cell.locator(".dlbook-live").wait_for()
    cells[2].locator("canvas").first.wait_for()
    page.screenshot(path=tmp_path / "alive.png")
    assert [seen(cell) for cell in cells[:2]] == [1, 1], "a picture beside the living one"
    assert not cells[2].locator("img[alt]").is_visible()
    alive = cells[1].locator(".dlbook-live img").get_attribute("alt")
    assert alive in read_out(page) and alive in words(notebook)

    page.keyboard.press("Control+S")
    until(page, lambda: VIEW in notebook.read_text("utf-8"))
    by_hand.restart(page)
    for cell in cells[1:]:
        cell.locator("[role=status]", has_text=AGAIN).wait_for()
        controls = cell.locator(".dlbook-live").locator("button, input, select")
        assert controls.count() and all(control.is_disabled() for control in controls.all())
    page.screenshot(path=tmp_path / "restarted.png")
    cells = opened(lab, page)
    for cell in cells:
        cell.locator("img[alt]").wait_for()
    page.wait_for_timeout(3000)
    page.screenshot(path=tmp_path / "reloaded.png")
    assert [seen(cell) for cell in cells] == [1, 1, 1]
    assert set(words(notebook)) <= set(read_out(page))
    assert read_out(page, "StaticText").count(AGAIN) == 2
    assert page.get_by_text("Error displaying widget").filter(visible=True).count() == 0
    source = cells[1].locator("img[alt]").get_attribute("src")
    assert base64.b64decode(source.partition("base64,")[2]).startswith(b"\x89PNG")
