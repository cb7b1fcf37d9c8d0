"""Prose is cut at its headings, read without code, and asked for its questions."""

import pytest

from dlbook.grading.notebook import Cell, read
from dlbook.grading.teach.prose import anchor, parts, plain, question, read_aloud
from tests import ROOT
from tests.style.links import anchors
from tests.style.sheet import HEADING

QUESTIONS = {  # prose: the question that is left with the reader
    "How many fit?": "How many fit?",
    "Look at it. **Predict, then run.** How many of `x` fit? Write -2 for 1/100.": (
        "How many of x fit?"
    ),
    "Is it so?\n\nIt is.": "",
    "See [`shift`](../a.ipynb#7.8-Does-it-move?) and go on.": "",
    "First? And then?": "And then?",
    "Nothing is asked.": "",
    "": "",
}


@pytest.mark.parametrize("text", QUESTIONS)
def test_the_last_question_of_the_last_paragraph_is_found(text):
    assert question(text) == QUESTIONS[text]


def test_a_cell_is_cut_at_its_headings_and_code_stands_under_the_last():
    cells = [
        Cell("markdown", "Before.\n\n# 5 Title\n\nText.\n### Deep\nMore."),
        Cell("code", "# no heading\nx = 1"),
        Cell("markdown", "Still there."),
    ]
    found = [(part.heading, part.cell.kind) for part in parts(cells)]
    prose, code = "markdown", "code"
    headings = ["", "5 Title", "Deep", "Deep", "Deep"]
    assert found == list(zip(headings, (prose, prose, prose, code, prose), strict=True))
    joined = "".join(part.cell.source for part in parts(cells)[:3])
    assert joined == cells[0].source


@pytest.mark.parametrize("path", sorted(ROOT.glob("chapters/*.ipynb")), ids=lambda path: path.stem)
def test_an_anchor_is_the_one_that_links_between_chapters_use(path):
    prose = [cell.source for cell in read(path).cells if cell.kind == "markdown"]
    titles = [title for text in prose for _marks, title in HEADING.findall(text)]
    assert {anchor(title) for title in titles} == anchors(path)


def test_what_is_read_aloud_has_no_code_no_formula_and_no_target():
    text = "A `loss` of $loss$, [the step](a.ipynb#loss) and\n```\nloss\n```\nan *end*."
    assert read_aloud(text).split() == ["A", "of", ",", "the", "step", "and", "an", "*end*."]
    assert plain("**A** `b` [c](d) *e*") == "A b c e"
