"""What one notebook may use up while it is graded: the numbers alone.

They are enforced in `kernel.channels` (seconds, output, memory), in `run.nbval_items` (a cell that
was stopped) and in `sandbox.inside.confine` (what a process may ask the kernel for).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Budgets of one notebook.

    Seconds for a cell, for the start of a kernel and for the whole notebook: that many of
    processor time, of all its processes together, and as many in which none of them works.
    Characters and messages of output; bytes of memory of all its processes (in a sandbox).
    """

    cell_seconds: float = 60.0
    start_seconds: float = 60.0
    submission_seconds: float = 600.0
    output_characters: int = 10_000_000
    output_messages: int = 10_000
    memory: int = 1_500_000_000
