"""What all verbs share: exit codes, and where the course is."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlbook.check.errors import UserError
from dlbook.i18n import VARIABLE, noted, use

if TYPE_CHECKING:
    from dlbook.grading.course.build import Course

RIGHT, NOT_RIGHT, UNUSABLE, STOPPED = 0, 1, 2, 130  # exit codes


def find_course(named: Path | None) -> "Course":
    """Return the course in the folder `named`, or without one the course found from here.

    Raises:
        UserError: if there is none.
    """
    from dlbook.grading.course.place import find

    course = find(Path.cwd(), named, texts)
    if named and VARIABLE not in os.environ:
        use(noted(named.resolve()) or "en")
    return course


def find_work(named: Path | None) -> "Course":
    """Return the course as `find_course` does, for a verb that looks at a learner's work.

    Raises:
        UserError: if there is none here or above, as where somebody has forgotten to go to his.
    """
    from dlbook.workspace import folder

    course, here = find_course(named), Path.cwd().resolve()
    if named is None and course.root not in (here, *here.parents):
        raise folder.missing(course)
    folder.of(course)
    return course


def find_progress(named: Path | None) -> Path | None:
    """Return the file with a learner's progress; None in a clone that has none so far.

    Raises:
        UserError: if there is no folder for a learner's work.
    """
    from dlbook.check import progress

    found = progress.find((named or Path.cwd()).resolve())
    if found is None:
        find_work(named)
    return found


def plain_json(data: Any) -> str:
    """Return plain data as JSON that the output can hold whole, in whatever encoding it is."""
    import json

    has_all_letters = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return json.dumps(data, ensure_ascii=not has_all_letters, indent=1)


def texts(source: str) -> list[str]:
    """Return what stands in the outputs of code beside what it says: claims, and terms."""
    from dlbook import retrial, terms

    return retrial.texts(source) + terms.texts(source)


def find_own_course(named: Path | None) -> "Course":
    """Return the course as `find_course` does, for a verb that writes into it or hands it out.

    Raises:
        UserError: if there is none, or only the one in the installed package.
    """
    from dlbook.grading.course.place import own

    return own(find_course(named))


def require_new(path: Path) -> None:
    """Refuse to write over a file.

    Raises:
        UserError: if there is something at `path`.
    """
    if path.exists():
        raise UserError(f"a new file is needed, {path} exists: name another, or move it away")


def require_new_in_folder(path: Path) -> None:
    """Refuse to write over a file, or into a folder that is not there.

    Raises:
        UserError: if there is something at `path`, or its folder is none.
    """
    require_new(path)
    if not path.parent.is_dir():
        raise UserError(f"a folder is needed to write into, {path.parent} is none: make it first")
