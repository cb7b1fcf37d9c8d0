"""Claims are whole, their boxes say what the file says, and every chapter's experiments decide."""

import re
from dataclasses import replace

import pytest

from dlbook import claims, plots, predict
from dlbook.cli.course import texts
from dlbook.grading.notebook import read
from dlbook.i18n import use
from dlbook.i18n.overlay import load
from dlbook.needed import needed_for_all
from tests import ROOT
from tests.style.links import LINK, OUTER

CLAIMS = claims.load()
CHAPTERS = [path.name for path in sorted(ROOT.glob("chapters/*.ipynb"))]
SEEDED = re.compile(r"\bdefault_rng\(((?:\([^()]*\)|[^()])+)\)")
SETTLED = re.compile(r"claims\.settle\(\s*\"(T\d\d)\"")
RETRIED = re.compile(r"\bretry\(\"(T\d\d)\", verdict\[\"\1\"\]\)")


@pytest.mark.parametrize("id", CLAIMS)
def test_a_claim_is_whole(id):
    claim = CLAIMS[id]
    assert claim.verdict in claims.VERDICTS and claim.decided in claims.WAYS
    for text in (claim.rendering, claim.question, claim.right, claim.grain, claim.reference):
        assert len(text) > 10 and text[-1] in ".?", f"{id}: {text!r} is no sentence"
    assert re.search("[\u4e00-\u9fff]", claim.quote)
    assert not claim.predicate or re.search("[<>=]", claim.predicate)
    assert bool(claim.predicate) or claim.decided == "reading", f"{id}: measure something"


SENTENCE = re.compile(r"[\u2460-\u2473] \S.*|.*[。；：]")  # a numbered heading, or a whole sentence


def amiss(claim: claims.Claim) -> list[str]:
    """Return what keeps a claim from quoting whole sentences and leading to its source."""
    found = []
    for line in claim.quote.split("\n"):
        if "…" in line or "..." in line or not SENTENCE.fullmatch(line.replace("**", "")):
            found.append(f"{line!r} is no whole sentence: quote the article up to its 。")
    for text in (claim.quote, claim.rendering):
        if not re.search(r"\*\*[^*]+\*\*", text):
            found.append(f"{text[:40]!r} has nothing in bold: put the words on trial into **")
    targets = [target for _text, target in LINK.findall(claim.reference)]
    if not targets or not all(OUTER.fullmatch(target) for target in targets):
        found.append(f"{claim.reference[:40]!r}: link it, `[section 6.5](https://...)`")
    return found


@pytest.mark.parametrize("id", CLAIMS)
def test_a_claim_quotes_whole_sentences_and_leads_to_its_source(id):
    assert not amiss(CLAIMS[id]), "\n".join([id, *amiss(CLAIMS[id])])


WHOLE = {
    "quote": "② 数据（Data）\n**训练模型**的数据集。",
    "rendering": "(2) Data. **It trains** it.",
}
WHOLE |= {"reference": "Somebody (2020), [section 1](https://example.org/a_(b).html)."}
CUT = [
    {},
    {"quote": "**训练模型**的数据集"},
    {"quote": "**训练模型**……的数据集。"},
    {"quote": "训练模型的数据集。"},
    {"rendering": "It trains it."},
    {"reference": "Somebody (2020), section 1."},
    {"reference": "Somebody (2020), [section 1](example.org)."},
]


@pytest.mark.parametrize("change", CUT)
def test_half_a_sentence_and_a_source_without_address_are_found(change):
    assert bool(amiss(replace(CLAIMS["T02"], **WHOLE | change))) == bool(change)


@pytest.mark.parametrize("id", CLAIMS)
def test_the_same_words_are_on_trial_in_both_languages(id):
    claim = CLAIMS[id]
    marked = [re.findall(r"\*\*(.+?)\*\*", text) for text in (claim.quote, claim.rendering)]
    assert len(marked[0]) == len(marked[1]) > 0, f"{id}: mark the same words: {marked}"


def test_the_court_can_acquit_and_judges_one_point_alike():
    assert {claim.verdict for claim in CLAIMS.values()} == set(claims.VERDICTS)
    assert CLAIMS["T11"].verdict == CLAIMS["T12"].verdict  # is the update a part of it?


