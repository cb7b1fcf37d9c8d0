"""A kernel on sockets that were opened outside: it needs no network, no port and no file.

It is IPython's kernel with a loop of its own: cells, and nearly all messages, are the work of the
main thread, so that a cell costs no change of threads. Nearly all of it is made before the first
fork, by `prepare`, and used by every kernel.
"""

import asyncio
import io
import json
import logging
import os
import random
import signal
import sys
import threading
from contextlib import suppress
from functools import cache, lru_cache
from time import sleep
from typing import Any

import numpy
import zmq
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.compilerop import CachingCompiler
from jupyter_client.session import Session
from traitlets.config import Config

from dlbook.grading.sandbox.inside.confine import CHANNELS

_SEND_FROM = 100_000  # characters of output that wait; more are sent while the cell runs
_FIRST_PIDS = 2  # of a namespace of its own: what a kernel has; outside of one nothing is killed
_AGAIN = 0.1  # seconds between two interrupts of a cell
_OPTIONS = {
    "HistoryManager": {"enabled": False},
    "InteractiveShell": {"xmode": "Minimal"},
}


class _Output(io.TextIOBase):
    """Standard output or error: its text is sent when a cell ends, or when it is long."""

    encoding, errors = "utf-8", "strict"

    def __init__(self, kernel: "_Kernel", name: str) -> None:
        self.name, self._kernel = name, kernel
        self._parts: list[str] = []
        self._waiting = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        """Keep `text`, and send what waits where that is much."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._parts.append(text)
        self._waiting += len(text)
        if self._waiting >= _SEND_FROM:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what waits."""
        if self._parts:
            parts, self._parts, self._waiting = self._parts, [], 0
            self._kernel.publish("stream", {"name": self.name, "text": "".join(parts)})


class _Publisher:
    """The output socket, for all threads of a kernel; processes that it forks send nothing."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._socket: Any = None

    def open(self, context: Any, file: int) -> None:
        """Wait until the grader listens, so that it misses no message."""
        self._socket = _bound(context, zmq.XPUB, file)
        self._socket.recv()

    def send_multipart(self, frames: list[Any], **_options: Any) -> None:
        with self._lock:
            self._socket.send_multipart(frames)


class _Shell(ZMQInteractiveShell):
    """IPython's shell, made quicker: a cell is transformed once, its file name is cheap to make."""

    def __init__(self, **kwargs: Any) -> None:
        self._transformed = lru_cache(maxsize=1)(super().transform_cell)
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]

    def transform_cell(self, raw_cell: str) -> str:
        """Return a cell as Python; ipykernel and IPython both call this for each cell."""
        return str(self._transformed(raw_cell))


class _Kernel(IPythonKernel):
    """IPython's kernel, which answers the two requests of the grader and echoes nothing."""

    session: Session
    shell_class = _Shell
    compiler_class = CachingCompiler  # type: ignore[assignment]
    running: object = None  # the cell that runs now
    interrupted: object = None  # the last cell that was to be interrupted

    def publish(self, kind: str, content: dict[str, Any]) -> None:
        """Send output of the running cell."""
        parent: Any = self.get_parent()  # type: ignore[no-untyped-call]
        topic: Any = self._topic(kind)  # type: ignore[no-untyped-call]
        self.session.send(self.iopub_socket, kind, content, parent=parent, ident=topic)

    def serve(self, requests: Any) -> None:
        """Answer requests, one after the other, until this process is ended."""
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        while True:
            identity, _delimiter, _signature, header, _parent, _meta, content = (
                requests.recv_multipart()
            )
            kind, asked = json.loads(header)["msg_type"], json.loads(header)["msg_id"]
            parent = {"header": {"msg_id": asked}}
            self.set_parent([identity], parent)  # type: ignore[no-untyped-call]
            reply = {"status": "ok"}
            if kind == "execute_request":
                reply = self._execute(json.loads(content)["code"], loop)
            self.session.send(requests, kind.replace("request", "reply"), reply, parent, identity)
            self.publish("status", {"execution_state": "idle"})

    def _execute(self, code: str, loop: asyncio.AbstractEventLoop) -> dict[str, str]:
        """Run a cell in a running event loop, as Jupyter does; return how that went."""
        cell, went_well, others = loop.create_task(self._run(code)), False, _others()
        signal.signal(signal.SIGINT, self._interrupted)
        try:
            self.running = cell
            went_well = loop.run_until_complete(cell)
        except BaseException:  # an interrupt, or of the loop itself, or what IPython calls later
            self.running = None  # first of all: from here on nothing is interrupted
            cell.cancel()
        self.running = None
        if os.getpid() != self.session.pid:  # a process that the cell has forked, and left to go on
            os._exit(0)
        if not went_well:
            _end_others_but(set() if self.interrupted is cell else others)
        for output in (sys.stdout, sys.stderr):
            with suppress(Exception):  # the cell may have put anything there
                output.flush()
        return {"status": "ok" if went_well else "error"}

    def _interrupted(self, _number: int, _frame: Any) -> None:
        """Interrupt the cell that runs; between two cells there is nothing to interrupt."""
        if self.running is not None:
            raise KeyboardInterrupt

    def interrupt(self) -> None:
        """Interrupt the cell that runs, from another thread, again and again until it ends.

        Once would not do: Python drops what is raised while a process forks.
        """
        cell = self.interrupted = self.running
        while cell is not None and self.running is cell:
            os.kill(os.getpid(), signal.SIGINT)
            sleep(_AGAIN)

    async def _run(self, code: str) -> bool:
        shell: Any = self.shell
        try:
            transformed, problem = shell.transform_cell(code), None
        except Exception:
            transformed, problem = code, sys.exc_info()
        result = await shell.run_cell_async(
            code, transformed_cell=transformed, preprocessing_exc_tuple=problem
        )
        shell.events.trigger("post_execute")
        shell.events.trigger("post_run_cell", result)
        return bool(result.success)


