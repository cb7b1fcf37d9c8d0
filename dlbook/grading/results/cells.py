"""A table as a file holds it: cells can be replaced, and every other byte stays as it is."""

import re
from dataclasses import dataclass

from dlbook.grading.errors import SheetError

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_DELIMITERS = ",;\t"


@dataclass
class Cells:
    """The cells of a file as they are written, quotes included, and the end of each line.

    `mark` is the byte order mark that the file begins with, b'' for none.
    """

    delimiter: str
    raw: list[list[str]]
    ends: list[str]
    encoding: str = "utf-8"
    mark: bytes = b""

    @property
    def values(self) -> list[list[str]]:
        """What the cells say; short lines are filled up with empty cells."""
        width = len(self.raw[0])
        rows = [[_value(cell) for cell in row] for row in self.raw]
        return [row + [""] * (width - len(row)) for row in rows]

    def put(self, row: int, column: int, value: str) -> None:
        """Write a value into a cell, in quotes where the old one was or where it needs them."""
        cells = self.raw[row]
        cells += [""] * (column + 1 - len(cells))
        if cells[column].startswith('"') or set(value) & set(f'"\r\n{self.delimiter}'):
            value = '"' + value.replace('"', '""') + '"'
        cells[column] = value

    def data(self) -> bytes:
        """Return the bytes of the file.

        Raises:
            SheetError: if its encoding has no bytes for a letter that was put in.
        """
        lines = [
            self.delimiter.join(row) + end for row, end in zip(self.raw, self.ends, strict=True)
        ]
        try:
            return self.mark + "".join(lines).encode(self.encoding)
        except UnicodeEncodeError as error:
            letter = error.object[error.start]
            raise SheetError(
                f"the file is in {self.encoding}, which has no {letter!r}: export it as UTF-8"
            ) from None


def parse(data: bytes, encoding: str = "") -> Cells:
    """Return the cells of a CSV or tab-separated file.

    Args:
        data: its bytes.
        encoding: what the letters are, for a file that has no byte order mark; '' for UTF-8.

    Raises:
        SheetError: if these are no letters in that encoding, or a quote is not closed.
    """
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    encoding = _MARKS.get(mark) or encoding or "utf-8"
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        raise SheetError(
            f"the file is not {encoding.upper()}: name what it is, such as --encoding cp1252 or "
            "--encoding gb18030"
        ) from None
    except LookupError:
        raise SheetError(f"--encoding needs a name such as cp1252, got {encoding!r}") from None
    delimiter = max(_DELIMITERS, key=re.split("[\r\n]", text, maxsplit=1)[0].count)
    cells = Cells(delimiter, *_split(text, delimiter), encoding, mark)
    if cells.data() != data:
        raise SheetError(f"the file would not be the same when written again in {encoding}")
    return cells


def _split(text: str, delimiter: str) -> tuple[list[list[str]], list[str]]:
    """Return the cells of each line, and the end of each line."""
    plain = f"[^{delimiter}\r\n]*"
    pattern = re.compile(rf'((?:"[^"]*(?:""[^"]*)*")?{plain})({delimiter}|\r\n|\r|\n|\Z)')
    rows: list[list[str]] = [[]]
    ends: list[str] = []
    at = 0
    while match := pattern.match(text, at):
        cell, after = match[1], match[2]
        if cell.startswith('"') and (len(cell) == 1 or '"' not in cell[1:]):
            raise SheetError(
                f"a quote in line {len(rows)} of the table is not closed: export again"
            )
        rows[-1].append(cell)
        at = match.end()
        if after == delimiter:
            continue
        ends.append(after)
        if at == len(text):
            break
        rows.append([])
    return rows, ends


def _value(cell: str) -> str:
    if not cell.startswith('"'):
        return cell
    inside, _quote, rest = cell[1:].rpartition('"')
    return inside.replace('""', '"') + rest
