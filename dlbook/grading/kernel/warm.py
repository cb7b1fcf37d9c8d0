"""Single-use kernels: forked from a warm parent in a sandbox or, where that fails, cold ones.

Each kernel has its own namespaces and is never used again; what a parent has imported is all that
two kernels share.
"""

import os
import secrets
import select
import shutil
import signal
import socket
import tempfile
from importlib.util import find_spec
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any, Literal

from dlbook.check.wire import MIME
from dlbook.grading.errors import GraderError, SandboxError
from dlbook.grading.kernel.channels import Line
from dlbook.grading.kernel.launcher import Launcher, Local, Running, Setting
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.scratch import prefix
from dlbook.grading.sandbox import bubblewrap as sandbox
from dlbook.grading.sandbox.bubblewrap import Sandbox
from dlbook.grading.sandbox.inside.confine import CHANNELS

_MODULES = ("numpy", "matplotlib.pyplot", "dlbook.check.notebook_door")
_TORCH = ("torch", "torch._dynamo", "torch.utils.data")
_TRIAL = """import sys
import numpy
from dlbook.check import check
from dlbook.check.wire import MIME
from IPython.display import display
@check("trial")
def case(rng):
    return {"values": rng.normal(size=3), "error": ValueError()}
display({MIME: {"modules": sorted(sys.modules)}}, raw=True)"""
_START_SECONDS = 120.0
_ANSWER_SECONDS = 20.0
_MOST_FAILURES = 3  # a busy machine may be slow once; one that cannot fork cannot at all
_FIRST_UID, _UIDS = 20_000, 40_000  # root gives every kernel a user of its own from these

Flavour = tuple[tuple[str, ...], bool]  # packages hidden, torch loaded


class Warm(Launcher):
    """Kernels in sandboxes, warm where this machine lets them be forked.

    Raises:
        SandboxError: if no sandbox can start here.
    """

    isolation = "bwrap+seccomp"

    def __init__(self, *, fork: bool = True) -> None:
        sandbox.probe()
        self.cold_because = "" if fork else "nobody wants them warm"
        self._failures = 0
        self._parents: dict[Flavour, Sandbox] = {}
        self._started = os.getpid()

    def start(self, limits: Limits, setting: Setting) -> Running:
        """Return a kernel forked from a warm parent, or a cold one where that does not work."""
        loads_torch = setting.torch and "torch" not in setting.hides and bool(find_spec("torch"))
        flavour = (setting.hides, loads_torch)
        if not self.cold_because:
            try:
                return self._fork(flavour, limits, setting)
            except (OSError, SandboxError, GraderError) as error:
                self._drop(flavour)
                self._failures += 1
                if self._failures == _MOST_FAILURES:
                    self.cold_because = str(error)
        try:
            return _Cold(limits, setting, self._uid())
        except SandboxError as error:
            raise GraderError(str(error)) from None

    def _fork(self, flavour: Flavour, limits: Limits, setting: Setting) -> Running:
        if flavour in self._parents and self._parents[flavour].process.poll() is not None:
            self._drop(flavour)  # somebody has ended it: a new one
        if flavour not in self._parents:
            self._parents[flavour] = Sandbox("many", flavour[0])
            self._warm_up(flavour)
        return _Forked(self._parents[flavour], limits, setting, self._uid())

    def _warm_up(self, flavour: Flavour) -> None:
        """Import in the parent what a first kernel, which runs none but our code, has imported."""
        parent = self._parents[flavour]
        _preload(parent, [*_MODULES, *_TORCH] if flavour[1] else list(_MODULES))
        trial = _Forked(parent, Limits(), Setting(0, ""), self._uid())
        try:
            _preload(parent, _imported(trial))
        finally:
            trial.kill()

    def _drop(self, flavour: Flavour) -> None:
        if flavour in self._parents:
            self._parents.pop(flavour).close()

    def _uid(self) -> int:
        self._started += 1
        return _FIRST_UID + self._started % _UIDS

    def close(self) -> None:
        for flavour in list(self._parents):
            self._drop(flavour)


