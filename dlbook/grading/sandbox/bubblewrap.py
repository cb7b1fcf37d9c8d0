"""The sandbox: bubblewrap around a Python that sees its packages, scratch space and nothing else.

It has no network, a read-only system, an empty home, namespaces of its own, and only the variables
that are set here. The inner half (limits, rights, system calls) is `dlbook.grading.sandbox.inside`.
"""

import json
import os
import signal
import socket
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from select import select
from typing import IO, Any

from dlbook.grading.errors import SandboxError
from dlbook.grading.sandbox.usage import Tree, comes_true, descendants
from dlbook.grading.sandbox.view import FORK_SERVER, environment, python, sandbox_command

_PROBE_SECONDS = 60.0  # of work or of waiting
_REFUSAL = """Not graded: bubblewrap cannot start here ({reason}).
Student code would run with your rights. What helps:
- bubblewrap is not installed: apt install bubblewrap (Linux only; on Windows use WSL2).
- Ubuntu 23.10 or later: allow it in /etc/apparmor.d/bwrap, a profile with `userns,` in it.
- in a container: start it with --security-opt seccomp=unconfined --cap-add SYS_ADMIN.
- notebooks that you trust as your own: pass --sandbox off."""


class Sandbox:
    """One bubblewrap with a Python in it that serves requests on `control`.

    Args:
        mode: `once` becomes a kernel itself, `many` is a parent that kernels are forked from.
        hides: packages that are not to be seen.

    Raises:
        SandboxError: if it does not start.
    """

    def __init__(self, mode: str, hides: tuple[str, ...] = ()) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        info_read, info_write = os.pipe()
        program = [python(), "-S", "-m", FORK_SERVER, mode, str(theirs.fileno())]
        command = [*sandbox_command(mode, hides), "--info-fd", str(info_write), "--", *program]
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 (closed in close)
        try:
            self.process = _spawn(command, (theirs.fileno(), info_write), self._stderr)
        except OSError as error:
            os.close(info_read)
            self.control.close()
            raise SandboxError(_REFUSAL.format(reason=error)) from None
        finally:
            theirs.close()
            os.close(info_write)
        with open(info_read, encoding="utf-8") as info:
            text = info.read()
        if not text:
            self.process.wait()
            reason = self.last_error_line()
            self.close()
            raise SandboxError(_REFUSAL.format(reason=reason))
        # when this process ends, everything in the sandbox ends with it
        self.first_pid = int(json.loads(text)["child-pid"])

    def serves(self) -> bool:
        """Return whether it waits for requests: it has not ended, and no stray answer is there."""
        return not select([self.control], [], [], 0)[0]

    def last_error_line(self) -> str:
        """Return the last line that bubblewrap or the program in it has written."""
        return _last_line(self._stderr) or f"it ended with code {self.process.returncode}"

    def ask(self, request: dict[str, Any], files: list[int], seconds: float) -> tuple[str, int]:
        """Send a request with open files and return the answer and the file that came with it.

        Raises:
            OSError: if the program in the sandbox has ended, or works or waits for more than
                `seconds` before it answers.
        """
        self.send(request, files)
        program = descendants(self.first_pid)[:2][-1]  # the first process only waits for it

        def has_answered(moment: float) -> bool:
            return bool(select([self.control], [], [], moment)[0])

        if not comes_true(has_answered, Tree(program), seconds):
            raise TimeoutError("the sandbox does not answer")
        text, got, _flags, _address = socket.recv_fds(self.control, 1 << 18, 1)
        if not text:
            raise ConnectionResetError(f"the sandbox has ended: {self.last_error_line()}")
        return text.decode("utf-8", "replace"), got[0] if got else -1

    def send(self, request: dict[str, Any], files: list[int]) -> None:
        """Send a request with open files."""
        socket.send_fds(self.control, [json.dumps(request).encode()], files)

    def close(self) -> None:
        """End it with everything in it; a second call does nothing."""
        self.control.close()
        if self.process.poll() is None:
            _kill(self.first_pid)
            try:
                self.process.wait(1.0)  # bubblewrap itself sees that and ends
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._stderr.close()


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def probe() -> None:
    """Start a sandbox once, to see whether that works here.

    Raises:
        SandboxError: if that fails.
    """
    command = [*sandbox_command("many", ()), "--", python(), "-S", "-c", "import numpy, ipykernel"]
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(command, env=environment(), stderr=errors)
        except OSError as error:
            raise SandboxError(_REFUSAL.format(reason=error)) from None

        def has_ended(moment: float) -> bool:
            with suppress(subprocess.TimeoutExpired):
                process.wait(moment)
            return process.returncode is not None

        has_time = comes_true(has_ended, Tree(process.pid), _PROBE_SECONDS)
        process.kill()
        process.wait()
        if not has_time or process.returncode:
            reason = _last_line(errors) or f"it ended with code {process.returncode}"
            raise SandboxError(_REFUSAL.format(reason=reason))


def _last_line(errors: IO[bytes]) -> str:
    errors.seek(0)
    lines = errors.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


# ---- bubblewrap ends with the thread that has started it, so one that lasts starts it ----


def _spawn(
    command: list[str], files: tuple[int, ...], errors: IO[bytes]
) -> "subprocess.Popen[bytes]":
    nothing = subprocess.DEVNULL
    started = _starter(os.getpid()).submit(
        lambda: subprocess.Popen(
            command,
            env=environment(),
            pass_fds=files,
            stdin=nothing,
            stdout=nothing,
            stderr=errors,
        )
    )
    return started.result()


@cache
def _starter(process: int) -> ThreadPoolExecutor:
    """Return a thread of this process that outlives whatever has asked for a sandbox."""
    return ThreadPoolExecutor(1, "dlbook-sandbox")