def _others() -> set[int]:
    """Return the numbers of all other processes, for a kernel in a namespace of its own."""
    try:
        os.kill(-1, 0)
    except OSError:  # there are none, as nearly always
        return set()
    return {int(name) for name in os.listdir("/proc") if name.isdigit()}


def _end_others_but(kept: set[int]) -> None:
    """End what a cell has started; `kept` are the processes that were there before."""
    if os.getpid() > _FIRST_PIDS:
        return
    for pid in _others() - kept - {1, os.getpid()} if kept else [-1]:  # -1: all others at once
        with suppress(OSError):  # it has ended
            os.kill(pid, signal.SIGKILL)


@cache
def prepare() -> Any:
    """Return the kernel of this process and of those forked from it; it starts no thread."""
    kernel: Any = _Kernel.instance(
        session=Session(),
        iopub_socket=_Publisher(),
        log=logging.getLogger("ipykernel"),
        config=Config(_OPTIONS),
    )
    kernel.shell.extension_manager.load_extension("storemagic")
    sys.path.insert(0, "")
    sys.stdout, sys.stderr = _Output(kernel, "stdout"), _Output(kernel, "stderr")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # while no cell runs
    return kernel


def become_kernel(files: tuple[int, ...], key: str, seed: int) -> None:
    """Run a kernel in this process until it is told to end.

    Args:
        files: listening sockets, in the order of `CHANNELS`.
        key: what its messages are signed with.
        seed: the seed of Python's and NumPy's global generators.
    """
    os.environ["DLBOOK_SEED"] = str(seed)
    quiet = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(quiet, number)
    by_name = dict(zip(CHANNELS, files, strict=True))
    kernel = prepare()
    kernel.session.key, kernel.session.pid = key.encode(), os.getpid()
    context = zmq.Context()
    kernel.iopub_socket.open(context, by_name["iopub"])
    control = _bound(context, zmq.ROUTER, by_name["control"])
    threading.Thread(target=_interrupt_when_told, args=[kernel, control], daemon=True).start()
    _seed_at_the_first_cell(kernel.shell.events, seed)
    kernel.serve(_bound(context, zmq.ROUTER, by_name["shell"]))


def _bound(context: Any, kind: int, file: int) -> Any:
    """Return a socket of ZeroMQ on a listening socket that is open already."""
    bound = context.socket(kind)
    bound.setsockopt(zmq.USE_FD, file)
    bound.setsockopt(zmq.SNDHWM, 0)  # drop nothing: the grader has a budget for output
    bound.bind(f"ipc:///socket-{file}")
    return bound


def _interrupt_when_told(kernel: Any, control: Any) -> None:
    """Interrupt the cell that runs whenever the grader asks for it, which is all it asks for."""
    while True:
        control.recv_multipart()
        kernel.interrupt()


def _seed_at_the_first_cell(events: Any, seed: int) -> None:
    """Seed the generators of Python and NumPy before the first cell; torch has a constant seed.

    Seeding earlier would not do: while a kernel starts, its libraries draw numbers, not always
    the same count.
    """

    def seed_once(_info: Any) -> None:
        events.unregister("pre_run_cell", seed_once)
        random.seed(seed)
        numpy.random.seed(seed % 2**32)  # noqa: NPY002 (a learner may draw from it)

    events.register("pre_run_cell", seed_once)
