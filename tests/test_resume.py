"""A training that is killed at any moment goes on to the same numbers, to the bit."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from dlbook.checkpoint import load, save
from tests import ROOT

EPOCHS = 6
# trains to the end, or on from the file; after each batch and file it says so, and waits
SCRIPT = """
import sys
from pathlib import Path

import numpy as np

from dlbook import data, functional as F, nn, optim, train
from dlbook.tensor import Tensor

name, path = sys.argv[1], Path(sys.argv[2])
rng, chance = np.random.default_rng(0), np.random.Generator(np.random.MT19937(1))
x, y = data.moons(60, np.random.default_rng(2))
model = nn.Sequential(
    nn.Linear(2, 8, rng=rng), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3, rng=chance),
    nn.Linear(8, 2, rng=rng),
)
options = {"momentum": 0.9} if name in ("SGD", "RMSprop") else {}
optimizer = getattr(optim, name)(model.parameters(), lr=np.float64(0.05), **options)
schedules = optim.CosineAnnealingLR(optimizer, 4, 0.01), optim.StepLR(optimizer, 2, 0.5)
losses, first = [], 0
if path.exists():
    saved = train.load(path)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    for schedule, state in zip(schedules, saved["schedules"], strict=True):
        schedule.load_state_dict(state)
    rng.bit_generator.state, chance.bit_generator.state = saved["rngs"]
    losses, first = saved["losses"], saved["epoch"]

def say(*words):
    print(*words, flush=True)
    sys.stdin.readline()

say("epoch", first)
for epoch in range(first, EPOCHS):
    for rows in data.batches(len(x), 16, rng, drop_last=True):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(Tensor(x[rows])), y[rows])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        say("batch", len(losses))
    for schedule in schedules:
        schedule.step()
    train.save({
        "model": model.state_dict(), "optimizer": optimizer.state_dict(),
        "schedules": [schedule.state_dict() for schedule in schedules],
        "rngs": (rng.bit_generator.state, chance.bit_generator.state),
        "losses": losses, "epoch": epoch + 1,
    }, path)
    say("saved", epoch + 1)
""".replace("EPOCHS", str(EPOCHS))


def run(name, path, kill_at=None):
    """Train, and kill it when it prints a line; return all lines that it printed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SCRIPT, name, str(path)]
    lines, pipe = [], subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        for line in process.stdout:
            lines.append(line.strip())
            if lines[-1] == kill_at:
                process.kill()
                break
            process.stdin.write("\n")
            process.stdin.flush()
    assert process.returncode == (-signal.SIGKILL if kill_at else 0)
    return lines


@pytest.mark.notebook  # starts processes
@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam", "AdamW"])
def test_a_killed_training_goes_on_to_the_same_numbers(name, tmp_path):
    run(name, tmp_path / "whole")
    begins = [
        run(name, tmp_path / "killed", line)[0] for line in ("batch 5", "saved 3", "batch 11")
    ]
    begins.append(run(name, tmp_path / "killed")[0])
    assert begins == ["epoch 0", "epoch 1", "epoch 3", "epoch 3"]
    whole, killed = ((tmp_path / file).read_bytes() for file in ("whole", "killed"))
    assert whole == killed and len(load(tmp_path / "killed")["losses"]) == 3 * EPOCHS


GENERATORS = ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"]


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("drawn", [0, 1, 700])
def test_every_generator_of_numpy_goes_on_after_a_file(name, drawn, tmp_path):
    first, second = (np.random.Generator(getattr(np.random, name)(seed)) for seed in (1, 2))
    first.normal(size=drawn), first.integers(9, size=drawn, dtype=np.uint8)
    first.integers(9, dtype=np.uint32)  # which leaves half of 64 bits for the next
    save({"rng": first.bit_generator.state}, tmp_path / "rng")
    second.bit_generator.state = load(tmp_path / "rng")["rng"]
    for draw in ("random", "standard_normal", "permutation", "bytes"):
        np.testing.assert_array_equal(*(getattr(rng, draw)(50) for rng in (first, second)))
