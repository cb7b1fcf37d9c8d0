"""What all tests share."""

import gc
import os
import sys
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings

for library in ("OMP", "OPENBLAS", "MKL"):  # on arrays this small, threads wait for each other
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")  # read when NumPy or torch is imported


# torch.optim loads torch's compiler when it is first used: seconds, and nothing is compiled here
IDLE = SimpleNamespace(disable=lambda function, *_, **__: function, graph_break=lambda: None)
sys.modules["torch._dynamo"] = IDLE

os.environ["DLBOOK_LANG"] = "en"  # whatever edition a folder around this one has

settings.register_profile(  # a slow machine is no finding: nothing is measured by the clock
    "dlbook", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("dlbook")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads its options
def pytest_cmdline_main(config):
    """Use all cores, at most four, where the command line does not say how many (`-n 0`: one).

    A file stays on one worker: plain nbval runs cells in order, and fixtures are made once. These
    are no `addopts`: plain `pytest --nbval chapters` needs no pytest-xdist.
    """
    is_worker = hasattr(config, "workerinput")
    if not is_worker and config.getoption("numprocesses", None) is None:
        config.option.numprocesses, config.option.maxprocesses = "logical", 4
        config.option.dist = "loadfile"


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


@pytest.fixture(autouse=True)
def english(monkeypatch):
    """Begin each test in English, and forget what it has settled on."""
    from dlbook import i18n

    monkeypatch.setenv("DLBOOK_LANG", "en")
    i18n.forget()
    yield
    i18n.forget()


@pytest.fixture
def rng(request):
    """Return a generator with seed 0; `parametrize("rng", seeds, indirect=True)` gives others."""
    import numpy as np

    return np.random.default_rng(getattr(request, "param", 0))
