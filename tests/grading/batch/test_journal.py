import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import asdict, replace

import pytest

from dlbook.check.verdict import Verdict
from dlbook.grading.batch.entry import Entry, Origin, Record
from dlbook.grading.batch.found import Found
from dlbook.grading.batch.journal import Journal, current_entries, current_files, journals
from dlbook.grading.errors import JournalBusyError, JournalDamagedError, ResultsFolderError
from dlbook.grading.results.changes import changes
from dlbook.grading.results.folder import Results, free_sibling, require_results_or_nothing
from tests import ROOT
from tests.grading.batch import fakes

ORIGIN = Origin("bytes", "reference", 7, "engine")
RIGHT = Record(fakes.report(Verdict.RIGHT).to_dict(whole=True))
WRONG = Record(fakes.report(Verdict.WRONG).to_dict(whole=True))
ENTRY = Entry("ada", fakes.SET, label="ada.ipynb", origin=ORIGIN)


@pytest.fixture
def journal(tmp_path):
    found = Journal(tmp_path / "journal.sqlite")
    yield found
    found.close()


def test_a_result_is_found_again_by_all_that_it_depends_on(journal):
    run = journal.begin(7, [ENTRY])
    journal.put(run, replace(ENTRY, record=RIGHT))
    assert journal.record(ORIGIN) == RIGHT
    for change in ({"submission": "x"}, {"reference": "x"}, {"seed": 8}, {"engine": "x"}):
        assert journal.record(replace(ORIGIN, **change)) is None


def test_the_names_that_were_handed_in_are_those_of_the_newest_run(journal, tmp_path):
    found = [Found("ada.ipynb", ("ada", "bob"), True), Found(".DS_Store", reason="kept by macOS.")]
    journal.begin(7, [ENTRY], [Found("old")])
    journal.begin(7, [ENTRY], found)
    assert current_files(tmp_path / "journal.sqlite") == found


def test_a_journal_that_noted_no_names_has_none(tmp_path):
    database = sqlite3.connect(tmp_path / "journal.sqlite")
    database.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY)")
    database.close()
    assert current_files(tmp_path / "journal.sqlite") == []


def test_a_row_is_on_the_disk_as_soon_as_it_is_kept(journal, tmp_path):
    run = journal.begin(7, [ENTRY])
    path = tmp_path / "journal.sqlite"
    assert current_entries(path)[0].reason.startswith("not graded yet")
    journal.put(run, replace(ENTRY, record=RIGHT))
    assert current_entries(path) == [replace(ENTRY, record=RIGHT)]
    base = sqlite3.connect(path)
    assert base.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    base.close()


def test_each_row_waits_for_the_disk_whatever_the_default_of_sqlite_is(tmp_path, monkeypatch):
    connect, full = sqlite3.connect, 2  # SQLite's number for synchronous=FULL

    def connect_without_waiting(*arguments, **options):
        database = connect(*arguments, **options)
        database.execute("PRAGMA synchronous=OFF")
        return database

    monkeypatch.setattr(sqlite3, "connect", connect_without_waiting)
    journal = Journal(tmp_path / "journal.sqlite")
    assert journal._database.execute("PRAGMA synchronous").fetchone() == (full,)
    journal.close()


def test_a_journal_of_an_older_dlbook_is_read(tmp_path):
    database = sqlite3.connect(tmp_path / "journal.sqlite")
    database.executescript("""
CREATE TABLE runs (id INTEGER PRIMARY KEY, started TEXT, finished TEXT, seed INTEGER);
CREATE TABLE results (key TEXT PRIMARY KEY, at TEXT, record TEXT);
CREATE TABLE roll (run INTEGER, student TEXT, set_name TEXT, entry TEXT,
    PRIMARY KEY (run, student, set_name));
CREATE TABLE files (path TEXT PRIMARY KEY, digest TEXT);
INSERT INTO runs VALUES (1, "", "", 7);
""")
    entry, record = json.dumps(asdict(ENTRY)), json.dumps(asdict(RIGHT))
    database.execute("INSERT INTO roll VALUES (1, 'ada', ?, ?)", (fakes.SET, entry))
    database.execute("INSERT INTO results VALUES (?, '', ?)", (ORIGIN.key, record))
    database.commit()
    database.close()
    journal = Journal(tmp_path / "journal.sqlite")
    run = journal.begin(7, [])
    assert journal.carried_over(run, []) == 1 and journal.record(ORIGIN) == RIGHT
    journal.close()
    assert current_entries(tmp_path / "journal.sqlite") == [replace(ENTRY, record=RIGHT)]


