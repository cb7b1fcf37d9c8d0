"""The verb `doctor`: what is wrong with a machine, and the mend."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version as version_of
from pathlib import Path
from subprocess import DEVNULL

import click

from dlbook.cli.course import NOT_RIGHT, RIGHT
from dlbook.version import distribution

_LEAST_PYTHON = (3, 11)
_ROOM = 500_000_000  # bytes
Finding = tuple[bool, str, str]  # whether it is well, what was looked at, the mend


@click.command(short_help="what is wrong with this machine, and the mend")
def doctor() -> int:
    """Look whether this machine has what the course needs, and say how to mend what it lacks."""
    well = True
    for look in (_python, _packages, _torch, _blas, _room, _writing, _kernel):
        for fine, what, mend in look():
            print(f"{'✓' if fine else '✗'} {what}" + ("" if fine else f"\n  {mend}"))
            well &= fine
    return RIGHT if well else NOT_RIGHT


def _python() -> Iterator[Finding]:
    found = sys.version_info[:2]
    needed = ".".join(map(str, _LEAST_PYTHON))
    mend = f"install Python {needed} or newer, and make a new virtual environment with it"
    yield found >= _LEAST_PYTHON, f"Python {found[0]}.{found[1]}, {needed} is needed", mend


def _packages() -> Iterator[Finding]:
    """Look at what the package itself says that it needs."""
    from packaging.requirements import Requirement

    found = distribution()
    for line in (requires(found.name) if found else None) or ():
        needed = Requirement(line)
        if needed.marker and not needed.marker.evaluate({"extra": ""}):
            continue
        try:
            have = version_of(needed.name)
        except PackageNotFoundError:
            have = ""
        fine = bool(have) and needed.specifier.contains(have, prereleases=True)
        mend = f'pip install "{needed.name}{needed.specifier}"'
        yield fine, f"{needed.name} {have or 'is missing'}, {needed.specifier} is needed", mend


def _torch() -> Iterator[Finding]:
    try:
        yield True, f"torch {version_of('torch')}", ""
    except PackageNotFoundError:
        yield True, "torch is not installed: chapters run without it, comparisons are left out", ""


def _blas() -> Iterator[Finding]:
    from dlbook import blas

    for variable, value in blas.environment().items():
        what = f"OpenBLAS runs code for {blas.architectures()[0]}; products are faster with AVX-512"
        yield True, f"{what}: `dlbook lab` sets {variable}={value}, elsewhere do so yourself", ""


def _room() -> Iterator[Finding]:
    free = shutil.disk_usage(Path.cwd()).free
    what = f"{free / 1e9:.1f} GB free here, {_ROOM / 1e9:.1f} are needed"
    yield free >= _ROOM, what, "make room on this disk"


def _writing() -> Iterator[Finding]:
    for place in dict.fromkeys((Path.cwd(), Path(tempfile.gettempdir()))):
        yield os.access(place, os.W_OK), f"{place} can be written to", f"chmod u+w '{place}'"


def _kernel() -> Iterator[Finding]:
    """Start a kernel and let it import the library, as a notebook does."""
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
