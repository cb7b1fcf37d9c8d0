"""A notebook of an edition: prose in the language, code as it is, stale prose never unsaid."""

import pytest

from dlbook.edition.book import ENGLISH, Edition
from dlbook.grading.notebook import Cell, canonical, read
from dlbook.i18n.overlay import STALE
from tests.edition.conftest import write

CHAPTER = [
    Cell(
        "markdown",
        "# 90 Tiny\n\nSee [here](#90.1-Go-on), [next](91_next.ipynb#91.1-More).",
        "title",
    ),
    Cell("code", "print(93)", "measure", 1, ({"output_type": "stream", "text": "93"},)),
    Cell("markdown", "## 90.1 Go on\n\nIt is 93.", "go-on"),
]
NEXT = [
    Cell("markdown", "# 91 Next\n\n## 91.1 More\n\nBack to [90](90_tiny.ipynb#90.1-Go-on).", "all")
]


@pytest.fixture
def chapters(published):
    """Two chapters that link each other; the first one is translated."""
    folder = published.root / "chapters"
    (folder / "90_tiny.ipynb").write_text(canonical(CHAPTER, "digest"), "utf-8")
    (folder / "91_next.ipynb").write_text(canonical(NEXT), "utf-8")
    texts = {
        "title": "# 90 小\n\n见[这里](#90.1-Go-on)、[下一章](91_next.ipynb#91.1-More)。",
        "go-on": "## 90.1 继续\n\n是 93。",
    }
    english = {cell.id: cell.source for cell in CHAPTER}
    write(published, "chapters/90_tiny", [(n, english[n], text) for n, text in texts.items()])
    return published


def made(course, name):
    notebook = Edition(course, "zh").notebook(course.root / "chapters" / f"{name}.ipynb")
    return {cell.id: cell for cell in notebook.cells}


def test_english_is_the_course_itself(chapters):
    path = chapters.root / "chapters" / "90_tiny.ipynb"
    assert Edition(chapters, "en").notebook(path) == read(path)


def test_prose_is_translated_and_links_lead_to_the_translated_headings(chapters):
    cells = made(chapters, "90_tiny")
    assert cells["title"].source == (
        "# 90 小\n\n见[这里](#90.1-继续)、[下一章](91_next.ipynb#91.1-More)。"
    )
    assert cells["measure"] == CHAPTER[1]


def test_for_jupyterlab_links_lead_to_english_anchors_and_to_cells(chapters):
    edition = Edition(chapters, "zh", for_lab=True)
    first, other = (
        {cell.id: cell.source for cell in edition.notebook(path).cells}
        for path in chapters.notebooks("chapters")
    )
    assert first["go-on"].startswith('## <a id="90.1-Go-on"></a>90.1 继续\n')
    assert "[这里](#90.1-Go-on)、[下一章](91_next.ipynb#91.1-More)" in first["title"]
    assert other["all"].endswith("[90](90_tiny.ipynb#cell-id=go-on).")


def test_a_stale_cell_is_english_with_a_note_in_both_languages(chapters):
    write(chapters, "chapters/90_tiny", [("title", "# 90 Tinier", "# 90 更小")])
    for name in ("title", "go-on"):  # one is stale, one is missing
        first, note, rest = made(chapters, "90_tiny")[name].source.split("\n\n", 2)
        assert first.startswith("#") and STALE in note and "这一部分的译文" in note
        assert "Go-on" in rest or "It is 93." in rest


def test_a_notebook_without_translation_has_one_note_and_links_that_work(chapters):
    source = made(chapters, "91_next")["all"].source
    assert source.count(ENGLISH) == 1 and "还没有中文版" in source
    assert source.endswith("Back to [90](90_tiny.ipynb#90.1-继续).")
