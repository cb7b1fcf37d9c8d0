"""A network that learns two classes of points in the plane, a few steps at a time."""

from collections.abc import Callable, Sequence

import numpy as np

from dlbook import data, functional, nn, optim
from dlbook.tensor import Tensor, no_grad

DATA_SETS: dict[str, Callable[..., tuple[np.ndarray, np.ndarray]]] = {
    "ring": data.ring,
    "xor": data.xor,
    "moons": data.moons,
    "spiral": data.spiral,
}
ACTIVATIONS: dict[str, list[type[nn.Module]]] = {
    "ReLU": [nn.ReLU],
    "Tanh": [nn.Tanh],
    "Sigmoid": [nn.Sigmoid],
    "none": [],
}
COUNT = 200  # points, half of them held out
REACH = 1.6  # the plane is seen from -REACH to REACH on both axes


def network(hidden: Sequence[int], activation: str, rng: np.random.Generator) -> nn.Sequential:
    """Return a network from 2 numbers to the scores of 2 classes.

    Args:
        hidden: the width of each hidden layer; empty for a linear model.
        activation: a name from `ACTIVATIONS`.
        rng: of the first weights.
    """
    layers: list[nn.Module] = []
    width = 2
    for size in hidden:
        layers.append(nn.Linear(width, size, rng=rng))
        layers += [kind() for kind in ACTIVATIONS[activation]]
        width = size
    return nn.Sequential(*layers, nn.Linear(width, 2, rng=rng))


class Live:
    """A training that stands still between calls of `step`.

    Args:
        model: takes points of shape (batch, 2) and returns scores of shape (batch, 2).
        data_set: a name from `DATA_SETS`.
        noise: standard deviation of what is added to each coordinate.
        lr: learning rate of Adam.
        weight_decay: factor of the penalty on the squared weights.
        seed: of the points.

    Raises:
        ValueError: if the scores of the model have another shape.
    """

    def __init__(
        self,
        model: nn.Module,
        data_set: str = "ring",
        noise: float = 0.05,
        lr: float = 0.01,
        weight_decay: float = 0.0,
        seed: int = 0,
    ):
        x, y = DATA_SETS[data_set](COUNT, np.random.default_rng(seed), noise=noise)
        order = np.random.default_rng(seed).permutation(COUNT)
        x, y = x[order], y[order]
        self.x, self.x_held = np.split(x, 2)
        self.y, self.y_held = np.split(y, 2)
        self.model, self.steps = model, 0
        scores = model(Tensor(self.x)).shape
        if scores != (len(self.x), 2):
            raise ValueError(
                f"a playground needs a model from (batch, 2) to (batch, 2), got {scores} for a "
                f"batch of {len(self.x)}; end it with nn.Linear(width, 2)"
            )
        self.optimizer = optim.Adam(model.parameters(), lr=lr, weight_decay=weight_decay)

    def step(self, times: int = 1) -> None:
        """Train on all points that are not held out, `times` times."""
        for _ in range(times):
            self.optimizer.zero_grad()
            functional.cross_entropy(self.model(Tensor(self.x)), self.y).backward()
            self.optimizer.step()
            self.steps += 1

    def losses(self) -> tuple[float, float]:
        """Return the loss on the points that were trained on, and on those held out."""
        with no_grad():
            seen = functional.cross_entropy(self.model(Tensor(self.x)), self.y)
            held = functional.cross_entropy(self.model(Tensor(self.x_held)), self.y_held)
        return seen.item(), held.item()

    def field(self, size: int) -> np.ndarray:
        """Return the probability of class 1 over the plane, shape (size, size), top row first."""
        across = np.linspace(-REACH, REACH, size, dtype=np.float32)
        plane = np.stack(np.meshgrid(across, -across), axis=-1).reshape(-1, 2)
        with no_grad():
            shares = functional.softmax(self.model(Tensor(plane)), 1).data
        chance: np.ndarray = shares[:, 1].reshape(size, size)
        return chance
