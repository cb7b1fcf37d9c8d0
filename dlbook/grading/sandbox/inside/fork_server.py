"""The program that the sandbox starts: `once` becomes a kernel, `many` is a parent of kernels.

The parent imports the large packages once. For each kernel it forks a child, which moves into
namespaces of its own, gives up its privileges, and uses what the parent has imported already.
"""

import gc
import json
import os
import socket
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Any, NoReturn

from dlbook.grading.sandbox.inside import confine
from dlbook.grading.sandbox.inside.kernel import become_kernel, prepare

_MESSAGE = 1 << 18


def main(mode: str, number: str) -> None:
    """Serve the requests that come through the socket with this file number."""
    control = socket.socket(fileno=int(number))
    while True:
        text, files, _flags, _address = socket.recv_fds(control, _MESSAGE, 8)
        if not text:  # the grader has ended
            return
        request = json.loads(text)
        if mode == "once":
            confine.limit(request["memory"])
            confine.drop_rights(request["uid"])
            _run_kernel(tuple(files), request)
        elif "modules" in request:
            control.send(str(_preload(request["modules"])).encode())
        else:
            _fork_kernel(control, files, request)


def _preload(modules: Iterable[str]) -> int:
    """Import and prepare what kernels will need, and return how many threads run after it."""
    for module in modules:
        try:
            import_module(module)
        except Exception:  # a cell that imports it gets the error
            continue
    prepare()
    gc.collect()
    gc.freeze()
    return len(os.listdir("/proc/self/task"))


def _fork_kernel(control: socket.socket, files: list[int], request: dict[str, Any]) -> None:
    """Start a kernel in new namespaces; send a handle of its process, or why there is none."""
    middle = os.fork()
    if middle == 0:
        _start_in_namespaces(control, tuple(files), request)
    os.waitpid(middle, 0)
    for file in files:
        os.close(file)


def _start_in_namespaces(
    control: socket.socket, files: tuple[int, ...], request: dict[str, Any]
) -> NoReturn:
    try:
        confine.leave_namespaces()
        reading, writing = os.pipe()
        first = os.fork()
        if first == 0:
            _confine_and_run(writing, files, request)
        os.close(writing)
        reason = os.read(reading, _MESSAGE)
        if reason:
            control.send(reason)
        else:
            socket.send_fds(control, [b"started"], [os.pidfd_open(first)])
    except BaseException as error:
        control.send(f"{type(error).__name__}: {error}".encode())
    os._exit(0)


def _confine_and_run(writing: int, files: tuple[int, ...], request: dict[str, Any]) -> NoReturn:
    try:
        os.setsid()
        confine.fresh_folders(request["uid"])
        confine.limit(request["memory"])
        confine.drop_rights(request["uid"])
        confine.keep_only(*files, writing)
    except BaseException as error:
        os.write(writing, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    os.close(writing)
    _run_kernel(files, request)


def _run_kernel(files: tuple[int, ...], request: dict[str, Any]) -> NoReturn:
    confine.keep_only(*files)
    try:
        become_kernel(files, request["key"], request["seed"])
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
