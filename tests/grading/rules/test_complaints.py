"""What a lecturer answers a complaint with: shares, times, and why something counts as 0."""

import pytest

from dlbook.grading.batch.entry import Entry, Record
from dlbook.grading.errors import RulesError
from dlbook.grading.results import comment
from dlbook.grading.results.feedback import told
from dlbook.grading.rules.final import final_entries
from dlbook.grading.rules.marks import term
from dlbook.grading.run.report import ExerciseReport, Report
from tests.grading.rules.test_understand import DUE, MOODLE, NOW, ROSTER, marks, outcomes

__all__ = ["marks"]  # a fixture

ALL, NONE = (2, 2, "hidden"), (0, 2, "hidden")
UNEVEN = {  # what an answer has right: its share of 3 points
    ((0, 1, "shown"), (0, 1, "fresh"), ALL): "1.5",  # only the visible check is wrong
    ((1, 2, "shown"), (1, 2, "fresh"), ALL): "2.25",
    ((1, 2, "shown"), (2, 2, "fresh"), ALL): "2.25",  # what is not right never earns all
    ((2, 2, "shown"), (0, 2, "fresh"), NONE): "0",
}


@pytest.mark.parametrize("case", UNEVEN)
def test_a_share_says_which_parts_it_is_made_of_and_is_never_all(case):
    exercise = ExerciseReport("relu", 3, outcomes(*case))
    report = Report("05_back", 7, (exercise,), partial=True).to_dict(whole=True)
    (mark,) = term([Entry("ada", "05_back", record=Record(report))], now=NOW).marks
    assert mark.shown_score == UNEVEN[case]
    (relu,) = mark.exercises
    right = "2 of 2" if ALL in case else "0 of 2"
    assert relu.why.endswith(f"hidden check: {right} parts right)") and "visible check" in relu.why
    assert relu.why in mark.reasons[1]


def test_a_day_that_ends_is_shown_as_that_day(marks):
    rules = 'time_zone = "UTC"\n[deadlines]\n05 = 2024-11-07\n'
    extensions = "student,set,until,reason\n1042,05,27.11.2024,\n"
    times = "student,set,handed in\n1042,05,2024-11-20 09:00\n1043,05,2024-11-08 00:01\n"
    found = marks(MOODLE[:2], rules_toml=rules, extensions_csv=extensions, times_csv=times)
    ada, bob = found.marks
    assert ada.when.words == "extended until 2024-11-27 24:00"
    assert bob.when.words == "1 day late: handed in 2024-11-08 00:01, due 2024-11-07 24:00"


@pytest.mark.parametrize("day", ["2024-11-20", "20.11.2024"])
def test_a_date_alone_in_the_times_is_refused_since_it_may_be_early_or_late(marks, day):
    with pytest.raises(RulesError) as error:
        marks(times_csv=f"student,set,handed in\n1042,05,{day}\n")
    assert "times.csv, line 2: a time such as 2026-11-20 23:59 is needed" in str(error.value)
    assert f"got {day!r}: write year, month, day, hour and minute like this" in str(error.value)


def test_who_handed_in_nothing_reads_the_points_of_the_set_and_why_there_are_none(marks):
    found = marks(roster_csv=ROSTER, rules_toml="missing_is_zero = true\n" + DUE)
    zoe = next(one for one in final_entries(found) if one.student == "Zoë Fox")
    assert comment.lines(zoe, told(found.mark("Zoë Fox", "05_back"))) == [
        "05_back: 0 of 5 points",
        "nothing was handed in by 2024-11-07 12:00, which counts as 0",
    ]


def test_where_no_file_of_a_set_could_be_read_a_comment_gives_no_points_of_the_set(marks):
    found = marks([MOODLE[2]], roster_csv=ROSTER, rules_toml="missing_is_zero = true\n" + DUE)
    zoe = next(one for one in final_entries(found) if one.student == "Zoë Fox")
    assert comment.lines(zoe) == ["05_back: 0 points"]
