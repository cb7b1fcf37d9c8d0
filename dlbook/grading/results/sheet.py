"""A CSV that an LMS exported: what its columns and rows mean, and how it is written again."""

import csv
import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from dlbook.check.safe_text import clean_line
from dlbook.grading.errors import SheetError

_CANVAS_COLUMN = re.compile(r"(.+) \(\d+\)")
_CHANGEABLE = "Grade can be changed"
_MAXIMUM = "Maximum Grade"
_GERMAN = {  # names of Moodle's columns, as its German exports write them
    "ID": "Identifier",
    "Vollständiger Name": "Full name",
    "E-Mail-Adresse": "Email address",
    "Bewertung": "Grade",
    "Bestwertung": _MAXIMUM,
    "Bewertung kann geändert werden": _CHANGEABLE,
}


@dataclass(frozen=True)
class Sheet:
    """The rows of an export, and its way of writing, which a copy keeps."""

    rows: list[list[str]]
    delimiter: str
    mark: str
    newline: str

    @property
    def head(self) -> list[str]:
        return [cell.strip() for cell in self.rows[0]]

    @property
    def names(self) -> list[str]:
        """The head with Moodle's columns in English."""
        german = "Bewertung" in self.head
        return [_GERMAN.get(name, name) if german else name for name in self.head]

    @property
    def is_moodle(self) -> bool:
        return "Identifier" in self.names and "Grade" in self.names

    @property
    def is_canvas(self) -> bool:
        return "Student" in self.head and "ID" in self.head

    @property
    def students(self) -> list[int]:
        """The numbers of the rows that are students: no totals, no test student."""
        return [i for i, row in enumerate(self.rows) if i and any(row) and self._is_student(row)]

    @property
    def assignments(self) -> dict[int, str]:
        """The columns of a Canvas export that take grades: number and name without the ID."""
        found = {i: _CANVAS_COLUMN.fullmatch(name) for i, name in enumerate(self.head)}
        return {i: match[1] for i, match in found.items() if match}

    def column(self, name: str, option: str) -> int:
        """Return the number of the column `name`, which `option` asked for.

        Raises:
            SheetError: if there is none.
        """
        for names in (self.head, self.names):
            if name in names:
                return names.index(name)
        raise SheetError(f"{option} needs one of {', '.join(self.head)}; got {name!r}")

    def cell(self, row: int, name: str) -> str:
        """Return what stands in a row under a name, '' where there is no such column."""
        return self.rows[row][self.names.index(name)].strip() if name in self.names else ""

    def who(self, row: int) -> str:
        """Return who a row is of: the full name, or the first cell with letters, or the first."""
        full = self.cell(row, "Full name") or self.cell(row, "Student")
        cells = [full] if full else self.rows[row]
        named = (cell for cell in cells if any(c.isalpha() for c in cell))
        return clean_line(next(named, cells[0]), 80)

    def is_locked(self, row: int) -> bool:
        """Return whether the LMS says that a grade cannot be changed."""
        return self.is_moodle and self.cell(row, _CHANGEABLE).lower() in ("no", "nein", "non")

    def possible(self, column: int) -> float | None:
        """Return the points that the LMS gives at most, None where the file does not say."""
        if _MAXIMUM in self.names:
            return parse_number(self.cell(1, _MAXIMUM))
        for row in self.rows[1:4]:
            if row[0].strip().startswith("Points Possible"):
                return parse_number(row[column])
        return None

    def format_number(self, value: float) -> str:
        """Return a grade as the file writes numbers, with at most two decimals."""
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if "," in self.cell(1, _MAXIMUM) else text

    def text(self) -> str:
        """Return the sheet as CSV, with the delimiter and the line ends that it came with."""
        stream = StringIO()
        writer = csv.writer(stream, delimiter=self.delimiter, lineterminator=self.newline)
        writer.writerows(self.rows)
        return self.mark + stream.getvalue()

    def _is_student(self, row: list[str]) -> bool:
        if "Student" not in self.head:
            return True
        name = row[self.head.index("Student")].strip().lower()
        return bool(name) and not name.startswith(("points possible", "student, test"))


def read(path: Path) -> Sheet:
    """Return the export in the file at `path`.

    Raises:
        SheetError: if it is no CSV in UTF-8 with rows and columns.
    """
    try:
        raw = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise SheetError(f"an export of the LMS is needed, {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SheetError(f"{path} is not UTF-8: export it again, and fill that file") from None
    text = raw.removeprefix("\ufeff")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise SheetError(f"{path} is no CSV ({error}): export it again") from None
    if len(rows) < 2 or len(rows[0]) < 2:
        raise SheetError(f"{path} has no rows and columns: export it again")
    width = len(rows[0])
    padded = [row + [""] * (width - len(row)) for row in rows]
    mark = "\ufeff" if raw.startswith("\ufeff") else ""
    return Sheet(padded, delimiter, mark, "\r\n" if "\r\n" in text else "\n")


def parse_number(text: str) -> float | None:
    """Return the number that a cell holds, with a comma or a point; None where it holds none."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
