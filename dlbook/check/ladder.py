"""The way on for whoever the first hint did not help: a step at a time, each says a little more.

A second hint, where the matter is taught, the case that is not right with both values, and at the
end how to see the course's answer, if it has come with one.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from dlbook.check.answer_key import ExerciseKey, folder
from dlbook.check.roles import role
from dlbook.check.verdict import Step
from dlbook.i18n import _

_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)")
_PACKAGE = Path(__file__).parents[1]
_PACKAGED = _PACKAGE / "course" / "solutions"
_MARKS = ("### BEGIN SOLUTION", "### END SOLUTION")


def steps(exercise: ExerciseKey, example: str) -> list[Step]:
    """Return the steps for an exercise, in their order; what the course lacks is left out.

    Args:
        exercise: which.
        example: the case that is not right, see `dlbook.check.example`; '' where there is none.
    """
    found = []
    if exercise.second:
        found.append(Step(_("second hint"), exercise.second))
    if link := _LINK.search(exercise.section):
        text = _("Read {section} again, and run its cells.").format(section=link[1].lower())
        found.append(Step(_("where it is taught"), text, link[2]))
    if example:
        found.append(Step(_("needed and got"), example))
    text = _('In a cell: check.solution("{name}"). In a terminal: dlbook solution {name}')
    found.append(Step(_("the course's answer"), text.format(name=exercise.name)))
    return found


def solution(exercise: str, folders: Iterable[Path] = ()) -> str:
    """Return the code that a course's solutions give for an exercise, '' where they have none.

    Args:
        exercise: its name.
        folders: with solution notebooks; by default those beside the keys, and in the package.
    """
    folders = folders or (folder().parents[1] / "solutions", _PACKAGED)
    for path in (path for place in folders for path in sorted(place.glob("*.ipynb"))):
        text = path.read_text("utf-8")
        if exercise not in text:
            continue
        for cell in json.loads(text)["cells"]:
            source = "".join(cell["source"])
            found = role(source)
            if found and (found.kind, found.name) == ("answer", exercise):
                lines = source.splitlines()
                return "\n".join(line for line in lines if line.strip() not in _MARKS)
    return ""
