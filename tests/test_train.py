from itertools import chain, islice

import numpy as np
import pytest
import torch

from dlbook import nn, optim
from dlbook.data import batches, load_digits, split
from dlbook.functional import cross_entropy, mse_loss
from dlbook.lr_scheduler import StepLR
from dlbook.tensor import Tensor
from dlbook.train import accuracy, clip_grad_norm_, fit, predict


@pytest.fixture(scope="module")
def digits():
    x, y = load_digits()
    rows = split(len(x), (0.6, 0.2, 0.2), np.random.default_rng(0))
    return [(x[part], y[part]) for part in rows]


def network(rng, hidden=64):
    return nn.Sequential(
        nn.Flatten(), nn.Linear(64, hidden, rng=rng), nn.ReLU(), nn.Linear(hidden, 10, rng=rng)
    )


def test_two_hundred_steps_give_the_losses_of_torch(digits, rng):
    (x, y), layers = digits[0], torch.nn
    ours = network(rng, 32).double()
    theirs = layers.Sequential(
        layers.Flatten(), layers.Linear(64, 32), layers.ReLU(), layers.Linear(32, 10)
    ).double()
    theirs.load_state_dict({n: torch.tensor(p) for n, p in ours.state_dict().items()})
    optimizers = optim.SGD(ours.parameters(), lr=0.1), torch.optim.SGD(theirs.parameters(), lr=0.1)
    losses = []
    epochs = (batches(len(x), 32, rng) for _ in range(6))
    for rows in islice(chain.from_iterable(epochs), 200):
        batch = x[rows].astype(np.float64)
        pair = (
            cross_entropy(ours(Tensor(batch)), y[rows]),
            torch.nn.functional.cross_entropy(theirs(torch.tensor(batch)), torch.tensor(y[rows])),
        )
        for optimizer, loss in zip(optimizers, pair, strict=True):
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append([loss.item() for loss in pair])
    first, second = np.transpose(losses)
    assert len(losses) == 200 and first[-20:].mean() < 0.5 * first[:20].mean()
    np.testing.assert_allclose(first, second, rtol=0, atol=1e-10)


def test_a_small_network_learns_to_read_digits(digits, rng):
    model = network(rng)
    optimizer = optim.Adam(model.parameters(), lr=3e-3)
    options = {"epochs": 60, "batch_size": 32, "rng": rng, "patience": 5, "progress": False}
    history = fit(model, optimizer, *digits[:2], **options)
    assert accuracy(model, *digits[2]) >= 0.95
    assert history.train_loss[-1] < 0.1 * history.train_loss[0]
    assert history.validation_accuracy[history.best_epoch] == accuracy(model, *digits[1])


def test_stopping_early_gives_back_the_best_parameters(rng):
    x, y = rng.normal(size=(2, 40, 64)).astype(np.float32), rng.integers(0, 10, (2, 40))
    model = network(rng)  # nothing but chance to learn: it gets worse on the validation part
    optimizer = optim.Adam(model.parameters(), lr=1e-2)
    options = {"epochs": 100, "batch_size": 8, "rng": rng, "patience": 3, "progress": False}
    history = fit(model, optimizer, (x[0], y[0]), (x[1], y[1]), **options)
    losses = history.validation_loss
    assert len(losses) == history.best_epoch + 1 + 3 < 100
    after = cross_entropy(Tensor(predict(model, x[1])), y[1]).item()
    assert after == losses[history.best_epoch] == min(losses) < losses[-1]


def test_without_patience_all_epochs_run_and_the_last_stays(digits, rng):
    model = network(rng)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    options = {"epochs": 3, "batch_size": 64, "rng": rng, "progress": False}
    history = fit(model, optimizer, *digits[:2], **options)
    lengths = {len(v) for v in vars(history).values()}
    assert lengths == {3}
    assert history.last()["validation_accuracy"] == accuracy(model, *digits[1])


def test_a_line_is_fitted_with_another_loss(rng):
    x = rng.normal(size=(64, 1)).astype(np.float32)
    model, part = nn.Linear(1, 1, rng=rng), (x, 2 * x + 1)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    options = {"epochs": 60, "batch_size": 16, "rng": rng, "loss": mse_loss, "progress": False}
    history = fit(model, optimizer, part, part, **options)
    np.testing.assert_allclose([model.weight.item(), model.bias.item()], [2, 1], atol=1e-3)
    assert history.validation_accuracy == []


def test_training_is_the_same_from_the_same_seed(digits):
    runs = []
    for _ in range(2):
        rng = np.random.default_rng(1)
        model = network(rng)
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        options = {"epochs": 2, "batch_size": 64, "rng": rng, "progress": False}
        runs.append(fit(model, optimizer, *digits[:2], **options))
    assert runs[0] == runs[1]


class Recorder(nn.Module):
    """Returns its input times one parameter and notes in which mode it was called."""

    def __init__(self):
        self.scale, self.modes = nn.Parameter(1.0), []

    def forward(self, input):
        self.modes.append(self.training)
        return input * self.scale


