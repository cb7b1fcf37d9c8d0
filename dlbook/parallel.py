"""Work on several cores: a heavy operation is cut into parts, and threads take one after another.

NumPy lets other threads run while it computes, so Python threads are enough. Parts depend on
shapes alone, never on the number of threads, and what they return is put together in their
order: results are the same, bit for bit, for any number of threads. Where no thread can be
started, as in a browser, the caller takes every part itself.

The BLAS, which multiplies matrices for NumPy, has threads of its own. They are told to rest while
parts are worked on: they would wait for each other at every product, and how they cut a product
changes its last digits. NumPy code outside of dlbook's operations keeps them.
"""

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from itertools import pairwise
from math import prod
from typing import Any, TypeVar

import numpy as np

from dlbook import blas

Part = TypeVar("Part")
Result = TypeVar("Result")
PIECE = 1 << 18  # numbers in an array below which a thread costs more than it saves
MULTIPLICATIONS = 12 << 20  # in a matrix product: the same, about a quarter of a millisecond
MOST = 16  # parts of an operation
PLENTY = 4  # times as much in each part, where an operation is cut into more than two


def set_num_threads(count: int) -> None:
    """Let so many threads work on an operation, the caller included; results stay the same.

    At the start there is one for each core that this process may use, and no more than the
    environment variable OMP_NUM_THREADS says.

    Raises:
        ValueError: if `count` is not an integer of 1 or more.
    """
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
        raise ValueError(
            f"set_num_threads needs an integer of 1 or more, got {count!r}; 1 uses one core"
        )
    _state.threads = int(count)
    _state.helpers = ThreadPoolExecutor(max(1, int(count) - 1), "dlbook")


def get_num_threads() -> int:
    """Return how many threads work on an operation, the caller included."""
    return _state.threads


