"""What was handed in: every name of a folder or an LMS's ZIP, whose it is, and what becomes of it.

No name is lost: each file is graded, not graded with a reason, or set aside with a reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dlbook.check.shared import N_, _
from dlbook.grading.batch.assign import assign
from dlbook.grading.batch.found import Found
from dlbook.grading.batch.items import Item, look_at_all
from dlbook.grading.batch.recognise import Held
from dlbook.grading.batch.remarks import doubts, guesses
from dlbook.grading.batch.submission import RULE, Submission, rank

_NOTHING = N_("nothing was handed in.")
_SHOWN = 5  # files in a note


@dataclass(frozen=True)
class Intake:
    """The submissions, one for each student and set in order of name; iterating gives them.

    `files` are all names that were found; `remarks` are for the lecturer.
    """

    submissions: tuple[Submission, ...]
    files: tuple[Found, ...] = ()
    remarks: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Submission]:
        return iter(self.submissions)

    def __len__(self) -> int:
        return len(self.submissions)


def collect(
    place: Path, exercises: Mapping[str, frozenset[str]], only: str | None = None
) -> Intake:
    """Return what was handed in at `place`.

    Args:
        place: a folder, a ZIP from an LMS, or one notebook.
        exercises: the names of the exercises of each set of the course.
        only: the one set that everything belongs to, where that is known.

    Raises:
        UnreadableError: if there is nothing at `place`.
    """
    looked_at = list(look_at_all(place, exercises, only))
    items, remarks = assign(looked_at, tuple(exercises))
    copies = [copy for item in items for copy in _copies(item, only)]
    alone = only or _the_one_set(copies)
    submissions = _decide(copies, alone)
    submissions += _without_work(items, {copy.student for copy in copies}, alone)
    submissions.sort(key=lambda item: (item.student, item.set_name))
    remarks += guesses(items) + doubts(submissions, exercises)
    return Intake(tuple(submissions), tuple(map(_found, items)), tuple(remarks))


def _copies(item: Item, only: str | None) -> Iterator[Submission]:
    """Yield what an item is for each of its owners and each set in it."""
    if item.file.noise:
        return
    held = item.held[:1] if item.problem else item.held
    if only:
        held = tuple(found for found in item.held if found.set_name == only)
    words = _("the name {label} was read as {guess}") if item.is_guessed else ""
    note = words.format(label=item.label, guess=item.file.guess)
    for owner in item.owners:
        for found in held or (Held(""),):
            yield Submission(
                owner,
                only or found.set_name,
                item.label,
                item.file.source,
                item.file.time,
                found.answers,
                found.written,
                item.problem,
                (note,) if note else (),
                is_main=found.is_main,
                place=item.place,
                is_noted=item.file.is_noted,
            )


def _the_one_set(copies: list[Submission]) -> str:
    """Return the set that all can be taken to belong to, '' if there are several."""
    sets = {item.set_name for item in copies if item.set_name and not item.problem}
    return sets.pop() if len(sets) == 1 else ""


def _decide(copies: list[Submission], alone: str) -> list[Submission]:
    """Return one submission for each student and set, the copies that do not count inside it.

    A file of no known set that cannot be graded is an entry only where a student has no other.
    """
    groups: dict[tuple[str, str], list[Submission]] = {}
    for item in copies:
        groups.setdefault((item.student, item.set_name or alone), []).append(item)
    known = {student for (student, name), group in groups.items() if name or _readable(group)}
    notes: dict[str, list[str]] = {}  # on files that are set aside, by student
    for (student, name), group in groups.items():
        is_entry = bool(name) or student not in known
        unread = [item for item in group if item.problem]
        for item in unread if _readable(group) or not is_entry else unread[:0]:
            words = _("{label} left aside: {problem}")
            note = words.format(label=item.label, problem=item.problem)
            notes.setdefault(student, []).append(note)
    decided = []
    for (student, name), group in sorted(groups.items()):
        if name or student not in known:
            decided.append(_ranked(name, group, notes.pop(student, [])))
    return decided


def _readable(group: list[Submission]) -> list[Submission]:
    return [item for item in group if not item.problem]


def _ranked(set_name: str, group: list[Submission], notes: list[str]) -> Submission:
    """Return the copy that counts, with notes on the others."""
    readable = _readable(group)
    first, *others = sorted(readable or group, key=rank, reverse=True)
    more = list(first.notes)
    if others:
        labels = _shown([copy.label for copy in others], ", ")
        more.append(f"{1 + len(others)} copies: {first.label} counts ({RULE}); set aside: {labels}")
    if notes:
        more.append(_shown(notes, " "))
    older = tuple(others) if readable else ()
    return replace(first, set_name=set_name, older=older, notes=tuple(more))


def _shown(texts: list[str], separator: str) -> str:
    rest = f"{separator}and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return separator.join(texts[:_SHOWN]) + rest


def _without_work(items: Sequence[Item], present: set[str], alone: str) -> list[Submission]:
    """Return an entry for each student of whom there is nothing but noise."""
    found = {
        owner.student: Submission(owner, alone, item.label, item.file.source, problem=_NOTHING)
        for item in reversed(items)
        for owner in item.owners
        if owner.student not in present
    }
    return list(found.values())


def _found(item: Item) -> Found:
    students = tuple(dict.fromkeys(owner.student for owner in item.owners))
    reason = item.problem or (f"{item.file.noise}." if item.file.noise else "")
    return Found(item.label, students, item.is_notebook, reason)
