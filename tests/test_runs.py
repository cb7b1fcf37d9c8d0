"""Chapters run again, on other machines and without torch, and no number on the page changes."""

import pytest

from dlbook.grading.errors import CellFailedError
from dlbook.grading.notebook import Cell, read
from tests import ROOT
from tests.runs import as_printed, differences, other_machine, run, texts, without_torch
from tests.style.programs import hosts
from tests.style.sheet import parsed

CHAPTERS = sorted(f"chapters/{path.name}" for path in ROOT.glob("chapters/*.ipynb"))
SOLUTIONS = sorted(f"solutions/{path.name}" for path in ROOT.glob("solutions/*.ipynb"))
TIMES = 3
MISSING = " is not installed: "


def code_of(path: str) -> list[Cell]:
    return [cell for cell in read(ROOT / path).cells if cell.kind == "code"]


def again(cells: list[Cell]) -> list[str]:
    """Return what changes when each cell of a finished run is run three times more, in order."""
    repeated = [cell for cell in cells for _ in range(TIMES)]
    ran = run([*cells, *repeated], ROOT / "chapters", {})
    first = [cell for cell in ran[: len(cells)] for _ in range(TIMES)]
    return differences(first, ran[len(cells) :], as_printed)


def is_twin(cell: Cell) -> bool:
    tree = parsed(cell.source)
    return tree is not None and bool(hosts(tree))


@pytest.mark.notebook
@pytest.mark.parametrize("path", CHAPTERS)
def test_a_cell_that_is_run_again_changes_no_number(path):
    changed = again(code_of(path))
    todo = f"{path}: let each cell make its own rng, and copy what it changes"
    assert not changed, "\n".join([todo, *changed])


@pytest.mark.notebook
@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_shows_the_same_on_another_machine(path):
    cells = code_of(path)
    changed = differences(cells, run(cells, ROOT / "chapters", other_machine()))
    todo = f"{path}: print what may differ in its last digits after `≈ `, or build it anew"
    assert not changed, "\n".join([todo, *changed])


@pytest.mark.notebook
@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_runs_to_its_end_without_torch(path, tmp_path):
    cells = code_of(path)
    ran = run(cells, ROOT / "chapters", without_torch(tmp_path))
    silent = [cell.id for cell in ran if is_twin(cell) and not _says_so(cell)]
    assert not silent, f"{path}: print nothing outside of `if torch:` in {silent}"
    pairs = [(a, b) for a, b in zip(cells, ran, strict=True) if not is_twin(a)]
    changed = differences((a for a, _ in pairs), (b for _, b in pairs))
    assert not changed, "\n".join([f"{path}: a cell without a guest needs torch", *changed])


def _says_so(cell: Cell) -> bool:
    return bool(texts(cell)) and all(MISSING in line for line in texts(cell))


def needs_torch(path: str) -> bool:
    """Return whether the title of an exercise set says that it cannot do without torch."""
    title = read(ROOT / path).cells[0].source
    return "torch" in title.partition("**Needs**")[2].partition("\n")[0]


@pytest.mark.notebook
@pytest.mark.parametrize("path", [path for path in SOLUTIONS if not needs_torch(path)])
def test_the_solutions_run_to_their_end_without_torch(path, tmp_path):
    run(code_of(path), ROOT / "solutions", without_torch(tmp_path))


# ---- these tests can fail ----

STEADY = "rng = np.random.default_rng((5, 1))\nprint(rng.integers(10**9))"
DRIFTING = {
    "one generator for several cells": ["rng = np.random.default_rng(0)", "print(rng.random())"],
    "a value is changed": ["x = np.zeros(3)", "x += 1", "print(x)"],
    "a number that is approximate": ["rng = np.random.default_rng(0)", "print('≈', rng.random())"],
    "a list grows": ["names = []", "names.append(1)\nprint(len(names))"],
}


def sample(*sources: str) -> list[Cell]:
    lines = ("import numpy as np\nfrom dlbook.guest import guest", *sources)
    return [Cell("code", source, f"cell-{number}") for number, source in enumerate(lines)]


@pytest.mark.notebook
@pytest.mark.parametrize("name", DRIFTING)
def test_a_cell_that_changes_what_it_reads_is_found(name):
    assert again(sample(*DRIFTING[name]))


@pytest.mark.notebook
def test_a_cell_with_a_generator_of_its_own_may_be_run_again():
    clock = "print('takes ≈', np.testing.measure('sum(range(10**5))'))"
    assert again(sample(STEADY, STEADY, clock)) == []


@pytest.mark.notebook
def test_another_machine_adds_in_another_order():
    cells = sample(
        "a = np.ones((64, 64), 'f') / 3\nb = np.sin(np.arange(4096, dtype='f'))",
        "s = (a @ b.reshape(64, 64)).sum()\nprint(f'{s:.9f}')\nprint(f'≈ {s:.9f}')",
    )
    here, there = (run(cells, ROOT / "chapters", env) for env in ({}, other_machine()))
    assert len(differences(here, there)) == 1  # the line without the sign


TWIN = "# a twin\ntorch = guest('torch')\nif torch:\n    print(torch.__name__)"


@pytest.mark.notebook
def test_a_twin_cell_without_torch_says_so_and_an_import_of_it_is_found(tmp_path):
    ran = run(sample(TWIN), tmp_path, without_torch(tmp_path))
    assert is_twin(ran[-1]) and _says_so(ran[-1])
    assert not _says_so(run(sample(TWIN), tmp_path, {})[-1])
    with pytest.raises(CellFailedError, match="torch"):
        run(sample("import torch"), tmp_path, without_torch(tmp_path))
