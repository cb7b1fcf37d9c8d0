"""The class page and a student's page on a phone, on a screen and on paper, in a real browser."""

from dataclasses import replace

import pytest

from dlbook.grading.results.class_page import class_page
from dlbook.grading.results.feedback import student_page
from dlbook.grading.rules.marks import term
from tests.browser.test_explorers import until
from tests.grading.results.test_files import CLASS
from tests.grading.results.test_likeness import COPIED, LONG, a_class, entry
from tests.grading.results.test_students import written

WIDER = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def pages(tmp_path):
    """The addresses of a class page with all its sections, and of a student's page."""
    alike = a_class(entry("ada", LONG), entry("bob", COPIED))
    marks = written(tmp_path)
    texts = {
        "class": class_page([*CLASS, *alike], []),
        "rules": class_page([mark.entry for mark in marks.marks if mark.entry], [], (), marks),
        "student": student_page([mark for mark in marks.marks if mark.has_news][1:2]),
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.html").write_text(text, "utf-8")
    return {name: (tmp_path / f"{name}.html").as_uri() for name in texts}


@pytest.mark.notebook  # starts a browser
@pytest.mark.parametrize("width", [390, 1200])
def test_no_page_is_wider_than_the_screen_and_nothing_is_blocked(page, pages, width):
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.set_viewport_size({"width": width, "height": 900})
    for address in pages.values():
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert page.evaluate(WIDER) <= 0, address
        assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"
    assert said == []


@pytest.fixture
def term_pages(tmp_path):
    """The addresses of the pages of a term of 20 sets, of somebody with a name of 80 letters."""
    name = "Ada " + 2 * "Wolfeschlegelsteinhausenbergerdorff"
    one = next(entry for entry in CLASS if entry.report)
    entries = [replace(one, student=name, set_name=f"{n:02}_topic") for n in range(1, 21)]
    pages = {"class": class_page(entries, []), "student": student_page(term(entries).marks)}
    for kind, text in pages.items():
        (tmp_path / f"{kind}.html").write_text(text, "utf-8")
    return {kind: (tmp_path / f"{kind}.html").as_uri() for kind in pages}


@pytest.mark.notebook  # starts a browser
@pytest.mark.parametrize(("media", "width"), [("screen", 390), ("screen", 1200), ("print", 718)])
def test_a_long_name_and_a_whole_term_fit_on_screen_and_paper(page, term_pages, media, width):
    page.set_viewport_size({"width": width, "height": 900})  # A4 with margins has 718 pixels
    page.emulate_media(media=media)
    for address in term_pages.values():
        page.goto(address)
        assert page.evaluate(WIDER) <= 0, address


@pytest.mark.notebook  # starts a browser
def test_columns_of_a_term_are_reached_by_keys(page, term_pages):
    page.set_viewport_size({"width": 500, "height": 900})
    page.goto(term_pages["class"])
    page.focus("[role=region][aria-labelledby=students]")
    page.keyboard.press("ArrowRight")
    until(page, lambda: page.evaluate("document.activeElement.scrollLeft") > 0)
