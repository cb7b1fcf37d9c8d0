"""The verbs that work on a folder of results: report and grades."""

import sys
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dlbook.check.errors import UserError
from dlbook.cli.course import NOT_RIGHT, RIGHT, require_new_in_folder
from dlbook.cli.options import PATH
from dlbook.i18n import N_, asked, language, speaking

if TYPE_CHECKING:
    from dlbook.grading.batch.entry import Entry
    from dlbook.grading.batch.journal import Journal
    from dlbook.grading.rules.marks import Term
    from dlbook.grading.rules.word import Word


@click.command(short_help=N_("write the reports of a graded folder again"))
@click.argument("results", type=PATH, metavar="OUT")
def report(results: Path) -> int:
    """Write the reports in OUT, a folder of results, again, from all its journals.

    Files that you write into OUT are kept and obeyed: roster.csv, rules.toml, times.csv,
    extensions.csv and overrides.csv. Change one, and run this again. See INSTRUCTORS.md.
    """
    from dlbook.grading.batch.journal import Journal

    with closing(Journal(_journals(results)[0])) as journal:
        return write_reports(results, journal)


@click.command(short_help=N_("grades, comments and feedback back into an LMS"))
@click.argument("results", type=PATH, metavar="OUT")
@click.option(
    "--fill",
    "export",
    type=PATH,
    metavar="LMS.csv",
    help="The export of Canvas, Moodle or Blackboard, or any CSV; a copy of it is filled.",
)
@click.option("--set", "set_prefix", metavar="05", default="", help="Needed if OUT has more sets.")
@click.option("--column", metavar="NAME", default="", help="The column to fill.")
@click.option("--id-column", metavar="NAME", default="", help="The column that tells who it is.")
@click.option("--scale", is_flag=True, help="Scale to the points of the LMS.")
@click.option("--comments", is_flag=True, help="Fill comments, too (Moodle, Blackboard).")
@click.option("--comment-column", metavar="NAME", default="", help="The column for comments.")
@click.option("--encoding", metavar="NAME", default="", help="If it is not UTF-8 or UTF-16.")
@click.option(
    "--feedback-zip",
    "parcel",
    type=PATH,
    metavar="FILE.zip",
    help="Write feedback pages as Moodle and Canvas take them back; a new file.",
)
def grades(results: Path, export: Path | None, parcel: Path | None, **choice: Any) -> int:
    """Bring the results of one set in OUT, a folder of results, back into an LMS.

    With --fill, grades go into a copy of the LMS's export, in which nothing else changes. With
    --feedback-zip, each student's page goes into a ZIP; it needs names of files as the LMS gave
    them in its download of submissions.
    """
    from dlbook.grading.results import comment
    from dlbook.grading.results.feedback import told
    from dlbook.grading.results.lms import Choice, fill
    from dlbook.grading.rules.final import final_entries
    from dlbook.grading.rules.word import read_word

    if export is None and parcel is None:
        raise UserError("--fill LMS.csv or --feedback-zip FILE.zip is needed: name one, or both")
    wanted, word = Choice(**choice), read_word(results)
    with _for_students(word):
        marks = _marks_for_students(_entries(results), None, word)
        entries = final_entries(marks)
        problems = []

        def words(entry: "Entry") -> list[str]:
            return comment.lines(entry, told(marks.mark(entry.student, entry.set_name)))

        def called(entry: "Entry") -> tuple[str, ...]:
            person = marks.mark(entry.student, entry.set_name).person
            return person.also if person.is_listed else ()

        if export is not None:
            filled = fill(export, entries, wanted, words, called)
            problems += filled.problems
            print(filled.text())
        if parcel is not None:
            problems += _write_parcel(parcel, entries, marks, wanted.set_prefix)
    return NOT_RIGHT if problems else RIGHT


def _write_parcel(path: Path, entries: "list[Entry]", marks: "Term", prefix: str) -> list[str]:
    """Write the feedback pages of a set into a new ZIP, and return who is not in it."""
    from dlbook import atomic
    from dlbook.grading.results.feedback import student_page
    from dlbook.grading.results.lms import one_set
    from dlbook.grading.results.parcel import pack

    def page(entry: "Entry") -> str:
        return student_page([marks.mark(entry.student, entry.set_name)])

    require_new_in_folder(path)
    parcel = pack(one_set(entries, prefix), page)
    atomic.write(path, parcel.data)
    print(f"{path}: {parcel.text()}")
    return parcel.without


def write_reports(folder: Path, journal: "Journal") -> int:
    """Write all reports from all journals of the folder, and say the result in short."""
    from dlbook.grading.batch.journal import current_files
    from dlbook.grading.batch.renamed import names_that_count
    from dlbook.grading.results.changes import changes
    from dlbook.grading.results.files import summary, write_all, write_feedback
    from dlbook.grading.results.folder import Results
    from dlbook.grading.results.term_lines import term_lines
    from dlbook.grading.rules.marks import term
    from dlbook.grading.rules.word import read_word

    entries, word = _entries(folder), read_word(folder)
    marks = term(entries, word)
    changed = changes(_entries(folder, back=1), entries)
    results = Results(folder, journal, lambda line: print(line, file=sys.stderr))
    names = names_that_count(_as_found(folder))
    found = [
        replace(file, students=tuple(names.get(student, student) for student in file.students))
        for path in _journals(folder)
        for file in current_files(path)
    ]
    write_all(results, entries, changed, found, marks)
    with _for_students(word):
        write_feedback(results, _marks_for_students(entries, marks, word))
    print("\n".join([summary(folder, entries, changed, found), *term_lines(marks, changed)]))
    return NOT_RIGHT if any(entry.reason for entry in entries) else RIGHT


def _for_students(word: "Word") -> AbstractContextManager[None]:
    """Speak what students read: the language in rules.toml, else that of DLBOOK_LANG."""
    return speaking(word.settings.language or asked() or "en")


def _marks_for_students(entries: "list[Entry]", marks: "Term | None", word: "Word") -> "Term":
    """Return the marks as students read them, in the language of this process.

    Args:
        entries: the results.
        marks: those that come of them in English, None where nobody has made them.
        word: what the lecturer wrote.
    """
    if marks and language() == "en":
        return marks
    from dlbook.grading.results.language import told_again
    from dlbook.grading.rules.marks import term

    return term([told_again(entry) for entry in entries], word)


def _entries(folder: Path, back: int = 0) -> list["Entry"]:
    from dlbook.grading.batch.renamed import under_one_name

    return under_one_name(_as_found(folder, back))


def _as_found(folder: Path, back: int = 0) -> list["Entry"]:
    """Return the entries under the names with which they were handed in."""
    from dlbook.grading.batch.journal import current_entries

    return [entry for path in _journals(folder) for entry in current_entries(path, back)]


def _journals(folder: Path) -> list[Path]:
    from dlbook.grading.batch.journal import journals

    found = journals(folder)
    if not found:
        raise UserError(f"a folder that `dlbook grade` wrote is needed, {folder} is none")
    return found
