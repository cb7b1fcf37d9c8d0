"""From a ZIP of Moodle to grades, comments and pages that Moodle takes back."""

import zipfile

import pytest

from dlbook.cli import main
from dlbook.grading.batch.entry import Entry
from dlbook.grading.batch.found import Found
from dlbook.grading.batch.journal import Journal
from tests.cli.test_grade import grade, out
from tests.grading.results.test_sheet import worksheet

__all__ = ["out"]  # a fixture


@pytest.mark.notebook  # starts a worker
def test_what_came_from_moodle_goes_back_to_moodle(course, out, tmp_path_factory, capsys):
    place = tmp_path_factory.mktemp("moodle")
    names = [f"{who}_assignsubmission_file_" for who in ("Ada_1042", "Eve_1044")]
    with zipfile.ZipFile(place / "submissions.zip", "w") as files:
        for name in names:
            files.writestr(f"{name}/90_tiny.ipynb", "{" + name)
    assert grade(course, place / "submissions.zip", out) == 1
    (place / "lms.csv").write_text(worksheet("Chinese"), "utf-8", newline="")
    command = ["grades", str(out), "--fill", str(place / "lms.csv"), "--comments"]
    assert main([*command, "--feedback-zip", str(place / "back.zip")]) == 1  # nobody has a grade
    said = capsys.readouterr().out
    assert "0 grades filled" in said and "2 feedback pages for Moodle" in said
    assert "90 Tiny: exercises: Not graded: the file is cut off" in (
        place / "lms.filled.csv"
    ).read_text("utf-8")
    with zipfile.ZipFile(place / "back.zip") as files:
        assert files.namelist() == [f"{name}/90_tiny.html" for name in names]
    words = "student,set,exercise,points,comment\nAda,90,,1.5,Told at the blackboard.\n"
    (out / "overrides.csv").write_text(words)
    assert main([*command, "--feedback-zip", str(place / "more.zip")]) == 1  # Eve has none
    text = (place / "lms.filled-2.csv").read_text("utf-8")
    assert '-,"1,5","2,00"' in text and "Told at the blackboard." in text
    with zipfile.ZipFile(place / "more.zip") as files:
        assert "Told at the blackboard." in files.read(f"{names[0]}/90_tiny.html").decode()
    capsys.readouterr()
    assert main([*command[:2], "--feedback-zip", str(place / "back.zip")]) == 2
    assert main(command[:2]) == 2
    said = capsys.readouterr().err
    assert "a new file is needed" in said and "--fill LMS.csv or --feedback-zip" in said


def test_a_term_with_moodle_goes_into_a_list_of_numbers(tmp_path, capsys):
    """Moodle numbers people anew each week; the number that an exam office has is the roster's."""
    out, journal = tmp_path / "out", Journal(tmp_path / "out" / "journal.sqlite")
    for number, set_name in (("1042", "90_tiny"), ("1101", "91_more")):
        student, label = f"Ada {number}", f"Ada_{number}_assignsubmission_file_/x.ipynb"
        problem = "the file is cut off."
        one = Entry(student, set_name, "Ada", number, label=label, problem=problem)
        journal.begin(7, [one], [Found(label, (student,), True)])
    journal.close()
    (out / "roster.csv").write_text("student,id\nAda,77\nBob,1101\n")
    (out / "overrides.csv").write_text("student,set,exercise,points,comment\nAda 1101,91,,2,\n")
    assert main(["report", str(out)]) == 1  # the file cannot be read
    assert "found 1 notebook of 1 person: 0 graded, 1 not graded" in capsys.readouterr().out
    assert len(list((out / "feedback").iterdir())) == 1
    (tmp_path / "list.csv").write_text("number,points\n77,\n1101,\n")
    columns = ["--column", "points", "--id-column", "number", "--set", "91"]
    main(["grades", str(out), "--fill", str(tmp_path / "list.csv"), *columns])
    assert (tmp_path / "list.filled.csv").read_text() == "number,points\n77,2\n1101,\n"
