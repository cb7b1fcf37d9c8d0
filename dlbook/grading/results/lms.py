"""Grades into the file that an LMS exported: Canvas, Moodle, Blackboard, or any table with names.

The file itself stays as it is; a copy in its folder is filled, which can be imported again. In it
every byte is that of the file, but for the cells that take grades and comments.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from dlbook.check.names import sets_named
from dlbook.check.safe_text import clean_line
from dlbook.check.shared import atomic
from dlbook.grading.batch.entry import Entry
from dlbook.grading.batch.names import plain
from dlbook.grading.batch.renamed import is_numbered_anew
from dlbook.grading.errors import SheetError
from dlbook.grading.results import comment, headings
from dlbook.grading.results.folder import free_sibling
from dlbook.grading.results.sheet import Sheet, parse_number, read
from dlbook.grading.rules.points import rounded
from dlbook.grading.run.report import Report

_NUMBERS = ("ID", headings.ID)
_NAMES = ("SIS Login ID", "SIS User ID", "Username", "Student ID", "ID number", headings.EMAIL)
_FULL_NAMES = ("Student", headings.NAME)
_SHOWN = 10  # rows that no result fits
_NO_GRADE = ("", "-", "--")  # another word is a decision of somebody: Canvas's EX for excused
_NO_ROW = "no row of the file fits"
_PARTICIPANT = re.compile(r"\D*?(\d+)")  # Participant 17, or the same in any language


@dataclass(frozen=True)
class Choice:
    """What the lecturer asked for; '' leaves it to the file."""

    set_prefix: str = ""
    column: str = ""
    id_column: str = ""
    scale: bool = False
    comments: bool = False
    comment_column: str = ""
    encoding: str = ""


@dataclass
class Filled:
    """The copy, and who is not in it."""

    path: Path
    column: str
    count: int = 0
    comments: int = 0
    problems: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return what was filled in and what was not, a line each."""
        lines = [f"{self.count} grades filled into {self.path}, column {self.column!r}"]
        if self.comments:
            lines.append(f"  and {self.comments} comments")
        lines += [f"  not filled: {line}" for line in self.problems]
        lines += [f"  another grade was there: {line}" for line in self.replaced]
        lines += [f"  more than there are points: {line}" for line in self.above]
        if self.without:
            more = f" and {len(self.without) - _SHOWN} more" if len(self.without) > _SHOWN else ""
            names = "; ".join(self.without[:_SHOWN])
            lines.append(
                f"  left as they were: {len(self.without)} rows that no result fits: {names}{more}"
            )
        return "\n".join(lines)


def fill(
    path: Path,
    entries: Iterable[Entry],
    choice: Choice,
    words: Callable[[Entry], list[str]] = comment.lines,
    called: Callable[[Entry], Iterable[str]] = lambda entry: (),
) -> Filled:
    """Write a copy of the export at `path` with the scores of one set in it.

    Args:
        path: of the export.
        entries: the results.
        choice: what the lecturer asked for.
        words: what a comment says, in lines of which the first begins with `comment.head`.
        called: what else a student is called, such as the number that the roster has.

    Raises:
        SheetError: if the file is no such export, or it is not clear what goes where.
    """
    own = one_set(list(entries), choice.set_prefix)
    sheet = read(path, choice.encoding)
    column = _column(sheet, choice, own[0].set_name)
    wanted = choice.comments or choice.comment_column
    comments = sheet.comment_column(choice.comment_column) if wanted else None
    _require_apart(sheet, column, comments, choice.id_column)
    possible = sheet.possible(column)
    factor = _factor(possible, own, choice.scale)
    most = possible or _points(own)
    filled = Filled(free_sibling(path, "filled"), sheet.head[column])
    found = _match(sheet, own, choice, called, filled)
    if all(line.endswith(_NO_ROW) for line in filled.problems) and not found:
        raise SheetError(
            "no student of the results is in this file: is it the export of this course? "
            f"It has no row for {', '.join(_who(entry) for entry in own[:5])}"
        )
    for row, entry in found.items():
        if sheet.is_locked(row):
            filled.problems.append(
                f"{_who(entry)}: the file says that this grade cannot be changed"
            )
            continue
        _put_grade(sheet, row, column, entry, factor, filled)
        _remark_above(sheet, entry, factor, most, filled)
        if comments is not None:
            _put_comment(sheet, row, comments, entry, words(entry), filled)
    filled.without = [sheet.who(row) for row in sheet.students if row not in found]
    atomic.write(filled.path, sheet.cells.data())
    return filled


