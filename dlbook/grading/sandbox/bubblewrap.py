"""The sandbox: bubblewrap around a Python that sees its packages, scratch space and nothing else.

It has no network, a read-only system, an empty home, namespaces of its own, and only the variables
that are set here. The inner half (limits, rights, system calls) is `dlbook.grading.sandbox.inside`.
"""

import json
import os
import select
import shutil
import signal
import site
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import IO, Any

from dlbook.grading.errors import SandboxError
from dlbook.grading.package import PACKAGE, PRIVATE, needed_files, package_files
from dlbook.grading.sandbox.inside.confine import HOME, SCRATCH

_COURSE = "/course"
_STUB_PACKAGE = Path(__file__).resolve().parent / "inside" / "stub_package"
_FORK_SERVER = "dlbook.grading.sandbox.inside.fork_server"
_DESK = "dlbook.check"
_SYSTEM = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/fonts")
_CAPABILITIES = {  # what root keeps until the inner half gives it up
    "once": ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"),
    "many": ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_SYS_ADMIN", "CAP_NET_ADMIN"),
}
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
        program = [_python(), "-S", "-m", _FORK_SERVER, mode, str(theirs.fileno())]
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
        return not select.select([self.control], [], [], 0)[0]

    def last_error_line(self) -> str:
        """Return the last line that bubblewrap or the program in it has written."""
        self._stderr.seek(0)
        lines = self._stderr.read(1 << 16).decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"it ended with code {self.process.returncode}"

    def ask(self, request: dict[str, Any], files: list[int], seconds: float) -> tuple[str, int]:
        """Send a request with open files and return the answer and the file that came with it.

        Raises:
            OSError: if the program in the sandbox has ended, or says nothing for `seconds`.
        """
        self.send(request, files)
        self.control.settimeout(seconds)
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
    command = [*sandbox_command("many", ()), "--", _python(), "-S", "-c", "import numpy, ipykernel"]
    try:
        done = subprocess.run(command, env=environment(), capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxError(_REFUSAL.format(reason=error)) from None
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = lines[-1] if lines else f"it ended with code {done.returncode}"
        raise SandboxError(_REFUSAL.format(reason=reason))


def sandbox_command(mode: str, hides: tuple[str, ...]) -> list[str]:
    """Return the command that builds the sandbox, without the program that runs inside.

    Raises:
        SandboxError: if a folder that would be shown holds solutions.
    """
    spaces = [f"--unshare-{kind}" for kind in ("pid", "ipc", "uts", "net")]
    program = shutil.which("bwrap") or "bwrap"
    command = [program, "--die-with-parent", "--new-session", *spaces, "--hostname", "sandbox"]
    if os.getuid() == 0:
        command += [word for name in _CAPABILITIES[mode] for word in ("--cap-add", name)]
    else:
        command += ["--unshare-user", "--uid", "1000", "--gid", "1000"]
    command += _system()
    for folder, size in SCRATCH.items():
        command += [*_parents(folder), "--perms", "1777", "--size", str(size << 20)]
        command += ["--tmpfs", folder]
    shown = {_base(): _base(), str(PACKAGE): f"{_COURSE}/dlbook", **_packages()}
    for source, target in shown.items():
        if Path(source, "solutions").is_dir():
            raise SandboxError(f"{source} holds solutions and would be shown: move them out of it.")
        if source != target or not source.startswith("/usr"):  # which is there already
            command += [*_parents(target), "--ro-bind", source, target]
    for target in _secrets(shown):
        command += ["--tmpfs", target, "--remount-ro", target]
    for name in hides:
        command += _stub_binds(name, shown)
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME]


def environment() -> dict[str, str]:
    """Return all variables that a sandboxed kernel has."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {
        "HOME": HOME,
        "IPYTHONDIR": f"{HOME}/.ipython",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PATH": f"{Path(_python()).parent}:/usr/bin:/bin",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": os.pathsep.join([_COURSE, *_packages().values()]),
        "USER": "learner",
        **dict.fromkeys(threads, "1"),
    }


def _system() -> list[str]:
    """Return binds of the system: /usr, the links to it, and a few files of /etc."""
    command = ["--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib64"):
        if os.path.islink(name):
            command += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            command += ["--ro-bind", name, name]
    for name in _SYSTEM:
        command += ["--ro-bind-try", name, name]
    # no /dev/zero: mapped, it gives memory that no limit counts
    return [*command, "--proc", "/proc", "--dev", "/dev", "--ro-bind", "/dev/null", "/dev/zero"]


def _python() -> str:
    return os.path.realpath(sys.executable)


def _base() -> str:
    """Return the folder of the Python installation itself, not of a virtual environment."""
    return os.path.realpath(sys.base_prefix)


@cache
def _packages() -> dict[str, str]:
    """Return where installed packages are, and where the sandbox shows them."""
    folders = [*site.getsitepackages()]
    if site.ENABLE_USER_SITE:
        folders.append(site.getusersitepackages())
    real = [os.path.realpath(folder) for folder in folders if os.path.isdir(folder)]
    return {folder: f"/packages/{i}" for i, folder in enumerate(dict.fromkeys(real))}


def _secrets(shown: dict[str, str]) -> list[str]:
    """Return what is covered: answers in the dlbook that is shown, and every other copy of dlbook.

    A copy may be shown more than once: /usr and the Python installation can hold the packages.
    """
    copies = [PACKAGE, PACKAGE.parent / "solutions"]
    copies += [Path(folder, "dlbook") for folder in _packages()]
    covered = [Path(_COURSE, "dlbook", name) for name in PRIVATE if (PACKAGE / name).is_dir()]
    for source, target in {**shown, "/usr": "/usr"}.items():
        for copy in copies:
            if copy.is_dir() and copy.is_relative_to(source) and source != str(PACKAGE):
                covered.append(target / copy.relative_to(source))
    return [str(path) for path in dict.fromkeys(covered)]


def _stub_binds(name: str, shown: dict[str, str]) -> list[str]:
    """Return binds that put a stub, which raises, in the place of the module called `name`.

    In that of dlbook they leave what a kernel itself and every exercise notebook needs.
    """
    if name == PACKAGE.name:
        return [word for part in _not_needed() for word in _stub_binds(f"{name}.{part}", shown)]
    path = name.replace(".", "/")
    command = []
    for source, target in (*shown.items(), (str(PACKAGE.parent), _COURSE)):
        if Path(source, path).is_dir():
            command += ["--ro-bind", str(_STUB_PACKAGE), f"{target}/{path}"]
        if Path(source, f"{path}.py").is_file():
            command += ["--ro-bind", str(_STUB_PACKAGE / "__init__.py"), f"{target}/{path}.py"]
    return command


@cache
def _not_needed() -> tuple[str, ...]:
    """Return the modules of dlbook that neither the sandbox nor the desk imports."""
    needed = needed_files([f"import {_FORK_SERVER}", f"import {_DESK}"])
    used = {Path(path.parts[0]).stem for path in needed} | set(PRIVATE)
    modules = {Path(path.parts[0]).stem for path in package_files() if path.suffix == ".py"}
    return tuple(sorted(modules - used))


def _parents(folder: str) -> list[str]:
    """Return the options that make the folders above `folder`, readable by every user."""
    above = [str(parent) for parent in reversed(Path(folder).parents) if str(parent) != "/"]
    return [word for parent in above for word in ("--perms", "0755", "--dir", parent)]


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
