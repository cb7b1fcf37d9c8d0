"""A claim that is retried runs its chapter's own experiment, apart, and not before a verdict."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from dlbook import claims, plots, predict, retrial
from dlbook.grading.notebook import Cell, read
from dlbook.needed import needed_for_all
from tests import ROOT
from tests.runs import sanitized, texts
from tests.style.links import anchors

CLAIMS = claims.load()
CHAPTERS = sorted(ROOT.glob("chapters/*.ipynb"))
LAB = read(ROOT / "chapters" / "09_claims_lab.ipynb").cells
TIMED = {"T31"}  # measures how long something takes

EXPERIMENT = """\
rng = np.random.default_rng(3)
share = rng.random()
print(share)
learned, raw, untrained = 0.6 + share / 10, 0.4, 0.4
for _ in range(2):
    print("again")
claims.settle("T02", verdict, learned=learned, raw=raw, untrained=untrained, shifted=0.3, centred=1)
claims.settle("T03", verdict, tested=[share], unseen=broken)"""
CELLS = {
    "imports": ("code", "import numpy as np\nfrom dlbook import claims\nfrom dlbook import plots"),
    "other": ("code", "broken = 1 / 0"),
    "title": ("markdown", "# 1 Sample\n\n## 1.1 Hear `x`, or not\n\nText."),
    "verdict": ("code", "verdict = None"),
    "experiment": ("code", EXPERIMENT),
    "after": ("code", "# after\nclaims.settle('T05', verdict)\nraise ValueError(share)"),
}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A folder of chapters that holds one, small; nothing is remembered from another course."""
    cells = [{"cell_type": kind, "source": [source]} for kind, source in CELLS.values()]
    (tmp_path / "01_sample.ipynb").write_text(json.dumps({"cells": cells}), "utf-8")
    monkeypatch.setattr(retrial, "FOLDERS", (tmp_path / "none", tmp_path))
    for cached in (retrial.numbers, retrial._read):
        cached.cache_clear()
    yield tmp_path
    for cached in (retrial.numbers, retrial._read):
        cached.cache_clear()


@pytest.fixture
def shown(monkeypatch):
    found = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: found.append(data))
    return found


@pytest.fixture
def reveal(monkeypatch):
    fresh = predict.Reveal()
    for module in (claims, retrial):
        monkeypatch.setattr(module, "reveal", fresh)
    return fresh


def test_a_retrial_measures_judges_and_says_where_it_stands(course, shown, reveal):
    retrial.retry("T02", "wrong")
    (text,) = (data["text/markdown"] for data in shown)
    link = "[1.1 Hear `x`, or not](01_sample.ipynb#1.1-Hear-x,-or-not)"
    assert text.startswith(f"**Claim T02**, tried in {link}.\n\nYou said: wrong, one step away.")
    assert f"learned ≈ {0.6 + np.random.default_rng(3).random() / 10:.3g};" in text
    assert CLAIMS["T02"].grain in text and CLAIMS["T02"].reference in text


def test_nothing_runs_and_nothing_is_said_before_a_verdict(course, shown, reveal, capsys):
    (course / "01_sample.ipynb").unlink()  # whatever runs would miss it
    retrial.retry("T02", None)
    assert not shown and "No guess yet" in capsys.readouterr().out
    reveal.give_up()
    with pytest.raises(FileNotFoundError):
        retrial.retry("T02", None)


def test_a_verdict_given_up_is_shown(course, shown, reveal):
    reveal.give_up()
    retrial.retry("T02", None)
    assert f"\n\n**Verdict: {CLAIMS['T02'].verdict}**" in shown[0]["text/markdown"]


def test_what_a_retrial_prints_is_dropped_and_its_names_stay_apart(course, reveal, capsys):
    before = {*vars(retrial)}, {*vars(claims)}
    assert list(retrial.numbers("T02")) == ["learned", "raw", "untrained", "shifted", "centred"]
    assert capsys.readouterr() == ("", "") and ({*vars(retrial)}, {*vars(claims)}) == before


def test_an_experiment_runs_once_in_a_session_and_settles_nothing_itself(course, shown, reveal):
    assert retrial.numbers("T02") is retrial.numbers("T02") and not shown


def test_cells_of_other_claims_do_not_run(course):
    code = "\n".join(retrial._code_of("T02"))
    assert "1 / 0" not in code and "T03" not in code and "ValueError" not in code
    with pytest.raises(ZeroDivisionError):
        retrial.numbers("T03")  # the other claim does need that cell


