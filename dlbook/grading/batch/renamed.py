"""One name for each person of a term, whom an LMS may write otherwise from export to export.

Moodle numbers people anew for each assignment, so Ada Lovelace 1042 of one set is Ada Lovelace 1101
of the next: there the name tells who it is, unless two people of one set have it. Elsewhere the
number is the person's own and tells it, also where somebody has a new name.
"""

from collections.abc import Iterable
from dataclasses import replace

from dlbook.grading.batch.entry import Entry


def under_one_name(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries in which each person is called in every set as in the first of them."""
    entries = list(entries)
    names = names_that_count(entries)
    return [replace(each, student=names[each.student]) for each in entries]


def names_that_count(entries: Iterable[Entry]) -> dict[str, str]:
    """Return what `under_one_name` calls each student, by what the entries do."""
    entries = list(entries)
    names = {entry.student: entry.student for entry in entries}
    for group in _people(entries):
        if not _meet(group):
            first = min(group, key=_order).student
            names |= {entry.student: first for entry in group}
    return names


def namesakes(entries: Iterable[Entry]) -> list[str]:
    """Return the names that several people have, who cannot be known again in the next set."""
    return sorted({g[0].name for g in _people(entries) if is_numbered_anew(g[0]) and _meet(g)})


def _people(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Return the entries of each person whom an LMS has named, or of people of one name."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if entry.name and entry.lms_id:
            is_anew = is_numbered_anew(entry)
            key = ("name", entry.name) if is_anew else ("number", entry.lms_id)
            found.setdefault(key, []).append(entry)
    return list(found.values())


def is_numbered_anew(entry: Entry) -> bool:
    """Return whether the number is Moodle's, which is of one assignment and no person's own."""
    return f"{entry.name}_{entry.lms_id}_assignsubmission_" in entry.label


def _meet(group: Iterable[Entry]) -> bool:
    """Return whether two students of a group have handed in the same set."""
    students: dict[str, set[str]] = {}
    for entry in group:
        students.setdefault(entry.set_name, set()).add(entry.student)
    students.pop("", None)  # files of no set are of any export
    return any(len(found) > 1 for found in students.values())


def _order(entry: Entry) -> tuple[bool, str, str]:
    return not entry.set_name, entry.set_name, entry.student
