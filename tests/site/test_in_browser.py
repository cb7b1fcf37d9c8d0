"""The course in Pyodide: chapters run to their end, and all that learners use can be imported."""

import json
import re

import pytest

from dlbook.grading.notebook import read
from tests import ROOT
from tests.imports import file_graph, files, imports, reach
from tests.site.in_browser import answered, python_folder, run, write_copies, wrong

pytestmark = pytest.mark.notebook
KERNEL = (ROOT / "dlbook/site/run_here/kernel.js").read_text("utf-8")
DRAWS = re.compile(re.search(r"DRAWS = .*\n  /(.*)/;", KERNEL)[1].replace("[^]", r"[\s\S]"))
CLOSED = ("grading", "cli", "workspace", "edition", "site", "__main__")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return python_folder(tmp_path_factory.mktemp("pyodide"))


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    return write_copies(tmp_path_factory.mktemp("copies"))


def test_two_chapters_run_to_their_end_without_a_red_line(folder, copies):
    for name in ("chapters/00_start_here.ipynb", "chapters/05_backpropagation.ipynb"):
        cells = run(copies[name], folder)
        assert len(cells) > 40
        assert [(cell.id, cell.problem) for cell in cells if cell.problem] == [], name
        assert [(cell.id, cell.stderr) for cell in cells if cell.stderr] == [], name
        without_torch = [cell.stdout for cell in cells if "torch is not installed" in cell.stdout]
        assert without_torch and all(text.count("\n") == 1 for text in without_torch), name


def test_sets_with_the_answers_of_the_course_get_a_tick_each(folder, copies):
    for name, torch in (("01_background", 0), ("08_cnn_architectures", 4)):
        copy = copies[f"exercises/{name}.ipynb"]
        asked = {it.role.name for it in code(copy) if it.role and it.role.kind == "answer"}
        cells = run(answered(copy), folder)
        cards = [text for cell in cells for text in cell.shown if text.startswith("✓")]
        right = {card.split()[1].strip(":") for card in cards}
        assert right <= asked and len(right) == len(asked) - torch, asked - right
        assert len(wrong(cells)) == 2 * torch  # below the answer and below the check
        assert all("needs torch, Python in a browser has none" in card for card in wrong(cells))


def test_every_module_that_learners_use_is_imported(folder, tmp_path):
    names = [name for name in files(ROOT / "dlbook") if name.split(".")[0] not in CLOSED]
    names = [name for name in names if name not in ("dlbook", "check.hidden")]
    assert len(names) > 100
    lines = ["import matplotlib", *(f"import dlbook.{name}" for name in names)]
    cell = {"cell_type": "code", "id": "imports", "source": ["\n".join(lines)]}
    notebook = tmp_path / "imports.ipynb"
    notebook.write_text(json.dumps({"cells": [cell]}))
    _start, done = run(notebook, folder)
    assert not done.problem, done.problem


def test_what_draws_is_loaded_late_and_known_by_name():
    """The pattern in kernel.js fits each module that needs a late package, and no set but one."""
    found = files(ROOT / "dlbook")
    graph = file_graph(found)
    late = {"matplotlib", "ipywidgets", "anywidget", "tqdm", "PIL"}
    direct = {n for n, file in found.items() if {it.split(".")[0] for it in imports(file)} & late}
    needs = {n for n in found if n in direct or reach(graph, n) & direct} - {"dlbook"}
    needs = {name for name in needs if name.split(".")[0] not in CLOSED}
    assert len(needs) > 20
    cells = [f"import dlbook.{name}" for name in sorted(needs)]
    cells += [f"from dlbook import {name}" for name in sorted(needs) if "." not in name]
    assert [cell for cell in cells if not DRAWS.search(cell)] == []
    sets = sorted((ROOT / "exercises").glob("*.ipynb"))
    drawing = [path.stem for path in sets if any(DRAWS.search(c.source) for c in code(path))]
    assert drawing == ["10_capstone"]


def code(path):
    return [cell for cell in read(path).cells if cell.kind == "code"]
