"""Which code of OpenBLAS multiplies matrices, and what makes it a better one."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from dlbook import blas
from dlbook.blas import CORETYPE


@pytest.fixture
def machine(monkeypatch):
    """Return what makes a processor with AVX-512 or none, and an OpenBLAS with code for another."""
    monkeypatch.delenv(CORETYPE, raising=False)

    def make(avx512, architecture, api="openblas"):
        library = SimpleNamespace(internal_api=api, architecture=architecture)
        monkeypatch.setattr(blas, "libraries", lambda: [library])
        monkeypatch.setattr(blas, "processor_has_avx512", lambda: avx512)

    return make


@pytest.mark.parametrize("code", ["Haswell", "Zen", "Nehalem"])
def test_avx512_that_lies_unused_is_asked_for(machine, code):
    machine(True, code)
    assert blas.environment() == {CORETYPE: "SkylakeX"}
    assert not blas.uses_avx512()


@pytest.mark.parametrize(
    ("avx512", "code", "api"),
    [
        (False, "Haswell", "openblas"),
        (True, "SkylakeX", "openblas"),
        (True, "SapphireRapids", "openblas"),
        (True, None, "openblas"),  # one that was built for a single processor
        (True, "Haswell", "mkl"),
    ],
)
def test_nothing_is_asked_for_where_nothing_is_gained(machine, avx512, code, api):
    machine(avx512, code, api)
    assert blas.environment() == {}


def test_what_somebody_has_chosen_stays(machine, monkeypatch):
    machine(True, "Haswell")
    monkeypatch.setenv(CORETYPE, "Haswell")
    assert blas.environment() == {}


def test_a_new_process_with_that_environment_needs_no_more(monkeypatch):
    """On this machine, whatever it has."""
    monkeypatch.delenv(CORETYPE, raising=False)
    ask = "from dlbook import blas; print(blas.environment())"
    environment = os.environ | blas.environment()
    command = [sys.executable, "-c", ask]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "{}"
