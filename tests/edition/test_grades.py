"""A grade does not depend on the edition, on DLBOOK_LANG or on the system's language."""

from dataclasses import replace

import pytest

from dlbook import i18n
from dlbook.cli import main
from dlbook.edition.book import Edition
from dlbook.grading.batch.journal import current_entries
from dlbook.grading.notebook import canonical, read

WRONG = "# answer: relu_back\ndef relu_back(g, x):\n    g *= x > 0\n    return g[::-1] + 1"
SURROUNDINGS = [("en", "C"), ("zh", "zh_CN.UTF-8"), ("zh", "tr_TR.UTF-8")]


def hand_in(course, place, language):
    """Write the exercise notebook of an edition with a wrong answer in it, as a student's."""
    (path,) = course.notebooks("exercises")
    cells = read(path).cells if language == "en" else Edition(course, language).notebook(path).cells
    answered = [
        replace(cell, source=WRONG) if cell.source.startswith("# answer: relu_back") else cell
        for cell in cells
    ]
    assert list(cells) != answered
    (place / "ada").mkdir(parents=True)
    (place / "ada" / "90_tiny.ipynb").write_text(canonical(answered), "utf-8")


@pytest.mark.notebook
def test_records_are_equal_for_both_editions_in_all_surroundings(
    translated, tmp_path_factory, monkeypatch
):
    records = []
    for edition in ("en", "zh"):
        for language, system in SURROUNDINGS:
            place = tmp_path_factory.mktemp("class")
            hand_in(translated, place / "in", edition)
            monkeypatch.setenv("DLBOOK_LANG", language)
            monkeypatch.setenv("LC_ALL", system)
            i18n.forget()
            out = place / "out"
            options = ["--jobs", "1", "--sandbox", "off", "--seed", "7"]
            command = ["--course", str(translated.root), "grade", str(place / "in")]
            assert main([*command, "-o", str(out), *options]) == 0
            (entry,) = current_entries(out / "journal.sqlite")
            records.append(entry.record.report)
    assert records[0]["exercises"][0]["checks"][0]["verdict"] == "wrong"
    assert all(record == records[0] for record in records[1:])