def test_what_reading_decides_runs_nothing(course, shown, reveal):
    retrial.retry("T05", "right")
    assert "You said: right" in shown[0]["text/markdown"] and "| condition" not in str(shown)


WRONG = [  # what is retried, the error, and what it says: what is needed, got, to be done
    (("T99", "right"), ValueError, "needs an id from T01, .* got 'T99'; correct"),
    (("T02", "maybe"), ValueError, "needs to be one of right; .* got 'maybe'; change"),
    (("T20", "right"), FileNotFoundError, "T20 needs chapter 03 .* got none in .*; get the whole"),
    (("T04x", None), ValueError, "got 'T04x'"),
]


@pytest.mark.parametrize(("arguments", "error", "says"), WRONG)
def test_what_is_wrong_is_told_in_three_parts(arguments, error, says, course, reveal):
    with pytest.raises(error, match=says):
        retrial.retry(*arguments)


def test_a_chapter_that_does_not_settle_its_claim_is_named(course, monkeypatch):
    moved = CLAIMS | {"T20": replace(CLAIMS["T20"], chapter="01")}
    monkeypatch.setattr(claims, "load", lambda: moved)
    with pytest.raises(ValueError, match=r"needs a cell of chapter 01 .* got none; add"):
        retrial.numbers("T20")


def test_a_changed_experiment_changes_the_texts_of_code_that_retries_it(course):
    codes = ['retry("T02", verdict["T02"])', 'claims.show("T03")', "x = 1"]
    before = [retrial.texts(code) for code in codes]
    assert before[1] == claims.texts(codes[1]) and before[2] == []
    path = course / "01_sample.ipynb"
    path.write_text(path.read_text("utf-8").replace("share / 10", "share / 9"), "utf-8")
    retrial._read.cache_clear()
    after = [retrial.texts(code) for code in codes]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True, True]


def test_every_reader_begins_without_a_verdict():
    assert retrial.verdict == dict.fromkeys(CLAIMS)


# ---- the course itself ----


@pytest.mark.parametrize("id", CLAIMS)
def test_a_claim_leads_to_the_section_that_settles_it_and_needs_no_guest(id):
    name, anchor = re.search(r"\]\((.+)#(.+)\)$", retrial.section(id)).groups()
    assert anchor in anchors(ROOT / "chapters" / name)
    _imports, *code = retrial._code_of(id)
    assert code and not re.search(r"\b(torch|guest)\b", "\n".join(code))


def table(cells: list[Cell] | tuple[Cell, ...], pattern: str, id: str) -> list[str]:
    """Return the rows of what was measured that stand below the code which settles a claim."""
    cell = next(c for c in cells if re.search(rf"{pattern}\(\s*\"{id}\"", c.source))
    boxes = "\n".join(texts(cell)).split("**Claim ")
    box = next((box for box in boxes if box.startswith(f"{id}**")), boxes[0])
    conditions = CLAIMS[id].conditions()
    return [
        sanitized(line)
        for line in box.splitlines()
        if any(line.startswith(f"| `{condition}` |") for condition in conditions)
    ]


@pytest.mark.parametrize("id", [id for id in CLAIMS if CLAIMS[id].predicate])
def test_the_lab_shows_what_the_chapter_of_a_claim_shows(id):
    path = next(ROOT.glob(f"chapters/{CLAIMS[id].chapter}_*.ipynb"))
    found = table(LAB, "retry", id)
    assert len(found) == len(CLAIMS[id].conditions())
    assert found == table(read(path).cells, r"claims\.settle", id)


@pytest.mark.notebook
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_a_retrial_gives_to_the_last_bit_what_the_chapter_measures(path, monkeypatch):
    found = {}
    monkeypatch.setattr(
        claims, "settle", lambda id, _verdict, **numbers: found.update({id: numbers})
    )
    monkeypatch.setattr(plots, "show", lambda *_, **__: None)
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
    space = {"__name__": "__main__"}
    for cell in needed_for_all(cell.source for cell in read(path).cells if cell.kind == "code"):
        exec(compile(cell, path.name, "exec"), space)
    for id in {*found} - TIMED:
        np.testing.assert_equal(retrial.numbers(id), found[id], err_msg=id)
