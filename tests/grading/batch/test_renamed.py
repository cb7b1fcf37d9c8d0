"""One person has one row in a term, whatever name and number each export has given."""

import pytest

from dlbook.grading.batch.entry import Entry
from dlbook.grading.batch.journal import Journal, current_entries
from dlbook.grading.batch.renamed import namesakes, under_one_name


def moodle(name: str, number: str, set_name: str) -> Entry:
    label = f"HW/{name}_{number}_assignsubmission_file_/x.ipynb"
    return Entry(f"{name} {number}", set_name, name, number, label=label)


def canvas(name: str, number: str, set_name: str) -> Entry:
    label = f"{name}_{number}_77_x.ipynb"
    return Entry(f"{name} {number}", set_name, name, number, label=label)


LAWS = {
    "Moodle numbers anew": (
        [moodle("Ada L", "1042", "01_a"), moodle("Ada L", "1101", "02_b")],
        ["Ada L 1042", "Ada L 1042"],
    ),
    "in the order of sets": (
        [moodle("Ada L", "1101", "02_b"), moodle("Ada L", "1042", "01_a")],
        ["Ada L 1042", "Ada L 1042"],
    ),
    "a file of no set names nobody": (
        [moodle("Ada L", "1042", ""), moodle("Ada L", "1101", ""), moodle("Ada L", "7", "02_b")],
        ["Ada L 7"] * 3,
    ),
    "two of one name in a set": (
        [
            moodle("Ada L", "1042", "01_a"),
            moodle("Ada L", "1043", "01_a"),
            moodle("Ada L", "1101", "02_b"),
        ],
        ["Ada L 1042", "Ada L 1043", "Ada L 1101"],
    ),
    "a number of Canvas is the person's own": (
        [canvas("lovelaceada", "1042", "01_a"), canvas("kingada", "1042", "02_b")],
        ["lovelaceada 1042", "lovelaceada 1042"],
    ),
    "two of one name in Canvas": (
        [canvas("liwei", "1042", "01_a"), canvas("liwei", "1043", "02_b")],
        ["liwei 1042", "liwei 1043"],
    ),
    "names alone": ([Entry("ada", "01_a"), Entry("bob", "02_b")], ["ada", "bob"]),
}


@pytest.mark.parametrize("case", LAWS)
def test_a_person_has_one_name_in_all_sets(case):
    entries, names = LAWS[case]
    found = under_one_name(entries)
    assert [entry.student for entry in found] == names
    assert [entry.lms_id for entry in found] == [entry.lms_id for entry in entries]
    assert namesakes(entries) == (["Ada L"] if case == "two of one name in a set" else [])


def test_who_hands_in_again_under_a_new_name_is_one_person(tmp_path):
    journal = Journal(tmp_path / "journal.sqlite")
    bob = moodle("Bob R", "1043", "01_a")
    journal.begin(7, [moodle("Ada L", "1042", "01_a"), bob, Entry("eve", "01_a")])
    renamed = moodle("Ada King", "1042", "01_a")
    journal.begin(7, [renamed])
    journal.close()
    students = [entry.student for entry in current_entries(tmp_path / "journal.sqlite")]
    assert students == ["Ada King 1042", "Bob R 1043", "eve"]


def test_a_group_that_shares_a_number_stays(tmp_path):
    group = [Entry(f"{name} 9", "01_a", name, "9") for name in ("Ada", "Bob")]
    journal = Journal(tmp_path / "journal.sqlite")
    journal.begin(7, group)
    journal.begin(7, group)
    journal.close()
    assert current_entries(tmp_path / "journal.sqlite") == group
