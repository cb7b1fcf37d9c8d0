"""A term of twelve students and three weekly sets, as a lecturer lives it, through the verbs."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from dlbook.cli import main
from tests import SAMPLES
from tests.cli.test_grade import grade

RIGHT = (SAMPLES / "relu_back-right-plain.ipynb").read_text("utf-8")
WRONG = (SAMPLES / "relu_back-wrong-kink.ipynb").read_text("utf-8")
PARTLY = RIGHT.replace("x > 0, g", "(x > 0) & (x < 6), g")
TORN = RIGHT[:200]
SETS = {"90_tiny": "relu_back", "91_more": "relu_more", "92_parts": "relu_parts"}

NAMES = ("ada", "bob", "cleo", "dan", "eve", "fay", "gus", "hal", "ivy", "jon", "kim", "lea")
ROSTER = "\ufeffstudent;name;id\n" + "".join(
    f"{name};{name.capitalize()} Example;10{number:02}\n" for number, name in enumerate(NAMES)
)
RULES = """
time_zone = "Europe/Berlin"
missing_is_zero = true

[deadlines]
90 = "2024-11-06 23:59"
91 = 2024-11-13 23:59:00
92 = "20.11.2024 23:59"

[late]
grace_minutes = 10
percent_per_day = 10
at_most_percent = 30
"""
EXTENSIONS = """student,set,until,reason
Gus Example,90,2024-11-16 23:59,was ill
jon,90,2999-01-01,abroad
1004,91,14.11.2024 12:00,
"""
OVERRIDES = """student,set,exercise,points,comment
kim,90,relu_back,"1,5","The idea is right; only the kink is not."
lea,90,,1,Shown on paper.
ada,91,,,Very clear.
"""


def submission(text: str, name: str, number: int = 0) -> str:
    """Return a notebook for the exercise `name`; the number makes its bytes unlike others."""
    mark = f"# answer: {name}\\n# {number}" if number else f"# answer: {name}"
    return text.replace("relu_back", name).replace(f"# answer: {name}", mark)


@dataclass
class Class:
    """What was handed in, in folders as nbgrader makes them; it notes times in UTC."""

    place: Path

    def hand_in(self, who: str, set_name: str, text: str, time: str, attempt: str = "") -> None:
        folder = self.place / who / set_name / attempt
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{set_name}.ipynb").write_text(submission(text, SETS[set_name]), "utf-8")
        (folder / "timestamp.txt").write_text(f"{time}:00.000000 UTC")


@pytest.fixture
def out(course) -> Path:
    """A folder of results in which the lecturer's files lie before anything is graded."""
    tiny = (course.root / "solutions" / "90_tiny.ipynb").read_text("utf-8")
    more = tiny.replace("relu_back", "relu_more").replace("90 Tiny", "91 More")
    parts = tiny.replace("relu_back", "relu_parts").replace("90 Tiny", "92 Parts")
    parts = parts.replace("**Time**", "**Partial credit** · **Time**", 1)
    shown = '{\\"dx\\": relu_parts(g, x), \\"g afterwards\\": g}'
    two = '{\\"near\\": relu_parts(g, x), \\"far\\": relu_parts(g, x + 9), \\"g afterwards\\": g}'
    assert json.loads(parts.replace(shown, two, 1)) != json.loads(parts)
    (course.root / "solutions" / "91_more.ipynb").write_text(more, "utf-8")
    (course.root / "solutions" / "92_parts.ipynb").write_text(parts.replace(shown, two, 1), "utf-8")
    folder = course.root / "out"
    folder.mkdir()
    (folder / "roster.csv").write_text(ROSTER, "utf-8")
    (folder / "rules.toml").write_text(RULES, "utf-8")
    (folder / "extensions.csv").write_text(EXTENSIONS, "utf-8")
    (folder / "overrides.csv").write_text(OVERRIDES, "utf-8")
    return folder


def scores(out: Path, set_name: str) -> dict[str, str]:
    return {name: row[f"{set_name} score"] for name, row in rows(out).items()}


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "grades.csv").open(encoding="utf-8-sig") as stream:
        return {row["student"]: row for row in csv.DictReader(stream)}


def page(out: Path, name: str) -> str:
    return (out / "feedback" / f"{name}.html").read_text("utf-8")


