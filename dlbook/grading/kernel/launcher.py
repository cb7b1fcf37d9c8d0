"""Where a learner's code runs: the interface of launchers, and the one without a sandbox.

A launcher starts kernels, one for each pass over a notebook, and says how they are isolated.
"""

import os
import subprocess
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

from dlbook.grading.kernel.limits import Limits
from dlbook.grading.sandbox.usage import Clock, Meter, Tree


@dataclass(frozen=True)
class KernelSettings:
    """What a kernel is started with: its seed, and its folder if it has no sandbox.

    `hides` names packages that it must not see; `torch` says that its cells import torch.
    """

    seed: int
    folder: str
    hides: tuple[str, ...] = ()
    torch: bool = False


class StartedKernel(ABC):
    """A kernel that was started.

    `endpoints` are ZeroMQ addresses of its channels, `key` signs its messages; `meter` tells what
    its processes use. `exit_file` is a file descriptor that becomes readable when it ends, None
    where there is no such thing.
    """

    endpoints: dict[str, str]
    key: bytes
    meter: Meter
    exit_file: int | None = None
    takes_interrupt_requests = True  # on its control channel

    @abstractmethod
    def is_alive(self) -> bool:
        """Return whether its process runs."""

    def interrupt(self) -> None:
        """Interrupt the running cell of a kernel that takes no interrupt requests."""
        raise NotImplementedError

    def share_fairly(self) -> None:  # noqa: B027 (where nothing is shared, nothing is to be done)
        """Keep its processes within the share of one; called often while it works."""

    def exceeds(self, memory: int) -> bool:
        """Return whether its processes hold more bytes than that; without a sandbox, all may."""
        return False

    def end_children(self) -> None:  # noqa: B027
        """End what its cells have started, where that can be seen."""

    @abstractmethod
    def kill(self) -> None:
        """End it and all its processes at once, and clean up; a second call does nothing."""


class Launcher(ABC):
    """Starts kernels; `isolation` says what stands between them and this machine."""

    isolation: str

    @abstractmethod
    def prepare(self, settings: KernelSettings) -> None:
        """Start what kernels with these settings come from; processes forked from here share it."""

    @abstractmethod
    def start(self, limits: Limits, settings: KernelSettings) -> StartedKernel:
        """Return a new kernel.

        Raises:
            GraderError: if none can be started.
        """

    @abstractmethod
    def close(self) -> None:
        """End what is kept running between kernels."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


# what a person has set for other programs would change verdicts; where packages are, has to stay
_REACHES_IN = ("DLBOOK_SEED", "DLBOOK_LANG", "IPYTHON", "MPLBACKEND", "PYTEST_", "PYTHON")
_WHERE_PACKAGES_ARE = ("PYTHONHOME", "PYTHONNOUSERSITE", "PYTHONPATH", "PYTHONUSERBASE")


def kernel_environment(folder: str, **more: str) -> dict[str, str]:
    """Return the variables of a kernel without a sandbox: those of this process that do no harm.

    Args:
        folder: an empty one, where the kernel finds no settings of whoever runs it.
        more: what the kernel has beside them.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _WHERE_PACKAGES_ARE or not name.startswith(_REACHES_IN)
    }
    return {
        **kept,
        "DLBOOK_LANG": "en",
        "IPYTHONDIR": folder,
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }


class ThisPython(KernelSpecManager):
    """Finds one kernel under every name: the Python that is running now."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


def manager() -> KernelManager:
    """Return a manager for a kernel of this Python, whatever name a notebook asks for."""
    return KernelManager(kernel_name="python3", kernel_spec_manager=ThisPython())


class Local(Launcher):
    """Kernels of this Python with the rights of whoever runs it: for a learner's own notebooks."""

    isolation = "none"

    def prepare(self, settings: KernelSettings) -> None:
        """Do nothing: kernels come from no process that is kept."""

    def start(self, limits: Limits, settings: KernelSettings) -> StartedKernel:
        """Return a new kernel with the rights of this process."""
        km = manager()
        settings_folder = str(Path(settings.folder, ".ipython"))
        environment = kernel_environment(settings_folder, DLBOOK_SEED=str(settings.seed))
        more = {"preexec_fn": _lift_memory_limit} if os.name == "posix" else {}
        km.start_kernel(cwd=settings.folder, env=environment, stderr=subprocess.DEVNULL, **more)
        return _LocalKernel(km)

    def close(self) -> None:
        """Do nothing: no process is kept."""


def _lift_memory_limit() -> None:
    """Take back the limit that the grader sets itself: a kernel here has none."""
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


class _LocalKernel(StartedKernel):
    takes_interrupt_requests = False

    def __init__(self, km: KernelManager) -> None:
        self._km = km
        self.key = km.session.key
        provisioner: Any = km.provisioner
        self.meter = Tree(provisioner.pid) if sys.platform == "linux" else Clock()
        ports = {"shell": km.shell_port, "iopub": km.iopub_port, "control": km.control_port}
        self.endpoints = {name: f"tcp://{km.ip}:{port}" for name, port in ports.items()}

    def is_alive(self) -> bool:
        return bool(self._km.is_alive())

    def interrupt(self) -> None:
        self._km.interrupt_kernel()

    def kill(self) -> None:
        if self._km.has_kernel:
            self._km.shutdown_kernel(now=True)
