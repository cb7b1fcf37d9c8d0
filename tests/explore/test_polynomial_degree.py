"""Least squares as NumPy fits it; the training error falls on, the validation error turns."""

import numpy as np
import pytest

from dlbook.explore.polynomial_degree import DEGREES, errors, points


@pytest.mark.parametrize("examples", [15, 60])
def test_the_errors_are_those_of_another_least_squares_fit(examples):
    x, y, x_held, y_held = points(examples)
    train, validation, _ = errors(examples)
    for degree in range(10):
        fit = np.polynomial.Polynomial.fit(x, y, degree)
        np.testing.assert_allclose(train[degree], np.mean((fit(x) - y) ** 2), rtol=1e-6)
        held = np.mean((fit(x_held) - y_held) ** 2)
        np.testing.assert_allclose(validation[degree], held, rtol=1e-6)


@pytest.mark.parametrize("examples", [15, 30, 45, 60])
def test_training_falls_on_and_validation_turns(examples):
    train, validation, _ = errors(examples)
    assert (np.diff(train) < 1e-12).all()
    assert 3 <= validation.argmin() < DEGREES - 1
    assert validation[-1] > 1.5 * validation.min()
