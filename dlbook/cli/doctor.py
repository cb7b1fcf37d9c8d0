"""The verb `doctor`: what is wrong with a machine, and the mend."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlbook.cli.course import NOT_RIGHT, RIGHT

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_LEAST_PYTHON = (3, 11)
_ROOM = 500_000_000  # bytes
Finding = tuple[bool, str, str]  # whether it is well, what was looked at, the mend


@click.command(short_help="what is wrong with this machine, and the mend")
def doctor() -> int:
    """Look whether this machine has what the course needs, and say how to mend what it lacks."""
    ill = 0
    for look in (_python, _packages, _torch, _room, _writing, _sandbox, _kernel):
        for fine, what, mend in look():
            print(f"{'✓' if fine else '✗'} {what}" + ("" if fine else f"\n  {mend}"))
            ill += not fine
    print(f"{ill} of these to mend: do what stands below each ✗" if ill else "all is well")
    return NOT_RIGHT if ill else RIGHT


def _python() -> Iterator[Finding]:
    found = sys.version_info[:2]
    needed = ".".join(map(str, _LEAST_PYTHON))
    mend = f"install Python {needed} or newer, and make a new virtual environment with it"
    yield found >= _LEAST_PYTHON, f"Python {found[0]}.{found[1]}, {needed} is needed", mend


def _packages() -> Iterator[Finding]:
    """Look at what the package itself says that it needs, and at what is here of its extras."""
    from dlbook.check.requirements import extras, needed

    core = needed()
    for line in core.values():
        yield _package(line)
    whole: list[str] = []
    partly: list[str] = []
    wrong: dict[str, Finding] = {}
    for extra in extras():
        found = {name: _package(line) for name, line in needed(extra).items() if name not in core}
        there = [name for name in found if _version(name)]
        wrong |= {name: found[name] for name in there if not found[name][0]}
        (whole if len(there) == len(found) else partly).append(extra)
    yield from wrong.values()
    yield True, f"extras that are here: {', '.join(whole) or 'none'}", ""
    if partly:
        what = f"extras that are missing, or here in part: {', '.join(partly)}"
        yield True, f'{what}; pip install "dlbook[{partly[0]}]" adds one', ""


def _package(needed: "Requirement") -> Finding:
    """Return whether a package is there, in a version that will do."""
    found = _version(needed.name)
    fine = bool(found) and needed.specifier.contains(found, prereleases=True)
    mend = f'pip install "{needed.name}{needed.specifier}"'
    return fine, f"{needed.name} {found or 'is missing'}, {needed.specifier} is needed", mend


def _version(name: str) -> str:
    """Return the version of a package, '' where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _torch() -> Iterator[Finding]:
    found = _version("torch")
    missing = "torch is not installed: chapters run without it, comparisons are left out"
    yield True, f"torch {found}" if found else missing, ""


def _room() -> Iterator[Finding]:
    import shutil

    free = shutil.disk_usage(Path.cwd()).free
    what = f"{free / 1e9:.1f} GB free here, {_ROOM / 1e9:.1f} are needed"
    yield free >= _ROOM, what, "make room on this disk"


def _writing() -> Iterator[Finding]:
    import tempfile

    for place in dict.fromkeys((Path.cwd(), Path(tempfile.gettempdir()))):
        yield os.access(place, os.W_OK), f"{place} can be written to", f"chmod u+w '{place}'"


def _sandbox() -> Iterator[Finding]:
    """Look whether students' code could be locked up; a learner needs no such thing."""
    import shutil

    if shutil.which("bwrap") is None:
        missing = "bubblewrap is not here; only `dlbook grade` needs it: apt install bubblewrap"
        yield True, missing, ""
        return
    from dlbook.grading.errors import SandboxError
    from dlbook.grading.sandbox import bubblewrap

    try:
        bubblewrap.probe()
    except SandboxError as error:
        yield True, f"bubblewrap is here and does not start: {error}", ""
    else:
        yield True, "bubblewrap starts: `dlbook grade` locks students' code up in it", ""


def _kernel() -> Iterator[Finding]:
    """Start a kernel and let it import the library, as a notebook does."""
    from subprocess import DEVNULL

    if not _version("jupyter-client"):
        yield True, "no kernel of our own is started: the extra grade is not here", ""
        return
    from jupyter_client.manager import start_new_kernel

    mend = "pip install --force-reinstall ipykernel jupyter-client, then call this again"
    try:
        manager, client = start_new_kernel(kernel_name="python3", stderr=DEVNULL)
    except Exception as error:  # whatever it is, the learner needs to read it
        yield False, f"a kernel does not start: {error}", mend
        return
    try:
        reply = client.execute("import dlbook.nn", reply=True, timeout=None)["content"]
        fine = reply["status"] == "ok"
        yield fine, "a kernel starts and imports dlbook", reply.get("evalue", "") or mend
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
