"""The page of terms leads to the first use of each term, and shows strange text as text."""

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest

from dlbook import terms
from dlbook.grading.course.build import Course
from dlbook.grading.notebook import Cell, canonical, read
from dlbook.grading.teach.links import Links
from dlbook.grading.teach.prose import parts
from dlbook.grading.teach.terms import Use, first_use, terms_page
from tests import ROOT
from tests.grading.results.test_html import EVIL, HIDDEN
from tests.page import Page
from tests.style.links import anchors

LOSS = next(term for term in terms.load() if term.id == "loss-function")
KERNELS = [term for term in terms.load() if term.english.startswith("kernel")]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(terms_page(Course(ROOT), terms.by_name(), Links(".")))


def test_the_page_has_every_term_with_an_id(page):
    for term in terms.load():
        assert page.ids.count(term.id) == 1
        assert f"\n{term.english}{term.note}\n{term.chinese}\n" in page.words


def test_every_link_of_the_page_lands(page):
    assert len(page.links) > 200
    for link in page.links:
        place, _, anchor = unquote(link).partition("#")
        assert anchor in (anchors(ROOT / place) if place else page.ids), link


def test_a_chapter_that_uses_a_term_is_linked_and_no_other(page):
    used = set()
    for path in ROOT.glob("chapters/*.ipynb"):
        prose = [cell.source for cell in read(path).cells if cell.kind == "markdown"]
        text = re.sub(r"`[^`]*`|\]\([^)]*\)", " ", "\n".join(prose).partition("## Sources")[0])
        if re.search(r"\bhidden layers?\b", text, re.IGNORECASE):
            used.add(path.stem)
    only = [term for term in terms.load() if term.id == "hidden-layer"]
    found = Page(terms_page(Course(ROOT), only, Links("."))).links
    linked = {link.partition(".ipynb")[0].rpartition("/")[2] for link in found if ".ipynb" in link}
    assert linked == used and "04_network_structure" in used


PROSE = [  # source of a cell: the heading under which the term counts as used, None where it is not
    ("# 5 A\n\nNo `loss function`.\n\n## 5.1 B\n\nLoss functions.", "5.1 B"),
    ("# 5 A\n\nThe [fall](a.ipynb#loss-function) and $loss function$.", None),
    ("# 5 A\n\nA loss\nfunction", "5 A"),
    ("# 5 A\n\n## 5.1 Choose a loss function", "5.1 Choose a loss function"),
    ("# 5 A\n\nText.\n\n## Sources\n\n- On a loss function", None),
]


@pytest.mark.parametrize(("source", "section"), PROSE)
def test_the_first_use_is_the_first_in_prose(tmp_path, source, section):
    (tmp_path / "chapters").mkdir()
    cells = [Cell("code", "# a loss function", "code"), Cell("markdown", source, "prose")]
    (tmp_path / "chapters" / "05_a.ipynb").write_text(canonical(cells), "utf-8")
    found = Page(terms_page(Course(tmp_path), [LOSS], Links("."))).links
    inner = [unquote(link) for link in found if link.startswith("./")]
    wanted = [f"./chapters/05_a.ipynb#{section.replace(' ', '-')}"] if section else []
    assert inner == wanted


def test_of_two_uses_the_first_counts():
    cells = [Cell("markdown", "# A\n\nloss function"), Cell("markdown", "# B\n\nloss function")]
    assert first_use(LOSS.pattern, "05_a", parts(cells)) == Use("05_a", "A")


def test_one_word_for_two_terms_is_told(tmp_path):
    (tmp_path / "chapters").mkdir()
    cells = [Cell("markdown", "# A\n\nA kernel.", "prose")]
    (tmp_path / "chapters" / "05_a.ipynb").write_text(canonical(cells), "utf-8")
    words = Page(terms_page(Course(tmp_path), KERNELS, Links("."))).words
    assert len(KERNELS) == 2 and words.count("in either sense") == 2
    assert "in either sense" not in Page(terms_page(Course(tmp_path), [LOSS], Links("."))).words


def test_without_chapters_the_page_has_words_and_no_links_to_them(tmp_path):
    page = Page(terms_page(Course(tmp_path), terms.by_name(), Links(".")))
    assert "no chapters here" in page.words and "损失函数" in page.words
    assert all(link.startswith("#") for link in page.links)


def test_no_text_of_a_term_acts_on_the_page(tmp_path):
    plain = Page(terms_page(Course(tmp_path), [replace(LOSS, note="plain")], Links(".")))
    strange = replace(LOSS, chinese=EVIL + HIDDEN, note=EVIL)
    page = Page(terms_page(Course(tmp_path), [strange], Links(".")))
    assert page.shape == plain.shape and page.words.count(EVIL) == 2
    assert not set(page.words) & set(HIDDEN)
