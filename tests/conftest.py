import os

import pytest

for library in ("OMP", "OPENBLAS", "MKL"):  # on arrays this small, threads wait for each other
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")  # read when NumPy or torch is imported


@pytest.fixture
def rng():
    import numpy as np

    return np.random.default_rng(0)
