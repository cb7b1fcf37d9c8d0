"""Who is in the class: the lecturer's roster and the people in the results, put together."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Protocol

from dlbook.check.safe_text import clean_line
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
        exact = [person for person in self.persons if person.student == text]
        key = plain(text)
        return exact or [person for person in self.persons if key and key in person.keys]

    def near(self, text: str) -> list[str]:
        """Return the names that are most like a text, at most three."""
        by_key = {key: person.student for person in self.persons for key in person.keys}
        found = get_close_matches(plain(text), by_key, n=3, cutoff=0.5)
        return list(dict.fromkeys(by_key[key] for key in found))


def plain(text: str) -> str:
    """Return the letters and digits of a text, in lower case and with accents composed."""
    return "".join(c for c in unicodedata.normalize("NFC", text).casefold() if c.isalnum())


def people(known: Iterable[Known], roster: Sequence[Line]) -> People:
    """Return everybody: those who handed something in, and those whom the roster alone names."""
    found = {one.student: Person(one.student, one.name, one.lms_id) for one in known}
    handed_in = People(tuple(found.values()))
    taken: dict[str, Line] = {}
    problems = []
    for line in roster:
        names = (line["student"], line["name"], line["id"], line["email"].partition("@")[0])
        fitting = _fitting(handed_in, names)
        if not line["student"]:
            problems.append(f"{line.place}: the column student is needed, it is empty: fill it")
            continue
        if len(fitting) > 1:
            problems.append(_several(line, fitting))
            continue
        person = fitting[0] if fitting else Person(line["student"])
        if person.student in taken:
            problems.append(
                f"{line.place}: each person is needed once, {line['student']} stands in line "
                f"{taken[person.student].number} too: remove one"
            )
        taken.setdefault(person.student, line)
        found[person.student] = replace(
            person,
            name=person.name or line["name"] or _full_name(line["student"], person.student),
            lms_id=person.lms_id or line["id"],
            also=tuple(name for name in (*names, line["email"]) if name),
            is_listed=True,
        )
    return People(tuple(found[name] for name in sorted(found)), tuple(problems))


def _full_name(listed: str, student: str) -> str:
    """Return what the roster calls a student whom the results call otherwise, '' for a login."""
    is_login = any(letter.isdigit() for letter in listed)
    return "" if is_login or plain(listed) == plain(student) else listed


def _fitting(handed_in: People, names: Iterable[str]) -> list[Person]:
    """Return whom the first of several names that anybody has belongs to."""
    return next((found for name in names if (found := handed_in.find(name))), [])


def _several(line: Line, fitting: Sequence[Person]) -> str:
    names = ", ".join(clean_line(person.student, 80) for person in fitting[:_SHOWN])
    return (
        f"{line.place}: a name of one person is needed, {line['student']} may be {names}: write "
        "one of these into the column student"
    )
