"""Who and what a line means, what is refused, and what marks come of it."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest

from dlbook.check.verdict import Outcome, Verdict
from dlbook.grading.batch.entry import Entry, Origin, Record
from dlbook.grading.batch.names import plain
from dlbook.grading.batch.renamed import under_one_name
from dlbook.grading.errors import RulesError
from dlbook.grading.results.tables import gradebook
from dlbook.grading.rules import people
from dlbook.grading.rules.final import final_entries
from dlbook.grading.rules.marks import Term, term
from dlbook.grading.rules.points import share, text
from dlbook.grading.rules.word import FILES, read_word
from dlbook.grading.run.report import ExerciseReport, Report

NOW = datetime(2024, 12, 1, tzinfo=UTC)
RIGHT, WRONG = Verdict.RIGHT, Verdict.WRONG


def entry(student: str, *right: bool, set_name="05_back", **more) -> Entry:
    """Return an entry with two exercises of 2 and 3 points, right or not."""
    exercises = tuple(
        ExerciseReport(name, points, (Outcome(name, RIGHT if ok else WRONG),))
        for name, points, ok in zip(("relu", "chain"), (2, 3), right, strict=True)
    )
    record = Record(Report(set_name, 7, exercises).to_dict(whole=True))
    return Entry(student, set_name, origin=Origin(student, "r", 7, "e"), record=record, **more)


MOODLE = [
    entry("Ada Lovelace 1042", True, True, name="Ada Lovelace", lms_id="1042"),
    entry("Bob Ray 1043", True, False, name="Bob Ray", lms_id="1043"),
    Entry("Eve Oh 1044", "05_back", "Eve Oh", "1044", label="x.ipynb", problem="cut off."),
]


@pytest.fixture
def marks(tmp_path):
    """Return a function that writes files of the lecturer and returns the marks."""

    def write(entries=MOODLE, now=NOW, **files: str) -> Term:
        for name, text_ in files.items():
            (tmp_path / name.replace("_", ".")).write_text(text_, "utf-8")
        return term(entries, read_word(tmp_path), now)

    return write


def scores(found: Term) -> dict[str, str]:
    return {mark.student: mark.shown_score for mark in found.marks}


ROSTER = "student,id,email\nada lovelace,,\nBob,1043,\nZoë Fox,77,zoe@uni.example\n"


def test_a_person_is_found_by_any_name_and_number_that_the_results_or_the_roster_have(marks):
    overrides = "student,set,exercise,points,comment\n" + "".join(
        f"{who},5,,{points},\n"
        for points, who in enumerate(("1042", "BOB RAY", "Eve Oh 1044", "zoe@uni.example"))
    )
    found = marks(roster_csv=ROSTER, overrides_csv=overrides)
    assert scores(found) == {
        "Ada Lovelace 1042": "0",
        "Bob Ray 1043": "1",
        "Eve Oh 1044": "2",
        "Zoë Fox": "3",
    }
    assert found.remarks == ("not in roster.csv: Eve Oh 1044",)


def test_a_name_of_the_results_counts_before_the_full_name_of_somebody_else(marks):
    entries = [entry("ada", True, True), entry("x17", True, True, name="Ada")]
    found = marks(entries, overrides_csv="student,set,exercise,points,comment\nada,05,,1,\n")
    assert scores(found) == {"ada": "1", "x17": "5"}


def test_a_login_of_the_results_takes_its_name_from_the_roster(marks):
    logins = [entry("u1001", True, True), entry("u1002", True, True)]
    found = marks(logins, roster_csv="student;id\nJürgen Müller;u1001\nu1002;\n")
    assert [mark.name for mark in found.marks] == ["Jürgen Müller", ""]


def test_who_stands_in_the_roster_alone_has_a_row_without_a_score(marks):
    found = marks(roster_csv=ROSTER)
    rows = csv.DictReader(StringIO(gradebook(found).lstrip("\ufeff")))
    states = {row["student"]: (row["05_back score"], row["05_back state"]) for row in rows}
    assert states["Zoë Fox"] == ("", "nothing handed in") and len(states) == 4


HEAD = "student,set,exercise,points,comment\n"
REFUSED = {  # a line of overrides.csv: what is said of it
    "Ada Lovelase,05,,1,": "got 'Ada Lovelase': did you mean Ada Lovelace 1042?",
    "Xu,05,,1,": "a student of the roster or the results is needed, got 'Xu': write the name as",
    "1042,05,rely,1,": "an exercise of 05_back is needed, got 'rely': write one of relu, chain, or",
    "1042,,,1,": "a set is needed, got '': write one of 05_back",
    "1042,05,,-1,": "points of 0 or more are needed, with at most two decimals, got '-1'",
    "1042,05,,1.255,": "got '1.255'",
    "1042,05,,1e-999999999,": "got '1e-999999999'",
    '1042,05,,"1,000",': "got '1,000'",
    "1042,05,,1_0,": "got '1_0'",
    "1042,05,,many,": "got 'many'",
    "1042,05,,nan,": "got 'nan'",
    "1042,05,,,": "points or a comment are needed, got neither",
    "1042,05,,1,\nAda Lovelace,5,,2,": "line 3: one line for each student, set and exercise is "
    "needed, line 2 says the same: remove one",
}


@pytest.mark.parametrize("line", REFUSED)
def test_a_line_that_names_nobody_or_nothing_is_refused(marks, line):
    with pytest.raises(RulesError) as error:
        marks(overrides_csv=HEAD + line)
    assert REFUSED[line] in str(error.value) and "overrides.csv, line " in str(error.value)


def test_all_bad_lines_are_told_at_once(marks):
    with pytest.raises(RulesError) as error:
        marks(
            overrides_csv=HEAD + "Xu,05,,1,\n1042,05,rely,1,\n",
            extensions_csv="student,set,until,reason\nYu,05,2024-11-01,\n",
        )
    said = str(error.value).splitlines()
    assert said[0] == "3 lines are to be mended" and len(said) == 4


def test_a_date_that_cannot_be_read_tells_the_form_and_the_zone(marks):
    with pytest.raises(RulesError) as error:
        marks(
            rules_toml='time_zone = "Asia/Tokyo"',
            extensions_csv="student,set,until,reason\n1042,05,11/12/24,\n",
        )
    said = str(error.value)
    assert (
        "extensions.csv, line 2: a time such as 2026-11-20 23:59 is needed, in Asia/Tokyo" in said
    )


def test_one_name_of_two_people_is_refused_with_both(marks):
    twins = [entry(f"Kim Lee {n}", True, True, name="Kim Lee", lms_id=str(n)) for n in (1, 2)]
    with pytest.raises(RulesError, match="Kim Lee may be Kim Lee 1, Kim Lee 2: write"):
        marks(twins, roster_csv="student\nKim Lee\n")
    with pytest.raises(RulesError, match="write one of Kim Lee 1, Kim Lee 2"):
        marks(twins, roster_csv="student\n1\n2\n", overrides_csv=HEAD + "Kim Lee,05,,1,\n")


LI = [entry(f"Li Wei {n}", True, n == 7, name="Li Wei", lms_id=str(n)) for n in (7, 8)]
ROSTERS = {  # of two people of one name, with their numbers
    "equal names": "student,id\nLi Wei,8\nLi Wei,7\n",
    "logins": "student,name,id\nlw8,Li Wei,8\nlw7,Li Wei,7\n",
    "names of the results": "student,name,id\nLi Wei 8,Li Wei,8\nLi Wei 7,Li Wei,7\n",
}


@pytest.mark.parametrize("handed_in", [[], LI[:1], LI[1:], LI])
@pytest.mark.parametrize("names", ROSTERS)
def test_two_people_of_one_name_are_told_apart_by_their_numbers(marks, names, handed_in):
    known = [*handed_in, entry("ada", True, True)]
    overrides = HEAD + "7,05,,1,seven\n8,05,,2,eight\n"
    found = marks(known, roster_csv=ROSTERS[names], overrides_csv=overrides)
    own = {mark.person.lms_id: mark for mark in found.marks if mark.person.lms_id}
    assert len(found.marks) == 3 and len(own) == 2
    for number, score, comment in (("7", "1", "seven"), ("8", "2", "eight")):
        assert (own[number].shown_score, own[number].comments) == (score, (comment,))
        assert bool(own[number].entry) == any(each.lms_id == number for each in handed_in)


def test_two_lines_that_nothing_tells_apart_are_refused_with_what_would(marks):
    with pytest.raises(RulesError) as error:
        marks(LI[:1], roster_csv="student\nLi Wei\nLi Wei\n")
    assert "line 3: one line for each person is needed, Li Wei stands in line 2 too" in str(
        error.value
    )
    assert "for two people, write Li Wei 7 into the column student of the one" in str(error.value)
    with pytest.raises(RulesError, match="write into the column id what tells them apart"):
        marks(roster_csv="student\nLi Wei\nLi Wei\n")


def test_names_that_differ_in_vowel_signs_alone_are_two_people(marks):
    known = [entry("किरण", True, True), entry("करण", True, False)]
    overrides = HEAD + "करुण,05,,1,\n"
    found = marks(known, roster_csv="student\nकिरण\nकरण\nकरुण\n", overrides_csv=overrides)
    assert scores(found) == {"किरण": "5", "करण": "2", "करुण": "1"}


def test_a_large_class_takes_time_by_its_size_and_not_by_its_square(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(people, "plain", lambda text: calls.append(text) or plain(text))
    counts = []
    for size in (50, 100):
        known = [entry(f"Ann {n}", True, True, name=f"Ann {n}", lms_id=f"{n}") for n in range(size)]
        roster = "".join(f"u{n},Ann {n},{n}\n" for n in range(size))
        (tmp_path / "roster.csv").write_text("student,name,id\n" + roster)
        overrides = "".join(f"u{n},05,,1,\n" for n in range(size))
        (tmp_path / "overrides.csv").write_text(HEAD + overrides)
        calls.clear()
        assert set(scores(term(known, read_word(tmp_path), NOW)).values()) == {"1"}
        counts.append(len(calls))
    assert counts[1] <= 2.1 * counts[0]


def test_a_line_for_a_set_to_come_waits(marks):
    found = marks(extensions_csv="student,set,until,reason\n1042,06,2024-11-01,\n")
    assert found.remarks == ("extensions.csv, line 2: there are no results of a set 06 yet",)


def test_points_of_an_exercise_stay_below_the_late_rule_and_those_of_a_set_above_it(marks):
    late = "student,set,handed in\n1042,05,2024-11-08 12:00\n1043,05,2024-11-08 12:00\n"
    rules = '[deadlines]\n05 = "2024-11-07 12:00"\n[late]\npercent_per_day = 50\n'
    overrides = HEAD + "1042,05,relu,1,\n1043,05,,5,\n"
    found = marks(times_csv=late, rules_toml=rules, overrides_csv=overrides)
    assert scores(found)["Ada Lovelace 1042"] == "2"  # half of 1 + 3
    assert scores(found)["Bob Ray 1043"] == "5"
    reasons = {mark.student: mark.reasons for mark in found.marks}
    assert reasons["Ada Lovelace 1042"][1] == "relu: by hand: 1, the checks gave 2"
    assert reasons["Bob Ray 1043"][-1] == "the whole set by hand: 5"


def test_more_than_there_is_may_be_a_bonus_or_a_slip(marks):
    found = marks(overrides_csv=HEAD + "1042,05,,50,\n")
    assert scores(found)["Ada Lovelace 1042"] == "50"
    assert found.remarks == ("overrides.csv, line 2: 50 points where there are 5: a bonus?",)


def test_points_for_an_exercise_of_an_ungraded_set_make_no_score(marks):
    found = marks(overrides_csv=HEAD + "1044,05,relu,1,\n")
    assert scores(found)["Eve Oh 1044"] == "" and "count for nothing" in found.remarks[0]


DUE = '[deadlines]\n05 = "2024-11-07 12:00"\n[late]\npercent_per_day = 50\n'
TIMES = {  # of a file; whether a system noted it; whether file_times; the score, and whether open
    ("2024-11-08T10:00:00+00:00", True, False): ("2.5", False),
    ("2024-11-08T10:00:00+00:00", False, True): ("2.5", False),
    ("2024-11-08T10:00:00+00:00", False, False): ("5", True),
    ("2024-11-01T10:00:00+00:00", False, False): ("5", False),
    ("", False, True): ("5", False),
    ("no time", True, False): ("5", False),
}


@pytest.mark.parametrize("case", TIMES)
def test_only_a_time_that_counts_takes_points_off(marks, case):
    time, noted, file_times = case
    rules = 'time_zone = "UTC"\n' + DUE + f"file_times = {str(file_times).lower()}\n"
    (mark,) = marks(
        [entry("ada", True, True, time=time, has_noted_time=noted)], rules_toml=rules
    ).marks
    assert (mark.shown_score, mark.when.is_open) == TIMES[case]


def test_the_mark_of_an_lms_takes_nothing_off_and_is_left_to_decide(marks):
    (mark,) = marks([entry("ada", True, True, late=True)], rules_toml=DUE).marks
    assert mark.shown_score == "5" and mark.when.is_open
    assert "marked as late by the LMS" in mark.when.words


@pytest.mark.parametrize(("now", "score"), [("2024-11-01", ""), ("2024-11-08", "0")])
def test_nothing_is_zero_only_when_the_deadline_is_over_and_a_rule_says_so(marks, now, score):
    rules = "missing_is_zero = true\n" + DUE
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = marks(roster_csv=ROSTER, rules_toml=rules, now=moment)
    assert scores(found)["Zoë Fox"] == score
    found = marks(roster_csv=ROSTER, rules_toml=DUE, now=moment)
    assert scores(found)["Zoë Fox"] == ""


def outcomes(*counted: tuple[int, int, str]) -> tuple[Outcome, ...]:
    """Return outcomes that are not right: parts that are right, parts, and which check it is."""
    return tuple(
        Outcome(
            "relu",
            WRONG,
            hidden=kind != "shown",
            fresh=kind == "fresh",
            parts=parts,
            parts_right=right,
        )
        for right, parts, kind in counted
    )


SHARES = {
    ((1, 2, "shown"), (1, 2, "fresh"), (1, 1, "hidden")): "0.75",
    ((1, 2, "shown"), (0, 2, "fresh"), (0, 1, "hidden")): "0",  # the numbers were looked up
    ((1, 3, "shown"),): "0.33",
    ((0, 0, "shown"),): "0",
    ((1, 2, "shown"), (1, 2, "fresh"), (0, 0, "hidden")): "0.25",  # it ran into a limit
}


@pytest.mark.parametrize("case", SHARES)
def test_parts_count_in_each_check_on_inputs_that_nobody_has_seen(case):
    assert text(share(ExerciseReport("relu", 2, outcomes(*case)))) == SHARES[case]


def test_what_goes_into_an_lms_is_the_score_that_the_rules_made(marks):
    found = marks(roster_csv=ROSTER, overrides_csv=HEAD + "1044,05,,1.5,\nzoe@uni.example,05,,4,\n")
    final = {one.student: one.report.score for one in final_entries(found) if one.report}
    assert final == {"Ada Lovelace 1042": 5, "Bob Ray 1043": 2, "Eve Oh 1044": 1.5, "Zoë Fox": 4}


def test_no_report_of_ours_has_the_name_of_a_file_of_the_lecturer():
    ours = {"grades.csv", "class.csv", "class.html", "files.csv", "results.jsonl", "changes.csv"}
    assert not ours & set(FILES)


def test_a_term_with_moodle_knows_everybody_again(marks):
    """Moodle gives everybody another number in the next assignment."""

    def handed_in(number: str, set_name: str) -> Entry:
        label = f"Ada Lovelace_{number}_assignsubmission_file_/x.ipynb"
        names = {"name": "Ada Lovelace", "lms_id": number, "label": label}
        student = f"Ada Lovelace {number}"
        return entry(student, True, True, set_name=set_name, **names)

    entries = under_one_name([handed_in("1042", "05_back"), handed_in("1101", "06_more")])
    overrides = "student,set,exercise,points,comment\nAda Lovelace 1101,06,,1,\n"
    overrides += "Ada Lovelace,05,,2,\n"
    roster = "student,id\nAda Lovelace,77\nBob Ray,1101\n"
    found = marks(entries, roster_csv=roster, overrides_csv=overrides)
    row, bob = csv.DictReader(StringIO(gradebook(found).removeprefix("\ufeff")))
    assert (row["student"], row["lms id"]) == ("Ada Lovelace 1042", "77")
    assert (row["total score"], bob["total score"]) == ("3", "")


def test_namesakes_of_moodle_are_told(marks):
    label = "Li Wei_{0}_assignsubmission_file_/x.ipynb"
    entries = [
        entry(f"Li Wei {n}", True, True, name="Li Wei", lms_id=n, label=label.format(n))
        for n in ("7", "8")
    ]
    assert "several are called Li Wei" in "\n".join(marks(entries).remarks)
