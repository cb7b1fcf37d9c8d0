"""What a learner imports from dlbook is there, and mypy and editors see it as well."""

import os
import subprocess
import sys

import pytest

import dlbook
from tests import ROOT

LEARNER = """\
import numpy as np
from dlbook import Tensor, data, explore, functional as F, nn
layer = nn.Linear(2, 2, rng=np.random.default_rng(0))
loss = F.relu(layer(Tensor([[1.0, 2.0]])) + Tensor(data.ring(1, np.random.default_rng(0))[0])).sum()
explore.one_neuron().w1 = loss.item()
"""
SLIPS = {  # a mistake: what mypy says of it
    'nn.Linear("2", 2, rng=np.random.default_rng(0))': 'Argument 1 to "Linear" has incompatible',
    "layer(Tensor([1.0, 2.0])).bacward()": '"Tensor" has no attribute "bacward"',
    "Tensor([1.0]).bacward()": '"Tensor" has no attribute "bacward"',
    "explore.one_neurn()": 'Module has no attribute "one_neurn"',
    "explore.one_neuron(3)": 'Too many arguments for "one_neuron"',
}


@pytest.mark.parametrize("name", dlbook.__all__)
def test_a_name_of_the_stub_is_there(name):
    assert getattr(dlbook, name).__name__.removeprefix("dlbook.") == name


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(AttributeError, match=r"dlbook has no 'Tensr'; it has .*Tensor"):
        _ = dlbook.Tensr


@pytest.mark.notebook
def test_mypy_finds_the_slips_of_a_learner_and_nothing_else(tmp_path):
    file = tmp_path / "learner.py"
    file.write_text(LEARNER + "\n".join(SLIPS))
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache"), str(file)]
    settings = os.environ | {"PYTHONPATH": str(ROOT)}  # as if installed: py.typed must be there
    done = subprocess.run(command, cwd=tmp_path, env=settings, capture_output=True, text=True)
    *lines, _summary = done.stdout.splitlines()
    for number, (slip, complaint) in enumerate(SLIPS.items(), LEARNER.count("\n") + 1):
        assert any(f":{number}: error: {complaint}" in line for line in lines), (
            f"mypy does not see the mistake in `{slip}`; it says:\n{done.stdout}"
        )
    assert len(lines) == len(SLIPS), f"mypy complains of more than the mistakes:\n{done.stdout}"