def _require_apart(sheet: Sheet, column: int, comments: int | None, id_column: str) -> None:
    """Refuse to write grades over names, or comments over grades or names."""
    names = sheet.column(id_column, "--id-column") if id_column else None
    if column in (comments, names) or (names is not None and comments == names):
        raise SheetError(
            "columns of their own are needed for grades, comments and names, got one twice: "
            f"name others; there are: {', '.join(sheet.head)}"
        )


def _put_grade(
    sheet: Sheet, row: int, column: int, entry: Entry, factor: Fraction, filled: Filled
) -> None:
    report = entry.report
    if report is None:
        filled.problems.append(f"{_who(entry)}: {entry.reason}")
        return
    old = sheet.rows[row][column].strip()
    new = sheet.format_number(_scaled(report, factor), column)
    if old not in _NO_GRADE and parse_number(old) != parse_number(new):
        filled.replaced.append(f"{_who(entry)}: {old}, now {new}")
    sheet.cells.put(row, column, new)
    filled.count += 1


def _remark_above(
    sheet: Sheet, entry: Entry, factor: Fraction, most: float, filled: Filled
) -> None:
    """Note a grade above the points that there are: Moodle refuses the row, others add a bonus."""
    report = entry.report
    if report and most and _scaled(report, factor) > most:
        grade = f"{_scaled(report, factor):.2f}".rstrip("0").rstrip(".")
        next_step = "Moodle refuses it: raise the maximum there" if sheet.is_moodle else "a bonus?"
        filled.above.append(f"{_who(entry)}: {grade} of {most:g}: {next_step}")


def _put_comment(
    sheet: Sheet, row: int, column: int, entry: Entry, lines: list[str], filled: Filled
) -> None:
    """Write a comment; one that a person wrote stays, and is told."""
    old = sheet.rows[row][column].strip()
    if old and not comment.is_ours(old, entry):
        filled.problems.append(f"{_who(entry)}: a comment of another hand is there, and stays")
        return
    is_html = sheet.comment_is_html(column)
    sheet.put_comment(row, column, comment.as_html(lines) if is_html else " / ".join(lines))
    filled.comments += 1


def one_set(entries: list[Entry], prefix: str) -> list[Entry]:
    """Return the entries of the one set that `prefix` names: 5, 05 or 05_back.

    Raises:
        SheetError: if there is none, or more than one.
    """
    names = sorted({entry.set_name for entry in entries if entry.set_name})
    chosen = sets_named(prefix, names)
    if len(chosen) != 1:
        raise SheetError(f"one set is needed, name it with --set; there are: {', '.join(names)}")
    return [entry for entry in entries if entry.set_name == chosen[0]]


