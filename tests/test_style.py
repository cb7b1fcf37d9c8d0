"""Notebooks follow the style, each rule a test of its own; every rule is seen to fail below."""

from dataclasses import replace

import pytest

from dlbook.grading.notebook import Cell
from tests import ROOT
from tests.notebook_style import CHAPTER_RULES, SET_RULES, broken, main, sheet_at, table
from tests.style.predictions import AS_PUBLISHED
from tests.style.programs import SET_IMPORTS
from tests.style.sheet import Sheet

CHAPTERS = sorted(f"chapters/{path.name}" for path in ROOT.glob("chapters/*.ipynb"))
SETS = [
    f"{folder}/{path.name}"
    for folder in ("solutions", "exercises")
    for path in sorted(ROOT.glob(f"{folder}/*.ipynb"))
]


@pytest.mark.parametrize("rule", CHAPTER_RULES)
@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_follows(path, rule):
    breaches = broken(sheet_at(path), {rule: CHAPTER_RULES[rule]})
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize("path", SETS)
def test_an_exercise_set_follows_the_style(path):
    breaches = broken(sheet_at(path), SET_RULES)
    assert not breaches, "\n".join(breaches)


# ---- the style test can fail: one small good notebook, and ways to spoil it ----


def drawn(alt: str) -> tuple[dict, ...]:
    page = f'<img alt="{alt}" width="672" src="data:image/png;base64,AA==">'
    return ({"data": {"text/html": page}},)


def said(*lines: str) -> tuple[dict, ...]:
    return ({"name": "stdout", "text": "\n".join(lines) + "\n"},)


