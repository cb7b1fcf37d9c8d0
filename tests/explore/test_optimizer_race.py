"""Slopes, curvatures and paths of the race are right, and SGD diverges where it should."""

import numpy as np
import pytest
import torch

from dlbook import plots
from dlbook.explore.optimizer_race import (
    RATES,
    STEEPEST,
    STEPS,
    SURFACES,
    draw,
    height,
    run,
    slope,
)


@pytest.mark.parametrize("surface", SURFACES)
def test_slopes_are_those_of_the_heights_and_vanish_at_the_goals(surface):
    p, h = np.array([0.7, -0.4]), 1e-6
    nudged = [height(surface, *(p + d)) - height(surface, *(p - d)) for d in np.eye(2) * h]
    np.testing.assert_allclose(slope(surface, p), np.array(nudged) / (2 * h), rtol=1e-6)
    _start, _window, lowest, goals = SURFACES[surface]
    for goal in goals:
        np.testing.assert_allclose(slope(surface, np.array(goal)), 0, atol=1e-12)
        assert height(surface, *goal) == pytest.approx(lowest)


@pytest.mark.parametrize("surface", SURFACES)
def test_the_largest_curvature_at_each_goal_is_the_one_stated(surface):
    for goal in np.array(SURFACES[surface][3], float):
        rows = [
            (slope(surface, goal + d) - slope(surface, goal - d)) / 2e-5 for d in np.eye(2) / 1e5
        ]
        assert np.linalg.eigvalsh(np.array(rows)).max() == pytest.approx(STEEPEST, rel=0.01)


@pytest.mark.parametrize("name", ["SGD", "momentum", "RMSprop", "Adam"])
def test_paths_are_those_of_torch(name):
    p = torch.tensor(SURFACES["Rosenbrock"][0], dtype=torch.float64, requires_grad=True)
    kind = getattr(torch.optim, "SGD" if name == "momentum" else name)
    options = {"momentum": {"momentum": 0.8}, "Adam": {"betas": (0.8, 0.999)}}.get(name, {})
    optimizer = kind([p], lr=0.03, **options)
    for _ in range(STEPS):
        optimizer.zero_grad()
        ((1 - p[0]) ** 2 / 100 + (p[1] - p[0] ** 2) ** 2).backward()
        optimizer.step()
    path = run("Rosenbrock", name, 0.03, 0.8)
    np.testing.assert_allclose(path[-1], p.detach().numpy(), atol=1e-9)


@pytest.mark.parametrize("lr", RATES)
def test_sgd_leaves_the_ravine_above_two_over_the_largest_curvature(lr):
    gone = len(run("ravine", "SGD", lr, 0.0)) <= STEPS
    assert gone == (lr > 2 / STEEPEST)


def test_each_loss_is_compared_with_that_of_sgd_alone():
    fig = plots.blank(height=4)
    draw(fig, "ravine", 0.1, 0.9)
    assert [len(ax.lines) for ax in fig.axes[4:]] == [2, 2, 2, 2]
