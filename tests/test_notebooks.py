"""Plain nbval finds in the notebooks what their outputs say, within a budget of CPU seconds."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests import ROOT

CHAPTERS = sorted(f"chapters/{path.name}" for path in ROOT.glob("chapters/*.ipynb"))
SOLUTIONS = sorted(f"solutions/{path.name}" for path in ROOT.glob("solutions/*.ipynb"))
BUDGETS = {  # CPU seconds of a chapter, those of nbval and of imports included
    "chapters/00_start_here.ipynb": 7,
    "chapters/01_background.ipynb": 16,
    "chapters/02_core_concepts.ipynb": 10,
    "chapters/03_learning_overview.ipynb": 12,
    "chapters/04_network_structure.ipynb": 15,
    "chapters/05_backpropagation.ipynb": 8,
    "chapters/06_training.ipynb": 20,
    "chapters/07_convolution_and_pooling.ipynb": 24,
    "chapters/08_cnn_architectures.ipynb": 40,
    "chapters/09_claims_lab.ipynb": 90,
    "chapters/10_capstone.ipynb": 60,
}
YARDSTICK = """
import matplotlib.pyplot as plt, numpy as np, torch
a = np.random.default_rng(0).normal(size=(300, 300))
for _ in range(60): a = np.tanh(a @ a / 20)
t = 0
for i in range(2_000_000): t += i % 7
figure = plt.figure(); figure.add_subplot().plot(range(100)); figure.canvas.draw()
"""
NOMINAL = 1.7  # CPU seconds of the yardstick where the budgets were set


def test_every_chapter_has_a_budget_and_every_budget_a_chapter():
    missing, idle = set(CHAPTERS) - set(BUDGETS), set(BUDGETS) - set(CHAPTERS)
    assert not missing, f"add {missing} to BUDGETS in tests/test_notebooks.py, with CPU seconds"
    assert not idle, f"take {idle} out of BUDGETS in tests/test_notebooks.py: no such chapter"


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of the processes that `work` starts."""
    resource = pytest.importorskip("resource", reason="CPU seconds are counted on Unix alone")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def slowness() -> float:
    """Return how many times slower than where the budgets were set this machine is now."""
    command = [sys.executable, "-c", YARDSTICK]
    each = [cpu_seconds(lambda: subprocess.run(command, check=True)) for _ in range(2)]
    return max(1.0, *(seconds / NOMINAL for seconds in each))


def run_nbval(*paths: str) -> None:
    """Run plain nbval, as pyproject.toml sets it, on notebooks, each in a kernel of its own."""
    options = ["--nbval", "--nbval-current-env", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, *paths]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    todo = "clear the outputs of these, run `dlbook build`; print only what every run repeats"
    assert done.returncode == 0, f"{todo}\n{done.stdout[-3000:]}"
    run = [path for path in paths if f"{path.rpartition('/')[2]} " in done.stdout]
    assert run == [*paths], f"nbval ran {run} alone"


@pytest.mark.notebook
@pytest.mark.parametrize("path", CHAPTERS)
def test_plain_nbval_passes_a_chapter_within_its_budget(path, record_property):
    seconds = cpu_seconds(lambda: run_nbval(path))
    times = slowness() if seconds > 2 * BUDGETS[path] else 1.0
    budget = f"budget {BUDGETS[path]} x {times:.1f}"
    record_property("measured", f"{path}: {seconds:.1f} CPU seconds, {budget}")
    assert seconds <= 2 * times * BUDGETS[path], f"{path}: move work out, or raise its budget"


@pytest.mark.notebook
def test_plain_nbval_passes_the_solutions():
    run_nbval(*SOLUTIONS)
