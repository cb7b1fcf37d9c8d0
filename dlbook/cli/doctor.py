"""The verb `doctor`: what is wrong with a machine, and the mend."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dlbook.cli.course import NOT_RIGHT, RIGHT
from dlbook.cli.verb import Verb
from dlbook.i18n import N_, _

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_LEAST_PYTHON = (3, 11)
_ROOM = 500_000_000  # bytes
Finding = tuple[bool, str, str]  # whether it is well, what was looked at, the mend


@click.command(cls=Verb, short_help=N_("what is wrong with this machine, and the mend"))
def doctor() -> int:
    """Look whether this machine has what the course needs, and say how to mend what it lacks."""
    ill = 0
    for look in (_python, _packages, _torch, _room, _writing, _sandbox, _kernel):
        for fine, what, mend in look():
            print(f"{'✓' if fine else '✗'} {what}" + ("" if fine else f"\n  {mend}"))
            ill += not fine
    text = _("{count} of these to mend: do what stands below each ✗") if ill else _("all is well")
    print(text.format(count=ill))
    return NOT_RIGHT if ill else RIGHT


def _python() -> Iterator[Finding]:
    found = sys.version_info[:2]
    needed = ".".join(map(str, _LEAST_PYTHON))
    here = f"Python {found[0]}.{found[1]}"
    mend = _("install Python {needed} or newer, and make a new virtual environment with it")
    yield found >= _LEAST_PYTHON, _is_needed(here, needed), mend.format(needed=needed)


def _is_needed(here: str, needed: str) -> str:
    return _("{here}, {needed} is needed").format(here=here, needed=needed)


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
    text = _("extras that are here: {names}")
    yield True, text.format(names=_(", ").join(whole) or _("none")), ""
    if partly:
        text = _(
            "extras that are missing, or here in part: {names}; "
            'pip install "dlbook[{first}]" adds one'
        )
        yield True, text.format(names=_(", ").join(partly), first=partly[0]), ""


def _package(needed: "Requirement") -> Finding:
    """Return whether a package is there, in a version that will do."""
    found = _version(needed.name)
    fine = bool(found) and needed.specifier.contains(found, prereleases=True)
    mend = f'pip install "{needed.name}{needed.specifier}"'
    here = f"{needed.name} {found}" if found else _("{name} is missing").format(name=needed.name)
    return fine, _is_needed(here, str(needed.specifier)), mend


def _version(name: str) -> str:
    """Return the version of a package, '' where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _torch() -> Iterator[Finding]:
    found = _version("torch")
    missing = _("torch is not installed: chapters run without it, comparisons are left out")
    yield True, f"torch {found}" if found else missing, ""


def _room() -> Iterator[Finding]:
    import shutil

    free = shutil.disk_usage(Path.cwd()).free
    text = _("{free:.1f} GB free here, {room:.1f} are needed")
    what = text.format(free=free / 1e9, room=_ROOM / 1e9)
    yield free >= _ROOM, what, _("make room on this disk")


def _writing() -> Iterator[Finding]:
    import tempfile

    for place in dict.fromkeys((Path.cwd(), Path(tempfile.gettempdir()))):
        what = _("{place} can be written to").format(place=place)
        yield os.access(place, os.W_OK), what, f"chmod u+w '{place}'"


def _sandbox() -> Iterator[Finding]:
    """Look whether students' code could be locked up; a learner needs no such thing."""
    import shutil

    if shutil.which("bwrap") is None:
        missing = _("bubblewrap is not here; only `dlbook grade` needs it: apt install bubblewrap")
        yield True, missing, ""
        return
    from dlbook.grading.errors import SandboxError
    from dlbook.grading.sandbox import bubblewrap

    try:
        bubblewrap.probe()
    except SandboxError as error:
        text = _("bubblewrap is here and does not start: {error}")
        yield True, text.format(error=error), ""
    else:
        yield True, _("bubblewrap starts: `dlbook grade` locks students' code up in it"), ""


def _kernel() -> Iterator[Finding]:
    """Start a kernel and let it import the library, as a notebook does."""
    from subprocess import DEVNULL

    if not _version("jupyter-client"):
        yield True, _("no kernel of our own is started: the extra grade is not here"), ""
        return
    from jupyter_client.manager import start_new_kernel

    mend = _("pip install --force-reinstall ipykernel jupyter-client, then call this again")
    try:
        manager, client = start_new_kernel(kernel_name="python3", stderr=DEVNULL)
    except Exception as error:  # whatever it is, the learner needs to read it
        yield False, _("a kernel does not start: {error}").format(error=error), mend
        return
    try:
        reply = client.execute("import dlbook.nn", reply=True, timeout=None)["content"]
        fine = reply["status"] == "ok"
        yield fine, _("a kernel starts and imports dlbook"), reply.get("evalue", "") or mend
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
