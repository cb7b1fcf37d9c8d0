from pathlib import Path

import pytest

from dlbook.grading.errors import RulesError
from dlbook.grading.rules.lines import Columns, Line, read_lines, refuse

COLUMNS = Columns(("student", "set", "points", "comment"))
TABLE = [("student", "set", "points", "comment"), ("ada", "05", "1,5", 'good, "but" late')]


def read(path: Path, columns: Columns) -> list[Line]:
    problems: list[str] = []
    lines = read_lines(path, columns, problems)
    refuse(problems)
    return lines


WRITTEN = {
    "comma": 'student,set,points,comment\nada,05,"1,5","good, ""but"" late"\n',
    "semicolon": 'student;set;points;comment\nada;05;1,5;"good, ""but"" late"\n',
    "tab": 'student\tset\tpoints\tcomment\nada\t05\t1,5\t"good, ""but"" late"\n',
    "Excel's note": 'sep=;\nStudent;Set;Points;Comment\nada;05;1,5;"good, ""but"" late"\n',
    "Windows, empty lines": (
        'student;set;points;comment\r\n;;;\r\n\r\nada;05;1,5;"good, ""but"" late"\r\n;;;\r\n'
    ),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_is_read_as_any_spreadsheet_writes_it(tmp_path, name, encoding):
    path = tmp_path / "overrides.csv"
    path.write_bytes(WRITTEN[name].encode(encoding))
    (line,) = read(path, COLUMNS)
    assert tuple(line.cells.values()) == TABLE[1]


def test_a_line_knows_its_number_below_texts_of_several_lines(tmp_path):
    path = tmp_path / "overrides.csv"
    path.write_text('sep=,\nstudent,set,points,comment\nada,05,1,"two\nlines"\n\nbob,05,1,\n')
    first, second = read(path, COLUMNS)
    assert first["comment"] == "two\nlines" and second.place == "overrides.csv, line 6"


def test_no_file_is_no_line(tmp_path):
    assert read(tmp_path / "overrides.csv", COLUMNS) == []


REFUSED = {
    "": "overrides.csv is empty: write student,set,points,comment as its first line",
    "student,set,points\n": "line 1: the columns student,set,points,comment are needed, got "
    "student,set,points: write comment",
    "student,set,points,comment,coment\n": "got student,set,points,comment,coment: change coment",
    "student,set,set,points,comment\n": "change set",
    "student,set,points,comment\nada,05,1,good, but late\n": (
        "line 2: 4 cells are needed, as in the first line, got 5: put a text with a comma"
    ),
}


OPEN = "student,set,points,comment\nada,05,1,ok\nbob,05,2,%s\ncleo,05,3,\n"


@pytest.mark.parametrize("cell", ['"not closed', '"closed" too early', '"closed"; twice"'])
def test_a_quote_that_is_not_closed_takes_no_line_below_it_in_silence(tmp_path, cell):
    path = tmp_path / "overrides.csv"
    path.write_text(OPEN % cell)
    with pytest.raises(RulesError) as error:
        read(path, COLUMNS)
    assert "overrides.csv, line 3: cells of a CSV are needed" in str(error.value)
    assert "close each quote" in str(error.value)


def test_lines_of_an_old_mac_end_by_a_return(tmp_path):
    path = tmp_path / "overrides.csv"
    path.write_bytes(b"student,set,points,comment\rada,05,1,a; b; c; d; e; f; g; h\r")
    (line,) = read(path, COLUMNS)
    assert line["comment"] == "a; b; c; d; e; f; g; h"


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_such_table_is_refused_with_its_line(tmp_path, text):
    path = tmp_path / "overrides.csv"
    path.write_text(text)
    with pytest.raises(RulesError) as error:
        read(path, COLUMNS)
    assert REFUSED[text] in str(error.value)


@pytest.mark.parametrize("encoding", ["latin-1", "gbk", "utf-16-le", "utf-32"])
def test_another_encoding_is_refused_with_what_to_do(tmp_path, encoding):
    path = tmp_path / "overrides.csv"
    path.write_bytes("student,set,points,comment\nü,05,1,\n".encode(encoding))
    with pytest.raises(RulesError, match="save it again, as the kind CSV UTF-8"):
        read(path, COLUMNS)


def test_a_roster_may_have_columns_of_its_own(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("student,semester\nada,3\n")
    (line,) = read(path, Columns(("student",), ("name",), any_others=True))
    assert line["student"] == "ada" and line["name"] == ""
