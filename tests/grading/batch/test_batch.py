import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from dataclasses import replace

import pytest

from dlbook.grading.batch import worker
from dlbook.grading.batch.batch import shard
from dlbook.grading.batch.executors import WorkerPool, dask
from dlbook.grading.batch.intake import collect
from dlbook.grading.batch.journal import FAULT, current_entries
from dlbook.grading.errors import EngineMismatchError
from dlbook.grading.kernel.limits import Limits
from tests.grading.batch import fakes

starts_processes = pytest.mark.notebook  # and takes seconds for it


def threads() -> WorkerPool:
    return WorkerPool(lambda: ThreadPoolExecutor(2), 2)


@pytest.fixture
def folder(tmp_path):
    """Sixty small files of sixty students, three of them alike."""
    place = tmp_path / "submissions"
    place.mkdir()
    for number in range(60):
        (place / f"s{number:03}.ipynb").write_bytes(fakes.notebook(f"# {max(number, 2)}"))
    return place


def outcome(entries) -> dict:
    """Return what came out for each student: the score and verdict, or the reason."""
    return {
        entry.student: (report.score, report.exercises[0].verdict, entry.record.report)
        if (report := entry.report)
        else entry.reason
        for entry in entries
    }


def test_every_file_is_graded_and_equal_files_once(folder, tmp_path):
    done = []

    def count(task):
        done.append(task)
        return fakes.work(task)

    entries = fakes.run(folder, tmp_path / "journal.sqlite", fakes.settings(count), threads())
    assert len(entries) == 60 and not any(entry.reason for entry in entries)
    assert len(done) == 58 and entries[0].record == entries[2].record


@pytest.mark.parametrize(
    "pool", [threads(), pytest.param(None, marks=starts_processes)], ids=["threads", "processes"]
)
def test_any_executor_gives_the_same(folder, tmp_path, pool):
    alone = WorkerPool(lambda: ThreadPoolExecutor(1), 1)
    expected = outcome(fakes.run(folder, tmp_path / "one.sqlite", fakes.settings(), alone))
    assert outcome(fakes.run(folder, tmp_path / "many.sqlite", fakes.settings(), pool)) == expected


def graded_again(folder, journal, **changes) -> int:
    """Return how many files are graded when a journal's run is repeated with other settings."""
    done = []

    def count(task):
        done.append(task)
        return fakes.work(task)

    fakes.run(folder, journal, replace(fakes.settings(count), **changes), threads())
    return len(done)


def test_files_are_graded_again_where_the_engine_differs_and_only_there(
    folder, tmp_path, monkeypatch
):
    journal = tmp_path / "journal.sqlite"
    assert graded_again(folder, journal) == 58
    assert graded_again(folder, journal) == 0
    assert graded_again(folder, journal, limits=Limits(cell_seconds=1)) == 58
    assert graded_again(folder, journal, sandbox="required") == 58
    monkeypatch.setattr(worker, "_installed", lambda: "another dlbook")
    assert graded_again(folder, journal) == 58


def test_a_worker_with_another_engine_grades_nothing():
    task = worker.Task(fakes.notebook(""), worker.pack(fakes.KEY), Limits(), "off", "another")
    with pytest.raises(EngineMismatchError, match="install the same"):
        worker.work(task)


def test_shards_are_the_whole(folder, tmp_path):
    found = collect(folder, fakes.EXERCISES)
    parts = [shard(found, number, 3) for number in (1, 2, 3)]
    assert sorted(item.label for part in parts for item in part) == [i.label for i in found]
    assert all(parts)


