"""Which launcher of kernels is right: one with walls, or one without."""

from typing import Literal

from dlbook.grading.kernel import Launcher, Local
from dlbook.grading.warm import Warm


def launcher(sandbox: Literal["required", "off"]) -> Launcher:
    """Return a launcher: with walls for other people's notebooks, or without for your own.

    Raises:
        NoSandbox: if walls are required and cannot be had here.
    """
    return Local() if sandbox == "off" else Warm()