def _column(sheet: Sheet, choice: Choice, set_name: str) -> int:
    """Return the number of the column to fill: as asked, or as the LMS names it."""
    if choice.column:
        return sheet.column(choice.column, "--column")
    if sheet.is_moodle:
        return sheet.names.index(headings.GRADE)
    if not sheet.is_canvas and not sheet.is_blackboard:
        raise SheetError(
            f"an export of Canvas, Blackboard or Moodle ({headings.LANGUAGES}) is needed, this is "
            f"none: name the columns with --column and --id-column; there are: "
            f"{', '.join(sheet.head)}"
        )
    number, _, topic = set_name.partition("_")
    tests = (
        lambda name: plain(set_name) in plain(name),
        lambda name: bool(topic) and plain(topic) in plain(name),
        lambda name: re.search(rf"(?<!\d)0*{re.escape(number.lstrip('0'))}(?!\d)", name),
        lambda name: len(sheet.assignments) == 1,
    )
    for fits in tests:
        named = [i for i, name in sheet.assignments.items() if fits(name)]
        if len(named) == 1:
            return named[0]
    names = ", ".join(sheet.head[i] for i in sheet.assignments) or "none"
    raise SheetError(f"which column is {set_name}? Name it with --column; there are: {names}")


def _factor(possible: float | None, entries: list[Entry], scale: bool) -> Fraction:
    """Return what scores are multiplied by; points that differ need `--scale`."""
    points = _points(entries)
    if scale and possible is None:
        raise SheetError("--scale needs the points of the LMS, and no column of the file has them")
    if not points or possible is None or possible == points:
        return Fraction(1)
    if not scale:
        raise SheetError(
            f"the LMS gives {possible:g} points, the set has {points}: change one of them, or "
            "add --scale"
        )
    if possible <= 0:
        raise SheetError(
            f"--scale needs points above 0 in the LMS, got {possible:g}: set them there, and "
            "export again"
        )
    return Fraction(str(possible)) / points


def _scaled(report: Report, factor: Fraction) -> float:
    """Return a score in points of the LMS, rounded as in grades.csv: half a hundredth goes up."""
    return float(rounded(Fraction(str(report.score)) * factor))


def _points(entries: list[Entry]) -> int:
    """Return the points of the set, 0 where nobody was graded."""
    return max((report.points for entry in entries if (report := entry.report)), default=0)


def _match(
    sheet: Sheet,
    entries: list[Entry],
    choice: Choice,
    called: Callable[[Entry], Iterable[str]],
    filled: Filled,
) -> dict[int, Entry]:
    """Return entries by their row; `filled` notes who has no row, or several, or shares one."""
    numbers = _rows(sheet, [choice.id_column] if choice.id_column else _NUMBERS)
    names = _rows(sheet, [choice.id_column] if choice.id_column else (*_NAMES, *_FULL_NAMES))
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        others = tuple(called(entry))
        is_own = sheet.is_moodle or not (others and is_numbered_anew(entry))
        number = entry.lms_id if is_own else ""
        rows = numbers.get(number, set()) if number else set()
        for own in (entry.student, entry.name, number, *others):
            rows = rows or names.get(plain(own), set())
        if len(rows) == 1:
            found.setdefault(next(iter(rows)), []).append(entry)
        else:
            why = "several rows of the file fit" if rows else _NO_ROW
            filled.problems.append(f"{_who(entry)}: {why}")
    for rivals in (group for group in found.values() if len(group) > 1):
        names_shown = " and ".join(_who(entry) for entry in rivals)
        filled.problems.append(f"{names_shown}: one row of the file fits them all")
    return {number: group[0] for number, group in found.items() if len(group) == 1}


def _rows(sheet: Sheet, columns: Iterable[str]) -> dict[str, set[int]]:
    """Return the rows of students by what stands in `columns`: as letters and digits."""
    found: dict[str, set[int]] = {}
    for name in columns:
        if name in sheet.names or name not in (*_NUMBERS, *_NAMES, *_FULL_NAMES):
            place = sheet.column(name, "--id-column")
            for row in sheet.students:
                value = sheet.rows[row][place].strip()
                if name in _NUMBERS and (numbered := _PARTICIPANT.fullmatch(value)):
                    value = numbered[1]
                for text in {plain(value), plain(value.partition("@")[0])} - {""}:
                    found.setdefault(text, set()).add(row)
    return found


def _who(entry: Entry) -> str:
    return clean_line(entry.student, 80)