def test_each_claim_is_shown_and_settled_where_it_is_born():
    for name in CHAPTERS:
        born = [id for id, claim in CLAIMS.items() if claim.chapter == name[:2]]
        sources = "\n".join(c.source for c in read(ROOT / "chapters" / name).cells)
        assert sorted(SETTLED.findall(sources)) == sorted(born), name
        shown = re.findall(r"claims\.show\(\"(T\d\d)\"\)", sources)
        assert sorted(shown) == sorted(RETRIED.findall(sources) or born), name


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_was_run_with_its_claims_as_they_are_worded_now(name):
    assert read(ROOT / "chapters" / name).is_executed(texts), f"{name}: run `dlbook build`"


@pytest.fixture
def shown(monkeypatch):
    texts = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: texts.append(data))
    return texts


@pytest.fixture
def reveal(monkeypatch):
    fresh = predict.Reveal()
    monkeypatch.setattr(claims, "reveal", fresh)
    return fresh


T02 = {"learned": 0.6, "raw": 0.4, "untrained": 0.4, "shifted": 0.3, "centred": 0.9}


def test_a_box_quotes_and_a_settled_one_judges(shown, reveal):
    claims.show("T02")
    claims.settle("T02", "wrong", **T02)
    claims.settle("T02", CLAIMS["T02"].verdict, **{**T02, "learned": 0.4})
    box, agreed, not_agreed = (data["text/markdown"] for data in shown)
    assert CLAIMS["T02"].quote in box and CLAIMS["T02"].right not in box
    assert f"Decided by {CLAIMS['T02'].decided}" in box and "right, loosely put;" in box
    assert "You said: wrong," in agreed and "the same." in not_agreed
    assert "| `learned > raw + 0.05` | learned ≈ 0.6; raw ≈ 0.4 | yes |" in agreed
    assert "| `learned > raw + 0.05` | learned ≈ 0.4; raw ≈ 0.4 | no |" in not_agreed
    assert CLAIMS["T02"].right in agreed and CLAIMS["T02"].grain in agreed


def test_nothing_is_settled_before_there_is_a_verdict(shown, reveal, capsys):
    claims.settle("T02", None, **T02)
    assert not shown and "No guess yet" in capsys.readouterr().out
    reveal.give_up()
    claims.settle("T02", None, **T02)
    assert shown[0]["text/markdown"].startswith(f"**Verdict: {CLAIMS['T02'].verdict}**")


VALUES = {"x ≈ 0.123": 0.12345, "x = 3": 3, "x = True": True, "x ≈ 1 2 3": [1.0, 2.0, 3.0]}
VALUES |= {"x ≈ 1e-12": 1e-12, "x = [1, 2]": [1, 2], "x = up": "up"}


@pytest.mark.parametrize("said", VALUES)
def test_a_measured_float_is_marked_as_approximate(said, shown, monkeypatch):
    claim = replace(CLAIMS["T02"], predicate="x == x")
    monkeypatch.setattr(claims, "load", lambda: {"T02": claim})
    claims.settle("T02", "wrong", x=VALUES[said])
    assert f"| {said} | yes |" in shown[0]["text/markdown"]


DISTANCES = {"right": "the same", "right, loosely put": "one step away", "wrong": "far from it"}


@pytest.mark.parametrize("said", DISTANCES)
def test_a_verdict_beside_that_of_the_court_is_near(said, shown, monkeypatch):
    claim = replace(CLAIMS["T02"], verdict="right", predicate="")
    monkeypatch.setattr(claims, "load", lambda: {"T02": claim})
    claims.settle("T02", said)
    text = shown[0]["text/markdown"]
    assert f"You said: {said}, {DISTANCES[said]}. **Verdict: right**" in text and "|" not in text


WRITTEN = {  # what a reader writes: what it means, None where it is refused
    "Right": "right",
    " wrong\n": "wrong",
    "RIGHT, loosely put": "right, loosely put",
    "“half right”": "half right",
    "'incomplete'": "incomplete",
    "正确": None,
    "rightly": None,
    "": None,
    3: None,
}
IN_CHINESE = {"正确": "right", " 不正确": "wrong", "大体正确，措辞不严": "right, loosely put"}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_verdict_is_read_in_any_letter_case_and_between_spaces(written):
    if WRITTEN[written] is None:
        with pytest.raises(ValueError, match=r"needs to be one of right; .*, got .*; change it"):
            claims.understood(written)
    else:
        assert claims.understood(written) == WRITTEN[written]


