"""Notebooks follow the style, and plain nbval finds in them what their outputs say."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dlbook.grading.cells import Cell, read
from tests.notebook_style import CHAPTER_IMPORTS, CHAPTER_RULES, SET_RULES, broken

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted(path.name for path in ROOT.glob("chapters/*.ipynb"))
SETS = sorted(path.name for path in ROOT.glob("solutions/*.ipynb"))
BUDGETS = {"05_backpropagation.ipynb": 8}  # CPU seconds of a chapter, imports included


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_follows_the_style(name):
    breaches = broken(list(read(ROOT / "chapters" / name).cells), CHAPTER_RULES)
    assert breaches == [], "\n".join(breaches)


@pytest.mark.parametrize("folder", ["exercises", "solutions"])
@pytest.mark.parametrize("name", SETS)
def test_an_exercise_set_follows_the_style(folder, name):
    breaches = broken(list(read(ROOT / folder / name).cells), SET_RULES)
    assert breaches == [], "\n".join(breaches)


def test_every_chapter_has_a_budget():
    assert set(CHAPTERS) == set(BUDGETS), "give each chapter its CPU seconds in BUDGETS"


def run_nbval(path: str) -> None:
    """Run plain nbval, without anything of ours, on a notebook."""
    options = ["--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-q"]
    command = [sys.executable, "-m", "pytest", *options, "-c", os.devnull, str(ROOT / path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.notebook
@pytest.mark.parametrize("name", CHAPTERS)
def test_plain_nbval_passes_a_chapter_within_its_budget(name):
    resource = pytest.importorskip("resource", reason="CPU seconds are counted on Unix alone")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run_nbval(f"chapters/{name}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name}: {seconds:.1f} CPU seconds, those of pytest and nbval included")
    assert seconds < 2 * BUDGETS[name], "move work out of the chapter, or raise its budget"


@pytest.mark.notebook
@pytest.mark.parametrize("name", SETS)
def test_plain_nbval_passes_the_solutions(name):
    run_nbval(f"solutions/{name}")


# ---- the style test can fail ----

FIGURE = ({"data": {"image/png": ""}, "metadata": {"image/png": {"alt": "a line"}}},)
OPENING = "# 9 Sample\n\nIn this chapter you build one.\n\n**Needs** nothing\n\n**Time** 1 minute"
GOOD = [
    Cell("markdown", OPENING, "title"),
    Cell("code", CHAPTER_IMPORTS + "\nplots.show(fig, alt='a line')", "first", 1, FIGURE),
    Cell("markdown", "**Figure 9.1.** A line.", "read"),
    Cell("code", "y = 1", "code", 2),
    Cell(
        "markdown", "## What to keep\n\nThis.\n\n## Try it\n\nThat.\n\n## Sources\n\nNone.", "end"
    ),
]
BREACHES = {  # what is changed: cell number, field and value, and what is said
    "long code": (3, "source", "x = 1\n" * 26, "at most 25"),
    "long prose": (2, "source", "**Figure 9.1.** " + "Word. " * 151, "at most 150"),
    "two titles": (4, "source", GOOD[4].source.replace("## Try", "# Try"), "exactly one"),
    "long heading": (4, "source", "## a b c d e f g h i\n" + GOOD[4].source, "at most 8 words"),
    "banned word": (2, "source", "**Figure 9.1.** It is simply a line.", "'simply'"),
    "long sentence": (2, "source", "**Figure 9.1.** " + "word " * 40, "a sentence of"),
    "figure unread": (2, "source", "A line.", "follows a figure"),
    "figure without alt": (
        1,
        "outputs",
        ({"data": {"image/png": ""}, "metadata": {}},),
        "alt text",
    ),
    "no figure": (1, "outputs", (), "no figure within"),
    "no needs": (0, "source", OPENING.replace("**Needs**", ""), "needs '**Needs**'"),
    "no close": (4, "source", "The end.", "end with the headings"),
    "late import": (3, "source", "import os", "outside the first code cell"),
    "other imports": (1, "source", "import numpy", "start the first code cell"),
    "magic": (3, "source", "%matplotlib inline", "a magic or shell line"),
    "global seed": (3, "source", "np.random.seed(0)", "draw from rng"),
    "long number": (3, "outputs", ({"text": "0.123456"},), "more than 4 decimals"),
    "warning": (3, "outputs", ({"name": "stderr", "text": "Warning"},), "stderr"),
    "three in a row": (2, "kind", "code", "the third code cell"),
}


def test_a_good_chapter_breaks_no_rule():
    assert broken(GOOD, CHAPTER_RULES) == []


@pytest.mark.parametrize("case", BREACHES)
def test_a_breach_is_found(case):
    number, field, value, said = BREACHES[case]
    cells = list(GOOD)
    cells[number] = replace(cells[number], **{field: value})
    assert any(said in line for line in broken(cells, CHAPTER_RULES))


def test_a_chapter_that_is_too_long_is_found():
    cells = [GOOD[0], GOOD[1], *[GOOD[2], GOOD[3]] * 30, GOOD[4]]
    assert any("at most 60" in line for line in broken(cells, CHAPTER_RULES))
