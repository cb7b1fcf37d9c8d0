"""A real class: 1,000 submissions, 5% hostile, 5% damaged, 10% of odd names; killed, then resumed.

Run by hand: `python -m tests.benchmark_batch [--count 1000] [--jobs 2] [--set 05_backpropagation]`.
It ends with 0 if every submission is accounted for, and scores equal those of a run that nobody
disturbed; it prints seconds, CPU seconds and the memory of the workers.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata
from dataclasses import replace
from pathlib import Path

from dlbook.grading.batch.journal import current_entries
from dlbook.grading.course.build import Course, build
from dlbook.grading.course.exercise_set import ExerciseSet, derive, understand
from dlbook.grading.notebook import canonical, read
from tests import ROOT
from tests.grading.run.test_damaged import GONE

HOSTILE = (
    "import os; os._exit(0)",
    "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "while True: pass",
    "import os\nwhile True: os.fork()",
    "x = [bytearray(50_000_000) for _ in range(10_000)]",
    "print('x' * 50_000_000)",
    "for _ in range(10**7): print('x')",
    "open('class-of-1000', 'wb').write(b'x' * 10**9)",
    "import socket; socket.create_connection(('1.1.1.1', 80), 3)",
    "import numpy as np; np.allclose = np.array_equal = lambda *a, **k: True",
    "import dlbook.check; dlbook.check.check = lambda *a, **k: (lambda f: None)",
    "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])",
    "import os; os.killpg(0, 9)",
    "raise SystemExit",
    "input()",
)


ODD = (
    "_{}",
    ".{}",
    "-{}",
    "{} Zoë Müller",
    "{} Zoe\u0308",
    "李{}",
    "{}\\b",
    "O'{}",
    "{} 🎓",
    "{} %20&<b>",
)


def folder_name(number: int) -> str:
    """Return the name of a student's folder: one in ten is odd."""
    return (ODD[number // 10 % len(ODD)] if number % 10 == 3 else "{}").format(f"s{number:04}")


def submission(course: ExerciseSet, number: int) -> bytes:
    """Return the file of one student: of each 20, one is hostile, one is damaged."""
    chance = random.Random(number)
    if number % 20 == 7:
        damaged = list(GONE.values())
        return damaged[number // 20 % len(damaged)][0]
    answers = {}
    for exercise in course.exercises:
        choices = [exercise.right, exercise.right, exercise.wrong, ()]
        if variants := chance.choice(choices):
            answers[exercise.name] = chance.choice(variants).source
    cells = [
        replace(cell, source=f"# answer: {cell.role.name}\n# {number}\n{answers[cell.role.name]}")
        if cell.role and cell.role.kind == "answer" and cell.role.name in answers
        else cell
        for cell in derive(course)
    ]
    if number % 20 == 13:
        evil = HOSTILE[number // 20 % len(HOSTILE)]
        cells.insert(2, replace(cells[1], source=f"{evil}\n# {number}", id=""))
    return canonical(cells).encode()


def resident(session: int) -> dict[int, int]:
    """Return the bytes of memory of each process of a session that runs Python's own work."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if int((path / "stat").read_text().rpartition(") ")[2].split()[3]) == session:
                found[int(path.name)] = 4096 * int((path / "statm").read_text().split()[1])
        except (OSError, ValueError):
            continue
    return found


def run(command: list[str], stop_at: int = 0, journal: Path | None = None) -> tuple[float, float]:
    """Run `dlbook grade`; kill it when `stop_at` are graded; return seconds and peak memory."""
    started, peaks = time.monotonic(), {}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL
    )
    while process.poll() is None:
        time.sleep(0.5)
        for pid, size in resident(process.pid).items():
            peaks[pid] = max(size, peaks.get(pid, 0))
        if stop_at and journal and journal.exists() and graded(journal) >= stop_at:
            process.send_signal(signal.SIGKILL)
    left = time.monotonic() + 10
    while resident(process.pid) and time.monotonic() < left:
        time.sleep(0.1)
    if alive := resident(process.pid):
        print(f"LEFT BEHIND: {len(alive)} processes")
    return time.monotonic() - started, max(peaks.values(), default=0) / 1e6


def graded(journal: Path) -> int:
    return sum(entry.record is not None for entry in current_entries(journal))


def outcome(journal: Path) -> dict[str, object]:
    return {
        entry.student: (report.score, [e.verdict for e in report.exercises])
        if (report := entry.report)
        else entry.reason
        for entry in current_entries(journal)
    }


def prepared(folder: Path, options: argparse.Namespace) -> ExerciseSet:
    """Make a course of one set and its submissions below `folder`."""
    source = ROOT / "solutions" / f"{options.set}.ipynb"
    if not source.is_file():
        source = ROOT / "tests" / "samples" / "tiny-pass.ipynb"
    (folder / "solutions").mkdir()
    (folder / "solutions" / f"{options.set}.ipynb").write_bytes(source.read_bytes())
    assert build(Course(folder), lambda line: None) == []
    course = understand(options.set, read(source))[0]
    for number in range(options.count):
        place = folder / "submissions" / folder_name(number)
        place.mkdir(parents=True)
        (place / f"{options.set}.ipynb").write_bytes(submission(course, number))
    return course


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--set", default="90_tiny", help="a set of solutions/, or the sample set")
    parser.add_argument("--sandbox", default="required")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dlbook-class-") as name:
        folder = Path(name)
        prepared(folder, options)
        command = [sys.executable, "-m", "dlbook", "--course", name, "grade"]
        command += [f"{name}/submissions", "--jobs", str(options.jobs), "--seed", "7"]
        command += ["--sandbox", options.sandbox, "--cell-seconds", "5", "-o"]
        journal = folder / "killed" / "journal.sqlite"
        killed, _ = run([*command, f"{name}/killed"], options.count // 2, journal)
        before = graded(journal)
        resumed, _ = run([*command, f"{name}/killed"])
        cpu = os.times()
        whole, memory = run([*command, f"{name}/whole"])
        spent = os.times()
        used = spent.children_user + spent.children_system
        used -= cpu.children_user + cpu.children_system
        one, two = outcome(journal), outcome(folder / "whole" / "journal.sqlite")
        reasons = sum(isinstance(value, str) for value in two.values())
        faults = sum("fault" in str(value) for value in two.values())
        differ = {s: (one.get(s), two[s]) for s in two if one.get(s) != two[s]}
    print(f"killed after {killed:.0f} s with {before} graded, resumed in {resumed:.0f} s")
    print(
        f"undisturbed: {whole:.0f} s, {60 * options.count / whole:.0f} a minute, {used:.0f} CPU s"
    )
    print(f"largest process: {memory:.0f} MB")
    print(f"{len(two)} accounted for, {reasons} without a grade, {faults} faults of the grader")
    wanted = {unicodedata.normalize("NFC", folder_name(n)) for n in range(options.count)}
    print(f"scores that differ: {differ or 'none'}")
    print(f"names lost or made up: {wanted ^ set(two) or 'none'}")
    return int(bool(differ or faults or wanted != set(two)))


if __name__ == "__main__":
    sys.exit(main())
