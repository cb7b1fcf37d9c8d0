"""All slips of all files in one round, and lines for sets to come."""

import pytest

from dlbook.grading.errors import RulesError
from tests.grading.rules.test_understand import entry, marks

__all__ = ["marks"]  # a fixture

SLIPS = """student,set,exercise,points,comment
Xu,05,,1,
1042,05,rely,1,
1042,05,relu,1,good, but late
1042,,,1,
Yu,05,chain,many,
1043,05,,-1,
1043,05,relu,,
Zu,05,chian,1,
1044,05,,1,a,b
"""


def test_all_slips_of_all_files_are_told_in_one_round_in_order(marks):
    with pytest.raises(RulesError) as error:
        marks(
            overrides_csv=SLIPS,
            rules_toml='time_zone = "Mars"\n[deadlines]\n05 = "soon"\n[late]\ngrace = 1\n',
            times_csv="student,set,handed in\nWu,05,noon\n",
            extensions_csv="student,set\n",
        )
    first, *said = str(error.value).splitlines()
    places = [line.strip().partition(":")[0] for line in said]
    lines = [2, 3, 4, 5, 6, 6, 7, 8, 9, 9, 10]  # two slips in a line are two
    expected = ["extensions.csv, line 1", *(f"overrides.csv, line {n}" for n in lines)]
    expected += [f"rules.toml, line {n}" for n in (1, 3, 5)]
    assert places == [*expected, "times.csv, line 2", "times.csv, line 2"]
    assert first == f"{len(places)} lines are to be mended"


def test_deadlines_of_sets_to_come_are_told_with_their_lines_and_not_refused(marks):
    rules = '[deadlines]\n05 = "2024-11-07 12:00"\n06 = "2024-11-14 12:00"\n07 = 2024-11-21\n'
    found = marks(rules_toml=rules)
    assert found.remarks == (
        "rules.toml: there are no results yet of the sets due: 06 (line 3), 07 (line 4)",
    )


def test_two_deadlines_of_one_set_are_refused_and_none_of_them_counts(marks):
    rules = '[deadlines]\n05 = "2024-11-07 12:00"\n5 = "2024-11-17 12:00"\n'
    with pytest.raises(RulesError) as error:
        marks(rules_toml=rules)
    assert str(error.value) == (
        "rules.toml, line 3: one deadline of 05_back is needed, got 5 and 05: remove one"
    )


@pytest.mark.parametrize("number", ["1", "01", "0", "1_"])
def test_a_line_for_set_1_is_not_taken_for_set_10(marks, number):
    entries = [entry("ada", True, True, set_name="10_capstone")]
    line = f"student,set,exercise,points,comment\nada,{number},,1,\n"
    found = marks(entries, overrides_csv=line)
    assert found.mark("ada", "10_capstone").shown_score == "5"
    assert found.remarks == (f"overrides.csv, line 2: there are no results of a set {number} yet",)


def test_a_deadline_that_two_sets_fit_is_refused_with_its_line(marks):
    entries = [entry("ada", True, True, set_name=name) for name in ("05_a", "05_b")]
    with pytest.raises(RulesError) as error:
        marks(entries, rules_toml='[deadlines]\n05 = "2024-11-07 12:00"\n')
    assert "rules.toml, line 2: one set is needed under [deadlines], got 05: " in str(error.value)
