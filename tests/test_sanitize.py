"""What plain `pytest --nbval` takes for the same output on another machine."""

import pytest

from tests.runs import sanitized

SAME = [
    ("accuracy ≈ 0.93", "accuracy ≈ 0.94"),
    ("loss ≈ 2.3e-05 here", "loss ≈ -1e-6 here"),
    ("≈ 93%, of 360", "≈ 92.8%, of 360"),
    ("depth 1 2 4: ≈ 0.98 0.97 0.95", "depth 1 2 4: ≈ 0.97 0.97 0.96"),
    ("from ≈ 0.1 to 0.3", "from ≈ 0.11 to 0.31"),
    ("≈ 1,234.5 / 2", "≈ 1,233 / 3"),
    ("≈ nan", "≈ 0.5"),
    ("a ≈ .5; .25 | b", "a ≈ .4; .2 | b"),
    ("first  ≈  0.10   0.20\nsecond ≈ 3", "first  ≈  0.11   0.19\nsecond ≈ 4"),
]
DIFFERENT = [
    ("accuracy 0.93", "accuracy 0.94"),
    ("≈ 0.93 of 360", "≈ 0.93 of 361"),
    ("3 layers: ≈ 0.9", "4 layers: ≈ 0.9"),
    ("≈ 0.9 right", "≈ 0.9 wrong"),
    ("≈ 0.9\n12 epochs", "≈ 0.9\n13 epochs"),
    ("≈ about", "≈ around"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_numbers_marked_as_approximate_may_differ(one, other):
    assert sanitized(one) == sanitized(other) != one


def test_pictures_may_differ_and_their_words_may_not():
    page = '<img alt="{}" width="672" src="data:image/png;base64,{}">'
    one, repainted, reworded = (
        page.format(*it) for it in (("A", "a+/="), ("A", "bb"), ("B", "bb"))
    )
    assert sanitized(one) == sanitized(repainted) != sanitized(reworded)


def test_rules_for_looks_may_differ_and_what_they_are_for_may_not():
    page = "<style>\n{}\n</style><p>{}</p>"
    one, other, reworded = (
        page.format(*it) for it in (("a {}", "A"), ("b {}", "A"), ("b {}", "B"))
    )
    assert sanitized(one) == sanitized(other) != sanitized(reworded)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_nothing_else_may_differ(one, other):
    assert sanitized(one) != sanitized(other)
