"""What all verbs share: exit codes, and where the course is."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlbook.grading.course.build import Course

RIGHT, NOT_RIGHT, UNUSABLE = 0, 1, 2  # exit codes


def find_course(options: argparse.Namespace) -> "Course":
    """Return the course that `--course` names, or that is found from here.

    Raises:
        UserError: if there is none.
    """
    from dlbook.grading.course.place import find

    return find(Path.cwd(), options.course)


def find_own_course(options: argparse.Namespace) -> "Course":
    """Return the course as `find_course` does, for a verb that writes into it or hands it out.

    Raises:
        UserError: if there is none, or only the one in the installed package.
    """
    from dlbook.grading.course.place import own

    return own(find_course(options))
