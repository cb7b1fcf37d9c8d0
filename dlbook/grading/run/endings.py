"""How a cell ended its kernel: a verdict and a reason, so that a crash is no zero in disguise."""

import re
from dataclasses import dataclass
from queue import Empty
from typing import Any

from dlbook.check.advice import with_advice
from dlbook.check.shared import N_, _
from dlbook.check.verdict import Verdict
from dlbook.grading.errors import (
    DeadKernelError,
    MemoryLimitError,
    OutputLimitError,
    TimeLimitError,
)
from dlbook.grading.kernel.limits import Limits

FATAL = (DeadKernelError, OutputLimitError, MemoryLimitError, TimeLimitError, Empty)
_LINE = re.compile(r"\((?:[^()]*, )?line (\d{1,9})\)$")  # what Python adds to a syntax error
_SYNTAX_ERRORS = ("SyntaxError", "IndentationError", "TabError")


@dataclass(frozen=True)
class Ending:
    """How a cell ended where it did not end well: the verdict, and the reason in words."""

    verdict: Verdict
    reason: str


KERNEL_ENDED = Ending(Verdict.KERNEL_DIED, N_("ended the kernel"))


def ending_of(error: BaseException, limits: Limits) -> Ending:
    """Return the ending of a cell that ended its kernel with `error`."""
    if isinstance(error, DeadKernelError):
        return Ending(Verdict.KERNEL_DIED, str(error)) if str(error) else KERNEL_ENDED
    if isinstance(error, OutputLimitError):
        return Ending(Verdict.TOO_MUCH_OUTPUT, str(error))
    if isinstance(error, MemoryLimitError):
        gigabytes = f"{limits.memory / 1e9:g}"
        return Ending(
            Verdict.OUT_OF_MEMORY, _("took more than {n} GB of memory").format(n=gigabytes)
        )
    if isinstance(error, TimeLimitError):
        return Ending(
            Verdict.TIME_OUT, _("did not end within the notebook's {time}").format(time=error)
        )
    return Ending(Verdict.TIME_OUT, _("ran too long and could not be {done}").format(done=error))


def verdict_on(name: object, message: object) -> Verdict:
    """Return the verdict on an exception: out of memory, as Python or torch put it, or error."""
    is_memory = str(name).endswith("MemoryError") or "can't allocate memory" in str(message)
    return Verdict.OUT_OF_MEMORY if is_memory else Verdict.ERROR


def describe(error: Any, source: str) -> str:
    """Return in words the error that a cell ended in; a syntax error with the line it is in."""
    message = str(error["evalue"])
    if error["ename"] in _SYNTAX_ERRORS:
        message = _with_line(message, source)
    return with_advice(
        _("its cell ends in {error}: {message}").format(error=error["ename"], message=message)
    )


def _with_line(message: str, source: str) -> str:
    """Return the message of a syntax error with the text of the line that it names, if any."""
    found, lines = _LINE.search(message), source.splitlines()
    if found is None or not 0 < int(found[1]) <= len(lines):
        return message
    line = lines[int(found[1]) - 1].strip()
    text = _("{message}, in line {number}: {line}")
    return text.format(message=message[: found.start()].rstrip(), number=found[1], line=line)


def errors(outputs: Any) -> list[Any]:
    """Return the errors among the outputs of a cell."""
    return [output for output in outputs if output["output_type"] == "error"]
