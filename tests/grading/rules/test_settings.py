from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from dlbook.grading.errors import RulesError
from dlbook.grading.rules.lines import refuse
from dlbook.grading.rules.moment import shown
from dlbook.grading.rules.settings import Settings, read_settings

GOOD = """\
time_zone = "Asia/Shanghai"
missing_is_zero = true
[deadlines]
05 = "2026-11-20 23:59"
06 = 2026-11-27 23:59:00
07 = 2026-12-04
[late]
grace_minutes = 15
percent_per_day = 12.5
at_most_percent = 50
"""


@pytest.fixture
def read(tmp_path):
    def write_and_read(text: str) -> Settings:
        path = tmp_path / "rules.toml"
        path.write_text(text, "utf-8-sig")
        problems: list[str] = []
        found = read_settings(path, problems)
        refuse(problems)
        return found

    return write_and_read


def test_rules_are_read(read):
    found = read(GOOD)
    assert found.zone == ZoneInfo("Asia/Shanghai") and found.missing_is_zero
    dues = {name: shown(due, found.zone) for name, due in found.deadlines.items()}
    assert dues == {"05": "2026-11-20 23:59", "06": "2026-11-27 23:59", "07": "2026-12-05 00:00"}
    assert found.late.percent(3) == Fraction(75, 2) and found.late.percent(9) == 50


def test_without_rules_nothing_is_taken_off(tmp_path, read):
    for found in (read_settings(tmp_path / "none.toml", []), read("")):
        assert found == Settings() and found.late.percent(100) == 0


REFUSED = {  # what is written instead of a line of GOOD: what is said
    ('time_zone = "Asia/Shanghai"', 'time_zone = "Shanghai"'): (
        "line 1: the name of a time zone is needed, got 'Shanghai': write one such as"
    ),
    ("missing_is_zero = true", "missing_is_zero = 0"): "line 2: missing_is_zero needs true or",
    ("missing_is_zero", "mising_is_zero"): "line 2: one of language, time_zone, missing_is_zero, "
    "deadlines, late is needed, got mising_is_zero: write missing_is_zero",
    ('"2026-11-20 23:59"', '"11/20/2026"'): "line 4: a deadline such as 2026-11-20 23:59 is "
    "needed, in Asia/Shanghai, got '11/20/2026': write 05 = ",
    ("missing_is_zero = true", 'language = "zh_CN"'): "line 2: one of en, zh is needed, got 'zh_CN'"
    ": write the one that students read",
    ("05 =", "05 "): "rules.toml is no TOML",
    ("12.5", "nan"): "line 9: percent_per_day needs percent from 0 to 100, got NaN: write a number",
    ("12.5", "1e-999999999"): "line 9: percent_per_day needs percent from 0 to 100, got 1E-9999",
    ("15", "1e999999999"): "line 8: grace_minutes needs minutes, 0 or more, got 1E+999999999",
    ("15", "9" * 5000): "rules.toml is no TOML",
    ("15", "[" * 5000): "rules.toml is no TOML",
    ("12.5", "120"): "line 9: percent_per_day needs percent from 0 to 100, got 120: write a",
    ("15", "-1"): "line 8: grace_minutes needs minutes, 0 or more, got -1",
    ("15", '"15"'): "line 8: grace_minutes needs minutes",
    ("grace_minutes", "grace_minute"): "got grace_minute: write grace_minutes",
    ("[late]", "[[late]]"): "line 7: a table [late] is needed",
}


@pytest.mark.parametrize("change", REFUSED)
def test_what_is_no_rule_is_refused_with_its_line(read, change):
    with pytest.raises(RulesError) as error:
        read(GOOD.replace(*change, 1))
    assert REFUSED[change] in str(error.value)
