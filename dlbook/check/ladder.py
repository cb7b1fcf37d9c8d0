"""The way on for whoever is stuck: a step at a time, each says a little more.

A hint, which is the second one after a card that had one, where the matter is taught, the case that
is not right with both values, and at the end how to see the course's answer.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from dlbook.check.answer_key import ExerciseKey, folder
from dlbook.check.roles import role
from dlbook.check.verdict import Outcome, Step
from dlbook.i18n import _

_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)")
_PACKAGE = Path(__file__).parents[1]
_PACKAGED = _PACKAGE / "course" / "solutions"
_MARKS = ("### BEGIN SOLUTION", "### END SOLUTION")


def steps(exercise: ExerciseKey, last: Outcome | None, *, tried: bool) -> list[Step]:
    """Return the steps for an exercise, in their order; what the course lacks is left out.

    Args:
        exercise: which.
        last: what became of its answer, with the hints that its card has shown; None if nobody
            knows.
        tried: whether there is an attempt; without one, the last step leads to it.
    """
    found = []
    if exercise.second:
        title = _("second hint") if last and last.hints else _("hint")
        found.append(Step(title, exercise.second))
    if link := _LINK.search(exercise.section):
        text = _("Read {section} again, and run its cells.").format(section=link[1].lower())
        found.append(Step(_("where it is taught"), text, link[2]))
    if last and last.example and tried:
        found.append(Step(_("needed and got"), last.example))
    if not tried:
        text = _("Write an answer and run it: then you see what differs, and where to look.")
        return [*found, Step(_("your turn"), text)]
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
