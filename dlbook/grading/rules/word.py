"""What the lecturer wrote beside the results: read in whole, whatever is wrong in it."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from dlbook.grading.rules.lines import Columns, Line, read_lines
from dlbook.grading.rules.moment import FORM, is_date_alone, read_moment, zone_name
from dlbook.grading.rules.people import ROSTER, ROSTER_COLUMNS
from dlbook.grading.rules.settings import RULES, Settings, read_settings

TIMES, EXTENSIONS, OVERRIDES = "times.csv", "extensions.csv", "overrides.csv"
FILES = (ROSTER, RULES, TIMES, EXTENSIONS, OVERRIDES)  # of the lecturer, never written by us
_NEVER = datetime.max.replace(tzinfo=UTC)  # for what cannot be read
_POINTS = re.compile(r"\d{1,6}(?:[.,]\d{1,2})?|[.,]\d{1,2}")
_TIME_COLUMNS = Columns(("student", "set", "handed in"))
_EXTENSION_COLUMNS = Columns(("student", "set", "until", "reason"))
_OVERRIDE_COLUMNS = Columns(("student", "set", "exercise", "points", "comment"))


@dataclass(frozen=True)
class Dated:
    """A line of times.csv or extensions.csv with its moment."""

    line: Line
    moment: datetime


@dataclass(frozen=True)
class Override:
    """A line of overrides.csv: points for an exercise or a whole set, or a comment alone."""

    line: Line
    points: Fraction | None

    @property
    def comment(self) -> str:
        return self.line["comment"]

    @property
    def exercise(self) -> str:
        return self.line["exercise"]


@dataclass(frozen=True)
class Word:
    """All that the lecturer wrote, as far as it can be understood without the results.

    `problems` say what is wrong; `understand` refuses them with those that only it can see.
    """

    settings: Settings = field(default_factory=Settings)
    roster: tuple[Line, ...] = ()
    times: tuple[Dated, ...] = ()
    extensions: tuple[Dated, ...] = ()
    overrides: tuple[Override, ...] = ()
    problems: tuple[str, ...] = ()


def read_word(folder: Path) -> Word:
    """Return what the lecturer wrote into a folder of results, with all that is wrong in it."""
    problems: list[str] = []
    settings = read_settings(folder / RULES, problems)

    def lines(name: str, columns: Columns) -> list[Line]:
        return read_lines(folder / name, columns, problems)

    def dated(name: str, columns: Columns, column: str) -> tuple[Dated, ...]:
        return tuple(_dated(one, column, settings, problems) for one in lines(name, columns))

    return Word(
        settings,
        tuple(lines(ROSTER, ROSTER_COLUMNS)),
        dated(TIMES, _TIME_COLUMNS, "handed in"),
        dated(EXTENSIONS, _EXTENSION_COLUMNS, "until"),
        tuple(_override(line, problems) for line in lines(OVERRIDES, _OVERRIDE_COLUMNS)),
        tuple(problems),
    )


def _dated(line: Line, column: str, settings: Settings, problems: list[str]) -> Dated:
    moment = read_moment(line[column], settings.zone)
    if line.file == TIMES and is_date_alone(line[column]):
        moment = None  # handed in before the deadline of that day, or after it?
    if moment is None:
        problems.append(
            f"{line.place}: a time such as {FORM} is needed, in {zone_name(settings.zone)}, got "
            f"{line[column]!r}: write year, month, day, hour and minute like this"
        )
    return Dated(line, moment or _NEVER)


def _override(line: Line, problems: list[str]) -> Override:
    text = line["points"]
    points = _number(text)
    if text and points is None:
        problems.append(
            f"{line.place}: points of 0 or more are needed, with at most two decimals, got "
            f"{text!r}: write a number, or leave the cell empty and write a comment"
        )
    elif points is None and not line["comment"]:
        problems.append(f"{line.place}: points or a comment are needed, got neither: write one")
    return Override(line, points)


def _number(text: str) -> Fraction | None:
    """Return the number in a cell, None where there is none that points can be.

    1,000 is none: in some countries that is a thousand, in others it is one.
    """
    return Fraction(text.replace(",", ".")) if _POINTS.fullmatch(text) else None
