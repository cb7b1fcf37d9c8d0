"""The verb `site`: the course as static pages, and running in the reader's browser."""

import sys
from pathlib import Path

import click

from dlbook.check.errors import UserError
from dlbook.cli.course import NOT_RIGHT, RIGHT, find_course
from dlbook.cli.options import PATH
from dlbook.i18n import N_

_FOR_PAGES = ("myst_nb", "sphinx", "sphinx_book_theme", "sphinx-mathjax-offline")
_TO_RUN = ("jupyterlite_core", "jupyterlite_pyodide_kernel")


@click.command(short_help=N_("write the course as web pages, which also run it"))
@click.argument("to", type=PATH, metavar="DIR")
@click.option(
    "--pyodide",
    type=PATH,
    metavar="DIR",
    help="Where Pyodide's distribution is: with it, each page leads to where it runs.",
)
@click.pass_obj
def site(root: Path | None, to: Path, pyodide: Path | None) -> int:
    """Write the course into DIR as a static site that loads nothing from another host.

    DIR is new or empty, or holds such a site, which is brought up to date. No notebook is run.
    """
    from dlbook.check.requirements import require

    for module in (*_FOR_PAGES, *(_TO_RUN if pyodide else ())):
        require(module)
    from dlbook.site import book, place
    from dlbook.site.addresses import RUN

    place.require_ours(to)
    if pyodide and not pyodide.exists():
        raise UserError(
            f"--pyodide needs Pyodide's distribution, there is nothing at {pyodide}: name another"
        )
    course = find_course(root)
    with book.built(course, runs=pyodide is not None) as (pages, warnings):
        if pyodide:
            from dlbook.site import lite

            lite.build(course.root, pages / RUN, pyodide)
        else:
            print("the book alone: with --pyodide its pages run in the browser, too")
        changed, files = place.publish(pages, to)
    for warning in warnings:
        print(warning, file=sys.stderr)
    page = f"open {to / 'index.html'}"
    if pyodide:
        page = f'run `python -m http.server -d "{to}"`, then open http://localhost:8000'
    print(f"{to}: {files} files, {changed} of them changed; {page}")
    return NOT_RIGHT if warnings else RIGHT