@pytest.mark.parametrize("written", IN_CHINESE)
def test_a_verdict_may_be_written_in_the_language_of_the_reader(written, shown):
    with pytest.raises(ValueError, match="got"):
        claims.understood(written)
    use("zh")
    assert claims.understood(written) == IN_CHINESE[written]
    assert claims.understood("Wrong") == "wrong"
    claims.settle("T02", written, **T02)
    assert f"你选的是“{written.strip()}”，" in shown[0]["text/markdown"]


def test_a_chinese_reader_is_told_how_to_write_a_verdict_and_what_was_refused(shown):
    use("zh")
    claims.show("T02")
    asked = shown[0]["text/markdown"].splitlines()[-1]
    assert "引号" in asked and '`"right"`（正确）' in asked
    with pytest.raises(ValueError, match=r"应写.*（正确）.*，而写的是 '对'；请改"):
        claims.understood("对")
    chapter = load("chapters/00_start_here", "zh")["put-a-claim-on-trial"].text
    assert "英文引号" in chapter and "等号后面" in chapter


@pytest.mark.parametrize("said", DISTANCES)
def test_a_distance_in_chinese_is_no_judgement_on_the_reader(said, shown, monkeypatch):
    claim = replace(CLAIMS["T02"], verdict="right", predicate="")
    monkeypatch.setattr(claims, "load", lambda: {"T02": claim})
    use("zh")
    claims.settle("T02", said)
    assert "，和结论" in shown[0]["text/markdown"] and "差一级" not in shown[0]["text/markdown"]


ENGLISH = re.compile(r"\b(chapters?|sections?|algorithm \d|table \d|others|tutorial|reprinted)\b")
TITLE = re.compile(r"“[^”]*”|\]\([^)]*\)|A gentle introduction to[^]]*")


@pytest.mark.parametrize("id", CLAIMS)
def test_a_reference_is_told_in_chinese_but_for_titles_and_links(id):
    use("zh")
    told = claims._words(CLAIMS[id])[-1]
    assert not ENGLISH.search(TITLE.sub("", told)), told
    assert told.endswith("。") and "英文" not in told
    links = [target for _text, target in LINK.findall(CLAIMS[id].reference)]
    assert [target for _text, target in LINK.findall(told)] == links


def test_a_reworded_claim_changes_the_texts_of_code_that_names_it(tmp_path, monkeypatch):
    codes = ['claims.show("T02")', 'claims.settle("T03", verdict, x=1)', "x = 1"]
    before = [claims.texts(code) for code in codes]
    assert CLAIMS["T02"].quote in before[0][0] and before[2] == []
    reworded = claims._FILE.read_text("utf-8").replace("[T02]\n", '[T02]\nnote = "new"\n')
    (tmp_path / "claims.toml").write_text(reworded, "utf-8")
    monkeypatch.setattr(claims, "_FILE", tmp_path / "claims.toml")
    after = [claims.texts(code) for code in codes]
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True, True]


def test_what_is_missing_or_misspelt_is_named(shown):
    with pytest.raises(ValueError, match="got 'T99'"):
        claims.show("T99")
    with pytest.raises(ValueError, match="got 'maybe'"):
        claims.settle("T02", "maybe")
    with pytest.raises(ValueError, match="got learned"):
        claims.settle("T02", None, learned=1)


@pytest.mark.notebook
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", CHAPTERS)
def test_the_experiments_of_a_chapter_decide_its_claims_under_other_seeds(name, seed, monkeypatch):
    verdicts = {}

    def settle(id, verdict, **numbers):
        verdicts[id] = CLAIMS[id].holds(**numbers), numbers

    monkeypatch.setattr(claims, "settle", settle)
    monkeypatch.setattr(plots, "show", lambda *_, **__: None)  # no claim rests on a picture
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
    space = {"__name__": "__main__"}
    for cell in needed_for_all(
        c.source for c in read(ROOT / "chapters" / name).cells if c.kind == "code"
    ):
        source = SEEDED.sub(rf"default_rng([{seed}, *np.atleast_1d(\1)])", cell)
        exec(compile(source, name, "exec"), space)
    failed = {id: numbers for id, (holds, numbers) in verdicts.items() if not holds}
    assert not failed, f"{name} with seed {seed}: widen the margin or change the claim: {failed}"
    assert len(verdicts) == sum(claim.chapter == name[:2] for claim in CLAIMS.values())
