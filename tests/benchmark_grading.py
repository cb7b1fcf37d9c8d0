"""What does grading a submission cost? Run by hand: python tests/benchmark_grading.py.

Grades submissions of set 05 (NumPy) and of set 08 (torch), each with one wrong answer, in four
ways: warm and cold sandboxes, plain nbval (one process a submission), and bare nbclient, which
compares nothing.
CPU seconds are those of the whole process tree; what starts once (a warm parent) is told apart.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from time import monotonic

from dlbook.check.answer_key import from_json
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.notebook import canonical, read
from tests import ROOT

SETS = {"numpy": "05_backpropagation", "torch": "08_cnn_architectures"}


def main() -> None:
    """Print a table of all ways, for NumPy and for torch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument("--part", nargs=2, help=argparse.SUPPRESS)  # way, folder: what a job does
    options = parser.parse_args()
    if options.part:
        way, folder = options.part
        WAYS[way](sorted(Path(folder).glob("*.ipynb")))
        return
    print(f"{options.submissions} submissions of each set, {options.jobs} at a time")
    print("kind   way       CPU s each    wall s in all   CPU to start   against nbval   MB (peak)")
    for kind in ("numpy", "torch"):
        with tempfile.TemporaryDirectory() as folder:
            parts = _write(Path(folder), kind, options.submissions, options.jobs)
            rows = {way: _measure(way, parts) for way in WAYS}
        start = {way: 0.0 for way in WAYS}
        with tempfile.TemporaryDirectory() as folder:
            [one] = _write(Path(folder), kind, 1, 1)
            for way in ("warm", "cold"):
                start[way] = max(0.0, _measure(way, [one])[0] - rows[way][0] / options.submissions)
        each = {
            way: max(0.0, rows[way][0] - options.jobs * start[way]) / options.submissions
            for way in WAYS
        }
        for way, (_cpu, wall, peak) in rows.items():
            print(
                f"{kind:7}{way:10}{each[way]:8.3f}{wall:16.1f}{start[way]:15.2f}"
                f"{each['nbval'] / each[way]:15.1f}x{peak:11.0f}"
            )


def _write(folder: Path, kind: str, submissions: int, jobs: int) -> list[Path]:
    """Write submissions, each with one wrong answer, into one folder a job, and the key."""
    from dlbook.grading.course.exercise_set import understand
    from dlbook.grading.course.programs import make_key

    name = SETS[kind]
    solution, _problems = understand(name, read(ROOT / "solutions" / f"{name}.ipynb"))
    (folder / "key.json").write_text(make_key(solution, 7, hidden=True).to_json(), "utf-8")
    parts = [folder / str(job) for job in range(jobs)]
    for part in parts:
        part.mkdir()
    for number, exercise in enumerate(islice(cycle(solution.exercises), submissions)):
        _mark, code = exercise.wrong[0].source.split("\n", 1)
        wrong = replace(exercise.answer, source=f"# answer: {exercise.name}\n{code}")
        cells = [wrong if cell is exercise.answer else cell for cell in solution.cells]
        cells = [cell for cell in cells if not cell.role or "answer" in cell.role.kind]
        cells = [cell for cell in cells if cell.kind != "raw"]
        path = parts[number % jobs] / f"{number:03}.ipynb"
        path.write_text(canonical(cells), "utf-8")
    return parts


def _measure(way: str, parts: list[Path]) -> tuple[float, float, float]:
    """Return CPU seconds and wall seconds of all jobs together, and the largest peak in MB."""
    command = [sys.executable, __file__, "--part", way]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    before, started = _cpu(), monotonic()
    jobs = [
        subprocess.Popen(
            [*command, str(part)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if way == "nbclient" else None,  # it warns of TCP
            text=True,
        )
        for part in parts
    ]
    said = [job.communicate()[0].split() for job in jobs]
    if any(job.returncode for job in jobs):
        raise SystemExit(f"{way}: a job failed")
    wall = monotonic() - started
    uncounted = sum(float(words[-2]) for words in said)
    return _cpu() - before + uncounted, wall, max(float(words[-1]) for words in said)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _sandboxed(paths: list[Path], fork: bool) -> None:
    from dlbook.grading.kernel.warm import Warm
    from dlbook.grading.run.nbval_run import grade  # where it counts for these ways alone
    from tests.grading.sandbox.measured import Measured

    key = from_json((paths[0].parents[1] / "key.json").read_text("utf-8"))
    with Warm(fork=fork) as launcher:
        counted = Measured(launcher)
        for path in paths:
            report = grade(read(path), key, Limits(), counted)
            assert sum(not e.score for e in report.exercises) == 1, report.text()
        assert not fork or not launcher.cold_reason, launcher.cold_reason
    print(0.0 if fork else sum(counted.seconds))  # of a killed cold sandbox, nobody is told the CPU
    _say_peak()


def _nbval(paths: list[Path]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env"]
    command += ["-p", "no:cacheprovider", "-c", os.devnull]
    for path in paths:
        subprocess.run([*command, str(path)], stdout=subprocess.DEVNULL, check=False)
    print(0.0, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


def _nbclient(paths: list[Path]) -> None:
    import nbformat
    from nbclient import NotebookClient

    for path in paths:
        NotebookClient(nbformat.read(path, 4), allow_errors=True).execute()
    print(0.0)
    _say_peak()


def _say_peak() -> None:
    status = Path("/proc/self/status").read_text()
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    print(int(peak) / 1024)


WAYS = {
    "warm": lambda paths: _sandboxed(paths, True),
    "cold": lambda paths: _sandboxed(paths, False),
    "nbval": _nbval,
    "nbclient": _nbclient,
}

if __name__ == "__main__":
    main()
