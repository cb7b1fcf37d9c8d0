"""What all verbs share: exit codes, how to refuse, and where the course is."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dlbook.check.errors import UserError

if TYPE_CHECKING:
    from dlbook.grading.course.build import Course

RIGHT, NOT_RIGHT, UNUSABLE = 0, 1, 2  # exit codes


def find_course(options: argparse.Namespace) -> "Course":
    """Return the course that `--course` names, or that is found from here upwards.

    Raises:
        UserError: if there is none.
    """
    from dlbook import claims
    from dlbook.grading.course.build import Course

    here = Path.cwd()
    places = [options.course] if options.course else [here, *here.parents]
    places += [] if options.course else [Path(__file__).resolve().parents[2]]
    for place in places:
        if (place / "exercises").is_dir() or (place / "solutions").is_dir():
            return Course(place.resolve(), claims.texts)
    raise UserError(
        f"a course folder with exercises/ in it is needed, there is none at {places[0]}: "
        "go to the course's folder, or name it with --course DIR"
    )
