"""Where a learner's code runs: what a launcher of kernels offers, and the one without walls.

A launcher starts kernels, one for each pass over a notebook, and says how they are isolated.
"""

import os
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

from dlbook.grading.kernel.limits import Limits


@dataclass(frozen=True)
class Setting:
    """What a kernel is for: its seed, where it starts if nothing walls it in, its packages.

    `hides` names packages that it must not see; `torch` says that it had better be warm.
    """

    seed: int
    folder: str
    hides: tuple[str, ...] = ()
    torch: bool = False


class Running(ABC):
    """A kernel that was started.

    `endpoints` are ZeroMQ addresses of its channels, `key` signs its messages. `death` is a file
    that becomes readable when it ends, `root` the process whose tree counts as its memory; None
    where there is no such thing.
    """

    endpoints: dict[str, str]
    key: bytes
    death: int | None = None
    root: int | None = None
    interrupts_itself = True  # when told so on its control channel

    @abstractmethod
    def is_alive(self) -> bool:
        """Return whether its process runs."""

    def interrupt(self) -> None:
        """Interrupt the running cell, where the kernel does not do so when told."""
        raise NotImplementedError

    @abstractmethod
    def kill(self) -> None:
        """End it with all its processes, at once, and tidy up; a second call does nothing."""


class Launcher(ABC):
    """Starts kernels; `isolation` says what stands between them and this machine."""

    isolation: str

    @abstractmethod
    def start(self, limits: Limits, setting: Setting) -> Running:
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


class ThisPython(KernelSpecManager):
    """Knows one kernel under every name: the Python that is running now."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


def manager() -> KernelManager:
    """Return a manager of a kernel of this Python; whatever name a notebook asks for."""
    return KernelManager(kernel_name="python3", kernel_spec_manager=ThisPython())


class Local(Launcher):
    """Kernels of this Python with the rights of whoever runs it: for a learner's own notebooks."""

    isolation = "none"

    def start(self, limits: Limits, setting: Setting) -> Running:
        """Return a new kernel with the rights of this process."""
        km = manager()
        environment = {**os.environ, "DLBOOK_SEED": str(setting.seed)}
        km.start_kernel(cwd=setting.folder, env=environment, stderr=subprocess.DEVNULL)
        return _Process(km)

    def close(self) -> None:
        """Do nothing: no process is kept."""


class _Process(Running):
    interrupts_itself = False

    def __init__(self, km: KernelManager) -> None:
        self._km = km
        self.key = km.session.key
        ports = {"shell": km.shell_port, "iopub": km.iopub_port, "control": km.control_port}
        self.endpoints = {name: f"tcp://{km.ip}:{port}" for name, port in ports.items()}

    def is_alive(self) -> bool:
        return bool(self._km.is_alive())

    def interrupt(self) -> None:
        self._km.interrupt_kernel()

    def kill(self) -> None:
        if self._km.has_kernel:
            self._km.shutdown_kernel(now=True)
