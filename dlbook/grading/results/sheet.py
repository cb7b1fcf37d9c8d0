"""A file that an LMS exported: what its columns and rows mean."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from pathlib import Path

from dlbook.check.safe_text import clean_line
from dlbook.grading.errors import SheetError
from dlbook.grading.results import headings
from dlbook.grading.results.cells import Cells, parse

_CANVAS_COLUMN = re.compile(r"(.+) \(\d+\)")
_BLACKBOARD_COLUMN = re.compile(r"(.+?) \[[^\[\]]*?[:：] ?(\d+(?:[.,]\d+)?) [^\[\]]*\] ?\|\d+")
_DECIMAL = re.compile(r"-?\d+([.,])\d+")
_WORKBOOKS = (b"PK\3\4", b"\xd0\xcf\x11\xe0")  # .xlsx and the .xls of old
BLACKBOARD_FEEDBACK, _BLACKBOARD_FORMAT = "Feedback to Learner", "Feedback Format"


@dataclass(frozen=True)
class Sheet:
    """The cells of an export, and what they mean."""

    cells: Cells

    @cached_property
    def rows(self) -> list[list[str]]:
        return self.cells.values

    @cached_property
    def head(self) -> list[str]:
        return [cell.strip() for cell in self.rows[0]]

    @cached_property
    def names(self) -> list[str]:
        """The head with Moodle's columns in English."""
        return headings.in_english(self.head)

    @property
    def is_moodle(self) -> bool:
        return headings.ID in self.names and headings.GRADE in self.names

    @property
    def is_canvas(self) -> bool:
        return "Student" in self.head and "ID" in self.head

    @property
    def is_blackboard(self) -> bool:
        return any(_BLACKBOARD_COLUMN.fullmatch(name) for name in self.head)

    @property
    def students(self) -> list[int]:
        """The numbers of the rows that are students: no totals, no test student."""
        return [i for i, row in enumerate(self.rows) if i and any(row) and self._is_student(row)]

    @property
    def assignments(self) -> dict[int, str]:
        """The columns of Canvas or Blackboard that take grades: number, and name without the ID."""
        pattern = _CANVAS_COLUMN if self.is_canvas else _BLACKBOARD_COLUMN
        found = {i: pattern.fullmatch(name) for i, name in enumerate(self.head)}
        return {i: match[1] for i, match in found.items() if match}

    def column(self, name: str, option: str) -> int:
        """Return the number of the column `name`, which `option` asked for.

        Raises:
            SheetError: if there is none.
        """
        for names in (self.head, self.names):
            if names.count(name) > 1:
                raise SheetError(
                    f"{option} needs a column of one name, {name!r} stands {names.count(name)} "
                    "times in the first line: rename all but one"
                )
            if name in names:
                return names.index(name)
        raise SheetError(f"{option} needs one of {', '.join(self.head)}; got {name!r}")

    def comment_column(self, asked: str) -> int:
        """Return the number of the column that takes comments: as asked, or as the LMS names it.

        Raises:
            SheetError: if there is none.
        """
        if asked:
            return self.column(asked, "--comment-column")
        if self.is_canvas:
            raise SheetError(
                "a column for comments is needed, Canvas takes none from a CSV: leave --comments "
                "out, and give feedback pages back with --feedback-zip"
            )
        for name in (headings.COMMENTS, BLACKBOARD_FEEDBACK):
            if name in self.names:
                return self.names.index(name)
        raise SheetError(
            "a column for comments is needed: switch feedback comments on in the LMS and export "
            f"again, or name one with --comment-column; there are: {', '.join(self.head)}"
        )

    def comment_is_html(self, column: int) -> bool:
        """Return whether the LMS takes what stands in a column for HTML."""
        return self.names[column] in (headings.COMMENTS, BLACKBOARD_FEEDBACK)

    def cell(self, row: int, name: str) -> str:
        """Return what stands in a row under a name, '' where there is no such column."""
        return self.rows[row][self.names.index(name)].strip() if name in self.names else ""

    def who(self, row: int) -> str:
        """Return who a row is of: the full name, or the first cell with letters, or the first."""
        full = self.cell(row, headings.NAME) or self.cell(row, "Student")
        cells = [full] if full else self.rows[row]
        named = (cell for cell in cells if any(c.isalpha() for c in cell))
        return clean_line(next(named, cells[0]), 80)

    def is_locked(self, row: int) -> bool:
        """Return whether the LMS says that a grade cannot be changed."""
        return self.is_moodle and self.cell(row, headings.CHANGEABLE).lower() in headings.NO

    def possible(self, column: int) -> float | None:
        """Return the points that the LMS gives at most, None where the file does not say."""
        if headings.MAXIMUM in self.names:
            return parse_number(self.cell(1, headings.MAXIMUM))
        if match := _BLACKBOARD_COLUMN.fullmatch(self.head[column]):
            return parse_number(match[2])
        for row in self.rows[1:4]:
            if row[0].strip().startswith("Points Possible"):
                return parse_number(row[column])
        return None

    def format_number(self, value: float, column: int) -> str:
        """Return a grade as the file writes numbers in a column, with at most two decimals."""
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        has_comma = "," in self.cell(1, headings.MAXIMUM) or column in self._comma_columns
        return text.replace(".", ",") if has_comma else text

    @cached_property
    def _comma_columns(self) -> set[int]:
        """The columns whose numbers have a decimal comma.

        Where a column has no decimals, the others tell, unless commas part the cells themselves.
        """
        marks = [_decimal_marks(column) for column in zip(*self.rows[1:], strict=False)]
        elsewhere = set().union(*marks) if self.cells.delimiter != "," else set()
        return {i for i, own in enumerate(marks) if (own or elsewhere) == {","}}

    def put_comment(self, row: int, column: int, text: str) -> None:
        """Write a comment; where Blackboard wants to know its format, say so."""
        self.cells.put(row, column, text)
        if self.head[column] == BLACKBOARD_FEEDBACK and _BLACKBOARD_FORMAT in self.head:
            self.cells.put(row, self.head.index(_BLACKBOARD_FORMAT), "HTML")

    def _is_student(self, row: list[str]) -> bool:
        if "Student" not in self.head:
            return True
        name = row[self.head.index("Student")].strip().lower()
        return bool(name) and not name.startswith(("points possible", "student, test"))


def _decimal_marks(cells: Iterable[str]) -> set[str]:
    """Return what parts the decimals of numbers in some cells: a comma, a point, both or none."""
    return {found[1] for cell in cells if (found := _DECIMAL.fullmatch(cell.strip()))}


def read(path: Path, encoding: str = "") -> Sheet:
    """Return the export in the file at `path`.

    Args:
        path: of a CSV, or of Blackboard's tab-separated `.xls`.
        encoding: of its letters, where it is neither UTF-8 nor UTF-16.

    Raises:
        SheetError: if it is none with rows and columns.
    """
    try:
        data = path.read_bytes()
        if data.startswith(_WORKBOOKS):
            raise SheetError("a CSV is needed, this is an Excel workbook: save it as CSV UTF-8")
        sheet = Sheet(parse(data, encoding))
    except OSError as error:
        raise SheetError(f"an export of the LMS is needed, {path}: {error.strerror}") from None
    except SheetError as error:
        raise SheetError(f"{path}: {error}") from None
    if len(sheet.rows) < 2 or len(sheet.head) < 2:
        raise SheetError(f"{path} has no rows and columns: export it again")
    return sheet


def parse_number(text: str) -> float | None:
    """Return the number that a cell holds, with a comma or a point; None where it holds none."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if isfinite(number) else None