def each(work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
    """Return `work` of every part, in the order of the parts; several threads work on them.

    An exception in one part reaches the caller, when no part is worked on any more. Settings of
    the caller, such as np.errstate, hold in all threads.
    """
    _let_the_blas_rest()
    try:
        if _state.threads == 1 or len(parts) < 2:
            return [work(part) for part in parts]
        return _shared_out(work, parts)
    finally:
        _wake_the_blas()


def _shared_out(work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
    results: list[Any] = [None] * len(parts)
    waiting = deque(enumerate(parts))

    def take_parts() -> None:
        while waiting:
            try:
                number, part = waiting.popleft()
            except IndexError:  # another thread was quicker to take the last one
                return
            results[number] = work(part)

    helpers = _start(take_parts, min(_state.threads, len(parts)) - 1)
    try:
        take_parts()
    finally:
        begun = [helper for helper in helpers if not helper.cancel()]
        _wait(begun)
    for helper in begun:
        helper.result()  # raises what was raised there
    return results


def _wait(helpers: list[Future[None]]) -> None:
    """Wait until these are done, also if the caller is interrupted, who hears of it then.

    One that still worked would write into arrays that the caller has gone on with.
    """
    try:
        wait(helpers)
    except KeyboardInterrupt:
        _wait(helpers)
        raise


def cut(size: int, parts: int) -> list[slice]:
    """Return slices that cut an axis into so many parts of nearly equal length, at most `size`."""
    count = max(1, min(parts, size))
    ends = [size * i // count for i in range(count + 1)]
    return [slice(start, end) for start, end in pairwise(ends)]


def pieces(size: int, numbers: int) -> list[slice]:
    """Return slices of an axis of an array of so many numbers, each worth a thread."""
    return cut(size, _parts(numbers, PIECE))


def shares(size: int, multiplications: int) -> list[slice]:
    """Return slices of an axis of a product of so many multiplications, each worth a thread."""
    return cut(size, _parts(multiplications, MULTIPLICATIONS))


def _parts(work: int, least: int) -> int:
    """Return in how many parts to cut so much work, where `least` is worth a thread.

    Parts are few and large: after each call of NumPy, a thread waits for its turn in Python.
    """
    return max(min(2, work // least), min(MOST, work // (PLENTY * least)))


def fill(
    work: Callable[..., object], out: np.ndarray, *arrays: Any, whole: Sequence[int] = ()
) -> np.ndarray:
    """Return `out`, filled part by part with work(*arrays, out=out), such as np.add.

    Args:
        work: takes parts of the arrays, and where to put the result.
        out: any shape.
        arrays: each broadcasts to the shape of `out`.
        whole: axes that `work` needs in one piece, such as those that it sums over.
    """
    if out.size < 2 * PIECE:
        work(*arrays, out=out)
        return out
    kept = {i % out.ndim for i in whole}
    free = [i for i in range(-out.ndim, 0) if out.shape[i] > 1 and i % out.ndim not in kept]
    axis = max(free, key=lambda i: abs(out.strides[i]), default=-1)  # the slowest one in memory

    def part(some: slice) -> None:
        work(*(_along(a, axis, some) for a in arrays), out=_along(out, axis, some))

    each(part, pieces(out.shape[axis], out.size) if free else [slice(None)])
    return out


def _along(array: Any, axis: int, some: slice) -> Any:
    """Return a part of an array, cut at an axis counted from the right, or all if it has no such.

    An array that is broadcast along that axis is the same in all parts.
    """
    if np.ndim(array) < -axis or array.shape[axis] == 1:
        return array
    return array[(..., some) + (slice(None),) * (-axis - 1)]


def apply(function: np.ufunc, *arrays: np.ndarray) -> np.ndarray:
    """Return function(*arrays), such as np.add; parts of a large result are shared.

    Args:
        function: of one or two numbers, with one result.
        arrays: of shapes that broadcast to one.
    """
    sizes = [array.size for array in arrays]
    largest = arrays[sizes.index(max(sizes))]
    if largest.size < 2 * PIECE or np.broadcast(*arrays).shape != largest.shape:
        out: np.ndarray = function(*arrays)
        return out
    dtype = function.resolve_dtypes((*(a.dtype for a in arrays), None))[-1]
    return fill(function, np.empty_like(largest, dtype), *arrays)


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a @ b; the longer side of a large result is cut into parts, and a stack of matrices.

    Args:
        a: shape (n, m), or (..., n, m).
        b: shape (m, p), or (..., m, p).
    """
    if a.ndim > 2 and b.ndim == 2:  # each row of a meets the same matrix
        rows = a.reshape(prod(a.shape[:-1]), a.shape[-1])
        return matmul(rows, b).reshape(*a.shape[:-1], b.shape[1])
    alike = min(a.ndim, b.ndim) >= 2 and a.shape[:-2] == b.shape[:-2]
    work = a.size * b.shape[-1] if alike else 0  # multiplications
    if work < 2 * MULTIPLICATIONS:
        whole: np.ndarray = each(a.__matmul__, [b])[0]
        return whole
    out = np.empty((*a.shape[:-1], b.shape[-1]), np.result_type(a, b))
    (n, p), count = out.shape[-2:], len(out)
    if a.ndim > 2:
        each(lambda some: np.matmul(a[some], b[some], out=out[some]), shares(count, work))
    elif n < p:
        each(lambda some: np.matmul(a, b[:, some], out=out[:, some]), shares(p, work))
    else:
        each(lambda some: np.matmul(a[some], b, out=out[some]), shares(n, work))
    return out


# ---- threads ----


class _State:
    """What one process knows about its threads."""

    def __init__(self) -> None:
        self.threads = _cores()
        self.helpers = ThreadPoolExecutor(max(1, self.threads - 1), "dlbook")
        self.lock = threading.Lock()
        self.working = 0  # calls of `each` under way
        self.asked: list[tuple[Any, int]] = []  # each BLAS with the threads that it goes back to


def _cores() -> int:
    """Return how many threads to begin with."""
    if sys.platform == "emscripten":
        return 1  # Python in a browser
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return min(cores, int(asked)) if asked.isdigit() and int(asked) else cores


def _start(work: Callable[[], None], count: int) -> list[Future[None]]:
    """Let up to so many helpers do the work, each with the settings of the caller."""
    try:
        return [_state.helpers.submit(copy_context().run, work) for _ in range(count)]
    except RuntimeError:  # no thread can be started here, or Python is about to end
        return []


def _in_a_new_process() -> None:
    """Forget the threads after a fork: the child has none of them."""
    for one, threads in _state.asked:
        one.set_num_threads(threads)
    threads = _state.threads
    _state.__init__()  # type: ignore[misc]
    _state.threads = threads


# ---- the BLAS ----


def _let_the_blas_rest() -> None:
    """Let products use no thread but their own, until all that asked for it called to wake it."""
    with _state.lock:
        _state.working += 1
        if _state.working == 1:
            asked = [(one, one.get_num_threads()) for one in blas.libraries()]
            _state.asked = [(one, threads) for one, threads in asked if threads > 1]
            for one, _ in _state.asked:
                one.set_num_threads(1)


def _wake_the_blas() -> None:
    """Let the BLAS be as it was, if nobody needs its rest any more."""
    with _state.lock:
        _state.working -= 1
        if not _state.working:
            for one, threads in _state.asked:
                one.set_num_threads(threads)


_state = _State()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_a_new_process)
