"""What studies are made of: a net for each task, a quick model in NumPy, and a report."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlbook import nn, optim, train
from dlbook.data import REVIEW_WORDS, spectrum, split

Model = Callable[[np.ndarray], np.ndarray]


@dataclass
class Fit:
    """A model, and how it came about."""

    model: Model
    losses: list[float]
    epoch: int


class Swap(nn.Module):
    """Puts the axis of an embedding where a convolution wants its channels."""

    def forward(self, x):
        return x.transpose(1, 2)


def net(task: str, rng: np.random.Generator) -> nn.Module:
    if task == "text":
        words = nn.Embedding(len(REVIEW_WORDS), 16, rng=rng)
        layers = [words, Swap(), nn.Conv1d(16, 16, 2, rng=rng), nn.ReLU()]
        return nn.Sequential(
            *layers, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(16, 2, rng=rng)
        )
    if task == "speech":
        layers = [nn.Conv1d(1, 12, 25, stride=4, rng=rng), nn.ReLU(), nn.AdaptiveAvgPool1d(1)]
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(12, 5, rng=rng))
    layers = [nn.Conv2d(1, 8, 3, padding=1, rng=rng), nn.ReLU(), nn.MaxPool2d(2)]
    layers += [nn.Conv2d(8, 16, 3, padding=1, rng=rng), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(64, 10, rng=rng))


LR = {"text": 0.03, "speech": 0.02, "image": 0.01}
PATIENCE = {"text": 15, "speech": 10, "image": 5}


def shaped(task: str, x: np.ndarray) -> np.ndarray:
    """Return inputs as the net of a task takes them: pictures and sounds with a channel."""
    return x if task == "text" else x[:, None]


def moved(x: np.ndarray, rng: np.random.Generator, far: int = 2) -> np.ndarray:
    """Return pictures, each moved by up to `far` pixels in both directions."""
    found = np.zeros_like(x)
    for i, (down, right) in enumerate(rng.integers(-far, far + 1, (len(x), 2))):
        wide = np.pad(x[i], far)
        found[i] = wide[far - down : far - down + 8, far - right : far - right + 8]
    return found


def more(task: str, x: np.ndarray, y: np.ndarray, rng: np.random.Generator):
    """Return rows and, of pictures, three moved copies of each."""
    if task != "image":
        return x, y
    return np.concatenate([x] + [moved(x, rng) for _ in range(3)]), np.tile(y, 4)


def fit_net(task: str, rows, validation, rng: np.random.Generator, **options: Any) -> Fit:
    """Return the net of a task, fitted to `rows` and stopped by `validation`."""
    model = net(task, rng)
    x, y = more(task, *rows, rng)
    settings = {"epochs": 100, "batch_size": 50, "patience": PATIENCE[task]} | options
    history = train.fit(
        model,
        optim.Adam(model.parameters(), lr=LR[task]),
        (shaped(task, x), y),
        (shaped(task, validation[0]), validation[1]),
        rng=rng,
        progress=False,
        **settings,
    )
    losses = history.validation_loss
    epoch = history.best_epoch if settings["patience"] else len(losses) - 1
    return Fit(lambda x: train.predict(model, shaped(task, x)), losses, epoch)


def features(task: str, x: np.ndarray) -> np.ndarray:
    """Return numbers in which classes stand apart: pairs of words, loudness, what shifts leave."""
    if task == "text":
        pairs = x[:, :-1] * len(REVIEW_WORDS) + x[:, 1:]
        found = np.zeros((len(x), len(REVIEW_WORDS) ** 2))
        found[np.arange(len(x))[:, None], pairs] = 1
        return found
    if task == "speech":
        return spectrum(x, 20).astype(np.float64)
    return np.abs(np.fft.rfft2(x, (16, 16))).reshape(len(x), -1)


def softmax(raw: np.ndarray) -> np.ndarray:
    e = np.exp(raw - raw.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def cross_entropy(raw: np.ndarray, y: np.ndarray) -> float:
    return float(-np.log(softmax(raw)[np.arange(len(y)), y] + 1e-300).mean())


def fit_quickly(
    task: str,
    rows,
    validation,
    rng: np.random.Generator,
    *,
    epochs: int | None = None,
    patience: int | None = 10,
    lr: float = 0.1,
    see=features,
) -> Fit:
    """Return a regression on what `see` gives, by full batches, stopped by `validation`."""
    a, classes = see(task, rows[0]), {"image": 10, "speech": 5, "text": 2}[task]
    mean, scale = a.mean(axis=0), (a.std(axis=0) + 0.1 if task != "text" else 1.0)

    def numbers(x: np.ndarray) -> np.ndarray:
        return (see(task, x) - mean) / scale

    a, target, held = numbers(rows[0]), np.eye(classes)[rows[1]], numbers(validation[0])
    w, b = rng.normal(size=(a.shape[1], classes)) * 0.01, np.zeros(classes)
    speed, best, losses = np.zeros_like(w), (w, b), []
    lr = lr if task != "text" else 3.0
    for epoch in range(epochs or {"speech": 400, "image": 120, "text": 80}[task]):
        error = (softmax(a @ w + b) - target) / len(a)
        speed = 0.8 * speed - lr * (a.T @ error)
        w, b = w + speed, b - error.sum(axis=0)
        losses.append(cross_entropy(held @ w + b, validation[1]))
        if patience is None or losses[-1] == min(losses):
            best = (w, b)
        if patience and epoch - int(np.argmin(losses)) >= patience:
            break
    kept = best
    at = int(np.argmin(losses)) if patience else len(losses) - 1
    return Fit(lambda x: numbers(x) @ kept[0] + kept[1], losses, at)


def linear_model(data, rows: np.ndarray, penalty: float = 5.0) -> Model:
    """Return a linear model of `data.flat`, fitted to rows by least squares."""
    a = data.flat(data.x[rows])
    mean, scale = a.mean(axis=0), a.std(axis=0) + 1e-6

    def numbers(x: np.ndarray) -> np.ndarray:
        return np.column_stack([(data.flat(x) - mean) / scale, np.ones(len(x))])

    a, target = numbers(data.x[rows]), np.eye(len(data.classes))[data.y[rows]]
    weights = np.linalg.solve(a.T @ a + penalty * np.eye(a.shape[1]), a.T @ target)
    return lambda x: numbers(x) @ weights


def parted(data, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return rows to learn from and rows that validate."""
    return split(len(data.y), (0.7, 0.3), rng)


def at(data, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return data.x[rows], data.y[rows]


def figures(data, model: Model, linear: Model, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """Return the numbers of a report that come from the test set."""
    right = model(x).argmax(axis=1) == y
    shares = [right[y == c].mean() for c in range(len(data.classes))]
    return {
        "accuracy": right.mean(),
        "linear_accuracy": (linear(x).argmax(axis=1) == y).mean(),
        "majority_accuracy": (y == np.bincount(data.y).argmax()).mean(),
        "hardest": int(np.argmin(shares)),
    }


def report(data, fit: Fit, linear: Model, rows: np.ndarray, test=None) -> dict[str, Any]:
    """Open the test set, if `test` is not what was in it, and return the whole report."""
    x, y = data.test(fit.model) if test is None else test
    return {
        "model": fit.model,
        "linear": linear,
        "rows": rows,
        "validation_loss": fit.losses,
        "epoch": fit.epoch,
        **figures(data, fit.model, linear, x, y),
    }
