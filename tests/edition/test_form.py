"""A line of an edition's file that no one would read, or others would read otherwise, is told."""

import re

import pytest

from dlbook.edition.form import in_file, of_catalogue, of_overlay
from dlbook.i18n import LOCALE

OVERLAY = "<!-- title 11111111 -->\n# 开始\n\n<!-- end 22222222 -->\n结束。\n"
CATALOGUE = """\
# notes
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

msgid "one"
msgstr "一"

msgid "two"
"words"
msgstr "二"
"""
MARK = "needs `<!-- NAME DIGEST -->` and nothing else"
STRING = "needs msgid, msgstr or nothing, then one text in double quotes"
FORMS = {of_overlay: OVERLAY, of_catalogue: CATALOGUE}


def told(text, form, tmp_path):
    """Return what is told of a text that was saved, `str` in UTF-8 and `bytes` as they are."""
    place = tmp_path / "file"
    place.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return list(in_file(place, form))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_is_well_formed_has_no_problem_however_lines_end(form, end, tmp_path):
    assert told(FORMS[form].replace("\n", end), form, tmp_path) == []


@pytest.mark.parametrize("path", sorted((LOCALE / "zh_CN").rglob("*.*")), ids=lambda p: p.name)
def test_the_files_of_the_course_are_well_formed(path):
    form = of_catalogue if path.suffix == ".po" else of_overlay
    assert list(in_file(path, form)) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("# 开始\n", "# 开始\n<<<<<<< HEAD\n", 3, "a mark of git, '<<<<<<< HEAD'"),
        ("# 开始\n", "# 开始\n=======\n", 3, "a mark of git"),
        ("<!-- title", "多余。\n<!-- title", 1, "stands above the first"),
        ("22222222 -->", "22222222 --> ", 4, MARK),
        ("22222222 -->", "2222222 -->", 4, MARK),
        ("22222222 -->", "ABCDEF01 -->", 4, MARK),
        ("<!-- end", "  <!-- end", 4, MARK),
        ("<!-- end", "<!--end", 4, MARK),
    ],
)
def test_a_line_of_an_overlay_that_no_one_would_read_is_told(old, new, line, words, tmp_path):
    (problem,) = told(OVERLAY.replace(old, new), of_overlay, tmp_path)
    assert re.match(rf"line {line}\b", problem) and words in problem


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('msgstr "一"', 'msgstr "一', 7, STRING),
        ('msgstr "一"', "msgstr '一'", 7, STRING),
        ('msgstr "一"', 'msgstr "\\q"', 7, STRING),
        ('msgstr "一"', 'msgstr "a" "b"', 7, STRING),
        ('msgstr "一"', 'msgstr[0] "一"', 7, "no plurals"),
        ('msgid "one"', 'msgctxt "menu"\nmsgid "one"', 6, "no contexts"),
        ('msgstr "一"\n', "", 8, "a second msgid in a row: write a msgstr between"),
        ('msgstr "一"', 'msgstr "一"\nmsgstr "壹"', 8, "a second msgstr in a row"),
        ('msgid "one"', '#, fuzzy\nmsgid "one"', 6, "says fuzzy"),
        ('msgid "two"\n"words"', 'msgid "o"\n"ne"', 9, "has the text 'one' again, after line 6"),
        ("charset=UTF-8", "charset=GBK", 2, "needs charset=UTF-8, got 'Content-Type"),
        (CATALOGUE[: CATALOGUE.index('msgid "one"')], "", 1, "needs a header below it"),
    ],
)
def test_a_line_of_a_catalogue_that_others_read_otherwise_is_told(old, new, line, words, tmp_path):
    assert CATALOGUE.count(old) == 1
    (problem,) = told(CATALOGUE.replace(old, new), of_catalogue, tmp_path)
    assert re.match(rf"line {line}\b", problem) and words in problem


@pytest.mark.parametrize("form", FORMS)
def test_a_file_in_another_encoding_is_told(form, tmp_path):
    (problem,) = told(FORMS[form].encode("gbk"), form, tmp_path)
    assert re.fullmatch(r"line (2|11) is not in UTF-8: save the file in UTF-8", problem)
    (problem,) = told("\ufeff" + FORMS[form], form, tmp_path)
    assert problem.startswith("line 1 begins with a byte order mark: save")


def test_only_the_first_check_that_finds_something_is_told(tmp_path):
    place = tmp_path / "file"
    place.write_text("x")
    checks = (lambda text: iter([f"{text} is short"]), lambda text: iter(["unseen"]))
    assert list(in_file(place, *checks)) == ["x is short"]