def launcher(sandbox: Literal["required", "off"]) -> Launcher:
    """Return a launcher: with walls for other people's notebooks, or without for your own.

    Raises:
        SandboxError: if walls are required and cannot be had here.
    """
    return Local() if sandbox == "off" else Warm()


def _preload(parent: Sandbox, modules: list[str]) -> None:
    threads, _file = parent.ask({"modules": modules}, [], _START_SECONDS)
    if threads != "1":
        raise GraderError(f"a warm parent has {threads} threads, it cannot be forked safely")


def _imported(kernel: Running) -> list[str]:
    """Return the names of the modules that a kernel has after its first cells."""
    line = Line(kernel, Limits(), monotonic() + _START_SECONDS)
    try:
        line.wait_until_ready()
        line.execute(_TRIAL)
        while True:
            message = line.receive("iopub", _ANSWER_SECONDS)
            if "modules" in (value := message["content"].get("data", {}).get(MIME, {})):
                return [str(name) for name in value["modules"]]
    except Empty:
        raise GraderError("a first warm kernel does not answer") from None
    finally:
        line.close()


class _Sockets:
    """Listening sockets for a kernel, in a folder that only this process can enter."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix=prefix())
        self.endpoints, self._open = {}, []
        for name in CHANNELS:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(f"{self.folder}/{name}")
            listener.listen()
            self._open.append(listener)
            self.endpoints[name] = f"ipc://{self.folder}/{name}"

    def hand_over(self) -> list[int]:
        return [listener.fileno() for listener in self._open]

    def close_own(self) -> None:
        """Close this process's side of them, once the kernel has its own."""
        for listener in self._open:
            listener.close()

    def remove(self) -> None:
        self.close_own()
        shutil.rmtree(self.folder, ignore_errors=True)


def _request(key: bytes, limits: Limits, setting: Setting, uid: int) -> dict[str, Any]:
    uid = uid if os.getuid() == 0 else 1000
    return {"key": key.decode(), "seed": setting.seed, "memory": limits.memory, "uid": uid}


class _Forked(Running):
    """A kernel that was forked from a warm parent; it is the first process in its namespace."""

    def __init__(self, parent: Sandbox, limits: Limits, setting: Setting, uid: int) -> None:
        self.key = secrets.token_hex().encode()
        self._sockets = _Sockets()
        self.endpoints = self._sockets.endpoints
        try:
            request = _request(self.key, limits, setting, uid)
            answer, handle = parent.ask(request, self._sockets.hand_over(), _ANSWER_SECONDS)
            if handle < 0:
                raise GraderError(f"no warm kernel: {answer}")
        except BaseException:
            self._sockets.remove()
            raise
        self._sockets.close_own()
        self.death = handle
        info = Path(f"/proc/self/fdinfo/{handle}").read_text()
        self.root = int(next(s.split()[1] for s in info.splitlines() if s.startswith("Pid:")))

    def is_alive(self) -> bool:
        return self.death is not None and not select.select([self.death], [], [], 0)[0]

    def kill(self) -> None:
        if self.death is None:
            return
        if self.is_alive():
            signal.pidfd_send_signal(self.death, signal.SIGKILL)
            select.select([self.death], [], [], _ANSWER_SECONDS)
        os.close(self.death)
        self.death = None
        self._sockets.remove()


class _Cold(Running):
    """A kernel that has a sandbox for itself."""

    def __init__(self, limits: Limits, setting: Setting, uid: int) -> None:
        self.key = secrets.token_hex().encode()
        self._sandbox = Sandbox("once", setting.hides)
        self._sockets = _Sockets()
        self.endpoints = self._sockets.endpoints
        request = _request(self.key, limits, setting, uid)
        self._sandbox.tell(request, self._sockets.hand_over())
        self._sockets.close_own()
        self.root = self._sandbox.first
        self.death = os.pidfd_open(self._sandbox.process.pid)

    def is_alive(self) -> bool:
        return self._sandbox.process.poll() is None

    def kill(self) -> None:
        if self.death is None:
            return
        self._sandbox.close()
        os.close(self.death)
        self.death = None
        self._sockets.remove()
