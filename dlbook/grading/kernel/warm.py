"""Kernels that are used once: forked from a warm parent in a sandbox, else started cold.

Each kernel has its own namespaces and is never used again. All that two kernels share is what
their parent has imported.
"""

import os
import secrets
import select
import shutil
import signal
import socket
from importlib.util import find_spec
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any, Literal

from dlbook.check import wire
from dlbook.grading.errors import GraderError, SandboxError
from dlbook.grading.kernel.channels import Channels
from dlbook.grading.kernel.launcher import KernelSettings, Launcher, Local, StartedKernel
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.scratch import short_folder
from dlbook.grading.sandbox import bubblewrap as sandbox
from dlbook.grading.sandbox.bubblewrap import Sandbox
from dlbook.grading.sandbox.inside.confine import CHANNELS

_DOOR = "dlbook.check.notebook_door"  # not imported here: it registers itself with IPython
_MODULES = ("numpy", "matplotlib.pyplot", _DOOR)
_TORCH = ("torch", "torch._dynamo", "torch.utils.data")
_TRIAL_CELL = (
    f"from {_DOOR} import check\nfrom {wire.__name__} import MIME\n"
    + """import sys
import numpy
from IPython.display import display
@check("trial")
def case(rng):
    return {"values": rng.normal(size=3), "error": ValueError()}
display({MIME: {"modules": sorted(sys.modules)}}, raw=True)"""
)
_START_SECONDS = 120.0
_ANSWER_SECONDS = 20.0
_MAX_FAILURES = 3  # a busy machine may be slow once or twice; then forking does not work here
_FIRST_UID, _UIDS = 20_000, 40_000  # as root, each kernel runs as one of these users

Flavour = tuple[tuple[str, ...], bool]  # the packages hidden, and whether torch is loaded


class Warm(Launcher):
    """Kernels in sandboxes, warm where this machine lets them be forked.

    Raises:
        SandboxError: if no sandbox can start here.
    """

    isolation = "bwrap+seccomp"

    def __init__(self, *, fork: bool = True) -> None:
        sandbox.probe()
        self.cold_reason = "" if fork else "forking is switched off"
        self._failures = 0
        self._parents: dict[Flavour, Sandbox] = {}
        self._kernels = 0  # started so far

    def prepare(self, settings: KernelSettings) -> None:
        """Start the warm parent of kernels with these settings, unless it serves already."""
        if not self.cold_reason:
            flavour = _flavour(settings)
            try:
                self._ensure_parent(flavour)
            except (OSError, SandboxError, GraderError) as error:
                self._note_failure(flavour, error)

    def start(self, limits: Limits, settings: KernelSettings) -> StartedKernel:
        """Return a kernel forked from a warm parent, or a cold one where that does not work."""
        flavour = _flavour(settings)
        if not self.cold_reason:
            try:
                self._ensure_parent(flavour)
                parent = self._parents[flavour]
                return _ForkedKernel(parent, limits, settings, self._next_uid())
            except (OSError, SandboxError, GraderError) as error:
                self._note_failure(flavour, error)
        try:
            return _ColdKernel(limits, settings, self._next_uid())
        except SandboxError as error:
            raise GraderError(str(error)) from None

    def _ensure_parent(self, flavour: Flavour) -> None:
        if flavour in self._parents and not self._parents[flavour].serves():
            self._close_parent(flavour)  # it was killed, so a new one is started
        if flavour not in self._parents:
            self._parents[flavour] = Sandbox("many", flavour[0])
            self._warm_up(flavour)

    def _note_failure(self, flavour: Flavour, error: Exception) -> None:
        self._close_parent(flavour)
        self._failures += 1
        if self._failures == _MAX_FAILURES:
            self.cold_reason = str(error)

    def _warm_up(self, flavour: Flavour) -> None:
        """Import in the parent all that a first kernel imports; that one runs our code alone."""
        parent = self._parents[flavour]
        _preload(parent, [*_MODULES, *_TORCH] if flavour[1] else list(_MODULES))
        trial = _ForkedKernel(parent, Limits(), KernelSettings(0, ""), self._next_uid())
        try:
            _preload(parent, _imported(trial))
        finally:
            trial.kill()

    def _close_parent(self, flavour: Flavour) -> None:
        if flavour in self._parents:
            self._parents.pop(flavour).close()

    def _next_uid(self) -> int:
        """Return a user for the next kernel: each process that starts kernels has its own ones."""
        self._kernels += 1
        return _FIRST_UID + (os.getpid() + self._kernels) % _UIDS

    def close(self) -> None:
        for flavour in list(self._parents):
            self._close_parent(flavour)


