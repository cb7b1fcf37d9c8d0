"""What ends at a limit: a verdict on that file alone, which is found once more before it counts."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from dlbook.check.verdict import Verdict
from dlbook.grading.batch.executors import WorkerPool, dask, processes
from dlbook.grading.batch.journal import FAULT, Record, current_entries
from tests.grading.batch import fakes

REASONS = {  # what the file does to who reads it: the verdict on it, how often it is tried
    "spins": ("more than 1 seconds", 1),
    "eats": ("more than 0.3 GB of memory", 1),
    "crashes": ("Python crashes", 1),
    "killed": ("more than the memory that there is", 2),  # which a neighbour may have taken
}


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    """Six honest files, and four that do harm to whoever reads them."""
    monkeypatch.setenv("DLBOOK_FAKE_MARK", str(tmp_path / "tries"))
    folder = tmp_path / "submissions"
    folder.mkdir()
    for name in ("ada", "bob", "cem", "dan", "eve", "fay", *REASONS):
        (folder / f"{name}.ipynb").write_bytes(fakes.notebook(f"# {name}"))
    return folder


def require_verdicts(entries, tries: str) -> None:
    assert len(entries) == 10
    for entry in entries:
        if entry.student in REASONS:
            words, count = REASONS[entry.student]
            assert words in entry.reason and FAULT not in entry.reason and entry.report is None
            assert tries.count(entry.student) == count
        else:
            assert entry.report is not None and entry.report.score == 2
            assert tries.count(entry.student) == 1 and not entry.report.notes


@pytest.mark.notebook  # starts workers
def test_a_file_that_harms_its_reader_costs_nobody_else_anything(hostile, tmp_path):
    journal = tmp_path / "journal.sqlite"
    entries = fakes.run(hostile, journal, fakes.settings(fakes.hostile), processes(2))
    tries = (tmp_path / "tries").read_text()
    require_verdicts(entries, tries)
    assert fakes.run(hostile, journal, fakes.settings(fakes.hostile), processes(2)) == entries
    assert (tmp_path / "tries").read_text() == tries  # nothing is tried again by the next run


@pytest.mark.notebook
@pytest.mark.filterwarnings("ignore")
def test_it_is_so_in_a_worker_of_dask_which_has_other_threads(hostile, tmp_path):
    import distributed

    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    )
    with cluster, dask(cluster.scheduler_address.replace("tcp://", "dask://")) as pool:
        settings = fakes.settings(fakes.hostile)
        entries = fakes.run(hostile, tmp_path / "journal.sqlite", settings, pool)
    require_verdicts(entries, (tmp_path / "tries").read_text())


# ---- once more, alone ----

AGAIN = "it ran a second time, alone"


class Busy:
    """A worker on a busy machine: what says `slow` is at a limit if anything is in flight by it.

    `first` are the files that have been tried, `together` how many were in flight at each try.
    """

    def __init__(self, verdict: Verdict = Verdict.TIME_OUT) -> None:
        self.verdict, self.tried = verdict, []
        self.together: dict[bytes, list[int]] = {}
        self._count, self._lock = 0, threading.Lock()

    def __call__(self, task) -> Record:
        with self._lock:
            self._count += 1
            now = self._count
        time.sleep(0.01)
        with self._lock:
            tries = self.together.setdefault(task.data, [])
            tries.append(max(now, self._count))
            self._count -= 1
        slow = b"slow" in task.data and len(tries) == 1
        is_at_limit = slow or b"loop" in task.data
        verdict = self.verdict if is_at_limit else Verdict.RIGHT
        return Record(fakes.report(verdict).to_dict(whole=True), at_limit=is_at_limit)


@pytest.fixture
def busy_folder(tmp_path):
    folder = tmp_path / "submissions"
    folder.mkdir()
    for number in range(20):
        text = "slow" if number in (3, 9) else "loop" if number == 5 else "text"
        copy = 3 if number == 11 else number  # one file is there twice
        text = "slow" if copy == 3 else text
        (folder / f"s{number:02}.ipynb").write_bytes(fakes.notebook(f"# {text} {copy}"))
    return folder


def pool(workers: int = 4) -> WorkerPool:
    return WorkerPool(lambda: ThreadPoolExecutor(workers), workers)


def test_a_verdict_of_time_is_found_once_more_alone(busy_folder, tmp_path):
    work = Busy()
    entries = fakes.run(busy_folder, tmp_path / "journal.sqlite", fakes.settings(work), pool())
    scores = {entry.student: entry.report.score for entry in entries}
    assert [student for student, score in scores.items() if score != 2] == ["s05"]
    notes = {entry.student: " ".join(entry.report.notes) for entry in entries}
    assert [s for s, note in notes.items() if AGAIN in note] == ["s03", "s05", "s09", "s11"]
    tries = list(work.together.values())
    assert sorted(map(len, tries)) == [1] * 16 + [2] * 3
    assert all(more == [1] for _first, *more in tries if more)
    again = fakes.run(busy_folder, tmp_path / "journal.sqlite", fakes.settings(work), pool())
    assert again == entries and sum(map(len, work.together.values())) == 22


def test_a_run_that_was_stopped_before_the_second_try_ends_the_same(busy_folder, tmp_path):
    work, stopped = Busy(), Busy()

    def stop_at_the_second(task):
        if task.data in stopped.together:
            raise KeyboardInterrupt
        return stopped(task)

    journal = tmp_path / "journal.sqlite"
    with pytest.raises(KeyboardInterrupt):
        fakes.run(busy_folder, journal, fakes.settings(stop_at_the_second), pool())
    left = [e.student for e in current_entries(journal) if e.report is None]
    assert left == ["s03", "s05", "s09", "s11"]  # nothing counts that was tried once
    entries = fakes.run(busy_folder, journal, fakes.settings(work), pool())
    other = fakes.run(busy_folder, tmp_path / "other.sqlite", fakes.settings(Busy()), pool())
    assert entries == other


def test_a_file_at_a_limit_that_gives_nothing_is_tried_twice_and_an_older_copy_counts(tmp_path):
    place = tmp_path / "submissions" / "ada"
    place.mkdir(parents=True)
    for age, text in enumerate(["killed", "fine"]):
        path = place / f"{age}.ipynb"
        path.write_bytes(fakes.notebook(f"# {text}"))
        os.utime(path, (1e9 - age, 1e9 - age))
    tries = []

    def work(task):
        tries.append(b"killed" in task.data)
        if tries[-1]:
            return Record(unreadable="killed.", at_limit=True)
        return fakes.work(task)

    (entry,) = fakes.run(place.parent, tmp_path / "journal.sqlite", fakes.settings(work), pool())
    assert tries == [True, True, False] and entry.label == "ada/1.ipynb" and entry.report


def test_verdicts_of_a_busy_machine_are_those_of_a_limit():
    for verdict in Verdict:
        expected = verdict in (Verdict.TIME_OUT, Verdict.OUT_OF_MEMORY, Verdict.KERNEL_DIED)
        assert fakes.report(verdict).at_limit == expected
    stopped = replace(fakes.report(Verdict.ERROR), stopped=True)  # a cell that it needs was
    assert stopped.at_limit
    assert not replace(fakes.report(Verdict.RIGHT), stopped=True).at_limit
