"""The same training in dlbook and in torch, accuracy and time: python -m tests.benchmark_training.

Both start from the same weights and see the same batches; only dropout differs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from dlbook import data, nn, optim
from dlbook.lr_scheduler import CosineAnnealingLR
from dlbook.train import accuracy, fit

Parts = list[tuple[np.ndarray, np.ndarray]]  # training, validation, test


@dataclass(frozen=True)
class Recipe:
    """How to train; the learning rate falls along half a cosine."""

    network: Callable[[np.random.Generator], nn.Module]
    epochs: int
    lr: float
    batch_size: int = 64


def cut(x: np.ndarray, y: np.ndarray, fractions: tuple[float, ...], seed: int) -> Parts:
    rows = data.split(len(x), fractions, np.random.default_rng(seed))
    return [(x[part, None], y[part]) for part in rows]


def digits(seed: int) -> Parts:
    return cut(*data.load_digits(), (0.7, 0.1, 0.2), seed)


def mnist(seed: int) -> Parts:
    """Return 3,750 digits, and each of them moved by a pixel in four directions; 250; 1,000."""
    (x, y), *rest = cut(*data.load_mnist(), (0.75, 0.05, 0.2), seed)
    moves = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]
    moved = np.concatenate([np.roll(x, move, axis=(2, 3)) for move in moves])
    return [(moved, np.tile(y, len(moves))), *rest]


def digits_net(rng: np.random.Generator) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1, rng=rng),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.25, rng=rng),
        nn.Linear(32 * 4 * 4, 10, rng=rng),
    )


def mnist_net(rng: np.random.Generator) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, padding=2, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 5, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.25, rng=rng),
        nn.Linear(16 * 5 * 5, 100, rng=rng),
        nn.ReLU(),
        nn.Linear(100, 10, rng=rng),
    )


RECIPES = {
    "digits": (digits, Recipe(digits_net, epochs=10, lr=1e-2)),
    "MNIST": (mnist, Recipe(mnist_net, epochs=3, lr=4e-3)),
}


def with_dlbook(recipe: Recipe, parts: Parts, seed: int) -> float:
    """Return the accuracy on the test part."""
    rng = np.random.default_rng(seed)
    model = recipe.network(rng)
    optimizer = optim.Adam(model.parameters(), lr=recipe.lr)
    fit(
        model,
        optimizer,
        *parts[:2],
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        rng=rng,
        schedule=CosineAnnealingLR(optimizer, recipe.epochs),
        progress=False,
    )
    return accuracy(model, *parts[2])


def with_torch(recipe: Recipe, parts: Parts, seed: int) -> float:
    """Return the accuracy on the test part after the same training in torch."""
    import torch

    from tests.twins import copy_weights, twin

    rng = np.random.default_rng(seed)
    ours = recipe.network(rng)
    model = twin(ours)
    copy_weights(ours, model)
    torch.manual_seed(seed)
    (x, y), _, (x_test, y_test) = ([torch.tensor(array) for array in part] for part in parts)
    optimizer = torch.optim.Adam(model.parameters(), lr=recipe.lr)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, recipe.epochs)
    for _ in range(recipe.epochs):
        for rows in data.batches(len(x), recipe.batch_size, rng):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
        schedule.step()
    with torch.no_grad():
        return float((model.eval()(x_test).argmax(dim=1) == y_test).float().mean())


def main(seeds: int = 3) -> None:
    """Print a line for each data set, seed and library."""
    print(f"{'data':8}{'seed':6}{'library':10}{'test':>6}{'seconds':>10}")
    for name, (load, recipe) in RECIPES.items():
        for seed in range(seeds):
            parts = load(seed)
            for library, train in {"dlbook": with_dlbook, "torch": with_torch}.items():
                start = perf_counter()
                rate = train(recipe, parts, seed)
                seconds = perf_counter() - start
                print(f"{name:8}{seed:<6}{library:10}{rate:6.3f}{seconds:10.1f}", flush=True)


if __name__ == "__main__":
    main()
