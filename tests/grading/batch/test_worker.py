"""A mended grader grades again: its digest changes with every file that a verdict may depend on."""

import csv
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from dlbook.check.verdict import Verdict
from dlbook.grading.batch import worker
from dlbook.grading.batch.executors import WorkerPool
from dlbook.grading.batch.journal import Journal, Record
from dlbook.grading.errors import GraderError
from dlbook.grading.package import PACKAGE, PRIVATE, package_files
from dlbook.grading.results.changes import changes
from dlbook.grading.results.files import write_all
from dlbook.grading.results.folder import Results
from tests import imports
from tests.grading.batch import fakes

FILES = list(package_files())


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A copy of dlbook, made once: a test that changes it puts back what was there."""
    copy = tmp_path_factory.mktemp("engine") / "dlbook"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture(scope="module")
def digest(package):
    return worker.digest(package)


def test_a_copy_has_the_same_digest(digest):
    assert digest == worker.digest(PACKAGE)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_an_edit_of_any_file_changes_the_digest(path, package, digest):
    before = (package / path).read_bytes()
    (package / path).write_bytes(before + b"# mended")
    changed = worker.digest(package)
    (package / path).write_bytes(before)
    assert changed != digest, f"{path}: package_files leaves it out"


def test_a_file_of_another_name_and_a_file_less_change_the_digest(package, digest):
    path = package / "check" / "compare.py"
    moved = path.rename(path.with_name("comparison.py"))
    renamed = worker.digest(package)
    kept = moved.rename(package.parent / "compare.py")
    removed = worker.digest(package)
    kept.rename(path)
    assert len({digest, renamed, removed}) == 3 and worker.digest(package) == digest


def test_only_folders_with_answers_are_left_out():
    here = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*") if path.is_file())
    left_out = {path for path in here if "__pycache__" not in path.parts} - set(FILES)
    assert {path.parts[0] for path in left_out} <= set(PRIVATE), f"{left_out} are left out"


def test_whatever_a_worker_imports_counts():
    files = imports.files(PACKAGE)
    imported = imports.reach(imports.file_graph(files), "grading.batch.worker")
    assert {"grading.run.nbval_run", "grading.run.answers", "check.compare"} <= imported
    left_out = {files[name].path.relative_to(PACKAGE) for name in imported} - set(FILES)
    assert not left_out, f"{left_out}: a verdict may depend on it, package_files leaves it out"


def test_a_package_without_files_is_refused(tmp_path):
    with pytest.raises(GraderError, match="install it again"):
        worker.digest(tmp_path)


@pytest.fixture
def mend(package, monkeypatch):
    """Let batches take the copy for the grader; return a function that mends one file of it."""
    path = package / "check" / "compare.py"
    before = path.read_bytes()

    def append() -> None:
        path.write_bytes(before + b"# mended")
        worker._installed.cache_clear()

    monkeypatch.setattr(worker, "PACKAGE", package)
    worker._installed.cache_clear()
    yield append
    path.write_bytes(before)
    worker._installed.cache_clear()


def test_a_mended_grader_grades_every_file_again_and_changes_csv_says_why(mend, tmp_path):
    place, path = tmp_path / "submissions", tmp_path / "out" / "journal.sqlite"
    place.mkdir()
    for student in ("ada", "bob", "eve"):
        (place / f"{student}.ipynb").write_bytes(fakes.notebook(f"# {student}"))
    graded = []

    def work(verdict: Verdict):
        def give(job) -> Record:
            graded.append(verdict)
            return Record(fakes.report(verdict).to_dict(whole=True))

        return give

    def run(verdict: Verdict):
        pool = WorkerPool(lambda: ThreadPoolExecutor(1), 1)
        return fakes.run(place, path, fakes.settings(work(verdict)), pool)

    before = run(Verdict.WRONG)
    assert run(Verdict.WRONG) == before and len(graded) == 3  # nothing has changed
    mend()
    after = run(Verdict.RIGHT)
    assert graded[3:] == [Verdict.RIGHT] * 3

    journal = Journal(path)
    write_all(Results(path.parent, journal, print), after, changes(before, after))
    journal.close()
    rows = list(csv.DictReader((path.parent / "changes.csv").read_text("utf-8-sig").splitlines()))
    assert [row["student"] for row in rows] == ["ada", "bob", "eve"]
    assert {(row["before"], row["now"]) for row in rows} == {("0 of 2", "2 of 2")}
    assert {row["why"] for row in rows} == {"the grader, its settings or its packages were changed"}
