"""Chapter 00 shows the course on one page: the whole article, every chapter, the verdicts."""

import hashlib
import re

import pytest

from dlbook import claims
from dlbook.grading.course.exercise_set import stated_minutes
from dlbook.grading.notebook import Cell, read
from tests import ROOT
from tests.notebook_style import sheet_at
from tests.style.links import LINK

NAME = "00_start_here.ipynb"
CELLS = read(ROOT / "chapters" / NAME).cells
PROSE = "\n".join(cell.source for cell in CELLS if cell.kind == "markdown")
ROWS = [
    [part.strip() for part in line.strip("|").split("|")]
    for line in PROSE.splitlines()
    if line.startswith("| ")
]
SENTENCES = {  # part of the article: how many sentences, and the digest of its text
    "1": (9, "de98af51"),
    "2": (12, "2c05d22e"),
    "3.1": (9, "9af7a227"),
    "3.2": (8, "79697ca0"),
    "3.3": (7, "88146e61"),
    "3.4": (5, "dc79a315"),
}

HEADINGS = [
    "1.背景介绍",
    "2.核心概念与联系",
    "3.核心算法原理和具体操作步骤以及数学模型公式详细讲解",
    "3.1深度学习概述",
    "3.2神经网络结构",
    "3.3反向传播算法",
    "3.4卷积神经网络（CNN）",
]


def outline() -> dict[str, list[tuple[str, list[str]]]]:
    """Return the rows of each part of the article: what is quoted, and where its links lead."""
    parts: dict[str, list[tuple[str, list[str]]]] = {}
    part = None
    for row in ROWS:
        if row[1:] == ["in short", "section"]:
            part = parts.setdefault(row[0].split()[0].rstrip("."), [])
        elif part is not None and len(row) == 3:
            part.append((row[0], [target for _text, target in LINK.findall(row[2])]))
        else:
            part = None
    return parts


OUTLINE = outline()


def bare(text: str) -> str:
    """Return the text without marks and blanks; headings keep the end of their line."""
    return re.sub(r"[ *]+", "", text.replace("<br>", "\n"))


@pytest.mark.parametrize("part", SENTENCES)
def test_every_sentence_of_the_article_is_there_word_for_word(part):
    text = bare("".join(quoted for quoted, _targets in OUTLINE[part])).replace("\n", "")
    found = len(re.findall("[。；：]", text)), hashlib.sha256(text.encode()).hexdigest()[:8]
    assert found == SENTENCES[part], f"part {part} is no longer the article's: see `git diff`"


def test_every_heading_of_the_article_is_there():
    assert [heading for heading in HEADINGS if heading not in bare(PROSE)] == []


def test_every_sentence_leads_to_a_section():
    leading = [
        (quoted, target) for part in OUTLINE.values() for quoted, to in part for target in to
    ]
    assert {quoted for quoted, _ in leading} == {q for part in OUTLINE.values() for q, _ in part}
    assert all("#" in target for _, target in leading)  # `links resolve` finds those that are gone


@pytest.mark.parametrize("id", claims.load())
def test_a_claim_stands_beside_its_sentences_and_quotes_them(id):
    claim = claims.load()[id]
    rows = [row for row in ROWS if re.search(rf"\b{id}\b", row[-1])]
    assert len(rows) == 1, f"{id} stands in {len(rows)} rows of the outline: put it into one"
    article = "\n" + bare("".join(quoted for part in OUTLINE.values() for quoted, _ in part))
    for line in bare(claim.quote).split("\n"):
        assert re.search(f"[。；：\n]{re.escape(line)}", article), f"{id} quotes no whole sentence"
    named = {target for text, target in LINK.findall(rows[0][-1]) if id in text}
    assert named == {trial_of(claim)}, f"{id} is settled in {trial_of(claim)}: link that"


def trial_of(claim: claims.Claim) -> str:
    """Return the section that settles a claim, as a link from chapter 00."""
    path = next(ROOT.glob(f"chapters/{claim.chapter}_*.ipynb"))
    for title, cells in sheet_at(f"chapters/{path.name}").sections:
        if claim.id in settled(cells):
            return f"{'' if path.name == NAME else path.name}#{title.replace(' ', '-')}"
    return "nowhere"


def settled(cells: list[Cell]) -> set[str]:
    code = "\n".join(cell.source for cell in cells if cell.kind == "code")
    return set(re.findall(r"claims\.settle\(\s*\"(T\d\d)\"", code))


def minutes(folder: str, name: str) -> str:
    return " ".join(map(str, stated_minutes(read(ROOT / folder / name).cells[0].source)))


@pytest.mark.parametrize("name", [path.name for path in sorted(ROOT.glob("chapters/*.ipynb"))])
def test_every_chapter_and_set_is_listed_with_its_minutes(name):
    rows = [row for row in ROWS if len(row) == 4 and f"]({name})" in row[0]]
    assert len(rows) == 1, f"give {name} one row in section 0.9"
    assert f"](../exercises/{name})" in rows[0][2]
    assert rows[0][1::2] == [minutes("chapters", name), minutes("exercises", name)]


def test_each_verdict_is_defined_once_in_order():
    defined = [row[0] for row in ROWS if row[0] in claims.VERDICTS]
    assert defined == list(claims.VERDICTS)
    assert all(len(row) == 3 and row[2] for row in ROWS if row[0] in claims.VERDICTS)
