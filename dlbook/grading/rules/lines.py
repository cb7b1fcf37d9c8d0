"""The lecturer's CSV files, line by line, as spreadsheets write them; what is wrong says where."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from dlbook.grading.errors import RulesError

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Columns:
    """The columns of a file: those that it needs, and those that it may have.

    With `any_others` further ones are left alone; without, one is taken for a name misspelt.
    """

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    any_others: bool = False


@dataclass(frozen=True)
class Line:
    """One line of a file: where it stands, and its cells by the name of their column."""

    file: str
    number: int
    cells: dict[str, str]

    @property
    def place(self) -> str:
        return f"{self.file}, line {self.number}"

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read_lines(path: Path, columns: Columns, problems: list[str]) -> list[Line]:
    """Return the lines of a CSV file with cells in them, [] where there is no such file.

    UTF-8 with or without a mark and UTF-16 are read, with commas, semicolons or tabs. What is wrong
    with the file or a line of it is put into `problems`, and the rest is read all the same.
    """
    if not path.exists():
        return []
    try:
        rows = _rows(path)
        if not rows:
            raise RulesError(f"{path.name} is empty: write {_head(columns)} as its first line")
        (number, head), *body = rows
        names = [name.strip().casefold() for name in head]
        _require(columns, names, f"{path.name}, line {number}")
    except RulesError as error:
        problems.append(str(error))
        return []
    lines = []
    for number, row in body:
        if len(row) > len(names):
            problems.append(
                f"{path.name}, line {number}: {len(names)} cells are needed, as in the first line, "
                f'got {len(row)}: put a text with a comma or semicolon between two signs "'
            )
            continue
        cells = dict(zip(names, (cell.strip() for cell in row), strict=False))
        lines.append(Line(path.name, number, cells))
    return lines


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows of a file that are not empty, each with the number of its line."""
    text = _text(path).removeprefix("\ufeff")
    first, rest = _first_line(text)
    skipped = 0
    if first.strip().casefold().startswith("sep="):  # as Excel notes what parts the cells
        first, text, skipped = _first_line(rest)[0], rest, 1
    delimiter = max(",;\t", key=first.count)
    # strict: else a quote that is not closed takes all lines below it into one cell
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found, last = [], skipped
    try:
        for row in reader:
            last = reader.line_num + skipped
            found.append((last, row))
    except csv.Error as error:
        raise RulesError(
            f"{path.name}, line {last + 1}: cells of a CSV are needed, got one that is wrong from "
            f'here on ({error}): close each quote, and write a quote inside a text as ""'
        ) from None
    return [(number, row) for number, row in found if any(cell.strip() for cell in row)]


def _first_line(text: str) -> tuple[str, str]:
    """Return the first line of a text, and what is below; old Macs end a line by a return alone."""
    first, *rest = re.split("\r\n|\r|\n", text, maxsplit=1)
    return first, "".join(rest)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        text = data.decode("utf-16" if data[:2] in _UTF_16 else "utf-8")
    except OSError as error:
        raise RulesError(f"{path} cannot be read ({error.strerror}): see to its rights") from None
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # as in UTF-16 without a mark, which no letter of UTF-8 forbids
        raise RulesError(f"{path.name} is not in UTF-8: save it again, as the kind CSV UTF-8")
    return text


def _head(columns: Columns) -> str:
    return ",".join([*columns.needed, *columns.optional])


def _require(columns: Columns, names: Sequence[str], place: str) -> None:
    """Refuse a first line that lacks a column, has one twice or, if that matters, one too many."""
    missing = [name for name in columns.needed if name not in names]
    known = {*columns.needed, *columns.optional, ""}
    strange = [] if columns.any_others else [name for name in names if name not in known]
    twice = [name for name in known - {""} if names.count(name) > 1]
    if missing or strange or twice:
        raise RulesError(
            f"{place}: the columns {_head(columns)} are needed, got {','.join(names)}: "
            f"{'write' if missing else 'change'} {', '.join(missing or strange or twice)}"
        )


def refuse(problems: Sequence[str]) -> None:
    """Raise what is wrong, if anything is: file by file, in order of lines."""
    if len(problems) == 1:
        raise RulesError(problems[0])
    if problems:
        told = sorted(problems, key=_place)
        raise RulesError("\n  ".join([f"{len(problems)} lines are to be mended", *told]))


def _place(problem: str) -> tuple[str, int]:
    """Return the file and the line that a problem begins with."""
    found = re.match(r"(\S+), line (\d+)", problem)
    return (found[1], int(found[2])) if found else (problem.partition(" ")[0], 0)
