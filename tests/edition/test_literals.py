"""A translation keeps code, formulas, links, headings, rows and numbers."""

import pytest

from dlbook.edition.literals import differences

ENGLISH = """## 0.2 Predict

See [section 0.3](a.ipynb#0.3-Go): `x @ W` in 1,200 steps of 0.5, $p_k$ and

$$\\frac{1}{n}
\\sum x$$

| a | 3 |
|---|---|
```
code here
```
"""
CHINESE = """## 0.2 预测

见[第 0.3 节](a.ipynb#0.3-Go)：1200 步，每步 0.5，`x @ W`，$p_k$ 和

$$\\frac{1}{n} \\sum x$$

| 甲 | 3 |
|---|---|
```
code here
```
"""


def test_what_is_the_same_in_both_is_no_difference():
    assert list(differences(ENGLISH, CHINESE)) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("1200", "1300", "numbers missing: 1200"),
        ("`x @ W`", "`x @ V`", "code added: x @ V"),
        ("$p_k$", "$p_j$", "formulas missing: $p_k$"),
        ("a.ipynb#0.3-Go", "b.ipynb#0.3-Go", "links missing: a.ipynb#0.3-Go"),
        ("## ", "### ", "headings added: ###"),
        ("| 甲 | 3 |\n", "", "table rows missing: 2 cells"),
        ("code here", "code there", "code missing: ```\ncode here\n```"),
    ],
)
def test_every_other_literal_is_told(old, new, told):
    assert CHINESE.count(old) == 1
    assert told in list(differences(ENGLISH, CHINESE.replace(old, new)))
