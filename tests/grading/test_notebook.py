import json

import nbformat
import pytest
from hypothesis import given, strategies as st

from dlbook.check.roles import Role, role
from dlbook.grading import notebook as grammar
from dlbook.grading.errors import UnreadableError
from dlbook.grading.notebook import Cell, Notebook, canonical, code_digest, parse, with_ids
from tests import SAMPLES

ROLES = {
    "# answer: relu_back\nx = 1": Role("answer", "relu_back"),
    "\n\n# check: relu_back": Role("check", "relu_back"),
    "#Hidden Check:relu_back": Role("hidden check", "relu_back"),
    "## answer : relu_back  ": Role("answer", "relu_back"),
    "# wrong answer: relu_back / masks_g": Role("wrong answer", "relu_back", "masks_g"),
    "# right answer: relu_back/with_where": Role("right answer", "relu_back", "with_where"),
    "# answer: two words": None,
    "x = 1\n# answer: relu_back": None,
    "# the answer: 42": None,
    "": None,
}


@pytest.mark.parametrize("source", ROLES)
def test_the_first_line_with_text_names_the_role(source):
    assert role(source) == ROLES[source]


def test_a_canonical_notebook_is_valid_and_stays_as_it_is():
    text = (SAMPLES / "tiny-pass.ipynb").read_text("utf-8")
    nbformat.validate(nbformat.reads(text, as_version=4))
    notebook = parse(text.encode())
    assert canonical(notebook.cells, notebook.ran) == text


def test_outputs_are_stale_when_a_text_that_they_show_was_reworded():
    cells = (Cell("code", 'show("greeting")', count=1),)

    def texts(source):
        return ["Good morning"] if "greeting" in source else []

    notebook = Notebook(cells, ran=code_digest(cells, texts))
    assert notebook.is_executed(texts)
    assert not notebook.is_executed(lambda source: ["Good evening"])


def test_code_that_shows_no_other_text_has_one_digest():
    cells = [Cell("code", "x = 1")]
    assert code_digest(cells) == code_digest(cells, lambda source: [])


def test_a_cell_is_asked_for_its_role_once(monkeypatch):
    asked = []
    monkeypatch.setattr(grammar, "role", lambda source: asked.append(source) or role(source))
    cell = Cell("code", "# answer: relu_back")
    assert cell.role == cell.role == Role("answer", "relu_back") and len(asked) == 1


def test_readable_ids_stay_and_random_ones_are_replaced():
    names = ["answer-relu_back", "3f2a9c1d", "bd7a7b04-8a3b-4cbb-9c0e-7f6d5a3f2a11", ""]
    cells = [Cell("code", f"# answer: f{i}", name) for i, name in enumerate(names)]
    ids = [cell.id for cell in with_ids(cells)]
    assert ids == ["answer-relu_back", "answer-f1", "answer-f2", "answer-f3"]


def test_ids_are_unique():
    ids = [cell.id for cell in with_ids([Cell("code", "x = 1", "x-1")] * 3)]
    assert len(set(ids)) == 3


@given(st.binary(max_size=60))
def test_any_bytes_are_a_notebook_or_refused(data):
    try:
        parse(data)
    except UnreadableError as refusal:
        assert str(refusal).endswith(".")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
CELL = st.dictionaries(
    st.sampled_from(["cell_type", "source", "input", "outputs", "execution_count", "id"]), JSON
)


@given(st.lists(CELL | JSON, max_size=4), st.sampled_from(["cells", "worksheets"]))
def test_whatever_stands_in_the_list_of_cells_is_read_or_left_out(cells, place):
    content = {place: cells if place == "cells" else [{"cells": cells}]}
    notebook = parse(json.dumps(content).encode())
    assert len(notebook.cells) <= len(cells)
    canonical(notebook.cells)


def test_too_many_cells_are_refused():
    with pytest.raises(UnreadableError, match="2001 cells, at most 2000"):
        parse(json.dumps({"cells": [{}] * 2001}).encode())


def test_lines_of_format_2_have_no_line_ends():
    cell = {"cell_type": "code", "input": ["a = 1", "b = 2"], "outputs": []}
    content = {"nbformat": 2, "worksheets": [{"cells": [cell]}]}
    notebook = parse(json.dumps(content).encode())
    assert (
        notebook.cells[0].source == "a = 1\nb = 2" and "old notebook format 2" in notebook.notes[0]
    )


@pytest.mark.parametrize("sheet", [{}, {"cells": 5}, {"cells": {"a": 1}}, {"cells": "text"}, 7])
def test_a_worksheet_without_a_list_of_cells_is_empty(sheet):
    assert parse(json.dumps({"worksheets": [sheet]}).encode()).cells == ()
