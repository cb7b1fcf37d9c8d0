"""A control of a page takes its choices and nothing else, and the page learns them from it."""

import re
from pathlib import Path

import pytest

from dlbook.explore.base import page as source
from dlbook.explore.base.page import Choice, Page


class Bare(Page):
    rate = Choice([0.0, 1.0], 0.0).tag(sync=True)
    word = Choice(["a", "b"], "b").tag(sync=True)


def test_the_page_is_sent_what_each_control_may_be_set_to():
    assert Bare().get_state()["choices"] == {"rate": [0.0, 1.0], "word": ["a", "b"]}


def test_a_value_that_is_none_of_the_choices_is_refused_and_changes_nothing():
    page = Bare(word="a")
    with pytest.raises(ValueError, match=r"word needs one of \['a', 'b'\], got 'c'; choose one"):
        page.word = "c"
    assert page.word == "a"


def test_a_whole_number_from_the_page_stays_a_float():
    page = Bare()
    page.set_state({"rate": 1})
    assert isinstance(page.rate, float)


def light(colour):
    """Return the relative luminance of a colour such as #0072B2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(c * weight for c, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


@pytest.mark.parametrize(("theme", "ground"), [(0, "#FFFFFF"), (1, "#212121")])
def test_coloured_words_of_a_page_can_be_read_in_both_themes(theme, ground):
    css = Path(source.__file__).with_name("page.css").read_text("utf-8")
    line = re.findall(r"^.*\.dlbook-page \{ --.*$", css, re.MULTILINE)[theme]
    colours = re.findall(r"#\w{6}", line)
    assert len(colours) == 3
    for colour in colours:
        dark, bright = sorted([light(colour), light(ground)])
        assert (bright + 0.05) / (dark + 0.05) >= 4.5, colour
