"""A control of a page takes its choices and nothing else, and the page learns them from it."""

import pytest

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