ON = "\n\n[back](04_network_structure.ipynb) [on](06_training.ipynb) "
ON += "[do](../exercises/05_backpropagation.ipynb)"
OPENING = (
    "# 5 Sample\n\nIn this chapter you build one.\n\n**Needs** nothing\n\n**Time** 1 minute" + ON
)
IMPORTS = "import numpy as np\n\nfrom dlbook.guest import guest\nfrom dlbook.predict import reveal"
CLOSE = "## What to keep\n\n- This.\n- That.\n- More.\n\n"
CLOSE += "## Try it\n\nThe [exercises](../exercises/05_backpropagation.ipynb).\n\n## Sources\n\n"
CLOSE += "- Somebody (2020), arXiv:2001.00001." + ON
READ = "**Figure 5.1.** A line.\n\n## 5.1 Go on\n\nSee [section 5.2](#5.2-Once-more)."
RUN = "rng = np.random.default_rng((5, 1))\n\n\ndef twice(x):\n    return 2 * x\n\n\n"
RUN += "reveal(guess, f'{twice(rng.normal()):.2f}')"
BACK = "It is $2x$, in code `twice(x)`: see [chapter 04](04_network_structure.ipynb).\n\n"
BACK += "## 5.2 Once more"
TWIN = (
    '# the same with torch\ntorch = guest("torch")\nif torch:\n    y = torch.ones(1)\n    print(y)'
)
GOOD = {
    "title": Cell("markdown", OPENING, "title"),
    "first": Cell("code", IMPORTS, "first"),
    "published": Cell("code", AS_PUBLISHED, "as-published"),
    "figure": Cell("code", "np.zeros(3)", "figure", 1, drawn("A line rises.")),
    "read": Cell("markdown", READ, "read"),
    "predict": Cell("code", "# predict: how much\nguess = None", "predict"),
    "run": Cell("code", RUN, "run", 2, said("The run says: ≈ 2.37")),
    "back": Cell("markdown", BACK, "back"),
    "twin": Cell("code", TWIN, "twin", 3, said("1.00")),
    "end": Cell("markdown", CLOSE, "end"),
}
TERMS = "00_start_here.ipynb#Terms"
HINTS = "# wrong answer: a / b\n# hint: One. Two.\n# hint: Three. Four?"
MANY = "\n".join(f"- {word}." for word in "abcdef")
SOURCE, OUTPUTS = "source", "outputs"
SPOILT = [  # the rule that finds it, the cell, its field, and what is put there
    ("short cells", "run", SOURCE, "x = 1\n" * 26),
    ("short cells", "read", SOURCE, READ + " word." * 151),
    ("headings", "end", SOURCE, CLOSE.replace("## Try", "# Try")),
    ("headings", "title", SOURCE, "## 5.1 Early\n\n" + OPENING),
    ("headings", "read", SOURCE, READ + "\n\n#### Deep"),
    ("headings", "read", SOURCE, READ + "\n\n### a b c d e f g h i"),
    ("headings", "read", SOURCE, READ + "\n\n### All Words Have Capitals"),
    ("headings", "read", SOURCE, READ + "\n\n### Launch \N{ROCKET}"),
    ("numbers", "title", SOURCE, OPENING.replace("# 5 ", "# ")),
    ("numbers", "read", SOURCE, READ.replace("## 5.1", "## 5.2")),
    ("numbers", "read", SOURCE, READ.replace("Figure 5.1", "Figure 5.3")),
    ("all numbered", "read", SOURCE, READ.replace("## 5.1 ", "## ")),
    ("plain words", "read", SOURCE, READ + "\n\nIt is simply a line."),
    ("plain words", "run", SOURCE, "# hint: obviously"),
    ("plain words", "run", SOURCE, "# second hint: a\nobviously"),
    ("you, not we", "read", SOURCE, READ + "\n\nNow we see a line."),
    ("no doubles", "read", SOURCE, READ + "\n\nIt is the\nthe line."),
    ("short sentences", "read", SOURCE, READ + "\n\n" + "word " * 31),
    ("short hints", "run", SOURCE, HINTS),
    ("short hints", "run", SOURCE, "# second hint: a\nOne. Two.\nThree. Four?"),
    ("plain Python", "run", SOURCE, "%matplotlib inline"),
    ("plain Python", "run", SOURCE, "!pip install something"),
    ("one seed", "run", SOURCE, "np.random.seed(0)"),
    ("one seed", "run", SOURCE, "rng = np.random.default_rng()"),
    ("one seed", "run", SOURCE, "rng = np.random.default_rng(0)\n" * 2),
    ("own generators", "run", SOURCE, RUN.replace("(5, 1)", "0")),
    ("own generators", "run", SOURCE, RUN.replace("(5, 1)", "(5, 2)")),
    ("own generators", "run", SOURCE, RUN.replace("(5, 1)", "(5, 11)")),
    ("own generators", "run", SOURCE, "np.random.seed(0)"),
    ("rng at home", "run", SOURCE, RUN.partition("\n")[2]),
    ("rng at home", "twin", SOURCE, "def draw(n, x=rng):\n    return rng.normal(size=n)"),
    ("no outside", "run", SOURCE, "x = open(name)"),
    ("no outside", "run", SOURCE, "x = 'data/../' + '../data'"),
    ("no outside", "run", SOURCE, "x = 'https://example.org'"),
    ("stable output", "run", OUTPUTS, said("0.123456")),
    ("stable output", "run", OUTPUTS, ({"data": {"text/plain": "<f at 0x7f00>"}},)),
    ("stable output", "run", OUTPUTS, ({"name": "stderr", "text": "Warning"},)),
    ("length", "read", SOURCE, READ + "\n\n" + "Word. " * 3501),
    ("rhythm", "twin", "kind", "markdown"),
    ("rhythm", "back", "kind", "code"),
    ("opening", "title", SOURCE, OPENING.replace("build", "see")),
    ("opening", "title", SOURCE, OPENING.replace("**Time**", "Time")),
    ("opening", "figure", OUTPUTS, ()),
    ("close", "end", SOURCE, "The end."),
    ("close", "end", SOURCE, CLOSE.replace("- This.\n", "")),
    ("close", "end", SOURCE, CLOSE.replace("- This.", MANY)),
    ("close", "end", SOURCE, CLOSE.replace("](../exercises/", "](", 1)),
    ("imports", "first", SOURCE, "import numpy as np"),
    ("imports", "first", SOURCE, IMPORTS + "\nimport torch"),
    ("imports", "first", SOURCE, IMPORTS + "\nimport os"),
    ("imports", "run", SOURCE, "def f():\n    import os"),
    ("imports used", "first", SOURCE, IMPORTS + "\nfrom dlbook import nn"),
    ("guests apart", "run", SOURCE, "x = torch.ones(1)"),
    ("guests apart", "twin", SOURCE, TWIN.partition("\n")[2]),
    ("guests apart", "twin", SOURCE, TWIN + "\nprint(y)"),
    ("guests apart", "twin", SOURCE, TWIN.replace("if torch", "if True")),
    ("guests apart", "twin", SOURCE, '# alone\ntorch = guest("torch")'),
    ("guests leave nothing", "end", "kind", "code"),
    ("as published", "published", "id", "published"),
    ("as published", "published", SOURCE, "reveal.give_up()"),
    ("as published", "read", "id", "as-published"),
    ("predictions alone", "predict", SOURCE, "# predict: it\nguess = None\nprint(1)"),
    ("predictions alone", "predict", SOURCE, "# predict: it\nguess = 2"),
    ("predictions alone", "predict", SOURCE, "# predict: it"),
    ("predictions judged", "predict", SOURCE, "guess = None"),
    ("predictions judged", "predict", SOURCE, "# predict: it\nother = None"),
    ("predictions judged", "run", SOURCE, "x = guess"),
    ("predictions judged", "run", SOURCE, "reveal((guess, other), x)"),
    ("predictions judged", "run", SOURCE, RUN.replace("guess", "None")),
    ("predictions judged", "run", SOURCE, "claims.settle('T01', verdict, x=1)"),
    ("predictions judged", "run", SOURCE, "retry('T01', verdict['T01'])"),
    ("answers computed", "run", SOURCE, "reveal(guess, 2.37)"),
    ("answers computed", "run", SOURCE, "answer = 'both'\nreveal(guess, answer)"),
    ("answers computed", "run", SOURCE, "reveal(guess, round(3 * 9 / 49))"),
    ("answers kept", "read", SOURCE, READ + "\n\nIt is about 2.37 here."),
    ("answers kept", "run", OUTPUTS, said("again 2.37", "The run says: ≈ 2.37")),
    ("answers kept", "run", SOURCE, RUN + "\nassert x > 2.37"),
    ("figures are read", "read", SOURCE, "A line."),
    ("figures are read", "end", OUTPUTS, drawn("A line rises.")),
    ("alt texts", "figure", OUTPUTS, drawn("")),
    ("alt texts", "figure", OUTPUTS, drawn("An image of a line.")),
    ("alt texts", "figure", OUTPUTS, drawn("no sentence")),
    ("numbers shown", "run", OUTPUTS, said("more than 85% right: True")),
    ("links resolve", "read", SOURCE, READ + " [b](https://nowhere)"),
    ("links resolve", "read", SOURCE, READ + " [b](htp://example.org)"),
    ("links resolve", "read", SOURCE, READ + " [b](05_sample.ipynb)"),
    ("links resolve", "read", SOURCE, READ + " [b](06_training.ipynb#6.1-Nowhere)"),
    ("links resolve", "read", SOURCE, READ + " [b](../solutions/06_training.ipynb)"),
    ("links resolve", "read", SOURCE, READ.replace("Once-more", "once-more")),
    ("links resolve", "read", SOURCE, READ + " [b]()"),
    ("named are links", "read", SOURCE, READ + " See chapter 04."),
    ("named are links", "read", SOURCE, READ + " [Chapters 03](03_x.ipynb) and 04 help."),
    ("named are links", "read", SOURCE, READ + " As in section 4.3."),
    ("named are links", "read", SOURCE, READ + " In 5.2 it returns."),
    ("named are links", "read", SOURCE, READ + " That was claim T12."),
    ("named are links", "read", SOURCE, READ + " Solve exercise `relu_back`."),
    ("named are links", "read", SOURCE, READ + " `exercises/05_backpropagation.ipynb`"),
    ("sources have addresses", "end", SOURCE, CLOSE.replace("arXiv:2001.00001", "*JMLR* 1")),
    ("leads on", "title", SOURCE, OPENING.replace("[back](04_network_structure.ipynb)", "")),
    ("leads on", "end", SOURCE, CLOSE.replace("[on](06_training.ipynb)", "")),
    ("leads on", "title", SOURCE, OPENING.replace("../exercises/", "../solutions/")),
    ("formulas", "back", SOURCE, BACK.replace("$2x$", "`2 * x`")),
    ("formulas", "back", SOURCE, BACK.replace("`twice(x)`", "twice")),
    ("terms are links", "read", SOURCE, READ + " A **loss** is a number."),
    ("terms are links", "read", SOURCE, READ + " **Optimisers** step."),
    ("terms are links", "read", SOURCE, READ + f" A [**thing**]({TERMS}) is none."),
    ("terms are links", "read", SOURCE, READ + f" A [**unit**]({TERMS}) or [**neuron**]({TERMS})."),
    ("terms are links", "read", SOURCE, READ + " A [**loss**](#Terms) is a number."),
]
RULES = CHAPTER_RULES | SET_RULES


