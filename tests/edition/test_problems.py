"""An edition cannot fall behind unseen: missing, stale, orphaned and changed pieces are told."""

import re

import pytest
from hypothesis import given, strategies as st

from dlbook.edition.problems import overlay_problems, problems
from dlbook.edition.sources import locale
from dlbook.i18n.overlay import digest, parse
from tests.edition.conftest import write

ENGLISH = {
    "title": "# 1 Start\n\nIn this chapter you build\na checker. It takes 3 steps.",
    "loss": "The loss `L` falls.",
    "end": "- one\n- two",
}
CHINESE = {
    "title": "# 1 开始\n\n本章做一个检查器，共 3 步。",
    "loss": "损失 `L` 下降。",
    "end": "- 一\n- 二",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    path = tmp_path_factory.mktemp("locale") / "text.md"
    marks = (f"<!-- {name} {digest(ENGLISH[name])} -->\n{CHINESE[name]}\n" for name in ENGLISH)
    path.write_text("\n".join(marks), "utf-8")
    return path


def stale(place, english):
    """Return the names of the pieces that are told, each as stale and nothing else."""
    told = list(overlay_problems(english, place))
    assert all(" is stale: " in problem for problem in told)
    return {problem.split()[0] for problem in told}


def test_what_fits_has_no_problem(place):
    assert list(overlay_problems(ENGLISH, place)) == []


@given(st.data())
def test_a_changed_word_makes_exactly_its_piece_stale(place, data):
    name = data.draw(st.sampled_from(sorted(ENGLISH)))
    words = list(re.finditer(r"\w+", ENGLISH[name]))
    word = data.draw(st.sampled_from(words))
    other = data.draw(
        st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True).filter(lambda w: w != word[0])
    )
    text = ENGLISH[name][: word.start()] + other + ENGLISH[name][word.end() :]
    assert stale(place, ENGLISH | {name: text}) == {name}


@given(st.data())
def test_wrapping_lines_otherwise_makes_nothing_stale(place, data):
    name = data.draw(st.sampled_from(sorted(ENGLISH)))

    def blank(found):
        return (
            found[0] if found[0].count("\n") > 1 else data.draw(st.sampled_from([" ", "\n", "  "]))
        )

    text = re.sub(r"(?<=[\w.,])\s+(?=\w)", blank, ENGLISH[name]) + data.draw(
        st.sampled_from(["", "\n", " \n"])
    )
    assert stale(place, ENGLISH | {name: text}) == set()


@given(st.sampled_from(sorted(ENGLISH)))
def test_a_new_and_a_lost_piece_are_told(place, name):
    assert [p for p in overlay_problems(ENGLISH | {"new": "More."}, place)] == [
        f"new is missing: add `<!-- new {digest('More.')} -->` and its translation"
    ]
    fewer = {other: text for other, text in ENGLISH.items() if other != name}
    (told,) = overlay_problems(fewer, place)
    assert told.startswith(f"{name} is an orphan")


def test_changed_literals_and_house_rules_are_told(place, tmp_path):
    text = place.read_text("utf-8").replace("共 3 步。", "共4步。").replace("- 二", "- 二\n- 三")
    spoilt = tmp_path / "spoilt.md"
    spoilt.write_text(text, "utf-8")
    told = "\n".join(overlay_problems(ENGLISH, spoilt))
    assert "title differs from its English, numbers missing: 3" in told
    assert "title breaks a house rule, put a space between" in told


def test_a_file_is_checked_line_by_line_first_and_a_lacking_digest_is_told(place, tmp_path):
    text = place.read_text("utf-8")
    spoilt = tmp_path / "spoilt.md"
    spoilt.write_text(text.replace("<!-- loss", "<!--loss"), "utf-8")
    assert [p[:12] for p in overlay_problems(ENGLISH, spoilt)] == ["line 6 needs"]
    spoilt.write_text(text.replace(digest(ENGLISH["loss"]), "?"), "utf-8")
    (told,) = overlay_problems(ENGLISH, spoilt)
    assert told.startswith(f"loss has no digest yet: write {digest(ENGLISH['loss'])} above it")
    spoilt.write_text(f"{text}\n=======\n", "utf-8")
    (told,) = overlay_problems(ENGLISH, spoilt)
    assert "line 13 is a mark of git" in told


def test_pieces_that_say_the_same_share_one_translation():
    text = "<!-- a / one 11111111 -->\n<!-- a / two 11111111 -->\n甲\n\n<!-- b 22222222 -->\n乙\n"
    assert [(name, piece.text) for name, piece in parse(text)] == [
        ("a / one", "甲"),
        ("a / two", "甲"),
        ("b", "乙"),
    ]


def test_a_course_is_checked_whole_and_a_text_without_overlay_is_no_problem(translated):
    assert problems(translated) == []
    place = locale(translated) / "zh_CN" / "exercises" / "91_gone.md"
    place.write_text("")
    write(translated, "chapters/90_tiny", [("title", "# 90 Small", "# 90 小")])
    assert [problem.split(": ")[0] for problem in problems(translated)] == [
        "zh_CN/chapters/90_tiny.md",
        "zh_CN/exercises/91_gone.md",
    ]
    place.unlink()
    (locale(translated) / "zh_CN" / "chapters" / "90_tiny.md").unlink()
    assert problems(translated) == []
