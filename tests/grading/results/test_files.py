import csv
import json
import re
from dataclasses import fields, replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from dlbook.check.fingerprint import fingerprint, same
from dlbook.check.safe_text import clean, csv_cell, file_stem
from dlbook.check.verdict import Outcome, Verdict
from dlbook.grading.batch.entry import FAULT, Entry, Origin, Record
from dlbook.grading.batch.found import Found
from dlbook.grading.results.accounts import accounts
from dlbook.grading.results.changes import changes
from dlbook.grading.results.class_page import class_page
from dlbook.grading.results.feedback import feedback
from dlbook.grading.results.files import json_lines, summary
from dlbook.grading.results.tables import class_table, file_table, gradebook as table_of_marks
from dlbook.grading.results.tally import tally
from dlbook.grading.rules.marks import term
from dlbook.grading.run.report import ExerciseReport, Report, from_dict
from tests.grading.batch import fakes
from tests.page import Page


def entry(student: str, *outcomes: Outcome, notes=(), answers=None, data="bytes") -> Entry:
    report = Report(fakes.SET, 7, (ExerciseReport("relu_back", 2, outcomes),), notes, "fake")
    record = Record(report.to_dict(whole=True), answers=answers or {})
    origin = Origin(f"{data} {student}", "reference", 7, "engine")
    return Entry(student, fakes.SET, label=f"{student}.ipynb", origin=origin, record=record)


def wrong(mark: str, hidden=False) -> Outcome:
    detail = f"differs: {mark}"
    return Outcome("relu_back", Verdict.WRONG, (), detail, hidden, mark, case="ties" * hidden)


RIGHT = Outcome("relu_back", Verdict.RIGHT)
KNOWN = Outcome("relu_back", Verdict.KNOWN_MISTAKE, ("Where is g?",), "differs")
CLASS = [
    entry("ada", RIGHT, RIGHT),
    entry("bob", KNOWN, replace(KNOWN, hidden=True)),
    *(entry(f"s{i}", wrong("one"), answers={"relu_back": "return 17"}) for i in range(17)),
    entry("eve", RIGHT, wrong("two", hidden=True)),
    Entry("zoe", fakes.SET, label="zoe.ipynb", problem="cut off."),
]


def test_a_student_sees_no_detail_of_a_hidden_check():
    html = feedback([entry("eve", RIGHT, wrong("secret", hidden=True))])
    assert "secret" not in html and "which cases are left?" in html
    assert "The first that is not right: ties." in html
    assert "differs: one" in feedback([entry("s1", wrong("one"))])


def test_a_student_learns_that_the_visible_check_fails_on_other_inputs_and_not_how():
    fresh = replace(wrong("secret", hidden=True), fresh=True)
    html = Page(feedback([entry("eve", RIGHT, fresh)])).words
    assert "visible check, other inputs" in html and "are numbers written into the code?" in html
    assert "secret" not in html


def test_a_student_hears_nothing_of_what_a_fault_of_the_grader_says():
    fault = replace(CLASS[-1], problem=f"{FAULT} (KeyError: seed=99): run the same command again.")
    html = Page(feedback([fault])).words
    assert "not yours" in html and "99" not in html and "KeyError" not in html
    assert "KeyError" in summary(Path("OUT"), [fault], [])


def test_a_student_without_a_grade_is_told_why_and_has_no_zero():
    html = Page(feedback([CLASS[-1]])).words
    assert "Not graded: cut off." in html and not re.search("[0-9] of [0-9]+ points", html)


def test_equal_unknown_outputs_are_one_group_with_one_answer_to_look_at():
    (found,) = tally(CLASS)
    (exercise,) = found.exercises
    sizes = [(len(g.students), g.verdict.value, g.which) for g in exercise.groups]
    assert sizes == [(17, "wrong", ""), (1, "known mistake", ""), (1, "wrong", "hidden check")]
    assert exercise.groups[0].answer == "return 17"
    assert found.scores == (2, *[0] * 19) and [e.student for e in found.not_graded] == ["zoe"]
    html = class_page(CLASS, [])
    assert "17 students" in html and "return 17" in html and "cut off." in html


def test_the_line_that_an_error_was_raised_at_parts_no_group():
    errors = [Outcome("relu_back", Verdict.ERROR, (), f"ValueError: no\nin line {n}") for n in "23"]
    groups = tally([entry(f"s{i}", e) for i, e in enumerate(errors)])[0].exercises[0].groups
    assert [group.students for group in groups] == [("s0", "s1")]


def test_of_several_hints_on_a_page_not_all_are_facts():
    several = replace(KNOWN, hints=("Where is g?", "Where is x?"))
    assert "One of these:" in feedback([entry("bob", several)])
    assert "One of these:" not in feedback([entry("bob", KNOWN)])


