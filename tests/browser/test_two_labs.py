"""Two JupyterLabs on one folder: the second leads to the first, and no save hides another."""

import subprocess
import sys

import pytest

from dlbook.check import progress
from dlbook.workspace import folder
from tests.browser import by_hand
from tests.browser.conftest import PATIENCE, browsing, serving, surroundings

pytestmark = pytest.mark.notebook

SCALE = "# answer: scale\ndef scale(x, factor):\n    return factor * x"
CHAIN = "# answer: chain\ndef chain(x):\n    return 2 * x * np.cos(x**2 + 1)"
NOTEBOOK = "exercises/00_start_here.ipynb"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("two")


@pytest.fixture(scope="module")
def home(place):
    return folder.init(place / "mine").root


@pytest.fixture(scope="module")
def first(home, place):
    """The address of a lab in the folder."""
    with serving(home, place) as address:
        yield address


def test_a_second_lab_leads_to_the_first(first, home, place):
    command = [sys.executable, "-m", "dlbook", "lab", "--no-browser"]
    around = {"cwd": home, "env": surroundings(place)}
    done = subprocess.run(
        command, **around, capture_output=True, text=True, timeout=PATIENCE / 1000
    )
    assert done.returncode == 0, done.stderr
    where, why = done.stdout.splitlines()
    address = first.replace("127.0.0.1", "localhost")
    assert where == f"JupyterLab runs in this folder already: {address}/lab"
    assert why.startswith("Work there: ")


def test_where_two_save_one_notebook_the_second_is_asked(first, home, place):
    other = place / "another computer"  # which does not know of the first
    other.mkdir()
    with serving(home, other) as second, browsing(place) as context:
        mine, yours = context.new_page(), context.new_page()
        for page, address in ((mine, first), (yours, second)):
            by_hand.open_notebook(page, f"{address}/lab/tree/{NOTEBOOK}")
            by_hand.run(page, by_hand.cell_with(page, "import numpy as np"))
        for page, name, source in ((mine, "scale", SCALE), (yours, "chain", CHAIN)):
            page.bring_to_front()
            cell = by_hand.cell_with(page, f"# answer: {name}")
            by_hand.answer(page, cell, source)
            cell.locator("[role=status]", has_text=f"✓ {name}: right").wait_for()
        mine.bring_to_front()
        by_hand.save(mine)
        yours.bring_to_front()
        yours.keyboard.press("Control+S")
        asks = yours.get_by_role("dialog", name="File Changed")
        asks.wait_for()
        yours.screenshot(path=place / "asked.png")
        assert "has changed on disk since the last time it was opened or saved" in asks.inner_text()
        asks.get_by_role("button", name="Cancel").click()
        assert "2 * x * np.cos" in by_hand.cell_with(yours, "# answer: chain").inner_text()
        on_disk = (home / NOTEBOOK).read_text("utf-8")
        assert "return factor * x" in on_disk and "np.cos" not in on_disk
        noted = progress.read(progress.find(home))
        assert noted["scale"].solved and noted["chain"].solved
