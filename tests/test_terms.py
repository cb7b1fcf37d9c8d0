"""Terms are whole, each is found in text under all its spellings, and the table shows them all."""

import pytest

from dlbook import terms
from dlbook.grading.notebook import read
from tests import ROOT

TERMS = {term.id: term for term in terms.load()}
FOUND = {  # id of a term: texts that use it
    "loss-value": ["the loss.", "Losses fall", "**loss**"],
    "optimizer": ["an optimiser", "Optimizers"],
    "batch-normalization": ["Batch normalisation", "batch-normalization"],
    "minibatch": ["a mini-batch", "minibatches"],
    "multilayer-perceptron": ["multi-layer perceptrons"],
    "neuron-unit": ["neurons", "A unit"],
    "xavier-he-initialization": ["He initialisation", "Xavier initialization"],
    "hypothesis-space": ["hypothesis spaces"],
    "axis": ["two axes", "the last axis"],
    "jacobian-matrix": ["Jacobian matrices"],
    "accuracy": ["both accuracies"],
    "vector-jacobian-product": ["a vector-Jacobian product"],
    "cross-entropy": ["cross\nentropy"],
    "artificial-neural-network": ["neural networks"],
}
NOT_FOUND = {
    "loss-value": ["lossless", "glossy", "loss_of"],
    "layer": ["player"],
    "axis": ["maximum"],
    "norm": ["normal", "normalisation"],
}


@pytest.mark.parametrize("id", FOUND)
def test_a_term_is_found_in_each_spelling(id):
    assert all(TERMS[id].pattern.search(text) for text in FOUND[id])


@pytest.mark.parametrize("id", NOT_FOUND)
def test_a_part_of_another_word_is_no_term(id):
    assert not any(TERMS[id].pattern.search(text) for text in NOT_FOUND[id])


def test_every_term_is_whole_and_has_an_id_of_its_own():
    assert len(TERMS) == len(terms.load()) > 150
    for term in terms.load():
        assert term.id and term.names[0] and term.chinese.strip() == term.chinese != ""
        assert all(term.pattern.fullmatch(name) for name in term.names)


def test_the_table_holds_every_term_once(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    terms.table()
    rows = shown[0]["text/markdown"].splitlines()[2:]
    cells = [cell.strip() for row in rows for cell in row.strip("|").split("|")]
    pairs = list(zip(cells[::2], cells[1::2], strict=True))
    wanted = [(term.english, term.chinese) for term in terms.load()]
    assert sorted(pair for pair in pairs if pair[0]) == sorted(wanted)
    assert len({row.count("|") for row in rows}) == 1


def test_chapter_00_is_run_again_when_a_term_changes(monkeypatch):
    code = [cell.source for cell in read(ROOT / "chapters" / "00_start_here.ipynb").cells]
    (before,) = (texts for source in code if (texts := terms.texts(source)))
    assert "loss function\t损失函数" in before[0] and terms.texts("np.zeros(3)") == []


def test_chapter_00_shows_the_terms_as_they_are(monkeypatch):
    (cell,) = (
        cell
        for cell in read(ROOT / "chapters" / "00_start_here.ipynb").cells
        if cell.source == "terms.table()"
    )
    text = "".join(cell.outputs[0]["data"]["text/markdown"])
    assert all(f"{term.english} | {term.chinese}" in text for term in terms.load())
