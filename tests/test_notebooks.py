"""Notebooks follow the style, and plain nbval finds in them what their outputs say."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from dlbook.grading.notebook import Cell, read
from tests import ROOT
from tests.notebook_style import CHAPTER_IMPORTS, CHAPTER_RULES, SET_IMPORTS, SET_RULES, broken

CHAPTERS = sorted(f"chapters/{path.name}" for path in ROOT.glob("chapters/*.ipynb"))
SOLUTIONS = sorted(f"solutions/{path.name}" for path in ROOT.glob("solutions/*.ipynb"))
EXERCISES = sorted(f"exercises/{path.name}" for path in ROOT.glob("exercises/*.ipynb"))
BUDGETS = {  # CPU seconds of a chapter, those of nbval and of imports included
    "chapters/00_start_here.ipynb": 7,
    "chapters/01_background.ipynb": 16,
    "chapters/02_core_concepts.ipynb": 10,
    "chapters/03_learning_overview.ipynb": 12,
    "chapters/04_network_structure.ipynb": 15,
    "chapters/05_backpropagation.ipynb": 8,
    "chapters/06_training.ipynb": 20,
    "chapters/07_convolution_and_pooling.ipynb": 24,
    "chapters/08_cnn_architectures.ipynb": 30,
}


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_follows_the_style(path):
    breaches = broken(path, list(read(ROOT / path).cells), CHAPTER_RULES)
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize("path", SOLUTIONS + EXERCISES)
def test_an_exercise_set_follows_the_style(path):
    breaches = broken(path, list(read(ROOT / path).cells), SET_RULES)
    assert not breaches, "\n".join(breaches)


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
    """Run plain nbval, without any setting of ours, on notebooks, each in a kernel of its own."""
    options = ["--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-c", os.devnull]
    command = [sys.executable, "-m", "pytest", *options, *(str(ROOT / path) for path in paths)]
    done = subprocess.run(command, capture_output=True, text=True)
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


# ---- the style test can fail: one small good notebook, and ways to spoil it ----


def drawn(alt: str) -> tuple[dict, ...]:
    page = f'<img alt="{alt}" width="672" src="data:image/png;base64,AA==">'
    return ({"data": {"text/html": page}},)


OPENING = "# 9 Sample\n\nIn this chapter you build one.\n\n**Needs** nothing\n\n**Time** 1 minute"
CLOSE = "## What to keep\n\n- This.\n- That.\n- More.\n\n"
CLOSE += "## Try it\n\n`exercises/09_sample.ipynb`\n\n## Sources\n\nNone."
READ = "**Figure 9.1.** A line.\n\n## 9.1 Go on"
GOOD = {
    "title": Cell("markdown", OPENING, "title"),
    "first": Cell("code", CHAPTER_IMPORTS, "first", 1, drawn("A line rises.")),
    "read": Cell("markdown", READ, "read"),
    "code": Cell("code", "rng = np.random.default_rng(0)", "code", 2),
    "end": Cell("markdown", CLOSE, "end"),
}
HINTS = "# wrong answer: a / b\n# hint: One. Two.\n# hint: Three. Four?"
MANY = "\n".join(f"- {word}." for word in "abcdef")
SPOILT = [  # the rule that finds it, the cell, its field, and what is put there
    ("short cells", "code", "source", "x = 1\n" * 26),
    ("short cells", "read", "source", READ + " word." * 151),
    ("headings", "end", "source", CLOSE.replace("## Try", "# Try")),
    ("headings", "title", "source", "## 9.1 Early\n\n" + OPENING),
    ("headings", "read", "source", READ + "\n\n#### Deep"),
    ("headings", "read", "source", READ + "\n\n### a b c d e f g h i"),
    ("headings", "read", "source", READ + "\n\n### All Words Have Capitals"),
    ("headings", "read", "source", READ + "\n\n### Launch \N{ROCKET}"),
    ("numbers", "title", "source", OPENING.replace("# 9 ", "# ")),
    ("numbers", "read", "source", READ.replace("## 9.1", "## 9.2")),
    ("numbers", "read", "source", READ.replace("Figure 9.1", "Figure 9.3")),
    ("all numbered", "read", "source", READ.replace("## 9.1 ", "## ")),
    ("plain words", "read", "source", READ + "\n\nIt is simply a line."),
    ("plain words", "code", "source", "# hint: obviously"),
    ("short sentences", "read", "source", READ + "\n\n" + "word " * 31),
    ("short hints", "code", "source", HINTS),
    ("plain Python", "code", "source", "%matplotlib inline"),
    ("plain Python", "code", "source", "!pip install something"),
    ("one seed", "code", "source", "np.random.seed(0)"),
    ("one seed", "code", "source", "rng = np.random.default_rng()"),
    ("one seed", "code", "source", GOOD["code"].source + "\n" + GOOD["code"].source),
    ("no outside", "code", "source", "x = open(name)"),
    ("no outside", "code", "source", "x = 'data/../' + '../data'"),
    ("no outside", "code", "source", "x = 'https://example.org'"),
    ("stable output", "code", "outputs", ({"text": "0.123456"},)),
    ("stable output", "code", "outputs", ({"data": {"text/plain": "<f at 0x7f00>"}},)),
    ("stable output", "code", "outputs", ({"name": "stderr", "text": "Warning"},)),
    ("length", "read", "source", READ + "\n\n" + "Word. " * 3001),
    ("rhythm", "read", "kind", "code"),
    ("opening", "title", "source", OPENING.replace("build", "see")),
    ("opening", "title", "source", OPENING.replace("**Time**", "Time")),
    ("opening", "first", "outputs", ()),
    ("close", "end", "source", "The end."),
    ("close", "end", "source", CLOSE.replace("- This.\n", "")),
    ("close", "end", "source", CLOSE.replace("- This.", MANY)),
    ("close", "end", "source", CLOSE.replace("exercises/", "")),
    ("imports", "first", "source", "import numpy as np"),
    ("imports", "first", "source", CHAPTER_IMPORTS + "import os"),
    ("imports", "code", "source", "def f():\n    import os"),
    ("figures are read", "read", "source", "A line."),
    ("figures are read", "end", "outputs", drawn("A line rises.")),
    ("alt texts", "first", "outputs", drawn("")),
    ("alt texts", "first", "outputs", ({"data": {"image/png": "AA=="}},)),
    ("alt texts", "first", "outputs", drawn("An image of a line.")),
    ("alt texts", "first", "outputs", drawn("no sentence")),
]


def test_a_good_chapter_breaks_no_rule():
    assert broken("9", list(GOOD.values()), CHAPTER_RULES) == []


@pytest.mark.parametrize(("rule", "name", "field", "value"), SPOILT)
def test_a_breach_is_found_and_says_where(rule, name, field, value):
    cells = [*(GOOD | {name: replace(GOOD[name], **{field: value})}).values()]
    breaches = broken("9", cells, CHAPTER_RULES)
    assert any(f": {rule}: " in line for line in breaches), breaches
    assert all(line.startswith("9, cell ") for line in breaches)


def test_every_rule_was_seen_to_fail():
    assert {rule for rule, *_ in SPOILT} == {*CHAPTER_RULES, *SET_RULES}


def test_a_chapter_of_too_many_cells_is_found():
    breaches = broken("9", [*GOOD.values()] * 13, CHAPTER_RULES)
    assert any("65 cells" in line for line in breaches)


def test_a_chapter_may_import_more_of_ours():
    cells = GOOD | {"first": Cell("code", CHAPTER_IMPORTS + "from dlbook import models")}
    assert not any(": imports: " in line for line in broken("9", [*cells.values()], CHAPTER_RULES))


def test_an_exercise_set_may_import_more_and_its_checks_may_make_generators():
    check = '# check: a\n@check("a")\ndef case(rng):\n    return np.random.default_rng(rng)'
    cells = [
        GOOD["title"],
        Cell("code", SET_IMPORTS + "from dlbook import nn"),
        Cell("code", check),
    ]
    assert broken("9", cells, SET_RULES) == []
    assert broken("9", [GOOD["title"], Cell("code", "import numpy as np")], SET_RULES) != []
