"""What a journal keeps of each file: who handed it in, what it was judged by, and what came out."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from dlbook.check.shared import N_, _
from dlbook.grading.run.report import Report, from_dict

AGAIN = N_(
    "it reached a limit of time or memory, so it ran a second time, alone: this is what counts"
)
OLDER = N_("{label} does not count, an older copy does: {reason}")
CHANGED = N_("the file was changed meanwhile: run the same command again.")
FAULT = "grader fault, not graded"  # how a problem begins that is none of the file


@dataclass(frozen=True)
class Origin:
    """All that a result depends on: three digests or versions, and the seed."""

    submission: str
    reference: str
    seed: int
    engine: str

    @property
    def key(self) -> str:
        return hashlib.sha256(json.dumps(list(asdict(self).values())).encode()).hexdigest()


@dataclass(frozen=True)
class Record:
    """What grading one file gave: a report as plain data, or why the file cannot be read.

    `answers` are the sources of the cells that answered, by exercise. `at_limit` says that a limit
    of time or memory has cost it something, so that a busy machine may be the cause.
    """

    report: dict[str, Any] | None = None
    unreadable: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    at_limit: bool = False

    def with_note(self, note: str) -> "Record":
        """Return this record with one more note in its report, if it has one."""
        if self.report is None:
            return self
        return replace(self, report=self.report | {"notes": [*self.report["notes"], note]})


@dataclass(frozen=True)
class Entry:
    """One student and one set: who handed in which file, and the result.

    With `problem` it has no result; without `origin` there was nothing to grade. `time` is when it
    was handed in, in the form of ISO 8601, '' where nothing tells; `has_noted_time` says that a
    system noted it, and that it is not the time of a file. `title` is what the set calls itself, ''
    where nobody has noted it.
    """

    student: str
    set_name: str
    name: str = ""
    lms_id: str = ""
    late: bool = False
    label: str = ""
    notes: tuple[str, ...] = ()
    problem: str = ""
    origin: Origin | None = None
    record: Record | None = None
    time: str = ""
    has_noted_time: bool = False
    title: str = ""

    @property
    def report(self) -> Report | None:
        """The report, None where nothing was graded."""
        return from_dict(self.record.report) if self.record and self.record.report else None

    @property
    def reason_for_student(self) -> str:
        """Why there is no grade, without what the grader says of itself."""
        if self.problem.startswith(FAULT):
            return _("for a reason that is not yours: whoever grades knows more.")
        return self.reason

    @property
    def reason(self) -> str:
        """Why there is no grade, '' where there is one."""
        if self.problem:
            return self.problem
        if self.record is None:
            return _("not graded yet: run the same command again, it goes on where it stopped.")
        return self.record.unreadable
