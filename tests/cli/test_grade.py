import csv
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from dlbook.cli import main
from dlbook.grading.batch.journal import Journal, current_entries
from dlbook.grading.errors import ResultsFolderError, SandboxError
from dlbook.grading.kernel import warm
from dlbook.grading.results.folder import require_results_or_nothing
from dlbook.grading.rules.word import FILES
from tests import SAMPLES
from tests.grading.batch.test_batch import family, graded
from tests.grading.run.test_damaged import sandbox

RIGHT = SAMPLES / "relu_back-right-plain.ipynb"
WRONG = SAMPLES / "relu_back-wrong-kink.ipynb"


def grade(course, place, out, *more: str) -> int:
    command = ["--course", str(course.root), "grade", str(place), "-o", str(out)]
    return main([*command, "--jobs", "1", "--sandbox", "off", *more])


@pytest.fixture
def out(course):
    return course.root / "out"


@pytest.fixture
def damaged(tmp_path_factory):
    """Two students whose files cannot be read: they need no kernel."""
    place = tmp_path_factory.mktemp("submissions")
    for student in ("ada", "bob"):
        (place / student).mkdir()
        (place / student / "90_tiny.ipynb").write_text("{" + student)
    return place


def test_a_deadline_of_a_set_to_come_is_told_by_both_verbs(course, damaged, out, capsys):
    out.mkdir()
    (out / "rules.toml").write_text('[deadlines]\n90 = "2999-01-01 12:00"\n91 = 2999-01-08\n')
    told = "rules.toml: there are no results yet of the sets due: 91 (line 3)"
    assert grade(course, damaged, out) == 1 and told in capsys.readouterr().out
    assert main(["report", str(out)]) == 1 and told in capsys.readouterr().out


def test_reports_in_english_are_made_of_the_marks_that_are_known(course, damaged, out, monkeypatch):
    assert grade(course, damaged, out) == 1
    monkeypatch.setattr("dlbook.grading.results.language.told_again", None)
    assert main(["report", str(out)]) == 1


REFUSED = {  # options: what is said
    ("--shard", "3/2", "--seed", "1"): "--shard needs I/N with I from 1 to N, such as 2/8",
    ("--shard", "1/2"): "--shard needs --seed S, the same for all parts",
    ("--executor", "ray://x"): "--executor needs dask://HOST:PORT, got 'ray://x'",
    ("--memory-gb", "0"): "--memory-gb needs more than 0.4, got 0",
    ("--set", "44"): "--set needs one set, got '44'; there are: 90_tiny",
}


@pytest.mark.parametrize("options", REFUSED)
def test_what_cannot_be_done_is_told(course, damaged, out, capsys, options):
    assert grade(course, damaged, out, *options) == 2
    said = capsys.readouterr().err
    assert REFUSED[options] in said and said.count("\n") == 1


@pytest.mark.notebook  # starts a worker
def test_every_student_and_file_of_a_messy_class_is_in_a_report(
    course, out, tmp_path_factory, capsys
):
    place = tmp_path_factory.mktemp("class") / "HW 5"
    for student in ("_ann", "submitted", "ada"):
        (place / student).mkdir(parents=True)
        (place / student / "90_tiny.ipynb").write_text("{" + student)
    (place / "empty").mkdir()
    (place / "ada" / "old.ipynb").write_text("{}")
    (place / "list.xlsx").write_text("x")
    assert grade(course, place.parent, out) == 1
    said = capsys.readouterr()
    assert "everybody's work lies inside HW 5" in said.err
    assert "found 4 notebooks of 4 people: 0 graded, 3 not graded, 1 set aside" in said.out
    assert "and 2 other files and folders: 1 not graded, 1 set aside" in said.out
    with (out / "files.csv").open(encoding="utf-8-sig") as stream:
        rows = {row["file"]: row["state"] for row in csv.DictReader(stream)}
    assert len(rows) == 6 and rows["HW 5/list.xlsx"] == rows["HW 5/ada/old.ipynb"] == "set aside"
    page = (out / "class.html").read_text("utf-8")
    assert all(name in page for name in ("_ann", "submitted", "empty", "list.xlsx", "old.ipynb"))


