"""The class page and a student's page on a phone, on a screen and on paper, in a real browser."""

import pytest

from dlbook.grading.results.class_page import class_page
from dlbook.grading.results.feedback import student_page
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
