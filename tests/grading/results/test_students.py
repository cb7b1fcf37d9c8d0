"""The class page and a student's page with what the lecturer wrote."""

import re
from datetime import UTC, datetime
from urllib.parse import unquote

from dlbook.grading.results.class_page import class_page
from dlbook.grading.results.feedback import feedback_path, student_page, told
from dlbook.grading.results.term_lines import term_lines
from dlbook.grading.rules.marks import term
from dlbook.grading.rules.word import read_word
from dlbook.i18n import use
from tests.grading.rules.test_understand import DUE, MOODLE, entry
from tests.page import Page

NOW = datetime(2024, 12, 1, tzinfo=UTC)
ROSTER = "student\nAda Lovelace\nBob Ray\nZoë Fox\n王 小明\n"
OVERRIDES = "student,set,exercise,points,comment\nBob Ray,05,chain,1.5,Nearly: <b>look</b> at b.\n"


def written(tmp_path, entries=MOODLE):
    files = {"roster.csv": ROSTER, "rules.toml": DUE, "overrides.csv": OVERRIDES}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    return term(entries, read_word(tmp_path), NOW)


def test_every_student_is_in_the_table_and_who_has_a_page_is_linked_to_it(tmp_path):
    marks = written(tmp_path)
    page = Page(class_page(MOODLE, [], (), marks))
    assert all(mark.student in page.words for mark in marks.marks)
    links = {unquote(link) for link in page.links}
    assert links == {feedback_path(one.student) for one in MOODLE}
    assert "Zoë Fox, 王 小明" in page.words and "2 handed in nothing" in page.words


def test_a_class_of_several_sets_has_one_table_with_a_sum(tmp_path):
    entries = [*MOODLE, entry("Ada Lovelace 1042", True, True, set_name="06_more")]
    page = Page(class_page(entries, [], (), written(tmp_path, entries))).words
    assert "student0506sum" in page.replace("\n", "")


def test_the_student_reads_points_reason_and_comment_as_text(tmp_path):
    own = [mark for mark in written(tmp_path).marks if mark.student == "Bob Ray 1043"]
    html = student_page(own)
    page = Page(html)
    assert "3.5 of 5 points" in page.words and "1.5 / 3" in page.words
    assert "chain: by hand: 1.5, the checks gave 0" in page.words
    assert "Nearly: <b>look</b> at b." in page.words and "b" not in page.tags


def test_what_stands_beside_the_verdicts_can_be_said_in_an_lms_too(tmp_path):
    marks = written(tmp_path)
    assert told(marks.mark("Ada Lovelace 1042", "05_back")) == []
    assert told(marks.mark("Bob Ray 1043", "05_back")) == [
        "exercises: 3.5",
        "chain: by hand: 1.5, the checks gave 0",
        "chain: Nearly: <b>look</b> at b.",
    ]


def test_the_students_page_speaks_the_language_of_the_process(tmp_path):
    def page():
        own = [mark for mark in written(tmp_path).marks if mark.student == "Bob Ray 1043"]
        return student_page(own)

    english = page()
    use("zh")
    chinese = page()
    assert '<html lang="en">' in english and '<html lang="zh">' in chinese
    assert not re.search(r"[\u4e00-\u9fff]", english)
    words = Page(chinese).words
    assert "作业反馈：Bob Ray" in words and "得分 3.5 / 5" in words and "老师的评语" in words
    assert "教师改分：1.5，自动检查给的是 0" in words and "可见的检查就是" in words
    data = r"Bob Ray|Nearly: <b>look</b> at b\.|05 Back|chain|relu"
    assert re.findall(r"[A-Za-z]{2,}", re.sub(data, "", words)) == []


def test_a_student_to_whom_nothing_was_done_reads_no_rules(tmp_path):
    own = [mark for mark in written(tmp_path).marks if mark.student == "Ada Lovelace 1042"]
    assert "exercises:" not in Page(student_page(own)).words


def test_the_terminal_names_who_handed_in_nothing_and_what_is_left_to_decide(tmp_path):
    late = entry("Ada Lovelace 1042", True, True, late=True, name="Ada Lovelace", lms_id="1042")
    lines = term_lines(written(tmp_path, [late, *MOODLE[1:]]))
    assert lines[0] == "05_back: nothing handed in: Zoë Fox, 王 小明"
    assert (
        lines[1].startswith("05_back: may be late, and no time counts") and "times.csv" in lines[1]
    )
    assert lines[2] == "not in roster.csv: Eve Oh 1044"