def test_a_second_writer_is_refused(journal, tmp_path):
    with pytest.raises(JournalBusyError, match="wait for it to end"):
        Journal(tmp_path / "journal.sqlite")


def test_a_journal_that_was_closed_can_be_opened_again(journal, tmp_path):
    journal.close()
    Journal(tmp_path / "journal.sqlite").close()


HOLD = """
import sys
from pathlib import Path
from dlbook.grading.batch.journal import Journal

journal = Journal(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.notebook  # starts a process
def test_the_lock_of_a_writer_ends_with_it_also_when_it_is_killed(tmp_path):
    path = tmp_path / "journal.sqlite"
    command = [sys.executable, "-c", HOLD, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, **pipes) as writer:
        assert writer.stdout.readline() == "held\n"
        with pytest.raises(JournalBusyError, match="another dlbook is writing"):
            Journal(path)
        writer.kill()
        writer.wait()
        Journal(path).close()


def test_only_a_run_that_was_stopped_hands_its_seed_on(journal):
    assert journal.interrupted_seed() is None
    run = journal.begin(7, [])
    assert journal.interrupted_seed() == 7
    journal.finish(run)
    assert journal.interrupted_seed() is None


def test_a_result_counts_whatever_seed_it_has_and_the_newest_first(journal):
    new = replace(ORIGIN, seed=9)
    assert journal.graded_as(new) is None
    for seed in (7, 8):
        origin = replace(ORIGIN, seed=seed)
        run = journal.begin(seed, [])
        journal.put(run, replace(ENTRY, origin=origin, record=RIGHT))
        assert journal.graded_as(new) == origin
    assert journal.graded_as(replace(new, submission="other")) is None


def test_who_is_not_handed_in_again_stays_with_the_result(journal, tmp_path):
    bob = replace(ENTRY, student="bob", origin=replace(ORIGIN, submission="b"))
    other = Entry("bob", "", label="thesis.pdf", problem="a PDF.")
    lost = replace(other, student="zoe")
    run = journal.begin(7, [ENTRY, bob, other, lost])
    journal.put(run, replace(ENTRY, record=RIGHT))
    again = replace(bob, origin=replace(ORIGIN, submission="c"))
    run = journal.begin(7, [again])
    assert journal.carried_over(run, [again]) == 2
    found = {(e.student, e.set_name): e for e in current_entries(tmp_path / "journal.sqlite")}
    assert found == {
        ("ada", fakes.SET): replace(ENTRY, record=RIGHT),
        ("bob", fakes.SET): again,  # and the file of no set that came with the old one is gone
        ("zoe", ""): lost,
    }


WHYS = {  # what is new: the cause that is reported
    "submission": ("other bytes", "another file was handed in"),
    "reference": ("other", "the reference solution was changed"),
    "seed": (8, "the inputs were drawn from another seed"),
    "engine": ("2.0", "the grader, its settings or its packages were changed"),
}


@pytest.mark.parametrize("what", WHYS)
def test_a_score_that_changed_is_reported_with_the_cause(journal, tmp_path, what):
    value, cause = WHYS[what]
    other = replace(ENTRY, origin=replace(ORIGIN, **{what: value}), record=WRONG)
    for entry in (replace(ENTRY, record=RIGHT), other):
        run = journal.begin(7, [entry])
        journal.put(run, entry)
        journal.finish(run)
    path = tmp_path / "journal.sqlite"
    (change,) = changes(current_entries(path, back=1), current_entries(path))
    assert (change.before, change.after, change.why) == ("2 of 2", "0 of 2", cause)
    assert change.exercises == "relu_back: right, now wrong"


def test_equal_scores_are_no_change(journal):
    other = replace(ENTRY, origin=replace(ORIGIN, seed=8), record=RIGHT)
    assert changes([replace(ENTRY, record=RIGHT)], [other]) == []


def test_a_fault_after_a_grade_is_a_change_with_its_reason(journal):
    (change,) = changes([replace(ENTRY, record=RIGHT)], [replace(ENTRY, problem="grader fault")])
    assert (change.after, change.why) == ("not graded", "grader fault")


# ---- the folder of results ----


def test_what_a_person_wrote_is_kept_beside(journal, tmp_path):
    messages = []
    results = Results(tmp_path, journal, messages.append)
    results.write("grades.csv", "one")
    results.write("grades.csv", "two")
    assert messages == [] and (tmp_path / "grades.csv").read_text() == "two"
    (tmp_path / "grades.csv").write_text("mine")
    results.write("grades.csv", "three")
    assert (tmp_path / "grades.csv").read_text() == "three"
    assert (tmp_path / "grades.yours.csv").read_text() == "mine"
    assert "changed by hand: kept as grades.yours.csv" in messages[0]


def test_a_free_name_in_the_same_folder_is_found(tmp_path):
    path = tmp_path / "a.csv"
    assert free_sibling(path, "filled").name == "a.filled.csv"
    (tmp_path / "a.filled.csv").touch()
    assert free_sibling(path, "filled").name == "a.filled-2.csv"


def test_a_folder_of_other_things_is_refused(tmp_path):
    require_results_or_nothing(tmp_path / "new")
    require_results_or_nothing(tmp_path)
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(ResultsFolderError, match="holds other things: name a new one"):
        require_results_or_nothing(tmp_path)
    (tmp_path / "journal-1-of-2.sqlite").touch()
    require_results_or_nothing(tmp_path)
    assert [path.name for path in journals(tmp_path)] == ["journal-1-of-2.sqlite"]


def test_a_folder_that_cannot_be_written_to_is_read(journal, tmp_path, monkeypatch):
    run = journal.begin(7, [ENTRY], [Found("ada.ipynb")])
    journal.put(run, replace(ENTRY, record=RIGHT))
    journal.close()
    connect = sqlite3.connect

    def refuse(address, **options):  # as SQLite does where it can make no file for readers
        if "immutable" not in str(address):
            raise sqlite3.OperationalError("unable to open database file")
        return connect(address, **options)

    monkeypatch.setattr(sqlite3, "connect", refuse)
    path = tmp_path / "journal.sqlite"
    with pytest.raises(JournalDamagedError, match=r"cannot be used .*copy the folder"):
        current_entries(path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert current_entries(path) == [replace(ENTRY, record=RIGHT)]
    assert [found.label for found in current_files(path)] == ["ada.ipynb"]
    (tmp_path / "journal.sqlite-wal").touch()  # in which rows may be: then it is no still picture
    with pytest.raises(JournalDamagedError, match="copy the folder"):
        current_entries(path)


@pytest.mark.parametrize("read", [current_entries, current_files])
def test_a_damaged_journal_is_told_to_whoever_reads_it(tmp_path, read):
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(JournalDamagedError, match=r"is damaged .*move it away"):
        read(path)


def test_a_full_disk_is_no_damage_and_what_was_there_stays(journal, tmp_path):
    run = journal.begin(7, [ENTRY])
    pages = journal._database.execute("PRAGMA page_count").fetchone()[0]
    journal._database.execute(f"PRAGMA max_page_count = {pages}")
    long = replace(ENTRY, label="x" * 100_000)
    with pytest.raises(JournalDamagedError, match=r"cannot be used \(database or disk is full\)"):
        journal.put(run, long)
    assert current_entries(tmp_path / "journal.sqlite") == [ENTRY]
