"""A kernel in a sandbox: forked from a warm parent, or cold; its group or its watchdog; its end."""

import os
import secrets
import select
import shutil
import signal
import socket
from pathlib import Path
from typing import Any

from dlbook.grading.errors import GraderError
from dlbook.grading.kernel import priority
from dlbook.grading.kernel.cgroup import Group, Groups
from dlbook.grading.kernel.launcher import KernelSettings, StartedKernel
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.memory import Memory
from dlbook.grading.kernel.scratch import short_folder
from dlbook.grading.sandbox.bubblewrap import Sandbox
from dlbook.grading.sandbox.inside.confine import CHANNELS
from dlbook.grading.sandbox.usage import Tree, descendants, send

ANSWER_SECONDS = 20.0  # of work or of waiting
_FIRST_USER, _USERS = 20_000, 40_000  # whom kernels of root run as
_ORDINARY_USER = 1_000  # whom kernels of others run as, in a namespace of users
_END_SECONDS = 20.0  # on the clock, after which a killed kernel is left to itself


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


class _User:
    """A user that no other kernel of this machine is; each user has its own share of processes.

    Only root can choose. A name in the system's abstract namespace is held as long as this lasts.
    """

    def __init__(self) -> None:
        self.number = _ORDINARY_USER
        self._claim: socket.socket | None = None
        while os.getuid() == 0 and self._claim is None:
            self.number = _FIRST_USER + secrets.randbelow(_USERS)
            claim = socket.socket(socket.AF_UNIX)
            try:
                claim.bind(f"\0dlbook-user-{self.number}")
                self._claim = claim
            except OSError:  # another kernel is that user
                claim.close()

    def release(self) -> None:
        """Let another kernel be this user."""
        if self._claim is not None:
            self._claim.close()


class SandboxedKernel(StartedKernel):
    """What forked and cold kernels share; `root_pid` is the first process in its namespace."""

    root_pid: int
    _own_processes = 1  # at the top of its tree

    def __init__(self) -> None:
        self.key = secrets.token_hex().encode()
        self._sockets = _Sockets()
        self.endpoints = self._sockets.endpoints
        self._user = _User()
        self._group: Group | None = None

    def _request(self, limits: Limits, settings: KernelSettings) -> dict[str, Any]:
        key, uid = self.key.decode(), self._user.number
        return {"key": key, "seed": settings.seed, "memory": limits.memory, "uid": uid}

    def _release(self) -> None:
        self._sockets.remove()
        self._user.release()

    def _measure(self, root_pid: int, exit_file: int, groups: Groups | None, memory: int) -> None:
        """Note its first process, and measure by a group, or else by looking at processes."""
        self.root_pid, self.exit_file = root_pid, exit_file
        self.meter = Tree(root_pid)
        self._memory = Memory(root_pid)
        if groups is not None:
            try:
                self.meter = self._group = groups.make(root_pid, memory)
            except OSError as error:
                self.kill()
                raise GraderError(f"a kernel could not be put into a group: {error}") from None

    def share_fairly(self) -> None:
        if self._group is None:
            priority.share_fairly(self.root_pid)

    def exceeds(self, memory: int) -> bool:
        return self._group.has_run_out() if self._group else self._memory.exceeds(memory)

    def end_children(self) -> None:
        if self.is_alive():
            send(signal.SIGKILL, descendants(self.root_pid)[self._own_processes :], self.root_pid)

    def kill(self) -> None:
        """End it and all its processes, and give back what it was lent; a second call is none."""
        if self.exit_file is None:
            return
        self._end()
        os.close(self.exit_file)
        self.exit_file = None
        self._release()
        if self._group is not None:
            self._group.remove()

    def _end(self) -> None:
        raise NotImplementedError


class ForkedKernel(SandboxedKernel):
    """A kernel that was forked from a warm parent; it is the first process in its namespace."""

    def __init__(
        self,
        parent: Sandbox,
        limits: Limits,
        settings: KernelSettings,
        groups: Groups | None = None,
    ) -> None:
        super().__init__()
        try:
            request = self._request(limits, settings)
            files = self._sockets.file_numbers()
            answer, exit_file = parent.ask(request, files, ANSWER_SECONDS)
            if exit_file < 0:
                raise GraderError(f"no warm kernel: {answer}")
        except BaseException:
            self._release()
            raise
        self._sockets.close_own_side()
        info = Path(f"/proc/self/fdinfo/{exit_file}").read_text()
        root_pid = int(next(s.split()[1] for s in info.splitlines() if s.startswith("Pid:")))
        self._measure(root_pid, exit_file, groups, limits.memory)

    def is_alive(self) -> bool:
        return self.exit_file is not None and not select.select([self.exit_file], [], [], 0)[0]

    def _end(self) -> None:
        if self.exit_file is not None and self.is_alive():
            signal.pidfd_send_signal(self.exit_file, signal.SIGKILL)
            select.select([self.exit_file], [], [], _END_SECONDS)


class ColdKernel(SandboxedKernel):
    """A kernel in a sandbox of its own, whose first process is bubblewrap's."""

    _own_processes = 2

    def __init__(
        self, limits: Limits, settings: KernelSettings, groups: Groups | None = None
    ) -> None:
        super().__init__()
        try:
            self._sandbox = Sandbox("once", settings.hides)
        except BaseException:
            self._release()
            raise
        self._sandbox.send(self._request(limits, settings), self._sockets.file_numbers())
        self._sockets.close_own_side()
        exit_file = os.pidfd_open(self._sandbox.process.pid)
        self._measure(self._sandbox.first_pid, exit_file, groups, limits.memory)

    def is_alive(self) -> bool:
        return self._sandbox.process.poll() is None

    def _end(self) -> None:
        self._sandbox.close()
