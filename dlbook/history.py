"""What happened in a training, epoch by epoch."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class History:
    """What happened in each epoch, counted from 0.

    Args:
        train_loss: mean over the batches, while the parameters were changing.
        validation_loss: after the epoch.
        validation_accuracy: after the epoch, from 0 to 1: of class numbers, shape (n,), the
            highest of several scores; under `binary_cross_entropy_with_logits`, of 1 and 0 in the
            shape of the outputs, whether the score is above 0. Empty for all else.
    """

    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)

    @property
    def best_epoch(self) -> int:
        """The first epoch with the smallest validation loss."""
        if not self.validation_loss:
            raise ValueError("best_epoch needs one epoch or more, got none; run fit for longer")
        return int(np.argmin(self.validation_loss))

    def last(self) -> dict[str, float]:
        return {name: values[-1] for name, values in vars(self).items() if values}
