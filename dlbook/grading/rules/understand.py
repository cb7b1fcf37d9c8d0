"""Whom and what each line of the lecturer's is about: people, sets and exercises found by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from dlbook.check.names import sets_named
from dlbook.check.safe_text import clean_line
from dlbook.grading.rules.lines import Line, refuse
from dlbook.grading.rules.people import ROSTER, Known, People, Person, people
from dlbook.grading.rules.settings import RULES, Settings
from dlbook.grading.rules.word import Dated, Override, Word

Sets = Mapping[str, Sequence[str]]  # the exercises of each set by its name
_One = TypeVar("_One", Dated, Override)


@dataclass(frozen=True)
class Understood:
    """The word with its people and sets: each line under the student and the set that it is for.

    `remarks` are for the lecturer: lines that have no effect yet, or may be a slip.
    """

    people: People
    times: dict[tuple[str, str], Dated]
    extensions: dict[tuple[str, str], Dated]
    overrides: dict[tuple[str, str, str], Override]
    deadlines: dict[str, datetime]
    remarks: tuple[str, ...] = ()


def understand(word: Word, known: Iterable[Known], sets: Sets) -> Understood:
    """Return whom and what each line is about.

    Args:
        word: what the lecturer wrote.
        known: who handed something in.
        sets: the exercises of each set, by name; a line may be for a set to come, which is told.

    Raises:
        RulesError: if a line of any file is wrong or names nobody; it tells all of them.
    """
    resolver = _Resolver(people(known, word.roster), sets)
    times = {key[:2]: one for key, one in resolver.keyed(word.times).items()}
    extensions = {key[:2]: one for key, one in resolver.keyed(word.extensions).items()}
    overrides = resolver.keyed(word.overrides)
    deadlines = resolver.deadlines(word.settings)
    refuse([*word.problems, *resolver.people.problems, *resolver.problems])
    remarks = tuple(resolver.remarks)
    return Understood(resolver.people, times, extensions, overrides, deadlines, remarks)


class _Resolver:
    """Finds the person, set and exercise of lines, and keeps what is wrong with them."""

    def __init__(self, found: People, sets: Sets) -> None:
        self.people, self._sets = found, sets
        self.problems: list[str] = []
        self.remarks: list[str] = []

    def keyed(self, items: Iterable[_One]) -> dict[tuple[str, str, str], _One]:
        """Return the items by student, set and exercise; each of these may be named once."""
        found: dict[tuple[str, str, str], _One] = {}
        for item in items:
            line = item.line
            key = self._key(line)
            if key is None:
                continue
            if key in found:
                self.problems.append(
                    f"{line.place}: one line for each student, set and exercise is needed, line "
                    f"{found[key].line.number} says the same: remove one"
                )
            found.setdefault(key, item)
        return found

    def deadlines(self, settings: Settings) -> dict[str, datetime]:
        """Return the deadlines by the whole name of their set; those of sets to come are told."""
        known: dict[str, datetime] = {}
        written: dict[str, str] = {}
        to_come = []
        for name, due in settings.deadlines.items():
            found, line = self.set_named(name), settings.lines.get(name, 1)
            if len(found) == 1 and found[0] in known:
                self.problems.append(
                    f"{RULES}, line {line}: one deadline of {found[0]} is needed, got {name} and "
                    f"{written[found[0]]}: remove one"
                )
            elif len(found) == 1:
                known[found[0]], written[found[0]] = due, name
            elif found:
                self.problems.append(
                    f"{RULES}, line {line}: one set is needed under [deadlines], got {name}: "
                    f"write one of {', '.join(found)}"
                )
            else:
                to_come.append(f"{name} (line {line})")
        if to_come:
            names = ", ".join(to_come)
            self.remarks.append(f"{RULES}: there are no results yet of the sets due: {names}")
        return known

    def set_named(self, text: str) -> list[str]:
        """Return the sets that a text names: 05, 5 and 05_backpropagation mean the same."""
        return sets_named(text, self._sets) if text else []

    def _key(self, line: Line) -> tuple[str, str, str] | None:
        person = self._person(line)
        sets = self.set_named(line["set"])
        if len(sets) > 1 or not line["set"]:
            self.problems.append(
                f"{line.place}: a set is needed, got {line['set']!r}: write one of "
                f"{', '.join(sets or self._sets)}"
            )
            return None
        if not sets:
            self.remarks.append(f"{line.place}: there are no results of a set {line['set']} yet")
            return None
        exercises = self._sets[sets[0]]
        if line["exercise"] and exercises and line["exercise"] not in exercises:
            self.problems.append(
                f"{line.place}: an exercise of {sets[0]} is needed, got {line['exercise']!r}: "
                f"write one of {', '.join(exercises)}, or nothing for the whole set"
            )
            return None
        return (person.student, sets[0], line["exercise"]) if person else None

    def _person(self, line: Line) -> Person | None:
        found = self.people.find(line["student"])
        if len(found) == 1:
            return found[0]
        got = clean_line(line["student"], 80)
        if found:
            names = ", ".join(person.student for person in found)
            todo = f"write one of {names}"
        else:
            near = ", ".join(self.people.near(line["student"]))
            todo = f"did you mean {near}?" if near else f"write the name as {ROSTER} has it"
        self.problems.append(
            f"{line.place}: a student of the roster or the results is needed, got {got!r}: {todo}"
        )
        return None
