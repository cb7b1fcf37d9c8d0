"""The record of one name in what was handed in; what becomes of it is known after grading."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """A file or empty folder: its label, whose it is, and why it is set aside if it is.

    `students` are several where a group handed in one file, none where it is nobody's.
    """

    label: str
    students: tuple[str, ...] = ()
    is_notebook: bool = False
    reason: str = ""

    @property
    def student(self) -> str:
        return self.students[0] if self.students else ""
