"""House rules: each has a text that keeps it and one that breaks it."""

import pytest

from dlbook.edition.chinese import problems, wrong_terms

GOOD = [
    "损失是 $L$，代码是 `loss`，见[第 0.3 节](a.ipynb)。",
    "**学习率** `lr` 决定每一步走多远（单位不限）。",
    "- 第一项\n- 第二项，用 ReLU 激活\n\n1. 一\n2. 二",
    "| 甲 | `x` |\n|---|---|\n| 数 | 3 个 |",
    "他说“对”，然后……\n\n$$\na = b\n$$\n\n完。",
    "```\n中文english，混排\n```",
    "Goodfellow and others (2016), *Deep Learning*, 第 2 章。",
]
BAD = {
    "损失是$L$。": "put a space between",
    "用ReLU激活": "put a space between",
    "有3个": "put a space between",
    "中文 中文": "take a space out",
    "中文， 中文": "no space beside",
    "`x` ，中文": "no space beside",
    "中文,中文": "use the full-width mark",
    "中文:": "use the full-width mark",
    "中文(注)": "use full-width brackets",
    '说"对"': "use the quotation marks",
    "一段话的\n第二行": "put the paragraph on one line",
    "- 一项的\n第二行": "put the paragraph on one line",
    "**“损失”**是": "take the mark out of the bold",
    "是**损失。**然后": "take the mark out of the bold",
}


@pytest.mark.parametrize("text", GOOD)
def test_good_chinese_has_no_problem(text):
    assert list(problems(text)) == []


@pytest.mark.parametrize("text", BAD)
def test_each_rule_finds_what_breaks_it(text):
    assert any(BAD[text] in problem for problem in problems(text))


def test_terms_are_those_of_the_list():
    english = "The [**loss**](#Terms) falls; the learning rate stays."
    assert list(wrong_terms(english, "**损失**下降，学习率不变。")) == []
    assert list(wrong_terms(english, "**误差**下降，学习速率不变。")) == [
        "loss is 损失 in terms.tsv",
        "learning rate is 学习率 in terms.tsv",
    ]
    assert list(wrong_terms("a step of the loop", "循环的一步")) == []
    title = "Goodfellow (2016), Deep Learning, section 6.1"
    assert list(wrong_terms(title, "Goodfellow（2016），Deep Learning，第 6.1 节")) == []
    assert list(wrong_terms(title, "Goodfellow（2016），第 6.1 节")) != []
    assert list(wrong_terms("deep learning", "deep learning")) != []


def test_quoted_chinese_stays_as_it_is():
    english = "| ① 如Sigmoid、tanh等<br>用来映射(空间)。 | in short |"
    chinese = "| ① 如Sigmoid、tanh等<br>用来映射(空间)。 | 大意 |"
    assert list(problems(chinese, english)) == [] and list(problems(chinese))
