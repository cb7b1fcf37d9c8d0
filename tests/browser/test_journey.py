"""The way of a learner in the real JupyterLab, from the installed package to the next exercise."""

import re
import subprocess
import sys
import zipfile

import pytest

from tests import ROOT
from tests.browser import by_hand
from tests.browser.conftest import serving, surroundings
from tests.browser.test_pictures import read_out

pytestmark = pytest.mark.notebook

SCALE = "# answer: scale\ndef scale(x, factor):\n    return {}"
SHAPES = """\
# answer: shapes
def shapes(x_shape, W_shape, b_shape):
    try:
        return np.broadcast_shapes((np.ones(x_shape) @ np.ones(W_shape)).shape, b_shape)
    except ValueError:
        return None"""


@pytest.fixture
def package(tmp_path):
    """The folder of a package that was built, with the course inside and no clone around it."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        files.extractall(tmp_path / "package")
    return tmp_path / "package"


@pytest.fixture
def dlbook(package, tmp_path):
    """Return a function that runs a verb in a terminal and returns what it says."""

    def run(*words, cwd):
        command = [sys.executable, "-m", "dlbook", *words]
        surrounded = {"env": surroundings(tmp_path, package), "cwd": cwd}
        done = subprocess.run(command, **surrounded, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_from_the_package_to_the_next_exercise(package, dlbook, page, tmp_path):
    home = tmp_path / "课程 目录"
    assert f"Your copies are in {home}" in dlbook("init", home.name, cwd=tmp_path)
    with serving(home, tmp_path, package):
        page.goto(printed_address(tmp_path))
        by_hand.idle(page)
        predicts(page, tmp_path)
        page.locator(f"{by_hand.FRONT} a", has_text="exercise set 00").first.click()
        page.locator("h1:visible", has_text="00 Start here: exercises").wait_for()
        by_hand.idle(page)
        is_stuck(page, tmp_path)
        by_hand.save(page)
        said = dlbook("reset", "scale", cwd=home)
        assert "scale begins again" in said and "Reload Notebook from Disk" in said
        begins_again(page, tmp_path)
        by_hand.save(page)
        assert "Next: chain in 00 start here, about 5 minutes." in dlbook(cwd=home)
        comes_back_the_next_day(page, tmp_path)


def printed_address(tmp_path) -> str:
    """Return the address that `dlbook lab` has printed: that of the first chapter."""
    found = re.findall(r"http://127\S*", (tmp_path / "lab.log").read_text("utf-8"))
    assert found[-1].endswith("/lab/tree/chapters/00_start_here.ipynb")
    return found[-1]


def predicts(page, tmp_path) -> None:
    """Run an experiment without a guess, which gives nothing away, and with one."""
    by_hand.run(page, by_hand.cell_with(page, "import numpy as np"))
    by_hand.run(page, by_hand.cell_with(page, "explore.one_weight()"))
    for text in ("# what this course needs", "# predict: the w with", "def loss(w)"):
        by_hand.run(page, by_hand.cell_with(page, text))
    experiment = by_hand.cell_with(page, "def loss(w)").locator(".jp-OutputArea")
    experiment.get_by_text("No guess yet.").wait_for()
    assert "0.93" not in experiment.inner_text()
    question = by_hand.cell_with(page, "# predict: the w with")
    by_hand.answer(page, question, "# predict: the w with the least loss\nguess = 0.9")
    by_hand.run(page, by_hand.cell_with(page, "def loss(w)"))
    experiment.get_by_text("Near: you predicted 0.9, the run says").wait_for()
    page.screenshot(path=tmp_path / "1-predicted.png")


def is_stuck(page, tmp_path) -> None:
    """Answer wrongly, and go down the steps of the card to the course's own answer."""
    by_hand.run(page, by_hand.cell_with(page, "from dlbook.check import check"))
    cell = by_hand.cell_with(page, "# answer: scale")
    by_hand.run(page, cell)
    card = cell.locator(".jp-OutputArea [role=status]")
    card.filter(has_text="○ scale: not attempted").wait_for()
    by_hand.answer(page, cell, SCALE.format("x + factor"))
    card.filter(has_text="Hint: Adds the factor to every entry.").wait_for()
    card.locator("summary", has_text="second hint").click()
    card.locator("details[open]").wait_for()
    page.screenshot(path=tmp_path / "2-second-hint.png")
    cell.locator(".cm-content").click()
    for key in ("Escape", "b", "Enter"):  # a new cell below
        page.keyboard.press(key)
    page.keyboard.insert_text('check.solution("scale")')
    page.keyboard.press("Shift+Enter")
    asked = by_hand.cell_with(page, 'check.solution("scale")')
    asked.locator(".jp-OutputArea", has_text="return factor * x").wait_for()
    page.screenshot(path=tmp_path / "3-solution.png")


def begins_again(page, tmp_path) -> None:
    """Load what `dlbook reset` has written, answer rightly, and answer the next one."""
    page.get_by_role("menuitem", name="File").click()
    page.get_by_role("menuitem", name="Reload Notebook from Disk").click()
    page.screenshot(path=tmp_path / "4-reset.png")
    cell = by_hand.cell_with(page, "# answer: scale")
    cell.get_by_text("scale: your turn").wait_for()
    assert cell.locator("[role=status]").count() == 0
    by_hand.answer(page, cell, SCALE.format("factor * x"))
    cell.locator("[role=status]", has_text="✓ scale: right").wait_for()
    cell = by_hand.cell_with(page, "# answer: shapes")
    by_hand.answer(page, cell, SHAPES)
    cell.locator("[role=status]", has_text="✓ shapes: right").wait_for()
    page.screenshot(path=tmp_path / "5-right.png")


def comes_back_the_next_day(page, tmp_path) -> None:
    """Save, restart and reload: pictures and cards are there, and the way to move one is told."""
    page.locator(".lm-TabBar-tab", has_text="00_start_here").first.click()
    explorer = by_hand.cell_with(page, "explore.one_weight()")
    by_hand.save(page)
    by_hand.restart(page)
    explorer.locator("[role=status]", has_text="Run this cell again to move it.").wait_for()
    page.reload()
    explorer.locator(".dlbook-still img[alt]").wait_for()
    by_hand.idle(page)
    page.screenshot(path=tmp_path / "6-next-day.png")
    assert explorer.locator("img:visible").count() == 1
    assert read_out(page, "StaticText").count("Run this cell again to move it.") == 1
    page.get_by_text("Near: you predicted 0.9, the run says ≈ 0.95").wait_for()
    page.locator(".lm-TabBar-tab", has_text="00_start_here").last.click()
    for exercise in ("scale", "shapes"):
        card = by_hand.cell_with(page, f"# answer: {exercise}").locator("[role=status]:visible")
        card.get_by_text(f"✓ {exercise}: right").wait_for()
    page.screenshot(path=tmp_path / "7-cards.png")
