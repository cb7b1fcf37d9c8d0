"""In Chinese, an explorer of a translated notebook says nothing in English, whatever it shows."""

import re

import pytest

from dlbook import explore, plots
from dlbook.explore.base import still
from dlbook.i18n import speaking, use
from tests.edition import explorers
from tests.explore.javascript import ran
from tests.explore.test_explore import covering, ends

HAN = re.compile(r"[\u4e00-\u9fff]")
SENTENCE = re.compile(r"[A-Za-z]{2,}[,:;]? [a-z]{2,}")  # two words of English side by side
CODE = re.compile(r"`([^`]+)`")


@pytest.fixture
def chinese():
    use("zh")


def quoted() -> set[str]:
    """Return what the prose of the translated notebooks names as code."""
    return {name for text in explorers.translated() for name in CODE.findall(text)}


def steps(control):
    """Return all values of a slider that has at most 50, which `ends` leaves out."""
    if not hasattr(control, "min"):
        return []
    count = 1 + round((control.max - control.min) / control.step)
    return [control.min + i * control.step for i in range(count)] if count <= 50 else []


@pytest.mark.parametrize("name", explorers.shown())
def test_all_that_is_said_of_a_picture_is_chinese(chinese, name):
    explorer = getattr(explore, name)()
    values = [ends(control) for control in explorer.controls.values()]
    code = {it for each in values for it in each if isinstance(it, str)} | quoted()
    states = [dict(zip(explorer.controls, row, strict=True)) for row in covering(*values)]
    for key, control in explorer.controls.items():
        states += [explorer.state | {key: value} for value in steps(control)]
    for state in states:
        said = explorer._draw(plots.blank(), **state)
        assert HAN.search(said), said
        for part in sorted(code, key=len, reverse=True):
            said = said.replace(part, "x")
        assert not SENTENCE.search(said), said
        assert said.endswith("。")


@pytest.mark.parametrize("name", explorers.shown())
def test_a_label_is_chinese_unless_the_prose_names_it_as_code(chinese, name):
    explorer = getattr(explore, name)()
    named = {word for code in quoted() for word in re.findall(r"\w+", code)}
    for plan in explorer._panel.values():
        is_word = re.search(r"[A-Za-z]{3,}", plan["label"])
        assert HAN.search(plan["label"]) or not is_word or plan["label"] in named, plan["label"]


@pytest.mark.parametrize("name", explorers.shown())
def test_a_picture_is_the_same_in_every_language(name):
    sources = []
    for language in ("en", "zh"):
        with speaking(language):
            explorer = getattr(explore, name)()
            sources.append(re.search(r'src="([^"]+)"', explorer._picture)[1])
    assert sources[0] == sources[1], "words inside pictures are English: speaking('en')"


def test_in_chinese_the_words_for_a_still_picture_stand_below_it(monkeypatch):
    shown = []
    monkeypatch.setattr(still, "display", lambda data, raw: shown.append(data))
    for language in ("en", "zh"):
        with speaking(language):
            still.show({}, "<img>", "1 < 2")
    english, chinese = (data["text/html"] for data in shown if "text/html" in data)
    assert english.endswith('<div class="dlbook-still"><img></div>')
    assert chinese.endswith('<img><p aria-hidden="true">1 &lt; 2</p></div>')


def test_a_page_knows_whether_it_is_translated():
    assert ran("base/words.js", "isTranslated") is False
    use("zh")
    assert ran("base/words.js", "isTranslated") is True
    assert ran("base/words.js", '_("{label}. {hint}", { label: 1, hint: 2 })') == "1。2"
