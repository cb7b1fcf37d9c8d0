"""The verbs that write pages to teach with: notes and terms."""

import ast
from pathlib import Path

import click

from dlbook import atomic
from dlbook.cli.course import RIGHT, find_course, require_new_in_folder
from dlbook.cli.options import PATH
from dlbook.i18n import N_

_out = click.option("-o", "out", type=PATH, metavar="FILE.html", required=True, help="A new file.")
_address = click.option(
    "--address",
    metavar="URL",
    help="Where the course is on the web, for links (default: its folder here).",
)


@click.command(short_help=N_("write teacher's notes: plans, misconceptions, explorers"))
@click.argument("sets", nargs=-1, metavar="[SET]...")
@_out
@_address
@click.pass_obj
def notes(root: Path | None, sets: tuple[str, ...], out: Path, address: str | None) -> int:
    """Write teacher's notes on the course, or on the sets named, such as 05, into one page.

    They hold minutes and points of each exercise, misconceptions with their hints, plans for 3, 6
    and 12 weeks, and the question that each explorer answers. They show hints: keep them from
    students.
    """
    from dlbook.grading.teach.links import links
    from dlbook.grading.teach.notes import count, notes_page

    require_new_in_folder(out)
    course = find_course(root)
    place = links(course.root, out, address)
    page, told = notes_page(course, course.choose(sets), place, _about_explorer)
    atomic.write(out, page)
    print(f"{out}: notes on {count(told, 'exercise')}; it shows hints, so keep it from students")
    return RIGHT


def _about_explorer(name: str) -> str:
    """Return the first line that the file of an explorer says of itself, '' if there is none."""
    from dlbook.grading.package import PACKAGE

    path = PACKAGE / "explore" / f"{name}.py"
    if not path.is_file():
        return ""
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]


@click.command(short_help=N_("write the page of terms, English and Chinese"))
@_out
@_address
@click.pass_obj
def terms(root: Path | None, out: Path, address: str | None) -> int:
    """Write the terms of the course into one page, in English and Chinese.

    Each leads to the section of each chapter that uses it first.
    """
    from dlbook.grading.teach.links import links
    from dlbook.grading.teach.terms import terms_page
    from dlbook.terms import by_name

    require_new_in_folder(out)
    course = find_course(root)
    words = by_name()
    atomic.write(out, terms_page(course, words, links(course.root, out, address)))
    print(f"{out}: {len(words)} terms")
    return RIGHT