def test_files_of_the_lecturer_may_lie_in_a_new_folder_of_results(tmp_path):
    for name in (*FILES, ".~lock.roster.csv#"):
        (tmp_path / name).touch()
    require_results_or_nothing(tmp_path)
    (tmp_path / "list.csv").touch()
    with pytest.raises(ResultsFolderError, match="name a new one with -o"):
        require_results_or_nothing(tmp_path)


def test_a_bad_line_is_refused_before_anything_is_graded(course, damaged, out, capsys):
    out.mkdir()
    (out / "overrides.csv").write_text("student,set,exercise,points,comment\nadda,90,relu,1,\n")
    assert grade(course, damaged, out) == 2
    said = capsys.readouterr().err
    assert "overrides.csv, line 2: a student of the roster or the results is needed" in said
    assert "did you mean ada?" in said and not (out / "grades.csv").exists()


def test_a_folder_of_something_else_is_refused(course, damaged, capsys):
    assert grade(course, damaged, damaged) == 2
    assert "name a new one with -o" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["none", "empty"])
def test_nothing_handed_in_is_refused(course, out, tmp_path_factory, capsys, place):
    folder = tmp_path_factory.mktemp("submissions")
    assert grade(course, folder / "none" if place == "none" else folder, out) == 2
    assert "there is none at" in (said := capsys.readouterr().err) or "nothing was" in said
    assert not out.exists()


def test_without_solutions_nothing_is_graded(course, damaged, out, capsys):
    (course.root / "solutions" / "90_tiny.ipynb").unlink()
    assert grade(course, damaged, out) == 2
    assert "solutions are needed to grade" in capsys.readouterr().err


def test_without_a_sandbox_nothing_is_graded(course, damaged, out, capsys, monkeypatch):
    def refuse(sandbox):
        assert sandbox == "required"
        raise SandboxError("bubblewrap cannot start here")

    monkeypatch.setattr(warm, "launcher", refuse)
    assert grade(course, damaged, out, "--sandbox", "required") == 2
    assert "bubblewrap cannot start here" in capsys.readouterr().err and not out.exists()


@pytest.mark.notebook  # starts a worker
def test_files_that_cannot_be_read_are_named_and_have_no_score(course, damaged, out, capsys):
    assert grade(course, damaged, out) == 1
    said = capsys.readouterr().out
    assert said.startswith("found 2 notebooks of 2 people: 0 graded, 2 not graded, 0 set aside\n")
    assert "bob: bob/90_tiny.ipynb: the file is cut" in said
    with (out / "grades.csv").open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["90_tiny score"] for row in rows] == ["", ""]


def test_a_folder_that_is_being_written_is_refused(course, damaged, out, capsys):
    journal = Journal(out / "journal.sqlite")
    try:
        assert grade(course, damaged, out) == 2
    finally:
        journal.close()
    assert "another dlbook is writing" in capsys.readouterr().err


def test_a_damaged_journal_is_told_and_left_alone(course, damaged, out, capsys):
    out.mkdir()
    (out / "journal.sqlite").write_bytes(b"SQLite, or not" * 100)
    assert grade(course, damaged, out) == 2
    assert "is damaged" in capsys.readouterr().err
    assert (out / "journal.sqlite").read_bytes() == b"SQLite, or not" * 100


@pytest.mark.notebook  # starts a worker
def test_a_result_keeps_its_seed_until_another_is_asked_for(course, damaged, out):
    seeds = []
    for options in ((), (), ("--seed", "5"), ()):
        grade(course, damaged, out, *options)
        seeds.append(current_entries(out / "journal.sqlite")[0].origin.seed)
    assert seeds[0] == seeds[1] != 5 and seeds[2:] == [5, 5]


@pytest.mark.notebook  # starts a worker
def test_who_hands_in_again_meets_a_seed_of_its_own(course, damaged, out):
    assert grade(course, damaged, out) == 1
    first = {e.student: e.origin.seed for e in current_entries(out / "journal.sqlite")}
    [changed, *others] = sorted(first)
    [path] = damaged.glob(f"{changed}*/*.ipynb")
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert grade(course, damaged, out) == 1
    again = {e.student: e.origin.seed for e in current_entries(out / "journal.sqlite")}
    assert again[changed] != first[changed]
    assert all(again[student] == first[student] for student in others)