@pytest.mark.notebook
def test_a_term_of_three_weeks(course, out, tmp_path_factory, capsys):
    mine = ["roster.csv", "rules.toml", "extensions.csv", "overrides.csv"]
    first = Class(tmp_path_factory.mktemp("week1") / "submitted")
    for who, text, time in [
        ("ada", RIGHT, "2024-11-06 20:00"),
        ("bob", WRONG, "2024-11-06 20:00"),
        ("cleo", RIGHT, "2024-11-06 23:09"),  # 00:09 in Berlin: ten minutes late, within the grace
        ("dan", RIGHT, "2024-11-06 23:10"),  # eleven minutes late
        ("eve", RIGHT, "2024-11-08 23:59"),  # two days and an hour late
        ("fay", RIGHT, "2024-11-30 12:00"),
        ("gus", RIGHT, "2024-11-16 22:00"),  # within the extension
        ("kim", WRONG, "2024-11-06 20:00"),
        ("lea", TORN, "2024-11-06 20:00"),
    ]:
        first.hand_in(who, "90_tiny", text, time)
    first.hand_in("hal", "90_tiny", WRONG, "2024-11-06 20:00", "attempt_1")
    first.hand_in("hal", "90_tiny", RIGHT, "2024-11-07 20:00", "attempt_2")
    written = {name: (out / name).read_bytes() for name in mine}
    assert grade(course, first.place, out, "--set", "90") == 1  # lea's file is torn
    expected = {
        "ada": "2",  # right and in time
        "bob": "0",  # wrong
        "cleo": "2",  # within the grace
        "dan": "1.8",  # a day that has begun: 10 % of 2
        "eve": "1.4",  # three days: 30 %
        "fay": "1.4",  # 24 days: 30 % at most
        "gus": "2",  # an extension
        "hal": "1.8",  # the second attempt counts, and it is a day late
        "ivy": "0",  # nothing, and missing_is_zero
        "jon": "",  # nothing, and still time
        "kim": "1.5",  # one exercise by hand
        "lea": "1",  # not graded, the set by hand
    }
    assert scores(out, "90_tiny") == expected
    said = capsys.readouterr().out
    assert "90_tiny: nothing handed in: ivy, jon" in said and "90_tiny: 4 late" in said
    row = rows(out)["eve"]
    assert row["90_tiny late"] == "3 days late" and row["90_tiny handed in"] == "2024-11-09 00:59"
    assert row["90_tiny why"] == (
        "exercises: 2; 3 days late: handed in 2024-11-09 00:59, due 2024-11-06 23:59; "
        "30 % of 2 taken off: 1.4"
    )
    assert "was ill" in rows(out)["gus"]["90_tiny why"]
    assert rows(out)["kim"]["90_tiny why"].endswith("relu_back: by hand: 1.5, the checks gave 0")
    assert "only the kink is not" in page(out, "kim") and "1.5 of 2 points" in page(out, "kim")
    assert "Shown on paper." in page(out, "lea") and not (out / "feedback" / "ivy.html").exists()

    second = Class(tmp_path_factory.mktemp("week2") / "submitted")
    for who in ("ada", "bob", "cleo", "dan", "eve"):
        second.hand_in(who, "91_more", WRONG if who == "bob" else RIGHT, "2024-11-14 09:00")
    (out / "times.csv").write_text("student,set,handed in\nada,91,2024-11-13 23:00\n")
    assert grade(course, second.place, out, "--set", "91") == 1  # lea's of week 1 stays
    week2 = {"ada": "2", "bob": "0", "cleo": "1.8", "dan": "1.8", "eve": "2"}
    week2 |= dict.fromkeys(["fay", "gus", "hal", "ivy", "jon", "kim", "lea"], "0")
    assert scores(out, "91_more") == week2 and scores(out, "90_tiny") == expected
    assert "Very clear." in page(out, "ada")

    third = Class(tmp_path_factory.mktemp("week3") / "submitted")
    for who, text in (("ada", RIGHT), ("bob", PARTLY), ("cleo", WRONG)):
        third.hand_in(who, "92_parts", text, "2024-11-20 12:00")
    third.hand_in("dan", "92_parts", PARTLY, "2024-11-21 12:00")
    assert grade(course, third.place, out, "--set", "92") == 1
    # bob: 1 of 2 parts of the visible check and the hidden one, so 3/4 of 2 points; cleo: the
    # visible check alone, so half; dan as bob, and a day late
    week3 = {"ada": "2", "bob": "1.5", "cleo": "1", "dan": "1.35"}
    assert {who: scores(out, "92_parts")[who] for who in week3} == week3
    assert "relu_parts: partly right: 1.5" in rows(out)["bob"]["92_parts why"]
    assert rows(out)["ada"]["total score"] == "6" and rows(out)["dan"]["total score"] == "4.95"

    solution = course.root / "solutions" / "90_tiny.ipynb"
    solution.write_text(solution.read_text("utf-8").replace("x > 0", "x >= 0"), "utf-8")
    capsys.readouterr()
    assert grade(course, first.place, out, "--set", "90") == 1
    said = capsys.readouterr().out
    assert "the reference solution was changed" in said
    assert "points from overrides.csv stay: kim" in said
    regraded = expected | {"ada": "0", "bob": "2", "cleo": "0", "dan": "0", "eve": "0"}
    regraded |= {"fay": "0", "gus": "0", "hal": "0"}
    assert scores(out, "90_tiny") == regraded
    assert rows(out)["kim"]["90_tiny why"].endswith("by hand: 1.5, the checks gave 2")
    assert scores(out, "91_more") == week2

    second.hand_in("bob", "91_more", RIGHT, "2024-11-15 12:00")
    assert grade(course, second.place, out, "--set", "91") == 1
    assert scores(out, "91_more") == week2 | {"bob": "1.6"}  # right now, and two days late
    assert {name: (out / name).read_bytes() for name in mine} == written

    lms = course.root / "lms.csv"
    lms.write_text("login,result\nada,\nbob,\nlea,\njon,\n")
    columns = ["--column", "result", "--id-column", "login", "--set", "90"]
    main(["grades", str(out), "--fill", str(lms), *columns])
    filled = (course.root / "lms.filled.csv").read_text()
    assert filled == "login,result\nada,0\nbob,2\nlea,1\njon,\n"

    (out / "overrides.csv").write_text(OVERRIDES + "kimm,90,relu_bak,two,\n", "utf-8")
    assert main(["report", str(out)]) == 2
    assert "overrides.csv, line 5: points of 0 or more" in capsys.readouterr().err
    assert scores(out, "90_tiny") == regraded
