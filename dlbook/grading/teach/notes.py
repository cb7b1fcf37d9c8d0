"""Teacher's notes: all that a teacher would collect from chapters and sets, on one page.

Everything is read from the notebooks when the page is written, but for the words on the first
lecture, which stand in the template. The page shows hints, so it is not for students.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dlbook.check.errors import UserError
from dlbook.grading.course.build import Course
from dlbook.grading.results.html import render, title_of
from dlbook.grading.teach import chapters, plan
from dlbook.grading.teach.chapters import Chapter, Shown, chapter
from dlbook.grading.teach.links import Links
from dlbook.grading.teach.prose import anchor, plain
from dlbook.grading.teach.sets import ExerciseNotes, SetNotes, Taught, set_notes

LENGTHS = (3, 6, 12)  # weeks of the plans
_OPENING = "00_start_here"  # the chapter that the words on the first lecture are about


@dataclass(frozen=True)
class _Unit:
    """A chapter, its set, or both: what has one number in the course."""

    stem: str
    title: str
    chapter: Chapter | None
    set: SetNotes | None


@dataclass(frozen=True)
class _Plan:
    """A plan: how many weeks it was made for, and the shares of each."""

    length: int
    weeks: list[list[plan.Share]]
    minutes: list[int]


@dataclass(frozen=True)
class _Explorer:
    """An explorer with the chapter that shows it, and what its file says of it."""

    stem: str
    shown: Shown
    about: str


def notes_page(
    course: Course, chosen: set[str], links: Links, about: Callable[[str], str]
) -> tuple[str, int]:
    """Return the page of notes, and how many exercises it tells of.

    Args:
        course: its chapters and solutions are read.
        chosen: the names of sets and chapters that are wanted; empty for all.
        links: where the page finds the course.
        about: returns what an explorer of that name is, in one sentence, or ''.

    Raises:
        UserError: if there is no set, or one that is not in order.
    """
    units = _units(course, chosen)
    if not any(unit.set for unit in units):
        raise UserError(
            f"an exercise set is needed, there is none in {course.root / 'solutions'}"
            f"{' of those that were named' if chosen else ''}: name another folder or set"
        )
    tasks = _tasks(units)
    page = render(
        "notes.html",
        units=units,
        titles={unit.stem: unit.title for unit in units},
        plans=[_plan(tasks, length) for length in LENGTHS],
        minutes=sum(task.minutes for task in tasks),
        points=[each.points for unit in units if unit.set for each in unit.set.exercises],
        pace=chapters.PACE,
        explorers=_explorers(units, about),
        opening=_OPENING in {unit.stem for unit in units if unit.chapter},
        link=links.to,
        section=_namer(units),
        hours=_hours,
        count=count,
        anchor=anchor,
        plain=plain,
    )
    return page, sum(len(unit.set.exercises) for unit in units if unit.set)


def _units(course: Course, chosen: set[str]) -> list[_Unit]:
    read, told = _by_name(course, "chapters", chosen), _by_name(course, "solutions", chosen)
    found = []
    for stem in sorted(read | told):
        of_chapter = chapter(read[stem]) if stem in read else None
        of_set = set_notes(told[stem]) if stem in told else None
        found.append(_Unit(stem, _title(stem, of_chapter), of_chapter, of_set))
    return found


def _title(stem: str, of_chapter: Chapter | None) -> str:
    """Return the title of a chapter behind its two digits, or one made of the file's name."""
    if of_chapter is None:
        return title_of(stem)
    return f"{stem[:2]} {re.sub(r'^[0-9]+ ', '', of_chapter.title)}"


def _by_name(course: Course, folder: str, chosen: set[str]) -> dict[str, Path]:
    paths = course.notebooks(folder)
    return {path.stem: path for path in paths if not chosen or path.stem in chosen}


def _tasks(units: Sequence[_Unit]) -> list[plan.Task]:
    """Return what a learner does, in order: each chapter before the exercises of its set."""
    found = []
    for unit in units:
        if unit.chapter:
            found.append(plan.Task(unit.stem, "", unit.chapter.minutes))
        exercises: Sequence[ExerciseNotes] = unit.set.exercises if unit.set else ()
        found += [plan.Task(unit.stem, each.name, each.minutes) for each in exercises]
    return found


def _plan(tasks: Sequence[plan.Task], length: int) -> _Plan:
    weeks = plan.weeks(tasks, length)
    minutes = [sum(task.minutes for task in week) for week in weeks]
    return _Plan(length, [plan.shares(week) for week in weeks], minutes)


def _explorers(units: Sequence[_Unit], about: Callable[[str], str]) -> list[_Explorer]:
    return [
        _Explorer(unit.stem, shown, about(shown.name))
        for unit in units
        if unit.chapter
        for shown in unit.chapter.explorers
    ]


def _namer(units: Sequence[_Unit]) -> Callable[[Taught], str]:
    """Return what gives the title of a section that an exercise names, or else its own words."""
    titles = {unit.stem: unit.chapter.sections for unit in units if unit.chapter}
    return lambda taught: titles.get(taught.stem, {}).get(taught.anchor, taught.words)


def count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 point`, `2 points`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _hours(minutes: int) -> str:
    """Return minutes as hours, with one digit: `29.2 h`."""
    return f"{minutes / 60:.1f} h"
