"""Run the body of a check on inputs from a seed, and return what it gives, on the wire."""

import io
import traceback
import zlib
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, replace

import numpy as np

from dlbook.check import wire
from dlbook.check.compare import SECOND_CALL, explain
from dlbook.check.places import IN_CHECK, IN_FUNCTION

Body = Callable[[np.random.Generator], object]


@dataclass(frozen=True)
class Result:
    """What a check's body put out, on the wire, and the exception it raised, if it did."""

    values: wire.Json
    error: BaseException | None = None


def evaluate(body: Body, name: str, seed: int, rtol: float, atol: float) -> Result:
    """Run `body` twice, each time with a fresh equal generator, and return what it puts out."""
    first = once(body, name, seed)
    if isinstance(first.error, KeyboardInterrupt):
        return first  # a person has stopped it, so it is not run a second time
    with redirect_stdout(io.StringIO()):
        second = once(body, name, seed)
    values = both_calls(first.values, second.values, rtol, atol)
    return first if values is first.values else Result(values, second.error)


def both_calls(first: wire.Json, second: wire.Json, rtol: float, atol: float) -> wire.Json:
    """Return what two calls of a check on the same inputs gave: one value where it is the same.

    A second call that gives something else (state kept from the first, inputs of the first
    written to) is part of the result.
    """
    if first == second:
        return first
    try:
        if explain(wire.decode(first), wire.decode(second), rtol, atol) is None:
            return first
    except wire.WireError:  # it is not the same, whatever it is
        pass
    return {"kind": "dict", "items": [[SECOND_CALL[0], first], [SECOND_CALL[1], second]]}


def once(body: Body, name: str, seed: int) -> Result:
    """Run `body` with a fresh generator and return what it puts out, also if that is an error."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    try:
        return Result(wire.encode(body(rng)))
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        return Result(wire.encode(error), error)


def placed(result: Result, body: Body, hidden: bool) -> Result:
    """Return `result`; if it is an exception, with the place where that was raised.

    For a hidden check that is the line of the learner's code, and of the check only its number.
    """
    if result.error is None or result.values["kind"] != "error":
        return result
    frames = [f for f in traceback.extract_tb(result.error.__traceback__) if f.line]
    check_file = getattr(getattr(body, "__code__", None), "co_filename", "")
    in_check = [f for f in frames if f.filename == check_file]
    in_cells = [f for f in frames if f.filename != check_file and _is_cell(f.filename)]
    lines = []
    if in_cells:
        last = in_cells[-1]
        lines.append(IN_FUNCTION.format(line=last.lineno, function=last.name, code=last.line))
    if in_check and not hidden:
        lines.append(IN_CHECK.format(code=in_check[-1].line))
    line = in_check[0].lineno if in_check else 0
    return replace(result, values=result.values | {"where": "\n".join(lines), "line": line})


def _is_cell(filename: str) -> bool:
    return "ipykernel_" in filename or filename.startswith("<ipython-input")