def test_who_broke_a_limit_is_named_in_both_class_reports():
    loop = Outcome("relu_back", Verdict.TIME_OUT, (), "stopped after 60 seconds")
    flood = Outcome("relu_back", Verdict.TOO_MUCH_OUTPUT, (), "put out more")
    entries = [*CLASS, entry("lou", loop), entry("liz", loop), entry("flo", flood)]
    page, lines = Page(class_page(entries, [])).words, class_table(entries)
    assert "time out: stopped after 60 secondslou, liz" in page and "put out moreflo" in page
    assert "time out,visible,2,stopped after 60 seconds,lou; liz" in lines
    assert "Broke a limit" not in Page(class_page(CLASS, [])).words.replace("broke a limit", "")


def test_every_student_is_in_exactly_one_verdict():
    (found,) = tally(CLASS)
    assert sum(found.exercises[0].verdicts.values()) + len(found.not_graded) == len(CLASS)


def test_equal_files_are_told_unless_they_earn_nothing():
    twins = [replace(entry(s, RIGHT), origin=Origin("same", "r", 7, "e")) for s in ("a", "b")]
    stubs = [replace(entry(s, wrong("x")), origin=Origin("stub", "r", 7, "e")) for s in ("c", "d")]
    assert tally([*twins, *stubs])[0].same_files == (("a", "b"),)


def gradebook(entries) -> str:
    return table_of_marks(term(entries))


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


def test_the_gradebook_has_a_row_for_each_student_and_no_zero_for_what_was_not_graded():
    head, *body = rows(gradebook(CLASS))
    assert len(body) == len(CLASS) and head[3:9] == [
        f"90_tiny {word}" for word in ("score", "points", "state", "late", "file", "notes")
    ]
    by_name = {row[0]: row for row in body}
    assert by_name["ada"][3:6] == ["2", "2", "graded"] and by_name["ada"][-1] == "2"
    assert by_name["zoe"][3:6] == ["", "", "not graded: cut off."]


def test_a_gradebook_of_several_sets_has_a_total_where_nothing_is_open():
    second = [replace(e, set_name="91_more") for e in (CLASS[0], CLASS[-1])]
    stray = Entry("ada", "", label="thesis.pdf", problem="not an exercise notebook.")
    head, *body = rows(gradebook([*CLASS, *second, stray]))
    by_name = {row[0]: dict(zip(head, row, strict=True)) for row in body}
    assert [by_name["ada"][f"total {word}"] for word in ("score", "points")] == ["4", "4"]
    assert by_name["bob"]["total score"] == "0" and by_name["zoe"]["total score"] == ""
    assert by_name["ada"]["files of no set"] == "thesis.pdf: not an exercise notebook."
    assert by_name["bob"]["files of no set"] == "" and "" not in head and " state" not in head


def test_the_gradebook_keeps_what_was_noted():
    copies = replace(entry("ada", RIGHT, notes=("found by its name",)), notes=("2 copies",))
    assert "2 copies; found by its name" in rows(gradebook([copies]))[1]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "\x00=1", "\u202e=1", " =1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_is_a_formula(text):
    cell = csv_cell(text)
    assert not cell.lstrip("\t\r ").startswith(("=", "+", "-", "@", "＝"))
    assert all(cell not in row for row in rows(gradebook([entry("x", RIGHT)])))
    table = gradebook([entry(text, RIGHT)]) + class_table([entry(text, wrong("one"))])
    assert all(not c.startswith(("=", "+", "-", "@", "＝")) for row in rows(table) for c in row)


def test_numbers_stay_numbers_in_a_csv():
    assert csv_cell(-3) == -3 and csv_cell("Ådä") == "Ådä"


@given(st.text(max_size=40))
def test_cleaned_text_has_nothing_that_acts(text):
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", clean(text))


@given(st.lists(st.text(max_size=8), max_size=6, unique=True))
def test_file_names_are_plain_and_all_different(names):
    stems = [file_stem(name) for name in names]
    assert len({stem.lower() for stem in stems}) == len(names)
    assert all(re.fullmatch(r"[\w-]+", stem) for stem in stems)


def test_a_report_survives_json():
    fresh = replace(wrong("one", hidden=True), fresh=True)
    report = entry("x", KNOWN, fresh, wrong("one", hidden=True), notes=("mended",)).report
    assert from_dict(json.loads(json.dumps(report.to_dict(whole=True)))) == report
    public = json.dumps(report.to_dict())
    assert "differs: one" not in public and "fingerprint" not in public


def test_json_lines_hold_everything():
    data = [json.loads(line) for line in json_lines(CLASS).splitlines()]
    assert [d["student"] for d in data] == [e.student for e in CLASS]
    assert data[0]["seed"] == 7 and data[0]["report"]["isolation"] == "fake"
    assert data[-1]["report"] is None and data[-1]["reason"] == "cut off."


FOUND = [
    *(Found(e.label, (e.student,), True) for e in CLASS),
    Found("ada/old.ipynb", ("ada",), True),
    Found(".DS_Store", reason="kept by macOS."),
    Found("eve/=cmd().txt", ("eve",), reason="not an exercise notebook."),
]