def sample(**cells: Cell) -> Sheet:
    return Sheet("chapters/05_sample.ipynb", [*(GOOD | cells).values()])


@pytest.mark.parametrize("rule", CHAPTER_RULES)
def test_a_good_chapter_breaks_no_rule(rule):
    assert broken(sample(), {rule: CHAPTER_RULES[rule]}) == []


@pytest.mark.parametrize(("rule", "name", "field", "value"), SPOILT)
def test_a_breach_is_found_and_says_where_and_what_to_do(rule, name, field, value):
    sheet = sample(**{name: replace(GOOD[name], **{field: value})})
    if rule == "guests leave nothing":
        sheet = sample(end=Cell("code", "print(y)", "end"))
    breaches = broken(sheet, {rule: RULES[rule]})
    assert breaches
    assert all(line.startswith("chapters/05_sample.ipynb, cell ") for line in breaches)


def test_every_rule_was_seen_to_fail():
    assert {rule for rule, *_ in SPOILT} == {*RULES}


def test_a_chapter_of_too_many_cells_is_found():
    sheet = Sheet("chapters/05_sample.ipynb", [*GOOD.values()] * 10)
    assert any("100 cells" in line for line in broken(sheet, CHAPTER_RULES))


def test_what_looks_like_a_breach_and_is_none():
    prose = (
        READ + " A loss of 0.05 in 512 steps, [claim T12, chapter 04](04_network_structure.ipynb)."
        f" A [**loss**]({TERMS}) is a number. Move **step**, and the **loss** falls."
    )
    choose = "# predict: how much, 2.37 or 3.1\nguess = None"
    free = "def draw(rng):\n    y = rng.normal()\n    return [y for y in [y]]\n\n\nprint(draw(0))"
    sheet = sample(
        read=replace(GOOD["read"], source=prose),
        predict=Cell("code", choose, "predict"),
        free=Cell("code", free, "free"),
    )
    rules = (
        "named are links",
        "links resolve",
        "rng at home",
        "guests leave nothing",
        "answers kept",
        "terms are links",
    )
    assert broken(sheet, {rule: CHAPTER_RULES[rule] for rule in rules}) == []


def test_an_exercise_set_may_import_more_and_its_checks_may_make_generators():
    check = '# check: a\n@check("a")\ndef case(rng):\n    return np.random.default_rng(rng)'
    first = Cell("code", SET_IMPORTS + "from dlbook import nn")
    title = Cell("markdown", "# 5 Sample")
    sheet = Sheet("solutions/05_sample.ipynb", [title, first, Cell("code", check)])
    assert broken(sheet, SET_RULES) == []
    assert broken(replace(sheet, cells=[title, Cell("code", "import os")]), SET_RULES)


def test_the_table_counts_what_a_chapter_holds():
    _head, row, *_legend = table([sample()]).splitlines()
    assert row.split() == ["05_sample", "10", "62", "3", "6", "0/2", "9", "1", "1/1", "1", "0"]


def test_the_command_names_problems_and_counts(capsys):
    failed = main(["exercises/05_backpropagation.ipynb"])
    printed = capsys.readouterr().out
    assert f"{'0' if not failed else ''} to mend" in printed and "05_backpropagation " in printed
