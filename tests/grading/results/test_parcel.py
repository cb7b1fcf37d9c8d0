"""Feedback pages go back under the names by which Moodle and Canvas know a student."""

import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from dlbook.grading.errors import SheetError
from dlbook.grading.results.parcel import pack
from tests.grading.results.test_lms import ADA, BOB, SET


def page(entry) -> str:
    return f"{entry.student}: {entry.report.score} points"


NAMES = {  # what was handed in: where the page goes
    "Ada Lovelace_1042_assignsubmission_file_/05.ipynb": (
        "Moodle",
        f"Ada Lovelace_1042_assignsubmission_file_/{SET}.html",
    ),
    "HW 5/李 娜_1042_assignsubmission_file/x/05.ipynb": (
        "Moodle",
        f"李 娜_1042_assignsubmission_file/{SET}.html",
    ),
    "Ada Lovelace_1042_assignsubmission_file_my_05.ipynb": (
        "Moodle",
        f"Ada Lovelace_1042_assignsubmission_file_{SET}.html",
    ),
    "lovelaceada_1042_77_05_backpropagation-2.ipynb": (
        "Canvas",
        f"lovelaceada_1042_77_{SET}.html",
    ),
    "lovelaceada_LATE_1042_77_05.ipynb": ("Canvas", f"lovelaceada_LATE_1042_77_{SET}.html"),
}


@pytest.mark.parametrize("label", NAMES)
def test_a_page_goes_where_its_file_came_from(label):
    parcel = pack([replace(ADA, label=label)], page)
    lms, place = NAMES[label]
    with zipfile.ZipFile(BytesIO(parcel.data)) as files:
        assert (parcel.lms, files.namelist()) == (lms, [place])
        assert files.read(place).decode() == f"{ADA.student}: 2 points"
    assert pack([replace(ADA, label=label)], page).data == parcel.data


def test_who_has_another_name_is_told_and_left_out():
    parcel = pack([replace(ADA, label=next(iter(NAMES))), replace(BOB, label="bu1/05.ipynb")], page)
    assert (parcel.count, parcel.without) == (1, ["bu1: bu1/05.ipynb"])
    assert "1 feedback pages for Moodle" in parcel.text() and "not in it: bu1" in parcel.text()


def test_a_refusal_names_files_that_were_handed_in_and_no_empty_names():
    label = "Set 01_al9_attempt_2026-11-20.ipynb"
    with pytest.raises(SheetError, match=rf"; there are: {label}: grade"):
        pack([ADA, BOB, replace(ADA, label=label)], page)
    with pytest.raises(SheetError, match="; there are: none: grade"):
        pack([ADA, BOB], page)


@pytest.mark.parametrize("labels", [("ada/05.ipynb",), tuple(NAMES)])
def test_names_of_no_lms_or_of_two_are_refused(labels):
    with pytest.raises(SheetError, match=r"of one of the two; there are: (ada/05|Ada)"):
        pack([replace(ADA, label=label) for label in labels], page)
