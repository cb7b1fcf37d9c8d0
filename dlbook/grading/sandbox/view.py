"""What a sandbox shows of this machine: the command that builds it, and its variables."""

import os
import shutil
import site
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from dlbook.grading.errors import SandboxError
from dlbook.grading.package import PACKAGE, PRIVATE, WORDS, needed_files, package_files
from dlbook.grading.sandbox.inside.confine import HOME, SCRATCH

FORK_SERVER = "dlbook.grading.sandbox.inside.fork_server"
_COURSE = "/course"
_STUB_PACKAGE = Path(__file__).resolve().parent / "inside" / "stub_package"
_DESK = "dlbook.check"
_SYSTEM = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/fonts")
_CAPABILITIES = {  # what root keeps until the inner half gives it up
    "once": ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"),
    "many": ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_SYS_ADMIN", "CAP_NET_ADMIN"),
}


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
    stubs = [stub for name in hides for stub in _stubs(name, shown)]
    for source, target in dict.fromkeys(stubs):
        command += ["--ro-bind", source, target]
    if mode == "once":  # a parent of kernels makes namespaces, for which it writes there
        command += ["--remount-ro", "/proc"]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME]


def environment() -> dict[str, str]:
    """Return all variables that a sandboxed kernel has."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {
        "HOME": HOME,
        "IPYTHONDIR": f"{HOME}/.ipython",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PATH": f"{Path(python()).parent}:/usr/bin:/bin",
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


def python() -> str:
    """Return the Python that runs now, whatever links lead to it."""
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
    names = (*PRIVATE, WORDS)
    covered = [Path(_COURSE, "dlbook", name) for name in names if (PACKAGE / name).is_dir()]
    for source, target in {**shown, "/usr": "/usr"}.items():
        for copy in copies:
            if copy.is_dir() and copy.is_relative_to(source) and source != str(PACKAGE):
                covered.append(target / copy.relative_to(source))
    return [str(path) for path in dict.fromkeys(covered)]


def _stubs(name: str, shown: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield stubs, which raise, and the places of the module called `name` where they are bound.

    In that of dlbook they leave what a kernel itself and every exercise notebook needs. A module
    that is a file is covered with all that is compiled beside it: that could be loaded, too.
    """
    if name == PACKAGE.name:
        for part in _not_needed():
            yield from _stubs(f"{name}.{part}", shown)
        return
    module = Path(*name.split("."))
    compiled = module.parent / "__pycache__"
    for source, target in (*shown.items(), (str(PACKAGE.parent), _COURSE)):
        if (source / module).is_dir():
            yield str(_STUB_PACKAGE), f"{target}/{module}"
        if Path(source, f"{module}.py").is_file():
            yield str(_STUB_PACKAGE / "__init__.py"), f"{target}/{module}.py"
            if (source / compiled).is_dir():
                yield str(_STUB_PACKAGE), f"{target}/{compiled}"


@cache
def _not_needed() -> tuple[str, ...]:
    """Return the modules of dlbook that neither the sandbox nor the desk imports."""
    needed = needed_files([f"import {FORK_SERVER}", f"import {_DESK}"])
    used = {Path(path.parts[0]).stem for path in needed} | set(PRIVATE)
    modules = {Path(path.parts[0]).stem for path in package_files() if path.suffix == ".py"}
    return tuple(sorted(modules - used))


def _parents(folder: str) -> list[str]:
    """Return the options that make the folders above `folder`, readable by every user."""
    above = [str(parent) for parent in reversed(Path(folder).parents) if str(parent) != "/"]
    return [word for parent in above for word in ("--perms", "0755", "--dir", parent)]
