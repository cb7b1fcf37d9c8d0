"""What all verbs share: exit codes, and where the course is."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlbook.grading.course.build import Course

RIGHT, NOT_RIGHT, UNUSABLE, STOPPED = 0, 1, 2, 130  # exit codes


def find_course(named: Path | None) -> "Course":
    """Return the course in the folder `named`, or without one the course found from here.

    Raises:
        UserError: if there is none.
    """
    from dlbook import retrial
    from dlbook.grading.course.place import find

    return find(Path.cwd(), named, retrial.texts)


def find_own_course(named: Path | None) -> "Course":
    """Return the course as `find_course` does, for a verb that writes into it or hands it out.

    Raises:
        UserError: if there is none, or only the one in the installed package.
    """
    from dlbook.grading.course.place import own

    return own(find_course(named))
