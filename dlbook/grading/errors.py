"""What can go wrong while a notebook is graded."""


class GraderFault(Exception):
    """Raised when the grader itself fails: nothing is known about the notebook then."""


class NoSandbox(Exception):
    """Raised when no sandbox can start here; its text says why and what to do."""


class KernelDied(Exception):
    """Raised when the kernel's process has ended while a cell was running."""


class OutputFlood(Exception):
    """Raised when a notebook has put out more than its budget."""


class OutOfMemory(Exception):
    """Raised when a notebook's processes hold more memory than its budget."""


class OutOfTime(Exception):
    """Raised when a notebook as a whole has used its seconds up."""
