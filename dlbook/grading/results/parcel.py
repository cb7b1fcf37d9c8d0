"""Feedback pages as the ZIP that Moodle or Canvas takes back, a file for each student.

Moodle (Upload multiple feedback files in a zip) knows a student by the folder of his download,
Ada Lovelace_1042_assignsubmission_file_/. Canvas (Upload submissions) by the start of the file's
name, lovelaceada_1042_77_: the numbers are those of the student and of the file handed in, and
Canvas shows the page under the name of that file, as a comment.

Source: Moodle's mod/assign/feedback/file/importziplib.php; Canvas's app/models/assignment.rb,
generate_comments_from_files.
"""

import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO

from dlbook.check.safe_text import clean_line
from dlbook.grading.batch.entry import Entry
from dlbook.grading.errors import SheetError

_MOODLE = re.compile(r"[^_]+_\d+_assign(?:submission|feedback)_[a-z]+_?", re.DOTALL)
_MOODLE_FLAT = re.compile(r"([^_]+_\d+_assign(?:submission|feedback)_[a-z]+_).+", re.DOTALL)
_CANVAS = re.compile(r"([^_]+_(?:LATE_)?\d+_\d+_).+", re.DOTALL)
_SHOWN = 5  # names that a message gives


@dataclass
class Parcel:
    """The bytes of a ZIP, for how many students, and who is not in it."""

    lms: str
    data: bytes = b""
    count: int = 0
    without: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return what is in it and who is not, a line each."""
        where = {"Moodle": "Upload multiple feedback files", "Canvas": "Upload submissions"}
        lines = [f"{self.count} feedback pages for {self.lms}: {where[self.lms]}"]
        return "\n".join([*lines, *(f"  not in it: {line}" for line in self.without)])


def pack(entries: Iterable[Entry], page: Callable[[Entry], str]) -> Parcel:
    """Return the ZIP with the page of each student on one set.

    Args:
        entries: of that set.
        page: gives the page on an entry.

    Raises:
        SheetError: if no file was handed in under a name that Moodle or Canvas gives.
    """
    entries = list(entries)
    places = {entry.label: _place(entry) for entry in entries}
    kinds = {lms for lms, _path in filter(None, places.values())}
    if len(kinds) != 1:
        handed_in = [clean_line(entry.label, 80) for entry in entries if entry.label]
        labels = ", ".join(handed_in[:_SHOWN]) or "none"
        raise SheetError(
            "names of files as Moodle or Canvas gives them are needed, of one of the two; there "
            f"are: {labels}: grade the ZIP or folder as the LMS gave it"
        )
    parcel = Parcel(kinds.pop())
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as files:
        for entry in entries:
            place = places[entry.label]
            if place is None:
                parcel.without.append(
                    f"{clean_line(entry.student, 80)}: {entry.label or 'no file'}"
                )
                continue
            info = zipfile.ZipInfo(place[1])  # with a fixed date: equal pages give equal bytes
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            files.writestr(info, page(entry))
            parcel.count += 1
    parcel.data = stream.getvalue()
    return parcel


def _place(entry: Entry) -> tuple[str, str] | None:
    """Return the LMS that a file came from and the path of its feedback, None for another."""
    for part in entry.label.split("/"):
        if _MOODLE.fullmatch(part):
            return "Moodle", f"{part}/{entry.set_name}.html"
        if match := _MOODLE_FLAT.fullmatch(part):
            return "Moodle", f"{match[1]}{entry.set_name}.html"
        if match := _CANVAS.fullmatch(part):
            return "Canvas", f"{match[1]}{entry.set_name}.html"
    return None
