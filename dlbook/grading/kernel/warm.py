"""Kernels that are used once: forked from a warm parent in a sandbox, else started cold.

Each kernel has its own namespaces and is never used again. All that two kernels share is what
their parent has imported.
"""

from importlib.util import find_spec
from queue import Empty
from typing import Literal

from dlbook.check import wire
from dlbook.grading.errors import GraderError, SandboxError
from dlbook.grading.kernel import cgroup
from dlbook.grading.kernel.channels import Channels
from dlbook.grading.kernel.launcher import KernelSettings, Launcher, Local, StartedKernel
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.sandboxed import ColdKernel, ForkedKernel
from dlbook.grading.sandbox import bubblewrap as sandbox
from dlbook.grading.sandbox.bubblewrap import Sandbox
from dlbook.grading.sandbox.usage import Allowance

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
_START_SECONDS = 120.0  # of work or of waiting
_MAX_FAILURES = 3  # then forking does not work here

Flavour = tuple[tuple[str, ...], bool]  # the packages hidden, and whether torch is loaded


class Warm(Launcher):
    """Kernels in sandboxes, warm where this machine lets them be forked.

    Raises:
        SandboxError: if no sandbox can start here.
    """

    def __init__(self, *, fork: bool = True) -> None:
        sandbox.probe()
        self._groups = cgroup.find()
        self.isolation = "bwrap+seccomp" + ("+cgroup" if self._groups else "")
        self.cold_reason = "" if fork else "forking is switched off"
        self._failures = 0
        self._parents: dict[Flavour, Sandbox] = {}

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
                return ForkedKernel(self._parents[flavour], limits, settings, self._groups)
            except (OSError, SandboxError, GraderError) as error:
                self._note_failure(flavour, error)
        try:
            return ColdKernel(limits, settings, self._groups)
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
        trial = ForkedKernel(parent, Limits(), KernelSettings(0, ""))
        try:
            _preload(parent, _imported(trial))
        finally:
            trial.kill()

    def _close_parent(self, flavour: Flavour) -> None:
        if flavour in self._parents:
            self._parents.pop(flavour).close()

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
    channels = Channels(kernel, Limits(), Allowance(_START_SECONDS))
    try:
        channels.wait_until_ready()
        channels.execute(_TRIAL_CELL)
        while True:
            content = channels.receive("iopub")["content"]
            value = content.get("data", {}).get(wire.MIME, {})
            if "modules" in value:
                return [str(name) for name in value["modules"]]
    except Empty:
        raise GraderError("a first warm kernel does not answer") from None
    finally:
        channels.close()
