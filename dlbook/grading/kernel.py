"""Where a learner's code runs: a fresh kernel of this Python, and the budgets that it has."""

import os
import subprocess
from dataclasses import dataclass
from typing import Any

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager


@dataclass(frozen=True)
class Limits:
    """Budgets of one notebook: seconds for a cell and for its start, characters of output."""

    cell_seconds: float = 60.0
    start_seconds: float = 60.0
    output_characters: int = 10_000_000


class KernelDied(Exception):
    """Raised when the kernel's process has ended while a cell was running."""


class OutputFlood(Exception):
    """Raised when a notebook has put out more than its budget."""


class ThisPython(KernelSpecManager):
    """Knows one kernel under every name: the Python that is running now."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


def manager() -> KernelManager:
    """Return a manager of a kernel of this Python; whatever name a notebook asks for."""
    return KernelManager(kernel_name="python3", kernel_spec_manager=ThisPython())


def grading_environment(seed: int) -> dict[str, str]:
    """Return the environment of a kernel in which checks put out values for `seed`."""
    return {**os.environ, "DLBOOK_SEED": str(seed)}


def start(limits: Limits, seed: int, cwd: str) -> tuple[KernelManager, Any]:
    """Return the manager and the client of a new kernel for a grading run.

    Raises:
        RuntimeError: if the kernel is not ready after `limits.start_seconds`.
    """
    km = manager()
    km.start_kernel(cwd=cwd, env=grading_environment(seed), stderr=subprocess.DEVNULL)
    client = km.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=limits.start_seconds)
    except RuntimeError:
        client.stop_channels()
        km.shutdown_kernel(now=True)
        raise
    return km, client
