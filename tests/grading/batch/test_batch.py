import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dlbook.grading.batch.batch import FAULT, shard
from dlbook.grading.batch.executors import Pool, dask
from dlbook.grading.batch.intake import collect
from dlbook.grading.batch.journal import standing
from tests.grading.batch import fakes

pytestmark = pytest.mark.notebook  # starts worker processes


@pytest.fixture
def folder(tmp_path):
    """Sixty small files of sixty students, three of them alike."""
    place = tmp_path / "submissions"
    place.mkdir()
    for number in range(60):
        (place / f"s{number:03}.ipynb").write_bytes(fakes.notebook(f"# {max(number, 2)}"))
    return place


def threads() -> Pool:
    return Pool(lambda: ThreadPoolExecutor(2), 2)


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

    def count(job):
        done.append(job)
        return fakes.work(job)

    entries = fakes.run(folder, tmp_path / "journal.sqlite", fakes.plan(count), threads())
    assert len(entries) == 60 and not any(entry.reason for entry in entries)
    assert len(done) == 58 and entries[0].record == entries[2].record


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_any_executor_gives_the_same(folder, tmp_path, executor):
    alone = Pool(lambda: ThreadPoolExecutor(1), 1)
    expected = outcome(fakes.run(folder, tmp_path / "one.sqlite", fakes.plan(), alone))
    pool = threads() if executor == "threads" else None
    assert outcome(fakes.run(folder, tmp_path / "many.sqlite", fakes.plan(), pool)) == expected


def test_shards_are_the_whole(folder, tmp_path):
    found = collect(folder, fakes.EXERCISES)
    parts = [shard(found, number, 3) for number in (1, 2, 3)]
    assert sorted(item.label for part in parts for item in part) == [i.label for i in found]
    assert all(parts)


def test_a_fault_of_the_grader_is_tried_again(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("DLBOOK_FAKE_MARK", str(tmp_path / "mark"))
    entries = fakes.run(folder, tmp_path / "journal.sqlite", fakes.plan(fakes.once), threads())
    assert not any(entry.reason for entry in entries)


def test_a_fault_that_stays_is_told_and_never_scored_and_tried_again_by_the_next_run(
    folder, tmp_path
):
    (folder / "s007.ipynb").write_bytes(fakes.notebook("# fault"))
    entries = fakes.run(folder, tmp_path / "journal.sqlite", fakes.plan(), threads())
    bad = [entry for entry in entries if entry.reason]
    assert [entry.student for entry in bad] == ["s007"]
    assert bad[0].reason.startswith(FAULT) and bad[0].report is None
    assert "run the same command again" in bad[0].reason
    again = []

    def mended(job):
        again.append(job)
        return fakes.work(fakes.Job(b"", *list(vars(job).values())[1:]))

    entries = fakes.run(folder, tmp_path / "journal.sqlite", fakes.plan(mended), threads())
    assert len(again) == 1 and not any(entry.reason for entry in entries)


def test_a_file_that_ends_its_worker_costs_nobody_else_a_grade(folder, tmp_path):
    for student in ("s011", "s042"):
        (folder / f"{student}.ipynb").write_bytes(fakes.notebook(f"# die {student}"))
    entries = fakes.run(folder, tmp_path / "journal.sqlite", fakes.plan())
    bad = {entry.student: entry.reason for entry in entries if entry.reason}
    assert sorted(bad) == ["s011", "s042"]
    assert all(reason.startswith(FAULT) and "process ended" in reason for reason in bad.values())


def test_an_older_copy_counts_where_the_newest_cannot_be_read(tmp_path):
    place = tmp_path / "submissions" / "ada"
    place.mkdir(parents=True)
    for age, text in enumerate(["unreadable", "unreadable too", "fine", "old"]):
        path = place / f"{age}.ipynb"
        path.write_bytes(fakes.notebook(f"# {text}"))
        os.utime(path, (1e9 - age, 1e9 - age))
    (entry,) = fakes.run(place.parent, tmp_path / "journal.sqlite", fakes.plan(), threads())
    assert entry.label == "ada/2.ipynb" and entry.report is not None
    assert sum("does not count, an older copy does" in note for note in entry.notes) == 2


def start(folder, journal):
    command = [sys.executable, "-m", "tests.grading.batch.fakes", str(folder), str(journal)]
    return subprocess.Popen(command, start_new_session=True)


def graded(journal) -> int:
    try:
        return sum(entry.record is not None for entry in standing(journal))
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
    again = fakes.run(folder, journal, fakes.plan(fakes.work), threads())
    undisturbed = fakes.run(folder, tmp_path / "other.sqlite", fakes.plan(), threads())
    assert outcome(again) == outcome(undisturbed) and len(again) == count


@pytest.mark.notebook
@pytest.mark.filterwarnings("ignore")
def test_dask_gives_the_same(folder, tmp_path):
    import distributed

    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    )
    with cluster, dask(cluster.scheduler_address.replace("tcp://", "dask://")) as pool:
        assert pool.workers == 2
        entries = fakes.run(folder, tmp_path / "dask.sqlite", fakes.plan(), pool)
    expected = fakes.run(folder, tmp_path / "here.sqlite", fakes.plan(), threads())
    assert outcome(entries) == outcome(expected)
