import random
import time

import pytest
from hypothesis import given, strategies as st

from dlbook.check.verdict import Outcome, Verdict
from dlbook.grading.batch.entry import Entry, Origin, Record
from dlbook.grading.results.class_page import class_page
from dlbook.grading.results.feedback import feedback
from dlbook.grading.results.likeness import likeness, most_that_is_rare
from dlbook.grading.results.pieces import pieces
from dlbook.grading.run.report import ExerciseReport, Report
from tests.grading.batch import fakes
from tests.page import Page

LONG = '''# answer: loss
def loss(p, y):
    """Return the loss."""
    clipped = np.clip(p, 1e-7, 1 - 1e-7)
    terms = y * np.log(clipped) + (1 - y) * np.log(1 - clipped)
    weights = np.where(y > 0.5, 2.0, 1.0)
    return -(weights * terms).sum() / weights.sum()
'''
COPIED = """# answer: loss
def loss(p, y):  # this is my own work
    w = np.where(y>0.5, 2., 1.)
    safe = np.clip(
        p, 1e-7, 1 - 1e-7,
    )
    t = y*np.log(safe) + (1-y)*np.log(1-safe); print("done")
    return -(w*t).sum()/w.sum()
"""
SHORT = "# answer: loss\ndef loss(p, y):\n    return ((p - y) ** 2).mean()\n"
OTHER = """# answer: loss
def loss(p, y):
    total = 0.0
    for a, b in zip(p.ravel(), y.ravel()):
        total += -np.log(a) if b == 1 else -np.log(1 - a)
    return total / p.size
"""


def entry(student: str, source: str, verdict=Verdict.RIGHT, file="") -> Entry:
    exercise = ExerciseReport("loss", 2, (Outcome("loss", verdict),))
    record = Record(Report(fakes.SET, 7, (exercise,)).to_dict(whole=True), answers={"loss": source})
    return Entry(student, fakes.SET, origin=Origin(file or student, "r", 7, "e"), record=record)


def a_class(*more: Entry) -> list[Entry]:
    return [*(entry(f"s{i}", SHORT) for i in range(12)), *more]


def test_a_copy_with_other_names_spaces_comments_and_order_is_told():
    found = likeness(a_class(entry("ada", LONG), entry("bob", COPIED), entry("eve", OTHER)))
    assert [pair.students for pair in found] == [("ada", "bob")]
    (alike,) = found[0].exercises
    assert alike.share > 0.8 and alike.first == LONG and alike.second == COPIED


def test_what_everybody_writes_and_untouched_stubs_arouse_no_suspicion():
    assert likeness(a_class()) == []
    stubs = [entry(f"t{i}", LONG, Verdict.NOT_ATTEMPTED) for i in range(2)]
    assert likeness(a_class(*stubs)) == []


def test_lines_that_were_handed_out_do_not_count():
    given_ = LONG.replace("return", "almost =")
    answers = [f"{given_}    return almost + {name}" for name in ("p.sum()", "y.max()")]
    others = [entry(f"s{i}", f"{given_}    return {i} * almost") for i in range(10)]
    first, second = (entry(f"t{i}", text) for i, text in enumerate(answers))
    assert likeness([*others, first, second]) == []
    assert likeness([first, second]) == []  # of two people nobody can say what is rare


def test_equal_files_are_told_elsewhere():
    twins = [entry(name, LONG, file="same") for name in ("ada", "bob")]
    assert likeness(a_class(*twins)) == []


def test_only_the_lecturer_is_told():
    entries = a_class(entry("ada", LONG), entry("bob", COPIED))
    told = Page(class_page(entries, [])).words
    assert "A hint to look, never a verdict." in told and "this is my own work" in told
    assert "alike" not in Page(feedback(entries[-1:])).words


@pytest.mark.parametrize(("students", "most"), [(2, 0), (5, 1), (6, 2), (12, 3), (500, 50)])
def test_what_is_rare_grows_with_the_class(students, most):
    assert most_that_is_rare(students) == most


HARD = ['"' * 4_000, '"a' * 2_000, 'r"""' * 1_000, "(" * 4_000, "\\\n" * 2_000, "1." * 2_000, "'''"]


@pytest.mark.parametrize("text", HARD, ids=range(len(HARD)))
def test_no_text_takes_long(text):
    start = time.process_time()
    pieces(text)
    assert time.process_time() - start < 1


@given(st.text(max_size=200))
def test_any_text_has_pieces(text):
    assert all(1 <= len(piece) <= 6 for piece in pieces(text))


def test_order_of_statements_and_lines_in_brackets_change_no_piece():
    assert pieces("a = f(1, 2, x.y)\nb = 3 * a") == pieces("b = 3*a;c = f(\n  1, 2,\n  z.y)\n")
    assert pieces("a = f(1, 2, x.y)") != pieces("a = f(1, 2, x.z)")


def test_five_hundred_students_take_seconds():
    rng = random.Random(5)
    lines = [f"    v{i} = np.op{i}(x, {i}) + y.part{i} * {i % 7}\n" for i in range(400)]
    entries = [
        entry(f"s{n}", "def loss(p, y):\n" + "".join(rng.sample(lines, 12))) for n in range(500)
    ]
    start = time.process_time()
    assert likeness(entries) == []
    assert time.process_time() - start < 10
