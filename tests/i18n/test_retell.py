"""What travels in English is told again in the reader's language, as if it had been made in it."""

import pytest
from hypothesis import given, strategies as st

from dlbook.check import answer_key, localized
from dlbook.check.compare import judge
from dlbook.check.places import IN_CHECK, IN_FUNCTION
from dlbook.i18n import retell, speaking, use, words
from dlbook.i18n.retell import retold

WHERE = "\n".join(
    [
        IN_FUNCTION.format(function="relu_back", line=3, code="return {g}: x, line 4 of its cell"),
        IN_CHECK.format(code='return {"dx": relu_back(g, x)}'),
    ]
)
KEYS = {key.name: key for key in answer_key.all_keys()}
TOLD = {  # in a record: to a Chinese reader
    "its cell was stopped after 30 seconds of waiting": "它的单元格用满 30 秒等待时间后被停止",
    "its cell ran too long and could not be stopped after 60 seconds of processor time": (
        "它的单元格运行太久，停不下来（应在用满 60 秒处理器时间后被停止）"
    ),
    "the file is a PDF, not a notebook: hand in the .ipynb file.": (
        "这个文件是 PDF 文件，不是笔记本：请提交 .ipynb 文件。"
    ),
    "dx: the second of 3 values: shape (2,), where (3,) is needed": (
        "dx：3 个值中的第二个：形状是 (2,)，应为 (3,)"
    ),
    "a.zip: b left aside: the file is empty: take an earlier copy.": (
        "a.zip：b 没有采用：文件是空的：请改用更早的副本。"
    ),
    "a.zip left aside: the file is empty: take an earlier copy.": (
        "a.zip 没有采用：文件是空的：请改用更早的副本。"
    ),
    "a cell ended the kernel, left out: # answer: chain": (
        "有个单元格使内核终止了，已略过：# answer: chain"
    ),
    "ValueError: inner sizes 3 and 4 must be equal: which of x, w is turned?": (
        "ValueError: 内侧的大小 3 和 4 必须相等：x 和 w 中哪一个该转置？"
    ),
}
NOT_OURS = ["", "ValueError: no", "mine: my own words", "3: 4", "x" * 3_000, "measured: 3"]


def both(exercise, check, value):
    """Return what is said of a value in English, told again in Chinese; and said in Chinese."""
    with speaking("en"):
        english = judge(exercise, check, value).detail
    with speaking("zh"):
        return retold(english), judge(exercise, check, value).detail


def plain(text):
    """Return a text in which nothing tells whether a colon belongs to a label or ends it."""
    return text.replace("：", ": ")


@pytest.mark.parametrize("name", KEYS)
def test_each_known_mistake_is_told_as_if_it_had_been_judged_in_chinese(name):
    told = [
        both(exercise, check, value)
        for exercise in KEYS[name].exercises
        for check in exercise.checks
        for value in check.mistakes.values()
    ]
    assert told
    assert [plain(again) for again, _direct in told] == [plain(direct) for _again, direct in told]


@pytest.mark.parametrize("text", TOLD)
def test_texts_inside_each_other_are_told_again(text):
    use("zh")
    assert retold(text) == TOLD[text]


@pytest.mark.parametrize("text", NOT_OURS)
def test_what_is_none_of_ours_stays(text):
    use("zh")
    assert retold(text) == text


def test_in_english_all_stays_as_it_is():
    assert retold(WHERE) == WHERE and retold(next(iter(TOLD))) == next(iter(TOLD))


def test_places_are_told_again_and_their_code_stays():
    use("zh")
    assert retold(WHERE).splitlines() == [
        "在 relu_back 中，单元格的第 3 行：return {g}: x, line 4 of its cell",
        '检查中调用它的代码：return {"dx": relu_back(g, x)}',
    ]


@given(st.lists(st.sampled_from([": ", "a", "[0, 1]", *words("zh")]), max_size=60))
def test_a_hostile_text_takes_few_looks(parts):
    looks = []
    gaps = retell.Template.gaps

    def counted(self, text):
        looks.append(text)
        return gaps(self, text)

    with pytest.MonkeyPatch.context() as patch, speaking("zh"):
        patch.setattr(retell.Template, "gaps", counted)
        retold("".join(parts))
    assert len(looks) <= 1_000 * len(words("zh"))


def test_a_hint_in_english_is_looked_up_nowhere(monkeypatch):
    monkeypatch.setattr(localized, "digest", None)
    with speaking("en"):
        assert localized.hint_again("05_backpropagation", "Look at the sign.") == (
            "Look at the sign."
        )
