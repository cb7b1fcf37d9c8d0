"""Who is in the class: the lecturer's roster and the people in the results, put together."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Protocol

from dlbook.check.safe_text import clean_line
from dlbook.grading.batch.names import plain
from dlbook.grading.rules.lines import Columns, Line

ROSTER = "roster.csv"
ROSTER_COLUMNS = Columns(("student",), ("name", "id", "email"), any_others=True)
_SHOWN = 5


class Known(Protocol):
    """Whoever handed something in, as an entry or a submission tells it."""

    @property
    def student(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def lms_id(self) -> str: ...


@dataclass(frozen=True)
class Person:
    """One person: `student` is the name in the results or, without any, that in the roster.

    `also` are further names, from the roster; `is_listed` says whether the person stands in it.
    """

    student: str
    name: str = ""
    lms_id: str = ""
    also: tuple[str, ...] = ()
    is_listed: bool = False

    @property
    def keys(self) -> set[str]:
        """What the person can be called by, as letters and digits."""
        return {plain(text) for text in (self.student, self.name, self.lms_id, *self.also)} - {""}


@dataclass(frozen=True)
class People:
    """All persons in order of name; `problems` are lines of the roster that fit nobody alone."""

    persons: tuple[Person, ...]
    problems: tuple[str, ...] = ()

    def find(self, text: str) -> list[Person]:
        """Return the persons whom a text names: one, or several, or none.

        A name of the results counts before other names.
        """
        exact = self._by_student.get(text)
        return [exact] if exact else list(self._by_key.get(plain(text), ()))

    @cached_property
    def _by_student(self) -> dict[str, Person]:
        return {person.student: person for person in self.persons}

    @cached_property
    def _by_key(self) -> dict[str, list[Person]]:
        found: dict[str, list[Person]] = {}
        for person in self.persons:
            for key in person.keys:
                found.setdefault(key, []).append(person)
        return found

    def near(self, text: str) -> list[str]:
        """Return the names that are most like a text, at most three."""
        by_key = {key: person.student for person in self.persons for key in person.keys}
        found = get_close_matches(plain(text), by_key, n=3, cutoff=0.5)
        return list(dict.fromkeys(by_key[key] for key in found))


def people(known: Iterable[Known], roster: Sequence[Line]) -> People:
    """Return everybody: those who handed something in, and those whom the roster alone names."""
    found: dict[str, Person] = {}
    for one in known:
        found[one.student] = _with_number(found.get(one.student), one)
    handed_in = People(tuple(found.values()))
    problems: list[str] = []
    fitting: dict[str, list[Line]] = {}  # by the student of the results that they may be about
    others: list[Line] = []
    for line in roster:
        persons = _fitting(handed_in, line)
        if not line["student"]:
            problems.append(f"{line.place}: the column student is needed, it is empty: fill it")
        elif len(persons) > 1:
            problems.append(_several(line, persons))
        elif persons:
            fitting.setdefault(persons[0].student, []).append(line)
        else:
            others.append(line)
    for student, lines in fitting.items():
        own, namesakes, same = _shared_out(found[student], lines)
        found[student] = _listed(found[student], own)
        others += namesakes
        todo = f"write {student} into the column student of the one who that is"
        problems += [_twice(line, own, todo) for line in same]
    shared = Counter(plain(line["student"]) for line in roster)
    taken: dict[str, Line] = {}
    for line in others:
        student = line["student"]
        if shared[plain(student)] > 1 and line["id"]:
            student = f"{student} {line['id']}"  # as of people in an LMS, who may have equal names
        if student in taken:
            todo = "write into the column id what tells them apart"
            problems.append(_twice(line, taken[student], todo))
        taken.setdefault(student, line)
        found[student] = _listed(Person(student), line)
    return People(tuple(found[name] for name in sorted(found)), tuple(problems))


def _with_number(person: Person | None, one: Known) -> Person:
    """Return a person whom the results call so; of several numbers, none is the person's own."""
    if person is None:
        return Person(one.student, one.name, one.lms_id, _called(one))
    also = tuple(dict.fromkeys((*person.also, *_called(one))))
    lms_id = person.lms_id if person.lms_id == one.lms_id else ""
    return replace(person, lms_id=lms_id, also=also)


def _called(one: Known) -> tuple[str, ...]:
    """Return what one export calls a person of an LMS."""
    return (f"{one.name} {one.lms_id}",) if one.name and one.lms_id else ()


def _listed(person: Person, line: Line) -> Person:
    """Return a person with what the line in the roster says."""
    return replace(
        person,
        name=person.name or line["name"] or _full_name(line["student"], person.student),
        lms_id=person.lms_id or line["id"],
        also=(*person.also, *(name for name in (*_names(line), line["email"]) if name)),
        is_listed=True,
    )


def _shared_out(person: Person, lines: Sequence[Line]) -> tuple[Line, list[Line], list[Line]]:
    """Return the line of a person, the lines of people of equal name, and those to ask about.

    It is sure whose a line is where it has the number or the name that the results have.
    """
    sure = [line for line in lines if person.lms_id and line["id"] == person.lms_id]
    sure += [line for line in lines if line["student"] == person.student]
    own = (sure or lines)[0]
    number = person.lms_id or own["id"]
    others = [line for line in lines if line is not own]
    namesakes = [line for line in others if sure and line["id"] not in ("", number)]
    return own, namesakes, [line for line in others if line not in namesakes]


def _names(line: Line) -> tuple[str, ...]:
    """Return what a line of the roster calls somebody, in the order in which that counts."""
    return (line["student"], line["name"], line["id"], line["email"].partition("@")[0])


def _full_name(listed: str, student: str) -> str:
    """Return what the roster calls a student whom the results call otherwise, '' for a login."""
    is_login = any(letter.isdigit() for letter in listed)
    return "" if is_login or plain(listed) == plain(student) else listed


def _fitting(handed_in: People, line: Line) -> list[Person]:
    """Return whom the first name of a line that anybody has belongs to; of several, the number."""
    found = next((found for name in _names(line) if (found := handed_in.find(name))), [])
    numbered = [person for person in found if person.lms_id and person.lms_id == line["id"]]
    return numbered if len(found) > 1 and len(numbered) == 1 else found


def _twice(line: Line, first: Line, todo: str) -> str:
    return (
        f"{line.place}: one line for each person is needed, {line['student']} stands in line "
        f"{first.number} too: remove one or, for two people, {todo}"
    )


def _several(line: Line, fitting: Sequence[Person]) -> str:
    names = ", ".join(clean_line(person.student, 80) for person in fitting[:_SHOWN])
    return (
        f"{line.place}: a name of one person is needed, {line['student']} may be {names}: write "
        "one of these into the column student"
    )
