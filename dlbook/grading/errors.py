"""What can go wrong while notebooks are graded: what a user can mend, and what ends a notebook."""

from dlbook.check.errors import UserError

# ---- what a user can mend; the text says how ----


class UnreadableError(UserError):
    """Raised when a file cannot be read as a notebook; its text is one sentence for a person."""


class CellFailedError(UserError):
    """Raised when a cell of a notebook of ours ends in an error; its text says which."""


class SandboxError(UserError):
    """Raised when no sandbox can start here; its text says why and what to do."""


class ExecutorError(UserError):
    """Raised when there are no workers to be had; its text says what to do."""


class JournalBusyError(UserError):
    """Raised when another process is writing to the journal."""


class JournalDamagedError(UserError):
    """Raised when a journal cannot be used, or is none any more; it is left as it is."""


class ResultsFolderError(UserError):
    """Raised when a folder holds something else than results."""


class SheetError(UserError):
    """Raised when an LMS's file cannot be filled; its text says what is needed."""


class RulesError(UserError):
    """Raised when a line that the lecturer wrote cannot be understood; its text says where."""


class ReleaseError(UserError):
    """Raised when there is no bundle to be had; its text says what to do."""


# ---- what ends a notebook's kernel ----


class DeadKernelError(Exception):
    """Raised when the kernel has ended while a cell was running; its text may say how."""


class OutputLimitError(Exception):
    """Raised when a notebook has put out more than its budget; its text says more than what."""


class MemoryLimitError(Exception):
    """Raised when a notebook's processes hold more memory than its budget."""


class TimeLimitError(Exception):
    """Raised when a notebook as a whole has used its seconds up; its text says which."""


# ---- what is wrong with the grader itself ----


class GraderError(Exception):
    """Raised when the grader itself fails, whatever the notebook is: nothing is known about it.

    There is no kernel to be had, or a worker has another dlbook. All else that goes wrong on the
    way is a verdict on the notebook.
    """


class UngradableError(Exception):
    """Raised when our work on a file fails or takes too much: a verdict, in words, on that file.

    `by_chance` says that a busy machine may be the cause.
    """

    def __init__(self, reason: str, *, by_chance: bool = False) -> None:
        super().__init__(reason)
        self.by_chance = by_chance


class EngineMismatchError(Exception):
    """Raised when a worker's dlbook is not the one of the process that sent the task."""
