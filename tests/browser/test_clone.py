"""In a clone, opening, running and saving changes no tracked file: `git status` stays clean.

`EVERY_NOTEBOOK=1 pytest -n 0 tests/browser/test_clone.py` does it with the whole course, which
takes some minutes.
"""

import os
import shutil
import subprocess

import nbformat
import pytest

from dlbook.grading.course.build import Course
from tests import ROOT
from tests.browser import by_hand
from tests.browser.conftest import browsing, serving

pytestmark = pytest.mark.notebook

FOLDERS = ("chapters", "exercises")
EVERY = [f"{folder}/{path.stem}" for folder in FOLDERS for path in Course(ROOT).notebooks(folder)]
SHORT = ["chapters/09_claims_lab", "exercises/00_start_here"]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A repository that holds the course and the package, everything committed."""
    clone = tmp_path_factory.mktemp("clone") / "course"
    for folder in ("dlbook", "solutions", *FOLDERS):
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(ROOT / folder, clone / folder, ignore=ignored)
    shutil.copy(ROOT / ".gitignore", clone)
    git(clone, "init", "--quiet")
    git(clone, "add", "--all")
    git(clone, "-c", "user.name=me", "-c", "user.email=me@localhost", "commit", "-qm", "The course")
    return clone


def git(clone, *words) -> str:
    done = subprocess.run(["git", *words], cwd=clone, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture(scope="module")
def opened(clone, tmp_path_factory):
    """A page, and the address of the JupyterLab that `dlbook lab` has started in the clone."""
    place = tmp_path_factory.mktemp("lab")
    with serving(clone, place, package=clone) as lab, browsing(place) as context:
        yield context.new_page(), lab


FINISHED = """() => [...document.querySelectorAll(".jp-NotebookPanel .jp-CodeCell")]
  .filter((cell) => cell.querySelector(".cm-content").innerText.trim())
  .every((cell) => /\\[\\d+\\]/.test(cell.querySelector(".jp-InputPrompt").innerText))"""


@pytest.mark.parametrize("name", EVERY if os.environ.get("EVERY_NOTEBOOK") else SHORT)
def test_a_notebook_is_opened_run_and_saved(clone, opened, name):
    page, lab = opened
    by_hand.open_notebook(page, f"{lab}/lab/tree/{name}.ipynb?reset")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(FINISHED)
    by_hand.save(page)
    saved = nbformat.read(clone / "work" / f"{name}.ipynb", 4)
    cells = [cell for cell in saved.cells if cell.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs]
    assert len(outputs) > 2 and all(cell.execution_count for cell in cells if cell.source)
    errors = {output.ename for output in outputs if output.output_type == "error"}
    assert errors <= {"NotImplementedError"}, "only a stub may raise"
    assert git(clone, "status", "--porcelain") == ""
