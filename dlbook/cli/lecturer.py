"""The verbs of lecturers: release, grade, report, grades, gradescope, classroom."""

import argparse
from pathlib import Path
from typing import Any

from dlbook.cli import grade, handout

_GRADE = """\
Grade submissions into OUT: class.html, class.csv, grades.csv, feedback/STUDENT.html, results.jsonl.
The same command goes on where it was stopped; OUT is never wiped.

Of several copies of a set by one student, those with an answer written come before untouched ones,
these before others; then the highest attempt in the name, the newest time, the last name. One that
cannot be read gives way to the next. What the LMS marked as late is marked in the reports; it costs
no points here. A file that cannot be graded is named with the reason and has no score."""

_LIMITS = (
    ("--cell-seconds", "S", "of one cell; a check calls the answer twice (default: 60)"),
    ("--submission-seconds", "S", "of a whole notebook (default: 600)"),
    ("--memory-gb", "GB", "memory of a notebook's processes together (default: 1.5)"),
)


def add_verbs(verbs: Any) -> None:
    """Add the verbs to the sub-parsers of the command."""
    release = verbs.add_parser("release", help="write the students' bundle, without solutions")
    release.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
    release.set_defaults(verb=handout.release)

    _add_grade(
        verbs.add_parser(
            "grade",
            help="grade a folder or an LMS's ZIP of submissions",
            description=_GRADE,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
    )

    report = verbs.add_parser("report", help="write the reports of a graded folder again")
    report.add_argument("results", type=Path, metavar="OUT", help="the folder of results")
    report.set_defaults(verb=grade.report)

    grades = verbs.add_parser("grades", help="fill the grades into a file that an LMS exported")
    grades.add_argument("results", type=Path, metavar="OUT", help="the folder of results")
    grades.add_argument(
        "--fill",
        type=Path,
        metavar="LMS.csv",
        required=True,
        help="the export of Canvas or Moodle, or any CSV; it stays as it is, a copy is filled",
    )
    grades.add_argument("--set", metavar="05", default="", help="the set; needed if OUT has more")
    grades.add_argument("--column", metavar="NAME", default="", help="the column to fill")
    grades.add_argument(
        "--id-column", metavar="NAME", default="", help="the column that tells who it is"
    )
    grades.add_argument("--scale", action="store_true", help="scale to the points of the LMS")
    grades.set_defaults(verb=grade.grades)

    gradescope = verbs.add_parser("gradescope", help="write an autograder for Gradescope")
    gradescope.add_argument("set", metavar="05", help="the exercise set")
    gradescope.add_argument("-o", type=Path, metavar="FILE.zip", dest="out", required=True)
    gradescope.add_argument("--seed", type=int, help="default: a fresh one")
    _add_sandbox(gradescope)
    gradescope.set_defaults(verb=handout.gradescope)

    classroom = verbs.add_parser("classroom", help="write a workflow for GitHub Classroom")
    classroom.add_argument("set", metavar="05", help="the exercise set")
    classroom.add_argument("folder", type=Path, metavar="DIR", help="the template repository")
    classroom.set_defaults(verb=handout.classroom)


def _add_grade(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "submissions",
        type=Path,
        metavar="SUBMISSIONS",
        help="a folder for each student, single files, nbgrader's submitted/, or an LMS's ZIP",
    )
    parser.add_argument(
        "-o", type=Path, metavar="OUT", dest="out", required=True, help="the results"
    )
    parser.add_argument("--set", metavar="05", default="", help="grade this set alone")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes (default: one a core)")
    parser.add_argument("--seed", type=int, metavar="S", help="default: OUT's, or a fresh one")
    limits = parser.add_argument_group("limits")
    for name, unit, what in _LIMITS:
        limits.add_argument(name, type=float, metavar=unit, help=what)
    _add_sandbox(parser)
    parser.add_argument("--executor", metavar="URL", help="dask://HOST:PORT, for a cluster")
    parser.add_argument("--shard", metavar="I/N", help="grade part I of N; give each --seed")
    parser.set_defaults(verb=grade.grade)


def _add_sandbox(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--sandbox",
        choices=("required", "off"),
        default="required",
        help="off: the students' code runs with all your rights",
    )
