"""Of a chapter, its claims or one of them need these cells, and no others."""

import pytest

from dlbook.needed import needed_for, needed_for_all, settled

FIRST = "import numpy as np\nfrom dlbook import claims\nrng = np.random\nmodel = 1"
LAST = "claims.settle('T02', None, learned=accuracy(model, rng, np))"
COMES_ALONG = {  # a cell between those that make and judge `model`: whether the claims need it
    "model = fit(model)": True,
    "fit(model)": True,
    "model.fit()": True,
    "model.weight[0] = 1": True,
    "model.depth += 1": True,
    "def accuracy(model): return 0.5": True,
    "claims.settle('T03', verdict, x=1)": True,
    "other = fit(rng)": False,
    "print(np.zeros(3))": False,
    "claims.show('T02')": False,
}


@pytest.mark.parametrize("source", COMES_ALONG)
def test_the_cells_that_claims_need_are_found(source):
    found = needed_for_all([FIRST, source, LAST, "fit(model)"])
    assert found == ([FIRST, source, LAST] if COMES_ALONG[source] else [FIRST, LAST])


START = "import numpy as np\nx = np.ones(3)\nverdict = None"
MAKE = "model = make(x)\nmodel.name = 'm'"
JUDGE = "claims.settle('T02', verdict, learned=accuracy(model))"
ONE_CLAIM = {  # a cell between those that make and judge `model`: what one claim needs of it
    "model = fit(model)": "model = fit(model)",
    "fit(model)": "fit(model)",
    "for _ in range(3):\n    model.fit()": "for _ in range(3):\n    model.fit()",
    "model.weight[0] = 1": "model.weight[0] = 1",
    "model.depth += 1": "model.depth += 1",
    "x[0] = 5\nmodel.fit(x)": "x[0] = 5\nmodel.fit(x)",
    "def accuracy(model):\n    return 0.5": "def accuracy(model):\n    return 0.5",
    "def fit():\n    model.fit()\nfit()": "def fit():\n    model.fit()\nfit()",
    "fit(model)\nprint(accuracy(model))": "fit(model)",
    "print(accuracy(model))": "",
    "reveal(guess, accuracy(model))\nplots.show(draw(model), alt='a')": "",
    "claims.settle('T03', verdict, x=accuracy(model))": "",
    "other = fit(x)": "",
    "print([model for model in range(3)])\nother = [model for model in range(3)]": "",
    "def other(model):\n    model.fit()": "",
    "# the same\ntorch = guest('torch')\nif torch:\n    print(torch.tensor(model))": "",
}


@pytest.mark.parametrize("source", ONE_CLAIM)
def test_of_a_cell_one_claim_needs_what_changes_its_numbers(source):
    found = needed_for("T02", [START, MAKE, source, JUDGE, "fit(model)"])
    between = [ONE_CLAIM[source]] if ONE_CLAIM[source] else []
    assert found == [START, MAKE, *between, JUDGE]


REPLACED = {  # a cell below the one that makes `model`: whether the claim still needs that one
    "model = build()": False,
    "model, other = build()": False,
    "for model in builds():\n    model.fit()": False,
    "if x:\n    model = build()\nelse:\n    model = None": False,
    "model = fit(model)": True,
    "model += 1": True,
    "if x:\n    model = build()": True,
    "def build(model):\n    return model": True,
    "print(model)\nmodel = build()": False,
    "fit(model)\nmodel = build()": True,
}


@pytest.mark.parametrize("source", REPLACED)
def test_a_value_that_is_replaced_is_not_needed(source):
    found = needed_for("T02", ["model = make()", source, JUDGE])
    assert ("model = make()" in found) == REPLACED[source]


def test_a_function_brings_what_it_reads_when_it_is_called():
    cells = ["scale = 2", "def accuracy(m):\n    return scale * m", "scale = 3", "model = 1"]
    assert needed_for("T02", [*cells, JUDGE]) == [cells[1], cells[2], cells[3], JUDGE]


def test_what_comes_after_the_claim_was_settled_is_left_out():
    cells = ["model = 1", JUDGE + "\nfit(model)\nclaims.settle('T03', None, x=model)"]
    assert needed_for("T02", cells) == ["model = 1", JUDGE]
    assert needed_for("T99", cells) == []


def test_settled_claims_are_named():
    code = "claims.settle('T02', None, x=1)\nif a:\n    claims.settle('T03', v)\nclaims.show('T04')"
    assert settled(code) == ["T02", "T03"]