def test_the_summary_counts_all_that_was_found_and_says_why_it_does_not_count(tmp_path):
    said = summary(tmp_path, CLASS, [], FOUND).splitlines()
    assert said[:5] == [
        "found 22 notebooks of 21 people: 20 graded, 1 not graded, 1 set aside",
        "and 2 other files and folders: 2 set aside",
        "  zoe: zoe.ipynb: cut off.",
        "  set aside: ada/old.ipynb: another copy counts.",
        "  set aside: .DS_Store: kept by macOS.",
    ]
    earlier = summary(tmp_path, [*CLASS, replace(CLASS[0], student="fay", label="fay")], [], FOUND)
    assert "21 graded, 1 not graded, each set of a notebook and earlier runs counted" in earlier


def test_every_name_that_was_handed_in_is_in_a_table_and_those_set_aside_on_the_page():
    told = accounts(FOUND, CLASS)
    rows = list(csv.DictReader(StringIO(file_table(told).lstrip("\ufeff"))))
    states = {row["file"]: (row["student"], row["set"], row["state"], row["why"]) for row in rows}
    assert len(rows) == len(FOUND)
    assert states["ada.ipynb"] == ("ada", fakes.SET, "graded", "")
    assert states["zoe.ipynb"] == ("zoe", fakes.SET, "not graded", "cut off.")
    assert states[".DS_Store"] == ("", "", "set aside", "kept by macOS.")
    page = Page(class_page(CLASS, [], told)).words
    assert "found 22 notebooks of 21 people" in page
    assert "ada/old.ipynb" in page and "another copy counts." in page


def test_the_summary_names_each_file_without_a_grade(tmp_path):
    said = summary(tmp_path, CLASS, [])
    assert said.startswith("20 graded, 1 not graded\n  zoe: zoe.ipynb: cut off.")
    assert "isolation: fake (20)" in said


def test_a_regrade_tells_rises_and_falls_and_whose(tmp_path):
    after = [replace(e, origin=None) for e in [entry("ada", wrong("x")), entry("bob", RIGHT)]]
    before = [entry("ada", RIGHT), entry("bob", wrong("x"))]
    said = summary(tmp_path, after, changes(before, after))
    assert "results changed since the run before: 2, 1 up, 1 down\n" in said
    assert "  ada: 2 of 2, now 0 of 2\n  bob: 0 of 2, now 2 of 2\n" in said


def test_an_exercise_that_nobody_has_right_throws_doubt_on_its_reference(tmp_path):
    untried = entry("zed", Outcome("relu_back", Verdict.NOT_ATTEMPTED))
    fallen = [entry(f"s{i}", wrong(str(i))) for i in range(5)]
    doubt = "nobody of 5 has relu_back right: is its reference right?"
    assert doubt in summary(tmp_path, [*fallen, untried], [])
    assert "is its reference right?" not in summary(tmp_path, fallen[1:], [])
    assert "is its reference right?" not in summary(tmp_path, [*fallen, entry("ada", RIGHT)], [])


def test_the_summary_counts_each_set(tmp_path):
    second = [replace(e, set_name="91_more") for e in CLASS[:2]]
    said = summary(tmp_path, [*CLASS, *second], [])
    assert "  90_tiny: 20 graded\n  91_more: 2 graded\n  one set alone: --set\n" in said


@pytest.mark.parametrize("name", [field.name for field in fields(Origin)])
def test_each_thing_that_a_result_depends_on_is_a_cause_of_a_change(name):
    before, after = entry("ada", RIGHT), entry("ada", wrong("x"))
    after = replace(after, origin=replace(before.origin, **{name: "another"}))
    (change,) = changes([before], [after])
    assert change.why, f"name Origin.{name} in _CAUSES of changes.py"


EQUAL = [(-0.0, 0.0), (1.0, 1.0 + 1e-12), (np.zeros(2), -np.zeros(2)), ([1, "a"], [1, "a"])]
UNEQUAL = [(1, 2), (1.0, 1.001), (np.zeros(2), np.zeros((2, 1))), ("a", "b"), (None, 0), (1, True)]


@pytest.mark.parametrize("pair", EQUAL, ids=repr)
def test_equal_values_have_one_fingerprint(pair):
    assert fingerprint(pair[0]) == fingerprint(pair[1])


def test_last_digits_part_no_group_also_of_many_numbers(rng):
    exact = rng.normal(size=(100, 90)) * 10.0 ** rng.integers(-2, 4, size=(100, 90))
    rough = exact * (1 + 1e-5 * rng.normal(size=exact.shape))
    assert same(fingerprint({"dx": exact}), fingerprint({"dx": rough}))
    one_other = exact.copy()
    one_other[3, 5] *= 1.2
    assert not same(fingerprint({"dx": exact}), fingerprint({"dx": one_other}))
    entries = [
        entry(who, wrong(fingerprint(value)))
        for who, value in (("ada", exact), ("bob", rough), ("eve", one_other))
    ]
    groups = tally(entries)[0].exercises[0].groups
    assert [group.students for group in groups] == [("ada", "bob"), ("eve",)]


@pytest.mark.parametrize("pair", UNEQUAL, ids=repr)
def test_other_values_have_other_fingerprints(pair):
    assert not same(fingerprint(pair[0]), fingerprint(pair[1]))