def _flavour(settings: KernelSettings) -> Flavour:
    loads_torch = settings.torch and "torch" not in settings.hides and bool(find_spec("torch"))
    return settings.hides, loads_torch


def launcher(sandbox: Literal["required", "off"]) -> Launcher:
    """Return a launcher: with a sandbox for other people's notebooks, or without for your own.

    Raises:
        SandboxError: if a sandbox is required and none can start here.
    """
    return Local() if sandbox == "off" else Warm()


def _preload(parent: Sandbox, modules: list[str]) -> None:
    threads, _file = parent.ask({"modules": modules}, [], _START_SECONDS)
    if threads != "1":
        raise GraderError(f"a warm parent has {threads} threads, it cannot be forked safely")


def _imported(kernel: StartedKernel) -> list[str]:
    """Return the names of the modules that a kernel has after its first cells."""
    channels = Channels(kernel, Limits(), monotonic() + _START_SECONDS)
    try:
        channels.wait_until_ready()
        channels.execute(_TRIAL_CELL)
        while True:
            content = channels.receive("iopub", _ANSWER_SECONDS)["content"]
            value = content.get("data", {}).get(wire.MIME, {})
            if "modules" in value:
                return [str(name) for name in value["modules"]]
    except Empty:
        raise GraderError("a first warm kernel does not answer") from None
    finally:
        channels.close()


class _Sockets:
    """Listening sockets for a kernel, in a folder that only this process can enter."""

    def __init__(self) -> None:
        self.folder = short_folder()
        self.endpoints, self._open = {}, []
        for name in CHANNELS:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(f"{self.folder}/{name}")
            listener.listen()
            self._open.append(listener)
            self.endpoints[name] = f"ipc://{self.folder}/{name}"

    def file_numbers(self) -> list[int]:
        return [listener.fileno() for listener in self._open]

    def close_own_side(self) -> None:
        """Close the sockets in this process, once the kernel has its own copies."""
        for listener in self._open:
            listener.close()

    def remove(self) -> None:
        self.close_own_side()
        shutil.rmtree(self.folder, ignore_errors=True)


def _request(key: bytes, limits: Limits, settings: KernelSettings, uid: int) -> dict[str, Any]:
    uid = uid if os.getuid() == 0 else 1000
    return {"key": key.decode(), "seed": settings.seed, "memory": limits.memory, "uid": uid}


class _ForkedKernel(StartedKernel):
    """A kernel that was forked from a warm parent; it is the first process in its namespace."""

    def __init__(self, parent: Sandbox, limits: Limits, settings: KernelSettings, uid: int) -> None:
        self.key = secrets.token_hex().encode()
        self._sockets = _Sockets()
        self.endpoints = self._sockets.endpoints
        try:
            request = _request(self.key, limits, settings, uid)
            files = self._sockets.file_numbers()
            answer, exit_file = parent.ask(request, files, _ANSWER_SECONDS)
            if exit_file < 0:
                raise GraderError(f"no warm kernel: {answer}")
        except BaseException:
            self._sockets.remove()
            raise
        self._sockets.close_own_side()
        self.exit_file = exit_file
        info = Path(f"/proc/self/fdinfo/{exit_file}").read_text()
        self.root_pid = int(next(s.split()[1] for s in info.splitlines() if s.startswith("Pid:")))

    def is_alive(self) -> bool:
        return self.exit_file is not None and not select.select([self.exit_file], [], [], 0)[0]

    def kill(self) -> None:
        if self.exit_file is None:
            return
        if self.is_alive():
            signal.pidfd_send_signal(self.exit_file, signal.SIGKILL)
            select.select([self.exit_file], [], [], _ANSWER_SECONDS)
        os.close(self.exit_file)
        self.exit_file = None
        self._sockets.remove()


class _ColdKernel(StartedKernel):
    """A kernel in a sandbox of its own."""

    def __init__(self, limits: Limits, settings: KernelSettings, uid: int) -> None:
        self.key = secrets.token_hex().encode()
        self._sandbox = Sandbox("once", settings.hides)
        self._sockets = _Sockets()
        self.endpoints = self._sockets.endpoints
        request = _request(self.key, limits, settings, uid)
        self._sandbox.send(request, self._sockets.file_numbers())
        self._sockets.close_own_side()
        self.root_pid = self._sandbox.first_pid
        self.exit_file = os.pidfd_open(self._sandbox.process.pid)

    def is_alive(self) -> bool:
        return self._sandbox.process.poll() is None

    def kill(self) -> None:
        if self.exit_file is None:
            return
        self._sandbox.close()
        os.close(self.exit_file)
        self.exit_file = None
        self._sockets.remove()
