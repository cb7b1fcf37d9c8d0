"""Stopping agrees with torch's plateau counter and with the definition, ties included."""

import numpy as np
import pytest
import torch

from dlbook.explore.early_stopping import EPOCHS, curves, stops


@pytest.mark.parametrize("patience", [1, 2, 7, 25])
def test_it_stops_where_torch_would_lower_a_rate_and_keeps_the_best(patience):
    rng = np.random.default_rng(patience)
    for _ in range(20):
        validation = rng.integers(1, 20, size=50).astype(float)
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimizer, patience=patience - 1, threshold=0
        )
        epoch = -1
        while epoch < 49 and optimizer.param_groups[0]["lr"] == 1:
            epoch += 1
            plateau.step(validation[epoch])
        assert stops(validation, patience) == (epoch, validation[: epoch + 1].argmin())


def test_more_patience_never_stops_earlier_or_keeps_a_worse_looking_epoch():
    for sample in range(1, 6):
        _true, seen = curves(0.05, sample)
        runs = [stops(seen, patience) for patience in range(1, EPOCHS + 1)]
        ends, kept = np.transpose(runs)
        assert (np.diff(ends) >= 0).all() and (np.diff(seen[kept]) <= 0).all()
        assert runs[-1] == (EPOCHS - 1, seen.argmin())
