"""A launcher whose kernels say what processor time they have used."""

from dlbook.grading.kernel.launcher import KernelSettings, Launcher, StartedKernel
from dlbook.grading.kernel.limits import Limits


class Measured(Launcher):
    """Hands on kernels of another launcher and notes the processor time that each has used."""

    isolation = "bwrap+seccomp"

    def __init__(self, inner: Launcher) -> None:
        self.inner, self.seconds = inner, []

    def prepare(self, settings: KernelSettings) -> None:
        self.inner.prepare(settings)

    def start(self, limits: Limits, settings: KernelSettings) -> StartedKernel:
        kernel = self.inner.start(limits, settings)
        kill = kernel.kill

        def killed() -> None:
            if kernel.is_alive():  # later calls come to a kernel that has ended
                self.seconds.append(kernel.meter.seconds())
            kill()

        kernel.kill = killed
        return kernel

    def close(self) -> None:
        """Leave the other one open."""
