"""The files that INSTRUCTORS.md shows are read as they stand there."""

import re
from datetime import UTC, datetime
from textwrap import dedent

from dlbook.grading.rules.marks import term
from dlbook.grading.rules.people import ROSTER_COLUMNS
from dlbook.grading.rules.settings import Settings
from dlbook.grading.rules.word import FILES, read_word
from tests import ROOT
from tests.grading.rules.test_understand import entry

GUIDE = (ROOT / ".github" / "INSTRUCTORS.md").read_text("utf-8")
SHOWN = {
    name: dedent(text)
    for name, text in re.findall(r"^\*\*([a-z.]+)\*\*[^\n]*\n\n((?:    [^\n]*\n|\n)+)", GUIDE, re.M)
}


def test_each_file_of_the_lecturer_is_shown():
    assert set(SHOWN) == set(FILES)


def test_the_files_that_are_shown_give_the_marks_that_the_guide_says(tmp_path):
    for name, text in SHOWN.items():
        (tmp_path / name).write_text(text.replace("relu_back", "chain"), "utf-8")
    entries = [
        entry(who, True, False, set_name=name, time="2026-11-25T12:00:00Z", has_noted_time=True)
        for who in ("Ada Lovelace", "Bob Ray")
        for name in ("05_backpropagation", "06_training")
    ]
    found = term(entries, read_word(tmp_path), datetime(2026, 12, 1, tzinfo=UTC))
    scores = {(mark.student, mark.set_name[:2]): mark.shown_score for mark in found.marks}
    assert scores == {
        ("Ada Lovelace", "05"): "2",  # extended
        ("Ada Lovelace", "06"): "2",  # in time
        ("Bob Ray", "05"): "3.5",  # 2, and 1.5 by hand; in time by times.csv
        ("Bob Ray", "06"): "8",  # by hand, under the number of the roster
    }
    assert read_word(tmp_path).settings != Settings()


def test_columns_of_the_roster_are_told():
    columns = (*ROSTER_COLUMNS.needed, *ROSTER_COLUMNS.optional)
    assert all(f"`{name}`" in GUIDE for name in columns)
