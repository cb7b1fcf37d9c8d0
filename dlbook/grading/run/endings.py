"""What a cell has done to its kernel, as a verdict: a crash is never a zero in disguise."""

import re
from queue import Empty
from typing import Any

from dlbook.check.compare import with_advice
from dlbook.check.verdict import Verdict
from dlbook.grading.errors import (
    DeadKernelError,
    MemoryLimitError,
    OutputLimitError,
    TimeLimitError,
)
from dlbook.grading.kernel.limits import Limits

Fate = tuple[Verdict, str]
_LINE = re.compile(r"\s*\((?:[^()]*, )?line (\d+)\)$")  # what Python adds to a syntax error
FATAL = (DeadKernelError, OutputLimitError, MemoryLimitError, TimeLimitError, Empty)


def fate(error: BaseException, limits: Limits) -> Fate:
    """Return the verdict on a cell that ended its kernel with `error`, and what it did."""
    if isinstance(error, DeadKernelError):
        return Verdict.KERNEL_DIED, "ended the kernel"
    if isinstance(error, OutputLimitError):
        return Verdict.TOO_MUCH_OUTPUT, f"put out more than {limits.output_characters:,} characters"
    if isinstance(error, MemoryLimitError):
        return Verdict.OUT_OF_MEMORY, f"took more than {limits.memory / 1e9:g} GB of memory"
    if isinstance(error, TimeLimitError):
        seconds = limits.submission_seconds
        return Verdict.TIME_OUT, f"did not end within the notebook's {seconds:g} seconds"
    return Verdict.TIME_OUT, "ran too long and could not be stopped"


def verdict_on(name: object, message: object) -> Verdict:
    """Return the verdict on an exception: out of memory, as Python or torch put it, or error."""
    short = str(name).endswith("MemoryError") or "can't allocate memory" in str(message)
    return Verdict.OUT_OF_MEMORY if short else Verdict.ERROR


def ending(error: Any, source: str) -> str:
    """Return in words how a cell ended, from its error; a syntax error with the line it is in."""
    message = str(error["evalue"])
    if error["ename"] in ("SyntaxError", "IndentationError", "TabError"):
        lines = source.splitlines()
        if (found := _LINE.search(message)) and 0 < int(found[1]) <= len(lines):
            line = lines[int(found[1]) - 1].strip()
            message = f"{message[: found.start()]}, in line {found[1]}: {line}"
    return with_advice(f"its cell ends in {error['ename']}: {message}")


def errors(outputs: Any) -> list[Any]:
    """Return the errors among the outputs of a cell."""
    return [output for output in outputs if output["output_type"] == "error"]
