from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from dlbook.grading.rules.late import LateRule
from dlbook.grading.rules.moment import read_moment, shown, zone_name
from dlbook.grading.rules.points import rounded, text

BERLIN = ZoneInfo("Europe/Berlin")
DUE = datetime(2024, 11, 6, 23, 59, tzinfo=BERLIN)
RULE = LateRule(Fraction(10), Fraction(10), Fraction(30))
READ = {  # what is written: the moment in UTC
    "2024-11-06 23:59": "2024-11-06 22:59",
    "2024-11-06T23:59:30": "2024-11-06 22:59:30",
    "2024-07-06 23:59": "2024-07-06 21:59",  # summer time
    "2024-11-06": "2024-11-06 23:00",  # the end of the day
    "2024-11-06 24:00": "2024-11-06 23:00",  # as our pages show it
    "2024/11/06 23:59": "2024-11-06 22:59",  # as spreadsheets in China and Japan write it
    "6.11.2024 9:05": "2024-11-06 08:05",
    "06.11.2024": "2024-11-06 23:00",
    "2024-11-06 23:59 +08:00": "2024-11-06 15:59",
    "2024-11-06T23:59:00.123456 UTC": "2024-11-06 23:59",
    "2024-11-06T23:59Z": "2024-11-06 23:59",
}


@pytest.mark.parametrize("written", READ)
def test_a_moment_is_read(written):
    assert shown(read_moment(written, BERLIN), ZoneInfo("UTC")) == READ[written]


@pytest.mark.parametrize(
    "written",
    ["11/06/2024", "tomorrow", "2024-13-01", "2024-11-06 24:01", "2024/11-06", "", "06.11.24", "5"],
)
def test_what_may_be_read_in_two_ways_is_not_read(written):
    assert read_moment(written, BERLIN) is None


def test_the_zone_of_the_machine_is_told_where_none_is_set():
    assert zone_name(BERLIN) == "Europe/Berlin" and "this machine" in zone_name(None)
    assert read_moment("2024-11-06 23:59", None).utcoffset() is not None


DAYS = {  # minutes after the deadline: days late
    -1: 0,
    0: 0,
    10: 0,
    11: 1,
    24 * 60: 1,
    24 * 60 + 1: 2,
    9 * 24 * 60 + 1: 10,
}


@pytest.mark.parametrize("minutes", DAYS)
def test_a_day_that_has_begun_counts_after_the_grace(minutes):
    assert RULE.days(DUE + timedelta(minutes=minutes), DUE, BERLIN) == DAYS[minutes]


def test_a_day_of_25_hours_is_one_day():
    due = datetime(2024, 10, 26, 12, 0, tzinfo=BERLIN)  # clocks go back in the night after
    next_noon = datetime(2024, 10, 27, 12, 0, tzinfo=BERLIN).astimezone(UTC)
    assert next_noon - due.astimezone(UTC) == timedelta(hours=25)
    assert RULE.days(next_noon, due, BERLIN) == 1


def test_after_clocks_went_back_an_hour_nobody_is_early():
    due = datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN)
    later = due.astimezone(UTC) + timedelta(minutes=45)  # again 2:15 on the wall
    assert RULE.days(later, due, BERLIN) == 1


MINUTES = st.integers(0, 60 * 24 * 400)
PERCENT = st.fractions(0, 100, max_denominator=100)


@given(MINUTES, MINUTES, st.integers(0, 3000), PERCENT, PERCENT)
def test_later_never_costs_less_and_never_more_than_the_cap(first, more, grace, percent, cap):
    rule = LateRule(Fraction(grace), percent, cap)
    early = rule.days(DUE + timedelta(minutes=first), DUE, UTC)
    late = rule.days(DUE + timedelta(minutes=first + more), DUE, UTC)
    assert early <= late
    assert rule.percent(early) <= rule.percent(late) <= cap
    assert (early == 0) == (first <= grace or first == 0)
    assert rule.percent(early) == min(early * percent, cap)


@given(st.fractions(0, 1000))
def test_rounding_is_to_the_nearest_hundredth_and_half_goes_up(value):
    result = rounded(value)
    assert (result * 100).denominator == 1 and rounded(result) == result
    assert -Fraction(1, 200) < result - value <= Fraction(1, 200)


@given(st.integers(0, 100_000))
def test_points_are_written_without_dust_and_read_back(hundredths):
    value = Fraction(hundredths, 100)
    written = text(value)
    assert Fraction(written) == value and len(written.partition(".")[2]) <= 2
    assert "." not in written or not written.endswith(("0", "."))


@given(st.integers(0, 40), st.integers(0, 20), PERCENT)
def test_what_is_taken_off_and_what_is_left_are_the_whole(score, days, percent):
    rule = LateRule(percent_per_day=percent)
    left = rounded(Fraction(score) * (100 - rule.percent(days)) / 100)
    assert 0 <= left <= score
    assert abs(left + Fraction(score) * rule.percent(days) / 100 - score) <= Fraction(1, 200)


CLOCKS_CHANGE = {  # due, handed in, in Berlin: minutes between them
    ("2024-10-27 01:50", "2024-10-27 03:05"): 135,
    ("2024-10-27 01:50", "2024-10-27 01:05Z"): 75,
    ("2024-03-31 01:50", "2024-03-31 03:05"): 15,
}


@pytest.mark.parametrize("case", CLOCKS_CHANGE)
def test_grace_lasts_as_long_in_the_night_in_which_clocks_change(case):
    due, handed_in = (read_moment(text, BERLIN) for text in case)
    for more, days in ((0, 0), (-1, 1)):
        grace = Fraction(CLOCKS_CHANGE[case] + more)
        assert LateRule(grace, Fraction(10)).days(handed_in, due, BERLIN) == days
