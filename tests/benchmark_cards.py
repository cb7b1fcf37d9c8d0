"""How long does a card take, for each exercise set? Run by hand: `python -m tests.benchmark_cards`.

Every right answer and the first wrong one of each exercise is run as a cell of an IPython shell, in
a learner's folder, so that all of it is in: finding the key, judging, the steps on, the note on
progress. CPU milliseconds, the best of some turns, of the slowest card of a set: the time that the
answers themselves need, which is theirs, is taken off and told beside it. "First" is the first
card of a session: keys are read, modules loaded.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from time import process_time

from tests import ROOT

TARGET = 50  # milliseconds
TURNS = 5


def answers(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the answer cell of each exercise of a set: the right one, a wrong one."""
    from dlbook.grading.course.exercise_set import understand
    from dlbook.grading.notebook import read

    for exercise in understand(path.stem, read(path))[0].exercises:
        for program in (exercise.answer.source, exercise.wrong[0].source):
            code = program.split("\n", 1)[1]
            yield exercise.name, f"# answer: {exercise.name}\n{code}"


def setup(path: Path) -> str:
    """Return the first code cell of a set, which learners run before their answers."""
    from dlbook.check.answer_key import folder, load

    return load(folder() / f"{path.stem}.json").setup


class Clock:
    """Runs cells in a shell and tells how long all took, and the answers alone, in ms of CPU."""

    def __init__(self, shell) -> None:
        from dlbook.check import notebook_door

        self._shell, self._evaluate = shell, notebook_door.evaluate
        notebook_door.evaluate = self._watched

    def time(self, cell: str) -> tuple[float, float]:
        self._answers = 0.0
        started = process_time()
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            self._shell.run_cell(cell)
        return 1000 * (process_time() - started), 1000 * self._answers

    def _watched(self, body, *others):
        def timed(rng):
            started = process_time()
            try:
                return body(rng)
            finally:
                self._answers += process_time() - started

        return self._evaluate(timed, *others)


def measure(path: Path) -> str:
    """Return a row of the table, measured in this process, which has shown no card before."""
    from IPython.core.interactiveshell import InteractiveShell

    cells = list(answers(path))
    shell = InteractiveShell.instance()
    shell.run_cell(setup(path))
    clock = Clock(shell)
    first_all, first_own = clock.time(cells[0][1])
    found = []
    for name, cell in cells:
        times = [clock.time(cell) for _ in range(TURNS)]
        found.append((min(whole - own for whole, own in times), min(own for _, own in times), name))
    card, _own, name = max(found)
    slowest = max(own for _card, own, _name in found)
    missed = "  missed" if max(card, first_all - first_own) > TARGET else ""
    row = f"{path.stem:27}{len(cells):6}{first_all - first_own:8.1f}{card:8.1f}{slowest:10.1f}"
    return f"{row}   <= {TARGET}{missed}  {name}"


def main() -> None:
    if sys.argv[1:]:
        with tempfile.TemporaryDirectory() as home:
            Path(home, ".dlbook").mkdir()
            os.chdir(home)
            print(measure(Path(sys.argv[1])))
            os.chdir(ROOT)
        return
    print(f"{'CPU ms':27}{'cards':>6}{'first':>8}{'later':>8}{'answers':>10}   target, slowest")
    for path in sorted((ROOT / "solutions").glob("*.ipynb")):
        command = [sys.executable, "-m", "tests.benchmark_cards", str(path)]
        subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
