from dataclasses import replace

import pytest

from dlbook.check.verdict import Outcome, Verdict
from dlbook.grading.batch.entry import Entry, Record
from dlbook.grading.errors import SheetError
from dlbook.grading.results.lms import Choice, fill
from dlbook.grading.run.report import ExerciseReport, Report

SET = "05_backpropagation"
CANVAS = """\
Student,ID,SIS Login ID,Section,05 Backpropagation (991),Essay 2 (1005),Current Score
    Points Possible,,,,2,10,(read only)
"Lovelace, Ada",1042,al9,"Lec, 1",,7,
"Ünal, Bob",1043,bu1,Lec 1,1,,
"=cmd()",1044,ev2,Lec 1,,,
"Student, Test",1099,tst,Lec 1,,,
"""
MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Feedback comments
Participant 1042,Ada Lovelace,ada@x.org,Submitted,,"2,00",Yes,
Participant 1043,Bob Ünal,bob@x.org,Submitted,,"2,00",No,"a
b"
Participant 1044,Eve Moneypenny,eve@x.org,Submitted,,"2,00",Yes,
"""
PLAIN = "login;result\nal9;\nbu1;\n"


def entry(student: str, score: int | None, name="", lms_id="", set_name=SET) -> Entry:
    if score is None:
        return Entry(student, set_name, name, lms_id, problem="the file is cut off.")
    outcomes = [Outcome("f", Verdict.RIGHT if score > n else Verdict.WRONG) for n in range(2)]
    exercises = tuple(ExerciseReport(f"f{n}", 1, (o,)) for n, o in enumerate(outcomes))
    record = Record(Report(set_name, 7, exercises).to_dict(whole=True))
    return Entry(student, set_name, name, lms_id, record=record)


ADA = entry("lovelaceada 1042", 2, "lovelaceada", "1042")
BOB = entry("bu1", 1)
ANY = Choice()


def fill_text(tmp_path, text: str, entries, choice=ANY, mark=""):
    path = tmp_path / "lms.csv"
    path.write_text(mark + text, "utf-8", newline="")
    filled = fill(path, entries, choice)
    assert path.read_bytes().decode("utf-8") == mark + text
    return filled, filled.path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_canvas_is_filled_and_nothing_else_changes(tmp_path, mark, newline):
    text = CANVAS.replace("\n", newline)
    filled, copy = fill_text(tmp_path, text, [ADA, BOB], mark=mark)
    expected = text.replace("1,,7,", "1,2,7,", 1).replace('"Lec, 1",,7', '"Lec, 1",2,7')
    assert copy == mark + expected
    assert (filled.count, filled.problems, filled.without) == (2, [], ["=cmd()"])
    assert filled.path.name == "lms.filled.csv"


def test_moodle_is_filled_in_its_own_way_of_writing_numbers(tmp_path):
    ada = entry("Ada Lovelace 1042", 2, "Ada Lovelace", "1042")
    bob = entry("Bob Ünal 1043", 1, "Bob Ünal", "1043")
    filled, copy = fill_text(tmp_path, MOODLE, [ada, bob, entry("eve", 1)])
    assert 'Submitted,2,"2,00",Yes' in copy and 'Submitted,1,"2,00",Yes' in copy
    assert filled.count == 2 and '"a\nb"' in copy
    assert filled.problems == ["Bob Ünal 1043: the file says that this grade cannot be changed"]


def test_a_grade_that_was_there_is_told_with_its_new_value(tmp_path):
    text = CANVAS.replace('"Lec, 1",,7', '"Lec, 1",1.0,7')
    filled, _copy = fill_text(tmp_path, text, [ADA, BOB])  # Bob's is what it was
    assert filled.replaced == [f"{ADA.student}: 1.0, now 2"]
    assert "another grade was there: lovelaceada 1042: 1.0, now 2" in filled.text()


@pytest.mark.parametrize("old", ["EX", "N/A", "Needs Grading(2)", "nan"])
def test_a_word_in_place_of_a_grade_is_told_since_somebody_decided_it(tmp_path, old):
    text = CANVAS.replace('"Lec, 1",,7', f'"Lec, 1",{old},7')
    filled, _copy = fill_text(tmp_path, text, [ADA])
    assert filled.replaced == [f"{ADA.student}: {old}, now 2"]
    assert not fill_text(tmp_path, CANVAS.replace('1",,7', '1",-,7'), [ADA])[0].replaced


@pytest.mark.parametrize("points", ["0", "-2"])
def test_nothing_is_scaled_to_points_that_are_none(tmp_path, points):
    text = CANVAS.replace("Possible,,,,2,", f"Possible,,,,{points},")
    with pytest.raises(SheetError, match=f"points above 0 in the LMS, got {points}: set them"):
        fill_text(tmp_path, text, [ADA], Choice(scale=True))


@pytest.mark.parametrize("points", ["nan", "inf", "1e999"])
def test_what_is_no_number_makes_no_grade(tmp_path, points):
    text = CANVAS.replace("Possible,,,,2,", f"Possible,,,,{points},")
    assert fill_text(tmp_path, text, [ADA])[1] == text.replace('1",,7', '1",2,7')
    with pytest.raises(SheetError, match="needs the points of the LMS"):
        fill_text(tmp_path, text, [ADA], Choice(scale=True))


def test_half_a_hundredth_goes_up_when_points_are_scaled(tmp_path):
    record = Record(ADA.record.report | {"final": 0.75})
    text = CANVAS.replace("Possible,,,,2,", "Possible,,,,3,")
    _filled, copy = fill_text(tmp_path, text, [replace(ADA, record=record)], Choice(scale=True))
    assert '"Lec, 1",1.13,7' in copy


REFUSED = {  # the first line of a table, and what is asked for: what is said
    ("login,points,points", ("points", "login", "")): "'points' stands 2 times in the first line",
    ("login,points,x", ("points", "login", "points")): "columns of their own are needed",
    ("login,points,x", ("login", "login", "")): "columns of their own are needed",
    ("login,points,x", ("points", "login", "login")): "columns of their own are needed",
}


@pytest.mark.parametrize("case", REFUSED)
def test_no_column_is_written_over_that_holds_something_else(tmp_path, case):
    head, (column, id_column, comments) = case
    choice = Choice(column=column, id_column=id_column, comment_column=comments)
    with pytest.raises(SheetError, match=REFUSED[case]):
        fill_text(tmp_path, f"{head}\nbu1,,\n", [BOB], choice)


@pytest.mark.parametrize("start", [b"PK\3\4", b"\xd0\xcf\x11\xe0"])
def test_a_workbook_is_called_one(tmp_path, start):
    path = tmp_path / "lms.csv"
    path.write_bytes(start + bytes(100))
    with pytest.raises(SheetError, match="an Excel workbook: save it as CSV UTF-8"):
        fill(path, [ADA], ANY)


def test_names_that_differ_in_vowel_signs_alone_have_rows_of_their_own(tmp_path):
    text = "login,points\nकिरण,\nकरण,\n"
    choice = Choice(column="points", id_column="login")
    _filled, copy = fill_text(tmp_path, text, [entry("किरण", 2), entry("करुण", 1)], choice)
    assert copy == "login,points\nकिरण,2\nकरण,\n"


ABOVE = {  # an export: what is said of 7 points where there are 2
    "Moodle": (MOODLE, "7 of 2: Moodle refuses it: raise the maximum there"),
    "Canvas": (CANVAS, "7 of 2: a bonus?"),
    "no points in the file": (
        CANVAS.replace("Possible,,,,2,", "Possible,,,,,"),
        "7 of 2: a bonus?",
    ),
}


@pytest.mark.parametrize("case", ABOVE)
def test_points_above_the_maximum_are_filled_and_told(tmp_path, case):
    text, words = ABOVE[case]
    record = Record(entry("ada", 2).record.report | {"final": 7})
    ada = replace(entry("Ada Lovelace 1042", 2, "Ada Lovelace", "1042"), record=record)
    filled, _copy = fill_text(tmp_path, text, [ada])
    assert filled.count == 1
    assert f"more than there are points: Ada Lovelace 1042: {words}" in filled.text()
    assert not fill_text(tmp_path, text, [ADA])[0].above


@pytest.mark.parametrize("word", ["Participant ", "Teilnehmer/in", "Deelnemer "])
def test_participant_numbers_are_found_in_any_language(tmp_path, word):
    text = f"ID,Name,Punkte\n{word}1042,Ada Lovelace,\n{word}1043,Bob,\n"
    ada = entry("Ada King 1042", 2, "Ada King", "1042")
    filled, copy = fill_text(tmp_path, text, [ada], Choice(column="Punkte"))
    assert filled.problems == [] and f"{word}1042,Ada Lovelace,2" in copy


GERMAN = """\
ID,Vollständiger Name,E-Mail-Adresse,Bewertung,Bestwertung,Bewertung kann geändert werden
Teilnehmer/in1042,Ada Lovelace,ada@x.org,,"2,00",Ja
Teilnehmer/in1043,Bob Ünal,bob@x.org,,"2,00",Nein
"""


def test_moodle_is_filled_in_german_too(tmp_path):
    ada = entry("Ada Lovelace 1042", 2, "Ada Lovelace", "1042")
    bob = entry("Bob Ünal 1043", 1, "Bob Ünal", "1043")
    filled, copy = fill_text(tmp_path, GERMAN, [ada, bob])
    assert 'ada@x.org,2,"2,00"' in copy and filled.count == 1
    assert filled.problems == ["Bob Ünal 1043: the file says that this grade cannot be changed"]
    with pytest.raises(SheetError, match="gives 100 points, the set has 2"):
        fill_text(tmp_path, GERMAN.replace("2,00", "100,00"), [ada])
    _filled, copy = fill_text(tmp_path, GERMAN.replace("2,00", "100,00"), [ada], Choice(scale=True))
    assert 'ada@x.org,100,"100,00"' in copy


def test_points_that_nobody_knows_are_not_scaled(tmp_path):
    choice = Choice(column="result", id_column="login", scale=True)
    with pytest.raises(SheetError, match="--scale needs the points of the LMS"):
        fill_text(tmp_path, PLAIN, [BOB], choice)


def test_the_export_of_another_course_is_refused_and_no_copy_written(tmp_path):
    with pytest.raises(SheetError, match=r"no student of the results is in this file.*nobody"):
        fill_text(tmp_path, CANVAS, [entry("nobody", 1)])
    assert [path.name for path in tmp_path.iterdir()] == ["lms.csv"]


def test_any_other_file_needs_its_columns_named(tmp_path):
    with pytest.raises(SheetError, match="--column and --id-column; there are: login, result"):
        fill_text(tmp_path, PLAIN, [BOB])
    choice = Choice(column="result", id_column="login")
    _filled, copy = fill_text(tmp_path, PLAIN, [entry("AL9", 2), BOB], choice)
    assert copy == "login;result\nal9;2\nbu1;1\n"


NUMBERS = {  # a table: the half point that is filled into its first line
    "login;points;essay\nal9;;7\nbu1;1,0;8\n": "al9;0,5;7",
    "login;points;essay\nal9;;7,5\nbu1;;8\n": "al9;0,5;7,5",
    "login;points;essay\nal9;;7,5\nbu1;1.0;8\n": "al9;0.5;7,5",
    "login;points;essay\nal9;;7\nbu1;1;8\n": "al9;0.5;7",
    'login,points,pair\nal9,,"1,2"\nbu1,,"2,3"\n': 'al9,0.5,"1,2"',
    'login,points\nal9,\nbu1,"1,0"\n': 'al9,"0,5"',
}


@pytest.mark.parametrize("text", NUMBERS)
def test_a_grade_is_written_as_the_table_writes_numbers(tmp_path, text):
    record = Record(entry("al9", 1).record.report | {"final": 0.5})
    half = replace(entry("al9", 1), record=record)
    _filled, copy = fill_text(tmp_path, text, [half], Choice(column="points", id_column="login"))
    assert copy.splitlines()[1] == NUMBERS[text]


def test_who_has_no_grade_or_no_row_is_named_and_left_empty(tmp_path):
    bad = entry("ev2", None)
    filled, copy = fill_text(tmp_path, CANVAS, [ADA, bad, entry("nobody", 1)])
    assert filled.problems == ["nobody: no row of the file fits", "ev2: the file is cut off."]
    assert ",1044,ev2,Lec 1,,," in copy and "not filled: ev2: the file is cut off." in filled.text()


def test_two_who_share_a_row_and_two_rows_for_one_are_not_guessed(tmp_path):
    twice = CANVAS + '"Lovelace, Ada",1050,al10,Lec 1,,,\n'
    named = entry("Lovelace Ada", 2)
    filled, _copy = fill_text(tmp_path, twice, [named])
    assert filled.problems == ["Lovelace Ada: several rows of the file fit"] and not filled.count
    filled, _copy = fill_text(tmp_path, CANVAS, [ADA, entry("al9", 1)])
    assert "one row of the file fits them all" in filled.problems[0] and not filled.count


def test_a_copy_that_is_there_already_stays(tmp_path):
    fill_text(tmp_path, CANVAS, [ADA])
    filled, _copy = fill_text(tmp_path, CANVAS, [ADA, BOB])
    assert filled.path.name == "lms.filled-2.csv"


def test_other_points_need_scale(tmp_path):
    text = CANVAS.replace("Possible,,,,2,", "Possible,,,,15,")
    with pytest.raises(SheetError, match="gives 15 points, the set has 2"):
        fill_text(tmp_path, text, [ADA, BOB])
    _filled, copy = fill_text(tmp_path, text, [ADA, BOB], Choice(scale=True))
    assert '"Lec, 1",15,7' in copy and "Lec 1,7.5," in copy


COLUMNS = {  # names of the columns: the one that is filled, or what is said
    "topic": ("Quiz (1);Backpropagation (2)", "Backpropagation (2)"),
    "number": ("Lab 4 (105);Lab 5 (106)", "Lab 5 (106)"),
    "alone": ("Homework (77)", "Homework (77)"),
    "unclear": ("Lab A (1);Lab B (2)", "which column is 05_backpropagation?"),
    "none": ("Final Score", "there are: none"),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_the_column_of_the_set_is_found_or_asked_for(tmp_path, case):
    names, expected = COLUMNS[case]
    text = f"Student;ID;{names}\nAda;1042;{';' * names.count(';')}\n"
    if "(" in expected:
        assert fill_text(tmp_path, text, [ADA])[0].column == expected
    else:
        with pytest.raises(SheetError) as refusal:
            fill_text(tmp_path, text, [ADA])
        assert expected in str(refusal.value)


def test_several_sets_need_a_choice(tmp_path):
    more = replace(BOB, set_name="06_data")
    with pytest.raises(SheetError, match="name it with --set; there are: 05_back"):
        fill_text(tmp_path, CANVAS, [ADA, more])
    assert fill_text(tmp_path, CANVAS, [ADA, more], Choice("05"))[0].count == 1


BAD = {
    b"caf\xe9,b\n1,2\n": "is not UTF-8: name what it is, such as --encoding cp1252",
    b'a,b\n"1,2\n': "a quote in line 2 of the table is not closed",
    b"": "no rows and columns",
    b"just text\n": "no rows and columns",
}


@pytest.mark.parametrize("data", BAD)
def test_a_file_that_is_no_export_is_refused(tmp_path, data):
    path = tmp_path / "lms.csv"
    path.write_bytes(data)
    with pytest.raises(SheetError, match=BAD[data]):
        fill(path, [ADA], ANY)
    with pytest.raises(SheetError, match="No such file"):
        fill(tmp_path / "none.csv", [ADA], ANY)


def test_a_name_composed_or_apart_fits_the_same_row(tmp_path):
    table = "login,name,grade\n1,Zoe\u0308 Müller,\n2,Bob,\n"
    filled, text = fill_text(
        tmp_path, table, [entry("Zo\u00eb Müller", 2)], Choice(column="grade", id_column="name")
    )
    assert text.splitlines()[1].endswith(",2")
    assert "1 rows that no result fits: Bob" in filled.text()


def test_blackboard_may_write_a_wide_colon(tmp_path):
    text = "Username\tSet 05 [总分：2 分数] |123456\nbu1\t\n"
    _filled, copy = fill_text(tmp_path, text, [BOB])
    assert copy == text.replace("bu1\t", "bu1\t1")