def test_validation_looks_in_evaluation_mode_and_learns_nothing(rng):
    model = Recorder().eval()
    optimizer = optim.SGD(model.parameters(), lr=0.0)
    x, y = np.eye(4, dtype=np.float32), np.array([0, 1, 0, 1])
    options = {"epochs": 1, "batch_size": 3, "rng": rng, "progress": False}
    history = fit(model, optimizer, (x, y), (x, y), **options)
    assert model.modes == [True, True, False] and model.training
    np.testing.assert_allclose(history.train_loss, history.validation_loss, rtol=1e-6)
    assert predict(model.eval(), x).shape == (4, 4) and not model.training


def test_predict_puts_each_module_back_into_its_own_mode_also_after_an_error():
    model, x = nn.Sequential(Recorder(), Recorder()), np.ones((4, 2), np.float32)
    model[1].eval()
    assert predict(model, x).shape == (4, 2)
    assert [module.training for module in model.modules()] == [True, True, False]
    assert [module.modes for module in model.children()] == [[False], [False]]
    broken = nn.Sequential(model, nn.Module())
    with pytest.raises(NotImplementedError):
        predict(broken, x)
    assert [module.training for module in model.modules()] == [True, True, False]


@pytest.mark.parametrize("progress", [True, False])
def test_the_bar_shows_unless_it_is_switched_off(progress, rng, capsys):
    model = Recorder()
    optimizer = optim.SGD(model.parameters(), lr=0.0)
    part = np.ones((4, 2), np.float32), np.array([0, 1, 0, 1])
    fit(model, optimizer, part, part, epochs=2, batch_size=2, rng=rng, progress=progress)
    shown = capsys.readouterr()
    assert ("2/2" in shown.err) == progress and shown.out == ""


@pytest.mark.parametrize("where", ["training", "validation"])
def test_a_loss_that_is_not_finite_stops_with_advice(where, rng):
    good = np.ones((4, 2), np.float32), np.array([0, 1, 0, 1])
    bad = (good[0] * np.float32(np.nan), good[1])
    parts = (bad, good) if where == "training" else (good, bad)
    model = Recorder()
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(FloatingPointError, match=rf"{where} loss, got nan in epoch 0.*learning"):
        fit(model, optimizer, *parts, epochs=2, batch_size=2, rng=rng, progress=False)
    assert np.isfinite(model.scale.data)  # a step along such a gradient is not taken


def test_a_learning_rate_far_too_large_stops_with_advice(digits, rng):
    model = network(rng)
    optimizer = optim.SGD(model.parameters(), lr=1e30)
    with pytest.raises(FloatingPointError, match="ten times smaller"):
        fit(model, optimizer, *digits[:2], epochs=3, batch_size=64, rng=rng, progress=False)


def test_inputs_and_targets_of_different_length_are_refused(rng):
    model, part = Recorder(), (np.ones((4, 2)), np.zeros(3, int))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="4 inputs and 3 targets in train"):
        fit(model, optimizer, part, part, epochs=1, batch_size=2, rng=rng)


# ---- clipping and schedules ----


@pytest.mark.parametrize("max_norm", [1e-3, 0.5, 1e3])
def test_gradients_are_clipped_as_in_torch(max_norm, rng):
    shapes = (3, 4), (5,), ()
    ours = [nn.Parameter(np.zeros(shape)) for shape in shapes]
    theirs = [torch.nn.Parameter(torch.zeros(shape, dtype=torch.float64)) for shape in shapes]
    for p, q in zip(ours[:2], theirs[:2], strict=True):  # the third has no gradient
        p.grad = rng.normal(size=p.shape)
        q.grad = torch.tensor(p.grad)
    norm = clip_grad_norm_(iter(ours), max_norm)
    expected = torch.nn.utils.clip_grad_norm_(theirs, max_norm)
    np.testing.assert_allclose(norm, expected, rtol=1e-9)
    for p, q in zip(ours[:2], theirs[:2], strict=True):
        np.testing.assert_allclose(p.grad, q.grad, rtol=1e-9)
    assert ours[2].grad is None


def test_without_gradients_the_norm_is_zero_and_a_limit_of_zero_is_refused():
    assert clip_grad_norm_([nn.Parameter([1.0])], 1.0) == 0
    with pytest.raises(ValueError, match="above 0, got 0"):
        clip_grad_norm_([], 0)


def test_fit_clips_before_each_step_and_moves_the_schedule_after_each_epoch(rng):
    model = Recorder()
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    part = 100 * np.ones((4, 2), np.float32), np.full((4, 2), -1e4, np.float32)
    options = {"epochs": 3, "batch_size": 4, "rng": rng, "loss": mse_loss, "progress": False}
    fit(model, optimizer, part, part, schedule=StepLR(optimizer, 1, 0.5), max_norm=0.1, **options)
    assert optimizer.lr == 1 / 8
    steps = 0.1 * (1 + 1 / 2 + 1 / 4)  # learning rate times the clipped slope, in each epoch
    np.testing.assert_allclose(model.scale.item(), 1 - steps, rtol=1e-5)
