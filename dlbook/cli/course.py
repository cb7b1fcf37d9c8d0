"""What all verbs share: exit codes, and where the course is."""

from pathlib import Path
from typing import TYPE_CHECKING

from dlbook.check.errors import UserError

if TYPE_CHECKING:
    from dlbook.grading.course.build import Course

RIGHT, NOT_RIGHT, UNUSABLE, STOPPED = 0, 1, 2, 130  # exit codes


def find_course(named: Path | None) -> "Course":
    """Return the course in the folder `named`, or without one the course found from here upwards.

    Raises:
        UserError: if there is none.
    """
    from dlbook.grading.course.build import Course

    here = Path.cwd()
    places = [named] if named else [here, *here.parents, Path(__file__).resolve().parents[2]]
    for place in places:
        if (place / "exercises").is_dir() or (place / "solutions").is_dir():
            return Course(place.resolve())
    raise UserError(
        f"a course folder with exercises/ in it is needed, there is none at {places[0]}: "
        "go to the course's folder, or name it with --course DIR"
    )
