"""The rules of a term, from the file rules.toml beside the results."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dlbook.check.shared import LANGUAGES
from dlbook.grading.errors import RulesError
from dlbook.grading.rules.late import LateRule
from dlbook.grading.rules.moment import FORM, Zone, read_moment, zone_name

RULES = "rules.toml"
_TOP = ("language", "time_zone", "missing_is_zero", "deadlines", "late")
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?")
_LARGEST = 1_000_000  # minutes: about two years
_LATE = ("grace_minutes", "percent_per_day", "at_most_percent", "file_times")


@dataclass(frozen=True)
class Settings:
    """Time zone, deadlines by set as they are written, late rule, and what nothing counts as.

    `lines` say where each deadline stands; `language` is what students read, '' where it is open.
    """

    zone: Zone = None
    deadlines: dict[str, datetime] = field(default_factory=dict)
    late: LateRule = field(default_factory=LateRule)
    missing_is_zero: bool = False
    lines: dict[str, int] = field(default_factory=dict)
    language: str = ""


def read_settings(path: Path, problems: list[str]) -> Settings:
    """Return the rules in a file, the default ones where there is no such file.

    What is wrong is put into `problems`, and the default stands in its place.
    """
    if not path.exists():
        return Settings()
    try:
        return _Reader(path, problems).settings()
    except RulesError as error:
        problems.append(str(error))
        return Settings()


class _Reader:
    """Reads one file; knows in which line a name stands."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        self._file, self._problems = path.name, problems
        try:
            self._text = path.read_text("utf-8-sig")
            self._data = tomllib.loads(self._text, parse_float=Decimal)
        except UnicodeDecodeError:
            raise RulesError(f"{path.name} is not in UTF-8: save it again as UTF-8") from None
        except (ValueError, RecursionError) as error:  # of a number or brackets without end, too
            raise RulesError(
                f'{path.name} is no TOML ({error}): write `name = value`, with a text in ""'
            ) from None

    def settings(self) -> Settings:
        """Return what the file says."""
        self._require_names(self._data, _TOP)
        zone = self._zone()
        late = self._table("late")
        self._require_names(late, _LATE)
        rule = LateRule(
            self._number(late, "grace_minutes", "minutes, 0 or more", 0),
            self._number(late, "percent_per_day", "percent from 0 to 100", 0, 100),
            self._number(late, "at_most_percent", "percent from 0 to 100", 100, 100),
            self._truth(late, "file_times"),
        )
        deadlines = {
            name: moment
            for name, value in self._table("deadlines").items()
            if (moment := self._moment(name, value, zone))
        }
        is_zero = self._truth(self._data, "missing_is_zero")
        lines = {name: self._line(name) for name in deadlines}
        return Settings(zone, deadlines, rule, is_zero, lines, self._language())

    def _line(self, name: str) -> int:
        """Return the line in which a name or a table of that name stands."""
        pattern = rf"\s*\[*[\"']?{re.escape(name)}[\"']?\s*[=\]]"
        lines = self._text.splitlines()
        return next((n for n, line in enumerate(lines, 1) if re.match(pattern, line)), 1)

    def _refuse(self, name: str, needed: str, got: object, todo: str) -> None:
        self._problems.append(f"{self._file}, line {self._line(name)}: {needed}, got {got}: {todo}")

    def _require_names(self, table: Mapping[str, Any], names: tuple[str, ...]) -> None:
        for name in table:
            if name not in names:
                near = get_close_matches(name, names, n=1)
                todo = f"write {near[0]}" if near else "remove it"
                self._refuse(name, f"one of {', '.join(names)} is needed", name, todo)

    def _language(self) -> str:
        value = self._data.get("language", "")
        if value in ("", *LANGUAGES):
            return str(value)
        todo = "write the one that students read"
        self._refuse("language", f"one of {', '.join(LANGUAGES)} is needed", repr(value), todo)
        return ""

    def _table(self, name: str) -> Mapping[str, Any]:
        value = self._data.get(name, {})
        if isinstance(value, dict):
            return value
        self._refuse(name, f"a table [{name}] is needed", value, f"write [{name}]")
        return {}

    def _truth(self, table: Mapping[str, Any], name: str) -> bool:
        value = table.get(name, False)
        if isinstance(value, bool):
            return value
        self._refuse(name, f"{name} needs true or false", repr(value), "write true or false")
        return False

    def _number(
        self, table: Mapping[str, Any], name: str, words: str, default: int, most: int | None = None
    ) -> Fraction:
        value = table.get(name, default)
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        most = _LARGEST if most is None else most
        # compared as text first, since nan compares with nothing and 1e-999999999 fills the memory
        if is_number and _NUMBER.fullmatch(str(value)) and value <= most:
            return Fraction(value)
        got = str(value) if isinstance(value, Decimal) else repr(value)
        self._refuse(name, f"{name} needs {words}", got, "write a number")
        return Fraction(default)

    def _zone(self) -> Zone:
        name = self._data.get("time_zone")
        if name is None:
            return None
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
            words = "the name of a time zone is needed"
            self._refuse("time_zone", words, repr(name), 'write one such as "Europe/Berlin"')
            return None

    def _moment(self, name: str, value: object, zone: Zone) -> datetime | None:
        moment = None
        if isinstance(value, str | date):  # TOML has dates of its own
            moment = read_moment(str(value), zone)
        if moment is None:
            self._refuse(
                name,
                f"a deadline such as {FORM} is needed, in {zone_name(zone)}",
                repr(value),
                f'write {name} = "{FORM}"',
            )
        return moment
