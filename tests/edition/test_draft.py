"""Translators get a draft of what is left, and digests for what is done."""

import pytest

from dlbook.check.errors import UserError
from dlbook.edition.draft import draft, stamp
from dlbook.edition.problems import problems
from dlbook.edition.sources import locale
from dlbook.i18n.overlay import parse


def test_a_draft_holds_what_is_done_and_the_english_of_the_rest(translated):
    place = locale(translated) / "zh_CN" / "exercises" / "90_tiny.md"
    whole = dict(parse(place.read_text("utf-8")))
    name = next(name for name in whole if " / " in name)
    lines = place.read_text("utf-8").split("\n\n")
    place.write_text("\n\n".join(part for part in lines if name not in part), "utf-8")
    drafted = dict(parse("\n".join(draft(translated, "exercises/90_tiny"))))
    assert drafted.keys() == whole.keys()
    assert "中文" not in drafted[name].text and drafted[name].digest == whole[name].digest
    with pytest.raises(UserError, match="a text of the course is needed, got 'chapters/99'"):
        list(draft(translated, "chapters/99"))


def test_a_question_mark_becomes_the_digest_of_today(translated):
    place = locale(translated) / "zh_CN" / "chapters" / "90_tiny.md"
    whole = place.read_text("utf-8")
    place.write_text(f"<!-- title ? -->{whole.partition('-->')[2]}", "utf-8")
    assert "title has no digest yet" in "\n".join(problems(translated))
    assert stamp(translated) == [place] and place.read_text("utf-8") == whole
    assert stamp(translated) == []
