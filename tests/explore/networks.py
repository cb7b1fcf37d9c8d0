"""Networks of a reader's own, which explorers are to show as well as theirs."""

from dlbook import nn


def own(rng):
    """Return a small network for pictures, with other kinds of layers than theirs."""
    return nn.Sequential(
        nn.Conv2d(1, 3, 5, rng=rng),
        nn.Tanh(),
        nn.Dropout(0.5, rng=rng),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(3 * 4 * 4, 4, rng=rng),
    )
