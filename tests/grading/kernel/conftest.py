from collections.abc import Iterator

import pytest

from dlbook.grading.kernel.channels import Channels
from dlbook.grading.kernel.launcher import KernelSettings
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.sandboxed import SandboxedKernel
from dlbook.grading.kernel.warm import Warm
from dlbook.grading.sandbox.usage import Allowance


@pytest.fixture
def running(warm: Warm) -> Iterator[tuple[SandboxedKernel, Channels]]:
    """A kernel and its channels, ready for a cell."""
    kernel = warm.start(Limits(), KernelSettings(0, ""))
    channels = Channels(kernel, Limits(), Allowance(600))
    try:
        channels.wait_until_ready()
        yield kernel, channels
    finally:
        channels.close()
        kernel.kill()
