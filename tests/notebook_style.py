"""The rules for notebooks that a machine can check, as a table; `tests/style/` holds them.

`python -m tests.notebook_style [NOTEBOOK...]` prints what is wrong in notebooks, then what they
hold, in numbers; without names, for all chapters.
"""

import sys
from collections.abc import Callable, Iterable
from statistics import mean

from dlbook.grading.notebook import read
from dlbook.grading.teach.prose import words
from tests import ROOT
from tests.style import (
    formulas,
    glossary,
    links,
    outputs,
    predictions,
    programs,
    shape,
    wording,
)
from tests.style.sheet import Rule, Sheet, printed

CHAPTER_IMPORTS = "from dlbook.predict import reveal\n"
ALL_RULES: dict[str, Rule] = {
    "short cells": shape.short_cells,
    "headings": shape.headings,
    "numbers": shape.numbers,
    "plain words": wording.plain_words,
    "you, not we": wording.you_not_we,
    "no doubles": wording.no_doubles,
    "short sentences": wording.short_sentences,
    "short hints": wording.short_hints,
    "plain Python": programs.plain_python,
    "no outside": programs.no_outside,
    "stable output": outputs.stable_output,
    "links resolve": links.links_resolve,
}
CHAPTER_RULES: dict[str, Rule] = {
    **ALL_RULES,
    "length": shape.length,
    "rhythm": shape.rhythm,
    "opening": shape.opening,
    "close": shape.close,
    "all numbered": shape.all_numbered,
    "imports": programs.imports_first(programs.IN_CHAPTERS, CHAPTER_IMPORTS),
    "imports used": programs.imports_used,
    "own generators": programs.own_generators,
    "rng at home": programs.rng_at_home,
    "guests apart": programs.guests_apart,
    "guests leave nothing": programs.guests_leave_nothing,
    "as published": predictions.as_published,
    "predictions alone": predictions.predictions_alone,
    "predictions judged": predictions.predictions_judged,
    "answers computed": predictions.answers_computed,
    "answers kept": predictions.answers_kept,
    "figures are read": outputs.figures_are_read,
    "alt texts": outputs.alt_texts,
    "numbers shown": outputs.numbers_shown,
    "named are links": links.named_are_links,
    "sources have addresses": links.sources_have_addresses,
    "leads on": links.leads_on,
    "formulas": formulas.formulas_beside_code,
    "terms are links": glossary.terms_are_links,
}
SET_RULES: dict[str, Rule] = {
    **ALL_RULES,
    "imports": programs.imports_first(programs.IN_SETS, programs.SET_IMPORTS),
    "one seed": programs.one_seed,
}


def sheet_at(path: str) -> Sheet:
    """Return the notebook at a path from the root."""
    return Sheet(path, list(read(ROOT / path).cells))


def broken(sheet: Sheet, rules: dict[str, Rule]) -> list[str]:
    """Return a line for each breach: notebook, cell, rule and what to do."""
    return [
        f"{sheet.path}, cell {where}: {title}: {what}"
        for title, rule in rules.items()
        for where, what in rule(sheet)
    ]


# ---- what a notebook holds, in numbers ----


def _truths(sheet: Sheet) -> str:
    lines = sum(len(printed(cell)) for cell in sheet.code)
    return f"{len(outputs.truths(sheet))}/{lines}"


def _sources(sheet: Sheet) -> str:
    found = links.sources(sheet)
    return f"{sum(bool(links.ADDRESS.search(item)) for _where, item in found)}/{len(found)}"


def _sentences(sheet: Sheet) -> list[int]:
    return [len(part.split()) for cell in sheet.prose for part in wording.sentences(cell)] or [0]


COUNTS: dict[str, Callable[[Sheet], object]] = {
    "cells": lambda sheet: len(sheet.cells),
    "words": lambda sheet: sum(words(cell.source) for cell in sheet.prose),
    "mean": lambda sheet: f"{mean(_sentences(sheet)):.0f}",
    "longest": lambda sheet: max(_sentences(sheet)),
    "T or F": _truths,
    "links": lambda sheet: sum(len(links.links_of(cell)) for cell in sheet.cells),
    "formulas": lambda sheet: sum(len(formulas.formulas(cell)) for cell in sheet.cells),
    "sources": _sources,
    "predict": predictions.count,
    "claims": lambda sheet: len([*predictions.settled(sheet.code)]),
}
LEGEND = """\
mean, longest: words of a sentence. T or F: printed lines that are a True or False, of all.
sources: those with a DOI, an arXiv number or a URL, of all."""


def table(sheets: Iterable[Sheet]) -> str:
    """Return a line for each notebook with what it holds."""
    rows = [["notebook", *COUNTS]]
    for sheet in sheets:
        name = sheet.path.rpartition("/")[2].removesuffix(".ipynb")
        rows.append([name, *(str(count(sheet)) for count in COUNTS.values())])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join([f"{row[0]:{widths[0]}}", *map(str.rjust, row[1:], widths[1:])]) for row in rows
    ]
    return "\n".join([*lines, LEGEND])


def main(paths: list[str]) -> int:
    """Print the breaches of notebooks and their numbers; return 1 if there are breaches."""
    chosen = paths or sorted(f"chapters/{path.name}" for path in ROOT.glob("chapters/*.ipynb"))
    sheets = [sheet_at(path) for path in chosen]
    breaches = [
        line
        for sheet in sheets
        for line in broken(sheet, CHAPTER_RULES if "chapters/" in sheet.path else SET_RULES)
    ]
    print("\n".join([*breaches, f"{len(breaches)} to mend", "", table(sheets)]))
    return min(len(breaches), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