@pytest.mark.notebook  # starts a worker
def test_shards_are_put_together_by_report(course, damaged, out, capsys):
    (damaged / ".DS_Store").touch()
    for part in ("1/2", "2/2"):
        assert grade(course, damaged, out, "--shard", part, "--seed", "3") == 0
    assert len(list(out.glob("journal-*.sqlite"))) == 2
    assert main(["report", str(out)]) == 1
    said = capsys.readouterr().out
    assert "found 2 notebooks of 2 people: 0 graded, 2 not graded, 0 set aside" in said
    assert "and 1 other file or folder: 1 set aside" in said
    assert (out / "class.html").is_file()


@pytest.mark.parametrize("verb", ["report", "grades"])
def test_a_folder_without_results_is_refused(tmp_path, capsys, verb):
    more = ["--fill", "lms.csv"] if verb == "grades" else []
    assert main([verb, str(tmp_path), *more]) == 2
    assert "a folder that `dlbook grade` wrote is needed" in capsys.readouterr().err


@pytest.mark.notebook
def test_a_corrected_reference_changes_scores_and_says_so(course, out, tmp_path_factory, capsys):
    place = tmp_path_factory.mktemp("submissions")
    shutil.copy(RIGHT, place / "ada_90_tiny.ipynb")
    shutil.copy(WRONG, place / "bob_90_tiny.ipynb")
    assert grade(course, place, out) == 0
    lms = out.parent / "lms.csv"
    lms.write_text("login,result\nada,\nbob,\n")
    columns = ["--column", "result", "--id-column", "login"]
    assert main(["grades", str(out), "--fill", str(lms), *columns]) == 0
    assert (out.parent / "lms.filled.csv").read_text() == "login,result\nada,2\nbob,0\n"
    solution = course.root / "solutions" / "90_tiny.ipynb"
    solution.write_text(solution.read_text("utf-8").replace("x > 0", "x >= 0"), "utf-8")
    capsys.readouterr()
    assert grade(course, place, out) == 0
    assert "2: the reference solution was changed" in capsys.readouterr().out
    with (out / "changes.csv").open(encoding="utf-8-sig") as stream:
        changed = {row["student"]: (row["before"], row["now"]) for row in csv.DictReader(stream)}
    assert changed == {"ada": ("2 of 2", "0 of 2"), "bob": ("0 of 2", "2 of 2")}


def test_a_reference_that_rejects_right_answers_grades_nobody(course, damaged, out, capsys):
    solution = course.root / "solutions" / "90_tiny.ipynb"
    text = solution.read_text("utf-8")
    solution.write_text(
        text.replace("### BEGIN SOLUTION", "g = 2 * g  ### BEGIN SOLUTION"), "utf-8"
    )
    shutil.copy(RIGHT, damaged / "ada_90_tiny.ipynb")
    assert grade(course, damaged, out) == 2
    said = capsys.readouterr().err
    assert "90_tiny rejects right answers (relu_back / " in said and "build --check" in said


@pytest.mark.notebook
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_kill_9_of_a_real_run_leaves_nothing_and_the_next_run_ends_the_same(
    course, out, tmp_path_factory
):
    place = tmp_path_factory.mktemp("submissions")
    for number in range(24):
        source = (RIGHT, WRONG)[number % 2].read_text("utf-8")
        text = source.replace("# answer: relu_back", f"# answer: relu_back\\n# {number}")
        (place / f"s{number:02}_90_tiny.ipynb").write_text(text, "utf-8")
    command = [sys.executable, "-m", "dlbook", "--course", str(course.root), "grade", str(place)]
    command += ["-o", str(out), "--jobs", "2", "--sandbox", sandbox(), "--seed", "7"]
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    while process.poll() is None and graded(out / "journal.sqlite") < 6:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    rows = graded(out / "journal.sqlite")
    deadline = time.monotonic() + 10
    while family(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert family(process.pid) == [] and 6 <= rows < 24
    assert subprocess.run(command, env=environment).returncode == 0
    entries = current_entries(out / "journal.sqlite")
    assert [entry.report.score for entry in entries] == [2, 0] * 12
