"""A place is English on the wire, and in the reader's language on a card."""

import pytest

from dlbook.check.places import IN_CHECK, IN_FUNCTION, in_words
from dlbook.i18n import use

WHERE = "\n".join(
    [
        IN_FUNCTION.format(function="relu_back", line=3, code="return {g}: x, line 4 of its cell"),
        IN_CHECK.format(code='return {"dx": relu_back(g, x)}'),
    ]
)


def test_in_english_it_stays_as_it_is():
    assert in_words(WHERE) == WHERE and in_words("") == ""


def test_in_chinese_the_code_stays_as_it_is():
    use("zh")
    assert in_words(WHERE).splitlines() == [
        "在 relu_back 中，单元格的第 3 行：return {g}: x, line 4 of its cell",
        '检查中调用它的代码：return {"dx": relu_back(g, x)}',
    ]


@pytest.mark.parametrize("line", ["somewhere else", "in f, line 3"])
def test_what_is_no_place_stays_as_it_is(line):
    use("zh")
    assert in_words(line) == line
