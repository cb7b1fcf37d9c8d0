"""One student's copy of one set, and which of several copies counts.

The rule: those with an answer written before those with stubs alone, notebooks of that set before
those of another, and those with answer cells before others; then the highest attempt in the name,
the newest time, the last name. The copies that do not count are kept as `older`, for when the one
that does cannot be read.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from dlbook.grading.batch.entry import Entry
from dlbook.grading.batch.owners import Owner
from dlbook.grading.batch.source import Source

RULE = (
    "with an answer written, then with answer cells, then highest attempt in the name, "
    "then newest time, then last name"
)


@dataclass(frozen=True)
class Submission:
    """One student's copy of one set; with a `problem` there is nothing to grade, and it says why.

    `set_name` is '' where not even that is known; `older` are further copies, newest first. Of its
    `answers`, `written` are those that are no stub any more. `is_main` is False where the file
    holds more of another set; `place` is the folder inside the student's in which it lies.
    `is_noted` says that `time`, in seconds, is what a system noted, and none of a file.
    """

    owner: Owner
    set_name: str
    label: str
    source: Source
    time: float = 0.0
    answers: int = 0
    written: int = 0
    problem: str = ""
    notes: tuple[str, ...] = ()
    older: tuple["Submission", ...] = field(default=())
    is_main: bool = True
    place: str = ""
    is_noted: bool = False

    @property
    def student(self) -> str:
        return self.owner.student

    @property
    def entry(self) -> Entry:
        """Who handed it in, without a result."""
        who = self.owner
        return Entry(who.student, self.set_name, who.name, who.lms_id, who.late, self.label)

    @property
    def has_noted_time(self) -> bool:
        """Whether a system noted when it was handed in, and `handed_in` is no file's time."""
        return bool(self.owner.time) or self.is_noted

    @property
    def handed_in(self) -> str:
        """When it was handed in, as ISO 8601 says it, '' where nothing tells."""
        if self.owner.time or not self.time:
            return self.owner.time
        try:
            return datetime.fromtimestamp(self.time, UTC).isoformat(timespec="seconds")
        except (OverflowError, OSError, ValueError):  # a file may claim any time
            return ""


def rank(item: Submission) -> tuple[bool, bool, bool, int, float, str]:
    """Return what copies of one student are ordered by; the greatest counts."""
    written, answers = item.written > 0, item.answers > 0
    return written, item.is_main, answers, item.owner.attempt, item.time, item.label
