"""A kernel on sockets that were opened outside: it needs no network, no port and no file."""

import os
import random
from typing import Any

import numpy
import zmq
from ipykernel.kernelapp import IPKernelApp

from dlbook.grading.inside.locks import CHANNELS

_STDIN = len(CHANNELS) + 1
_OPTIONS = ("--HistoryManager.enabled=False", "--IPKernelApp.capture_fd_output=False")


class _Application(IPKernelApp):
    """IPython's kernel with the numbers of open sockets where it has ports."""

    files: tuple[int, ...] = ()

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

    def init_heartbeat(self) -> None:
        """Leave it out: the grader watches the process itself."""

    def init_connection_file(self) -> None:
        """Leave it out: what it would say came through the control socket."""

    def write_connection_file(self, **kwargs: Any) -> None:
        """Leave it out, too."""


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
    application: Any = _Application.instance(transport="ipc", ip="socket", **ports)
    application.files = files
    application.session.key = key.encode()
    application.initialize(list(_OPTIONS))
    _seed_at_the_first_cell(application.shell.events, seed)
    application.start()


def _seed_at_the_first_cell(events: Any, seed: int) -> None:
    """Seed what every kernel would share with its parent; torch starts from a constant anyway.

    Not before: while a kernel starts, its libraries draw numbers too, not always as many.
    """

    def seed_once(_info: Any) -> None:
        events.unregister("pre_run_cell", seed_once)
        random.seed(seed)
        numpy.random.seed(seed % 2**32)  # noqa: NPY002 (a learner may draw from it)

    events.register("pre_run_cell", seed_once)
