"""Small networks, each trained until it stands still: python -m tests.benchmark_architectures.

All begin with He's initialisation and see the same 1,000 pictures for as many epochs. The learning
rate of each did best on validation pictures of two seeds that the table does not use, or is the
smaller of two within half a percent; the argument ``tune`` repeats that. Names of networks as
arguments choose among them; ``data`` compares numbers of pictures and dropout instead. Test
pictures chose nothing. Prints parameters, CPU seconds and accuracies: the mean, and the lowest and
highest of the seeds.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

import numpy as np

from dlbook import data, models, nn, optim
from dlbook.lr_scheduler import CosineAnnealingLR
from dlbook.train import accuracy, fit

EPOCHS = 20
SEEDS = (0, 1, 2, 3, 4)
TUNING_SEEDS = (100, 101)
GRID = (0.001, 0.003, 0.01, 0.03)

Build = Callable[[np.random.Generator], nn.Module]


@dataclass(frozen=True)
class Result:
    """What one training came to; accuracies from 0 to 1, `halfway` that of validation."""

    parameters: int
    seconds: float
    train: float
    halfway: float
    validation: float
    test: float


def normalised_vgg(rng: np.random.Generator) -> nn.Module:
    """Return `mini_vgg` with batch normalisation behind each convolution."""
    layers: list[nn.Module] = []
    for layer in models.mini_vgg(rng=rng).children():
        layers.append(layer)
        if isinstance(layer, nn.Conv2d):
            layers.append(nn.BatchNorm2d(layer.out_channels))
    return nn.Sequential(*layers)


def wide_windows(rng: np.random.Generator) -> nn.Module:
    """Return `mini_vgg` with one 5x5 convolution in place of each pair of 3x3."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.AdaptiveAvgPool2d(4),
        nn.Flatten(),
        nn.Linear(32 * 4 * 4, 64, rng=rng),
        nn.ReLU(),
        nn.Linear(64, 10, rng=rng),
    )


def dropout_off(rng: np.random.Generator) -> nn.Module:
    """Return `mini_alexnet` without its dropout."""
    layers = models.mini_alexnet(rng=rng).children()
    return nn.Sequential(*(layer for layer in layers if not isinstance(layer, nn.Dropout)))


NETS: dict[str, tuple[Build, float]] = {  # how to build it, and its learning rate, from `tune`
    "mini_alexnet": (lambda rng: models.mini_alexnet(rng=rng), 0.003),
    "mini_vgg": (lambda rng: models.mini_vgg(rng=rng), 0.01),
    "mini_googlenet": (lambda rng: models.mini_googlenet(rng=rng), 0.01),
    "mini_resnet": (lambda rng: models.mini_resnet(rng=rng), 0.01),
    "mini_vgg, normalised": (normalised_vgg, 0.01),
    "mini_vgg, 5x5 windows": (wide_windows, 0.01),
}


def run(build: Build, lr: float, seed: int, pictures: int = 1000, epochs: int = EPOCHS) -> Result:
    """Train one network on glyphs of a seed; the learning rate falls along half a cosine."""
    rng = np.random.default_rng(seed)
    x, y = data.glyphs(2500, rng)
    x = x[:, None]
    train, validation, test = slice(pictures), slice(1000, 1000 + pictures // 2), slice(1500, 2500)
    model = build(rng)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            nn.kaiming_normal_(parameter, rng=rng)
    optimizer = optim.Adam(model.parameters(), lr=lr)
    schedule = CosineAnnealingLR(optimizer, epochs)
    options = {"epochs": epochs, "batch_size": 50, "rng": rng, "progress": False}
    examples = (x[train], y[train]), (x[validation], y[validation])
    start = process_time()
    history = fit(model, optimizer, *examples, schedule=schedule, **options)
    return Result(
        sum(p.data.size for p in model.parameters()),
        process_time() - start,
        accuracy(model, x[train], y[train]),
        history.validation_accuracy[epochs // 2 - 1],
        history.validation_accuracy[-1],
        accuracy(model, x[test], y[test]),
    )


def tune(names: list[str]) -> None:
    """Print the validation accuracy of each network at each learning rate."""
    for name in names or NETS:
        build, _ = NETS[name]
        for lr in GRID:
            found = [run(build, lr, seed).validation for seed in TUNING_SEEDS]
            print(f"{name:22} lr {lr:<6} validation {np.round(found, 3)}", flush=True)


def line(name: str, found: list[Result]) -> None:
    """Print what the seeds of one case came to."""
    print(f"{name}: {found[0].parameters:,} parameters")
    for field in ("seconds", "train", "halfway", "validation", "test"):
        values = [getattr(result, field) for result in found]
        spread = f"{min(values):.3f} to {max(values):.3f}"
        print(f"    {field:11} {np.mean(values):.3f} ({spread})", flush=True)
    print("    test by seed", np.round([result.test for result in found], 3), flush=True)


def table(names: list[str]) -> None:
    """Print a few lines for each case, or for those named."""
    print(f"{EPOCHS} epochs, {len(SEEDS)} seeds: mean (lowest to highest)")
    for name in names or NETS:
        build, lr = NETS[name]
        line(name, [run(build, lr, seed) for seed in SEEDS])


def compare_data() -> None:
    """Print what pictures and dropout do at an equal number of steps."""
    networks = {"dropout": NETS["mini_alexnet"][0], "no dropout": dropout_off}
    for pictures in (100, 1000):
        epochs = 1000 // pictures * EPOCHS
        for name, build in networks.items():
            lr = NETS["mini_alexnet"][1]
            found = [run(build, lr, seed, pictures, epochs) for seed in SEEDS]
            line(f"mini_alexnet, {name}, {pictures} pictures, {epochs} epochs", found)


if __name__ == "__main__":
    words = sys.argv[1:]
    if words[:1] == ["tune"]:
        tune(words[1:])
    elif words == ["data"]:
        compare_data()
    else:
        table(words)
