"""What all tests share."""

import gc
import os
import sys
from types import SimpleNamespace

import pytest

for library in ("OMP", "OPENBLAS", "MKL"):  # on arrays this small, threads wait for each other
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")  # read when NumPy or torch is imported


# torch.optim loads torch's compiler when it is first used: seconds, and nothing is compiled here
IDLE = SimpleNamespace(disable=lambda function, *_, **__: function, graph_break=lambda: None)
sys.modules["torch._dynamo"] = IDLE


def pytest_collection_finish():
    """Let the garbage collector pass by what the imports have left: it stays to the end."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter):
    """Print what tests have measured: `record_property("measured", text)`, also from workers."""
    measured = set()
    for reports in terminalreporter.stats.values():
        for report in reports:
            properties = getattr(report, "user_properties", ())
            measured |= {text for name, text in properties if name == "measured"}
    for text in sorted(measured):
        terminalreporter.write_line(text)


@pytest.fixture
def rng(request):
    """Return a generator with seed 0; `parametrize("rng", seeds, indirect=True)` gives others."""
    import numpy as np

    return np.random.default_rng(getattr(request, "param", 0))
