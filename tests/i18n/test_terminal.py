"""Chinese takes two columns a character, and its lines end where a reader expects it."""

import pytest

from dlbook.i18n.terminal import columns, fill, paragraphs, table

TEXT = "（把 `dlbook lab` 打开的课程、练习，都更新到你的“副本”里：05_backpropagation 也一样。）"


def test_a_chinese_character_and_its_marks_take_two_columns():
    assert columns("ab") == 2 and columns("中，a") == 5


def test_paragraphs_are_lines_without_indents():
    assert paragraphs("One\n    two.\n\n    Three.\n    ") == ["One two.", "Three."]


@pytest.mark.parametrize("width", range(20, 100, 7))
def test_no_line_is_too_long_and_nothing_is_lost(width):
    lines = fill(TEXT, width)
    assert max(map(columns, lines)) <= width
    assert "".join(lines).replace(" ", "") == TEXT.replace(" ", "")
    if width < columns(TEXT):
        assert min(map(columns, lines[:-1])) > width - len("05_backpropagation")


@pytest.mark.parametrize("width", range(2, 100))
def test_no_line_begins_with_a_mark_that_closes_or_ends_with_one_that_opens(width):
    for line in fill(TEXT, width):
        assert line[0] not in "，、：。）”" and line[-1] not in "（“"


def test_texts_of_a_table_begin_in_one_column():
    rows = [("--seed 整数", "用这个种子生成输入"), ("-h", "显示这段帮助")]
    assert table(rows, 26) == [
        "--seed 整数  用这个种子生",
        "             成输入",
        "-h           显示这段帮助",
    ]