def test_a_fault_of_the_grader_is_tried_again(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("DLBOOK_FAKE_MARK", str(tmp_path / "mark"))
    entries = fakes.run(folder, tmp_path / "journal.sqlite", fakes.settings(fakes.once), threads())
    assert not any(entry.reason for entry in entries)


def test_a_fault_that_stays_is_reported_and_never_scored_and_tried_again_by_the_next_run(
    folder, tmp_path
):
    (folder / "s007.ipynb").write_bytes(fakes.notebook("# fault"))
    entries = fakes.run(folder, tmp_path / "journal.sqlite", fakes.settings(), threads())
    bad = [entry for entry in entries if entry.reason]
    assert [entry.student for entry in bad] == ["s007"]
    assert bad[0].reason.startswith(FAULT) and bad[0].report is None
    assert "run the same command again" in bad[0].reason
    again = []

    def mended(task):
        again.append(task)
        return fakes.work(fakes.Task(b"", *list(vars(task).values())[1:]))

    entries = fakes.run(folder, tmp_path / "journal.sqlite", fakes.settings(mended), threads())
    assert len(again) == 1 and not any(entry.reason for entry in entries)


def break_the_executor(task):
    if b"die" in task.data:
        raise BrokenExecutor
    return fakes.work(task)


WAYS_TO_DIE = {  # what a worker calls, and the pool that calls it
    "threads": (break_the_executor, threads()),
    "processes": (fakes.work, None),
}


@pytest.mark.parametrize("way", ["threads", pytest.param("processes", marks=starts_processes)])
def test_a_file_that_ends_its_worker_costs_nobody_else_a_grade(folder, tmp_path, way):
    work, pool = WAYS_TO_DIE[way]
    for student in ("s011", "s042"):
        (folder / f"{student}.ipynb").write_bytes(fakes.notebook(f"# die {student}"))
    entries = fakes.run(folder, tmp_path / "journal.sqlite", fakes.settings(work), pool)
    bad = {entry.student: entry.reason for entry in entries if entry.reason}
    assert sorted(bad) == ["s011", "s042"]
    assert all(reason.startswith(FAULT) and "process ended" in reason for reason in bad.values())


def test_a_file_that_was_changed_meanwhile_is_not_graded(folder, tmp_path):
    def change_the_last(task):
        (folder / "s059.ipynb").write_bytes(fakes.notebook("# another"))
        return fakes.work(task)

    entries = fakes.run(
        folder, tmp_path / "journal.sqlite", fakes.settings(change_the_last), threads()
    )
    bad = {entry.student: entry.reason for entry in entries if entry.reason}
    assert list(bad) == ["s059"] and "the file was changed meanwhile" in bad["s059"]


def test_an_older_copy_counts_where_the_newest_cannot_be_read(tmp_path):
    place = tmp_path / "submissions" / "ada"
    place.mkdir(parents=True)
    for age, text in enumerate(["unreadable", "unreadable too", "fine", "old"]):
        path = place / f"{age}.ipynb"
        path.write_bytes(fakes.notebook(f"# {text}"))
        os.utime(path, (1e9 - age, 1e9 - age))
    (entry,) = fakes.run(place.parent, tmp_path / "journal.sqlite", fakes.settings(), threads())
    assert entry.label == "ada/2.ipynb" and entry.report is not None
    assert sum("does not count, an older copy does" in note for note in entry.notes) == 2


def start(folder, journal):
    command = [sys.executable, "-m", "tests.grading.batch.fakes", str(folder), str(journal)]
    return subprocess.Popen(command, start_new_session=True)


def graded(journal) -> int:
    try:
        return sum(entry.record is not None for entry in current_entries(journal))
    except Exception:  # not there yet
        return 0


def family(session: int) -> list[int]:
    """Return the processes of a session that still run."""
    alive = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as stream:
                state, _parent, _group, own = stream.read().rpartition(") ")[2].split()[:4]
        except OSError:
            continue
        if int(own) == session and state != "Z":
            alive.append(int(name))
    return alive


@starts_processes
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("count", [60, 1000])
def test_kill_9_loses_no_row_leaves_no_process_and_the_next_run_ends_the_same(tmp_path, count):
    folder = tmp_path / "submissions"
    folder.mkdir()
    for number in range(count):
        text = "unreadable" if number % 20 == 0 else "fault" if number % 333 == 7 else "text"
        (folder / f"s{number:04}.ipynb").write_bytes(fakes.notebook(f"# {text} {number}"))
    journal, seen = tmp_path / "journal.sqlite", []
    for part in (1, 2):
        process = start(folder, journal)
        while process.poll() is None and graded(journal) < count * part // 4:
            time.sleep(0.05)
        rows = graded(journal)
        process.send_signal(signal.SIGKILL)
        process.wait()
        deadline = time.monotonic() + 5
        while family(process.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert family(process.pid) == []
        assert count > graded(journal) >= rows >= count * part // 4
        seen.append(rows)
    again = fakes.run(folder, journal, fakes.settings(fakes.work), threads())
    undisturbed = fakes.run(folder, tmp_path / "other.sqlite", fakes.settings(), threads())
    assert outcome(again) == outcome(undisturbed) and len(again) == count


@starts_processes
@pytest.mark.filterwarnings("ignore")
def test_dask_gives_the_same(folder, tmp_path):
    import distributed

    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    )
    with cluster, dask(cluster.scheduler_address.replace("tcp://", "dask://")) as pool:
        assert pool.workers == 2
        entries = fakes.run(folder, tmp_path / "dask.sqlite", fakes.settings(), pool)
    expected = fakes.run(folder, tmp_path / "here.sqlite", fakes.settings(), threads())
    assert outcome(entries) == outcome(expected)
