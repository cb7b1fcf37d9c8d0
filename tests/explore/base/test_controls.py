"""A slider takes numbers up to its ends, a menu its options; the page and Python change both."""

import numpy as np
import pytest

from dlbook.explore.base.controls import choice, slider
from dlbook.explore.base.explorer import Explorer
from tests.explore.javascript import ran


def draw(fig, rate, kind):
    fig.subplots()
    return f"A rate of {rate} for a {kind}."


def explorer():
    return Explorer(draw, {"rate": slider("r", 0.5, 0.0, 1.0, 0.1), "kind": choice("k", ["a", 2])})


@pytest.mark.parametrize(
    ("step", "given", "kept"),
    [(0.1, 3, 1.0), (0.1, -1, 0.0), (0.1, 0.33, 0.33), (1, np.int64(1), 1), (1, 1.0, 1)],
)
def test_a_number_beyond_an_end_is_moved_to_it(step, given, kept):
    control = slider("r", 0, 0, 1, step)
    control.value = given
    assert control.value == kept and type(control.value) is type(kept)


@pytest.mark.parametrize("given", ["1", None, float("nan")])
def test_what_is_no_number_is_refused(given):
    control = slider("rate", 0.5, 0.0, 1.0, 0.1)
    with pytest.raises(ValueError, match=r"rate needs a number from 0.0 to 1.0, got .*; give one"):
        control.value = given
    assert control.value == 0.5


def test_what_is_no_option_is_refused():
    control = choice("kind", ["a", 1.0], 1.0)
    with pytest.raises(ValueError, match=r"kind needs one of \['a', 1.0\], got 'b'; choose one"):
        control.value = "b"
    control.value = 1
    assert isinstance(control.value, float)


def test_the_page_and_python_change_the_same_state():
    shown = explorer()
    shown.set_state({"_values": {"rate": 0.7, "kind": 2}})  # as the page sends it
    assert shown.state == {"rate": 0.7, "kind": 2} and shown.alt == "A rate of 0.7 for a 2."
    shown.rate = 5
    assert shown._values == {"rate": 1.0, "kind": 2}
    assert f'alt="{shown.alt}"' in shown._picture


def test_a_number_reads_with_the_decimals_of_its_step():
    cases = [(0.7999999999999998, 0.1), (-1.5, 0.25), (3, 1), (0.1, 0.05)]
    code = f"[{', '.join(f'reading({value}, {step})' for value, step in cases)}]"
    assert ran("base/explorer.js", code) == ["0.8", "−1.50", "3", "0.10"]
