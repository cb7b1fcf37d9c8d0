"""The verbs that work on a folder of results: report and grades."""

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlbook.check.errors import UserError
from dlbook.cli.course import NOT_RIGHT, RIGHT
from dlbook.cli.options import PATH

if TYPE_CHECKING:
    from dlbook.grading.batch.entry import Entry
    from dlbook.grading.batch.journal import Journal


@click.command(short_help="write the reports of a graded folder again")
@click.argument("results", type=PATH, metavar="OUT")
def report(results: Path) -> int:
    """Write the reports in OUT, a folder of results, again, from all its journals.

    Files that you write into OUT are kept and obeyed: roster.csv, rules.toml, times.csv,
    extensions.csv and overrides.csv. Change one, and run this again. See INSTRUCTORS.md.
    """
    from dlbook.grading.batch.journal import Journal

    with closing(Journal(_journals(results)[0])) as journal:
        return write_reports(results, journal)


@click.command(short_help="fill the grades into a file that an LMS exported")
@click.argument("results", type=PATH, metavar="OUT")
@click.option(
    "--fill",
    "export",
    type=PATH,
    metavar="LMS.csv",
    required=True,
    help="The export of Canvas or Moodle, or any CSV; it stays as it is, a copy is filled.",
)
@click.option("--set", "set_prefix", metavar="05", default="", help="Needed if OUT has more sets.")
@click.option("--column", metavar="NAME", default="", help="The column to fill.")
@click.option("--id-column", metavar="NAME", default="", help="The column that tells who it is.")
@click.option("--scale", is_flag=True, help="Scale to the points of the LMS.")
def grades(
    results: Path, export: Path, set_prefix: str, column: str, id_column: str, scale: bool
) -> int:
    """Fill the grades of one set from OUT, a folder of results, into a copy of an LMS's export."""
    from dlbook.grading.results.lms import Choice, fill
    from dlbook.grading.rules.final import final_entries
    from dlbook.grading.rules.marks import term
    from dlbook.grading.rules.word import read_word

    entries = final_entries(term(_entries(results), read_word(results)))
    filled = fill(export, entries, Choice(set_prefix, column, id_column, scale))
    print(filled.text())
    return NOT_RIGHT if filled.problems else RIGHT


def write_reports(folder: Path, journal: "Journal") -> int:
    """Write all reports from all journals of the folder, and say the result in short."""
    from dlbook.grading.batch.journal import current_files
    from dlbook.grading.results.changes import changes
    from dlbook.grading.results.files import summary, write_all
    from dlbook.grading.results.folder import Results
    from dlbook.grading.results.term_lines import term_lines
    from dlbook.grading.rules.marks import term
    from dlbook.grading.rules.word import read_word

    entries = _entries(folder)
    marks = term(entries, read_word(folder))
    changed = changes(_entries(folder, back=1), entries)
    results = Results(folder, journal, lambda line: print(line, file=sys.stderr))
    found = [name for path in _journals(folder) for name in current_files(path)]
    write_all(results, entries, changed, found, marks)
    print("\n".join([summary(folder, entries, changed, found), *term_lines(marks, changed)]))
    return NOT_RIGHT if any(entry.reason for entry in entries) else RIGHT


def _entries(folder: Path, back: int = 0) -> list["Entry"]:
    from dlbook.grading.batch.journal import current_entries

    return [entry for path in _journals(folder) for entry in current_entries(path, back)]


def _journals(folder: Path) -> list[Path]:
    from dlbook.grading.batch.journal import journals

    found = journals(folder)
    if not found:
        raise UserError(f"a folder that `dlbook grade` wrote is needed, {folder} is none")
    return found
