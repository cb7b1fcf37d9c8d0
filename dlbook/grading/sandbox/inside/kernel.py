"""A kernel on sockets that were opened outside: it needs no network, no port and no file."""

import os
import random
import signal
import threading
from contextlib import suppress
from functools import lru_cache
from typing import Any

import numpy
import zmq
from ipykernel import kernelapp
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.compilerop import CachingCompiler
from traitlets.config import Config

from dlbook.grading.sandbox.inside.confine import CHANNELS

_STDIN = len(CHANNELS) + 1


class _Output(OutStream):
    """Standard output; flushing it without output does not wake the thread that sends it."""

    def flush(self) -> None:
        """Send what was written, if anything was."""
        if self._buffers:
            super().flush()  # type: ignore[no-untyped-call]


class _OutputThread(IOPubThread):
    """Sends output; what comes from processes that a cell has forked goes nowhere."""

    def _setup_pipe_in(self) -> None:
        """Open no port for those processes: there is no network, not even to itself."""

    def _really_send(self, *args: Any, **kwargs: Any) -> None:
        if self._is_master_process():  # type: ignore[no-untyped-call]
            super()._really_send(*args, **kwargs)  # type: ignore[no-untyped-call]


class _Shell(ZMQInteractiveShell):
    """IPython's shell, made quicker: a cell is transformed once, its file name is cheap to make."""

    compiler_class = CachingCompiler

    def __init__(self, **kwargs: Any) -> None:
        self._transformed = lru_cache(maxsize=1)(super().transform_cell)
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]

    def transform_cell(self, raw_cell: str) -> str:
        """Return a cell as Python; ipykernel and IPython both call this for each cell."""
        return str(self._transformed(raw_cell))


class _NoThread:
    """Takes the place of the thread that ipykernel has for subshells: there are none here."""

    parent_thread = threading.main_thread()

    def __bool__(self) -> bool:
        return False


class _SandboxKernel(IPythonKernel):
    """IPython's kernel without messages that the grader ignores: echoes of cells, status busy."""

    shell_class = _Shell
    _supports_kernel_subshells = False

    def _publish_execute_input(self, *args: Any, **kwargs: Any) -> None:
        """Send no echo of a cell: the grader knows what it has sent."""

    async def do_execute(self, *args: Any, **kwargs: Any) -> Any:
        """Run a cell; if it fails or is stopped, the processes that it has started end with it."""
        reply = await super().do_execute(*args, **kwargs)  # type: ignore[no-untyped-call]
        if reply["status"] == "error":
            with suppress(OSError):  # raised where there is no other process
                os.kill(-1, signal.SIGKILL)  # all others in this kernel's own process namespace
        return reply

    def _publish_status(self, status: str, channel: str, parent: Any = None) -> None:
        if status == "idle":
            super()._publish_status(status, channel, parent)  # type: ignore[no-untyped-call]


class _Application(IPKernelApp):
    """IPython's kernel application; its ports are numbers of sockets that are open already."""

    files: tuple[int, ...] = ()
    kernel_class = _SandboxKernel
    outstream_class = f"{__name__}.{_Output.__name__}"
    capture_fd_output = False

    def parse_command_line(self, argv: Any = None) -> None:
        """Do nothing: there is no command line."""

    def _try_bind_socket(self, s: Any, port: int) -> int:
        if port == _STDIN:
            s.bind("inproc://stdin")  # nobody is asked anything
        else:
            s.setsockopt(zmq.USE_FD, self.files[port - 1])
            s.setsockopt(zmq.SNDHWM, 0)  # drop nothing: the grader has a budget for output
            s.bind(f"ipc:///socket-{port}")
        return port

    def init_control(self, context: Any) -> None:
        super().init_control(context)  # type: ignore[no-untyped-call]
        self.debug_shell_socket.disconnect(self.shell_socket.getsockopt(zmq.LAST_ENDPOINT))
        self.shell_channel_thread = _NoThread()

    def init_iopub(self, context: Any) -> None:
        kernelapp.IOPubThread = _OutputThread  # type: ignore[attr-defined]
        super().init_iopub(context)  # type: ignore[no-untyped-call]

    def init_heartbeat(self) -> None:
        """Do nothing: the grader watches the process itself."""

    def init_connection_file(self) -> None:
        """Do nothing: the grader has sent the key and the sockets, no file is needed."""

    def write_connection_file(self, **kwargs: Any) -> None:
        """Do nothing: the grader knows where it has opened the sockets."""


def become_kernel(files: tuple[int, ...], key: str, seed: int) -> None:
    """Run a kernel in this process until it is told to end.

    Args:
        files: listening sockets, in the order of `CHANNELS`.
        key: what its messages are signed with.
        seed: the seed of the checks, and of Python's and NumPy's global generators.
    """
    os.environ["DLBOOK_SEED"] = str(seed)
    quiet = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(quiet, number)
    ports = {f"{name}_port": i for i, name in enumerate((*CHANNELS, "stdin"), start=1)}
    options = {"HistoryManager": {"enabled": False}, "InteractiveShell": {"xmode": "Minimal"}}
    application: Any = _Application.instance(
        transport="ipc", ip="socket", config=Config(options), **ports
    )
    application.files = files
    application.session.key = key.encode()
    application.initialize([])
    _seed_at_the_first_cell(application.shell.events, seed)
    application.start()


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
