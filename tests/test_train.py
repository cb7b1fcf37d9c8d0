import signal
from contextlib import suppress
from itertools import chain, islice

import numpy as np
import pytest
import torch

from dlbook import nn, optim
from dlbook.data import batches, load_digits, split
from dlbook.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from dlbook.lr_scheduler import StepLR
from dlbook.tensor import Tensor
from dlbook.train import History, accuracy, clip_grad_norm_, fit, predict


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
    assert model.modes == [True, True, False] and not model.training
    np.testing.assert_allclose(history.train_loss, history.validation_loss, rtol=1e-6)
    assert predict(model, x).shape == (4, 4) and not model.training


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


# ---- modes and frozen layers ----


def normed(rng):
    return nn.Sequential(nn.Linear(3, 4, rng=rng), nn.BatchNorm1d(4), nn.Linear(4, 2, rng=rng))


def modes(model):
    return [module.training for module in model.modules()]


def small(rng, n=12):
    return rng.normal(size=(n, 3)).astype(np.float32), rng.integers(0, 2, n)


class Stop:
    """A schedule, or a loss, that ends in an error when it is called so often."""

    def __init__(self, after, error):
        self.after, self.error, self.calls = after, error, 0

    def count(self):
        self.calls += 1
        if self.calls == self.after:
            raise self.error

    step = count

    def count_all(self, *_):
        self.count()

    def __call__(self, out, y):
        self.count()
        return cross_entropy(out, y)


@pytest.mark.parametrize("frozen", [(), (1,), (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
@pytest.mark.parametrize("after", [1, 4, 99])
def test_modes_are_after_fit_as_they_were(frozen, error, after, rng):
    model = normed(rng)
    for i in frozen:
        model[i].eval()
    before, options = modes(model), {"epochs": 2, "batch_size": 4, "rng": rng}
    stop = Stop(after, error)
    with suppress(OSError):
        fit(model, optim.SGD(model.parameters()), small(rng), small(rng), loss=stop, **options)
    assert modes(model) == before


def test_a_layer_that_was_frozen_stays_as_it_is_and_a_model_is_woken_as_a_whole(rng):
    options = {"epochs": 2, "batch_size": 4, "rng": rng, "progress": False}
    for freeze, moves in ((lambda m: m[1].eval(), False), (lambda m: m.eval(), True)):
        model = normed(rng)
        freeze(model)
        weights = list(model[0].parameters())
        for parameter in weights:
            parameter.requires_grad = False
        before = model.state_dict()
        fit(model, optim.SGD(model.parameters(), lr=1), small(rng), small(rng), **options)
        after = model.state_dict()
        moved = {name for name in after if (after[name] != before[name]).any()}
        assert ("1.running_mean" in moved) == moves and "1.weight" in moved
        assert not moved & {"0.weight", "0.bias"} and not any(p.requires_grad for p in weights)


# ---- interrupted, and going on ----


def noisy(rng):
    """Return parts between which nothing but chance is shared, and a model that learns one."""
    x, y = rng.normal(size=(2, 40, 64)).astype(np.float32), rng.integers(0, 10, (2, 40))
    model = network(rng)
    parts = (x[0], y[0]), (x[1], y[1])
    options = {"epochs": 30, "batch_size": 8, "rng": rng, "progress": False}
    return model, optim.Adam(model.parameters(), lr=1e-2), parts, options


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
@pytest.mark.parametrize("where", ["loss", "schedule"])
@pytest.mark.parametrize("after", [1, 2, 9, 17, 47])
def test_a_run_that_is_cut_short_keeps_whole_epochs_and_the_best_parameters(
    error, where, after, rng, capsys
):
    model, optimizer, parts, options = noisy(rng)
    history, before = History(), model.state_dict()
    stop = {where: Stop(after if where == "loss" else after // 5 + 1, error)}
    try:
        returned = fit(model, optimizer, *parts, **options, **stop, patience=20, history=history)
        assert error is KeyboardInterrupt and returned is history
        assert "fit was interrupted in epoch" in capsys.readouterr().out
    except OSError:
        assert error is OSError
    lengths = {len(values) for values in vars(history).values()}
    assert lengths == {(after - 1) // 6 if where == "loss" else after // 5 + 1}
    if lengths == {0}:
        assert any((model.state_dict()[name] != before[name]).any() for name in before) or after < 3
        return
    outputs = Tensor(predict(model, parts[1][0]))
    assert cross_entropy(outputs, parts[1][1]).item() == min(history.validation_loss)


def test_a_loss_of_nan_ends_a_run_with_patience_at_its_best(rng):
    model, optimizer, parts, options = noisy(rng)
    history, calls = History(), []

    def loss(out, y):
        calls.append(1)
        return cross_entropy(out, y) * (np.nan if len(calls) == 60 else 1)

    with pytest.raises(FloatingPointError, match="in epoch 9"):
        fit(model, optimizer, *parts, **options, loss=loss, patience=20, history=history)
    outputs = Tensor(predict(model, parts[1][0]))
    assert cross_entropy(outputs, parts[1][1]).item() == min(history.validation_loss)


def test_of_equal_epochs_the_first_is_the_best(rng):
    x, y = small(rng)
    states = []
    for options in ({"epochs": 1}, {"epochs": 9, "patience": 3}):
        model = normed(np.random.default_rng(0))
        optimizer = optim.SGD(model.parameters(), lr=0.1, weight_decay=0.1)  # which goes on alone
        options |= {"batch_size": 6, "rng": rng, "loss": lambda out, y: (out * 0).sum()}
        history = fit(model, optimizer, (x, y), (x, y), progress=False, **options)
        states.append(model[2].weight.data)
    assert history.validation_loss == [0.0] * 4
    np.testing.assert_array_equal(*states)


def test_without_patience_an_interrupted_run_keeps_its_last_step(rng, capsys):
    model, optimizer, parts, options = noisy(rng)
    fit(model, optimizer, *parts, **options, loss=Stop(4, KeyboardInterrupt))
    interrupted = model.state_dict()
    again, optimizer, parts, options = noisy(np.random.default_rng(0))
    for rows in islice(batches(40, 8, options["rng"]), 3):
        optimizer.zero_grad()
        cross_entropy(again(Tensor(parts[0][0][rows])), parts[0][1][rows]).backward()
        optimizer.step()
    for name, array in again.state_dict().items():
        np.testing.assert_array_equal(interrupted[name], array)
    assert "its last step" in capsys.readouterr().out


def test_an_interruption_while_the_bar_is_drawn_finds_the_schedule_moved(rng, monkeypatch):
    model, optimizer, parts, options = noisy(rng)
    schedule, history = StepLR(optimizer, 1, 0.5), History()
    stop = Stop(3, KeyboardInterrupt)
    monkeypatch.setattr("dlbook.train.tqdm.set_postfix", lambda *_, **__: stop.count())
    fit(model, optimizer, *parts, **options, schedule=schedule, history=history)
    assert len(history.train_loss) == schedule.last_epoch == 3
    assert optimizer.lr == 1e-2 * 0.5**3


def test_an_interruption_between_the_best_parameters_and_the_history_is_told(
    rng, monkeypatch, capsys
):
    model, optimizer, parts, options = noisy(rng)
    monkeypatch.setattr("dlbook.train._note", Stop(1, KeyboardInterrupt).count_all)
    assert fit(model, optimizer, *parts, **options, patience=3) == History()
    assert "its last step" in capsys.readouterr().out


@pytest.fixture
def heard():
    """Let this process hear Ctrl-C as Python does; one started in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_signal_in_the_middle_of_an_epoch_is_an_interruption(rng, capsys, heard):
    model, optimizer, parts, options = noisy(rng)

    def loss(out, y):
        signal.raise_signal(signal.SIGINT)
        return cross_entropy(out, y)

    assert fit(model, optimizer, *parts, **options, loss=loss) == History()
    assert "in epoch 0" in capsys.readouterr().out


def test_epochs_in_two_calls_are_those_of_one(rng):
    runs = []
    for calls in ([6], [2, 1, 3], [0, 6]):
        model, optimizer, parts, options = noisy(np.random.default_rng(0))
        schedule, history = StepLR(optimizer, 2, 0.5), History()
        for epochs in calls:
            options |= {"epochs": epochs, "schedule": schedule}
            assert fit(model, optimizer, *parts, **options, history=history) is history
        runs.append((history, model.state_dict()))
    for history, state in runs[1:]:
        assert history == runs[0][0] and len(history.train_loss) == 6
        assert all((state[name] == array).all() for name, array in runs[0][1].items())


def test_going_on_with_patience_never_gives_worse_parameters(rng):
    model, optimizer, parts, options = noisy(rng)
    history = fit(model, optimizer, *parts, **options, patience=3)
    best = model.state_dict()
    fit(model, optimizer, *parts, **options, patience=3, history=history)
    after = cross_entropy(Tensor(predict(model, parts[1][0])), parts[1][1]).item()
    assert after == min(history.validation_loss) and best.keys() == model.state_dict().keys()


# ---- accuracy: the true one, or none ----


class Column(nn.Module):
    """Gives its inputs times 1, in another shape."""

    def __init__(self, *shape):
        self.scale, self.shape = nn.Parameter([1.0]), shape

    def forward(self, input):
        return (input * self.scale).reshape(len(input.data), *self.shape)


def one_score(out, y):
    return binary_cross_entropy_with_logits(out.reshape(-1), y.reshape(-1))


X2 = np.array([[2.0, 1.0], [1.0, 2.0], [-1.0, -3.0], [0.5, -0.5]], np.float32)
X1 = X2[:, :1].copy()
bce = binary_cross_entropy_with_logits
ACCURACIES = {  # inputs that are the outputs, their shape, targets, the loss, what is told
    "classes": (X2, (2,), np.array([0, 0, 0, 1]), cross_entropy, [0.5]),
    "unsigned": (X2, (2,), np.array([0, 0, 0, 1], np.uint8), cross_entropy, [0.5]),
    "one score, column of ints": (X1, (1,), np.array([[1], [0], [0], [0]]), bce, [0.5]),
    "one score, floats": (X1, (1,), np.float32([[1], [1], [0], [1]]), bce, [1.0]),
    "one score, booleans": (X1, (), np.array([True, False, True, True]), bce, [0.5]),
    "two labels": (X2, (2,), np.array([[1, 1], [1, 1], [0, 0], [0, 0]]), bce, [0.875]),
    "one score, the loss as a layer": (
        X1,
        (1,),
        np.array([[1], [0], [0], [0]]),
        nn.BCEWithLogitsLoss(),
        [0.5],
    ),
    "classes, the loss as a layer": (
        X2,
        (2,),
        np.array([0, 0, 0, 1]),
        nn.CrossEntropyLoss(),
        [0.5],
    ),
    "soft labels": (X1, (1,), np.full((4, 1), 0.3), bce, []),
    "one score, a loss of one's own": (X1, (1,), np.array([[1], [0], [0], [0]]), one_score, []),
    "one score, flat targets": (X1, (1,), np.array([1, 0, 0, 0]), one_score, []),
    "one class": (X1, (1,), np.zeros(4, int), cross_entropy, []),
    "regression": (X1, (), np.array([3, 1, 2, 0]), mse_loss, []),
    "regression of two numbers": (X2, (2,), np.array([[3, 1]] * 4), mse_loss, []),
    "regression of zeros and ones": (X1, (), np.array([1, 0, 1, 0]), mse_loss, []),
    "pictures": (X2, (2, 1), np.ones((4, 2, 1), int), mse_loss, []),
    "counts": (X2, (2,), np.array([7, 0, 1, 2]), lambda out, y: out.mean(), []),
}


@pytest.mark.parametrize("case", ACCURACIES)
def test_fit_tells_the_true_accuracy_or_none(case, rng):
    x, shape, y, loss, told = ACCURACIES[case]
    model = Column(*shape)
    options = {"epochs": 1, "batch_size": 4, "rng": rng, "loss": loss, "progress": False}
    history = fit(model, optim.SGD(model.parameters(), lr=0), (x, y), (x, y), **options)
    assert history.validation_accuracy == told


@pytest.mark.parametrize(
    ("x", "y", "error"),
    [
        (X1, [0, 0, 0, 0], ValueError),
        (X1, [[0], [0], [0], [0]], ValueError),
        (X2, [[0], [0], [0], [1]], ValueError),
        (X2, [[1, 0]] * 4, ValueError),
        (X2, [0, 1], ValueError),
        (X2, [0, 1, 2, 0], ValueError),
        (X2, [0, -1, 1, 0], ValueError),
        (X2[:0], np.zeros(0, int), ValueError),
        (X2, [0.0, 1.0, 1.0, 0.0], TypeError),
        (X2, [True, False, True, True], TypeError),
        (X2, "0110", TypeError),
        (np.float32([[np.nan, 1]] * 4), [0, 1, 1, 0], FloatingPointError),
    ],
)
def test_accuracy_is_refused_where_no_highest_score_tells_it(x, y, error):
    with pytest.raises(error, match=r"needs .*, got .*; "):
        accuracy(Column(x.shape[1]), x, y)


def test_accuracy_advises_what_the_class_numbers_can_do():
    for y, advice in ((np.ones(4), r"y\.astype\(np"), (Tensor(np.ones(4)), r"y\.to\(np")):
        with pytest.raises(TypeError, match=f"got float64; use {advice}"):
            accuracy(Column(2), X2, y)


@pytest.mark.parametrize("model", [None, nn.Linear, lambda x: x, "model"])
def test_what_is_no_model_predicts_nothing(model):
    for call in (lambda: predict(model, X2), lambda: accuracy(model, X2, [0, 0, 0, 1])):
        with pytest.raises(TypeError, match="predict needs a Module as model, got"):
            call()


def test_accuracy_takes_lists_tensors_and_infinite_scores():
    y, model = [0, 0, 0, 1], Column(2)
    for other in (y, tuple(y), np.array(y), Tensor(np.array(y)), torch.tensor(y), np.int8(y)):
        assert accuracy(model, X2, other) == accuracy(model, X2.tolist(), other) == 0.5
    assert accuracy(model, np.float32([[np.inf, 1], [1, -np.inf]]), [0, 1]) == 0.5


# ---- odd arguments ----


def fixed(array):
    array = array.copy()
    array.flags.writeable = False
    return array


X, Y = np.arange(24, dtype=np.float32).reshape(8, 3) / 10 - 1, np.arange(8) % 2
KINDS = {
    "read-only": (fixed(X), fixed(Y)),
    "lists": (X.tolist(), Y.tolist()),
    "tuples": (tuple(map(tuple, X.tolist())), tuple(Y.tolist())),
    "tensors": (Tensor(X), Tensor(Y)),
    "with a gradient": (Tensor(X, requires_grad=True), Y),
    "torch": (torch.tensor(X), torch.tensor(Y)),
    "not contiguous": (np.repeat(X, 2, axis=1)[:, ::2], Y[::-1].copy()[::-1]),
    "Fortran order": (np.asfortranarray(X), Y.astype(np.int32)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_data_of_every_kind_trains_alike_and_stays_as_it_is(kind, rng):
    runs = []
    for x, y in (KINDS[kind], (X, Y)):
        rng, before = np.random.default_rng(0), (np.array(X), np.array(Y))
        model = normed(rng)
        options = {"epochs": 2, "batch_size": 3, "rng": rng, "progress": False}
        history = fit(model, optim.Adam(model.parameters()), (x, y), [x, y], **options)
        runs.append((history, predict(model, x).tolist()))
        np.testing.assert_array_equal(X, before[0])
        np.testing.assert_array_equal(Y, before[1])
    assert runs[0] == runs[1]


ANOTHER = StepLR(optim.SGD([nn.Parameter([1.0])]), 1)
ODD = {
    "epochs -1": ({"epochs": -1}, ValueError, "epochs needs to be 0 or more"),
    "epochs 1.0": ({"epochs": 1.0}, TypeError, "epochs needs to be a whole number"),
    "epochs none": ({"epochs": None}, TypeError, "epochs needs"),
    "epochs true": ({"epochs": True}, TypeError, "epochs needs"),
    "batch_size 0": ({"batch_size": 0}, ValueError, "batch_size needs to be 1 or more"),
    "batch_size -1": ({"batch_size": -1}, ValueError, "batch_size needs to be 1 or more"),
    "batch_size 2.0": ({"batch_size": 2.0}, TypeError, "batch_size needs"),
    "rng none": ({"rng": None}, TypeError, "rng needs to be a random generator"),
    "rng a seed": ({"rng": 0}, TypeError, "rng needs"),
    "rng old": ({"rng": np.random.RandomState(0)}, TypeError, "rng needs"),
    "a function as model": ({"model": lambda x: x}, TypeError, "a Module as model"),
    "the class of an optimiser": ({"optimizer": optim.SGD}, TypeError, "an optimizer, such as"),
    "the class of a schedule": ({"schedule": StepLR}, TypeError, "a schedule, such as"),
    "a rate as schedule": ({"schedule": 0.1}, TypeError, "a schedule, such as"),
    "a dict as history": ({"history": {}}, TypeError, "what fit returned as history"),
    "a loss by name": ({"loss": "mse"}, TypeError, "a function as loss"),
    "drop_last no": ({"drop_last": "no"}, TypeError, "drop_last needs to be True or False"),
    "patience 0": ({"patience": 0}, ValueError, "patience needs to be 1 or more"),
    "patience -1": ({"patience": -1}, ValueError, "patience needs"),
    "patience 1.5": ({"patience": 1.5}, TypeError, "patience needs"),
    "max_norm 0": ({"max_norm": 0}, ValueError, "max_norm above 0"),
    "max_norm nan": ({"max_norm": np.nan}, ValueError, "max_norm needs to be finite"),
    "max_norm a text": ({"max_norm": "1"}, TypeError, "max_norm needs to be a number"),
    "max_norm true": ({"max_norm": True}, TypeError, "max_norm needs to be a number"),
    "max_norm an array": ({"max_norm": np.ones(2)}, TypeError, "max_norm needs to be a number"),
    "progress no": ({"progress": "no"}, TypeError, "progress needs to be True or False"),
    "the class of a loss": ({"loss": nn.MSELoss}, TypeError, "a function as loss"),
    "a schedule of another": ({"schedule": ANOTHER}, ValueError, "a schedule of this optimizer"),
    "x masked": ({"train": (np.ma.array(X, mask=X > 0), Y)}, TypeError, "x of train needs .*mask"),
    "y masked": ({"train": (X, np.ma.array(Y, mask=Y > 0))}, TypeError, "y of train needs .*mask"),
    "no whole batch": ({"batch_size": 9, "drop_last": True}, ValueError, "a whole batch"),
    "a loss of numbers": ({"loss": lambda out, y: 1.0}, TypeError, "got float"),
    "a loss of arrays": ({"loss": lambda out, y: out.data.mean()}, TypeError, "got float32"),
    "a loss an example": ({"loss": lambda out, y: out * out}, ValueError, r"got shape \(4, 2\)"),
    "train of x alone": ({"train": X}, TypeError, "a pair of inputs and targets as train"),
    "train none": ({"train": None}, TypeError, "a pair of inputs and targets as train"),
    "validation of three": ({"validation": (X, Y, Y)}, TypeError, "a pair .* as validation"),
    "a spent pair": ({"train": iter([])}, TypeError, "a pair of inputs and targets as train"),
    "x a generator": ({"train": ((r for r in X), Y)}, TypeError, "x of train needs"),
    "x of texts": ({"train": (["a"] * 8, Y)}, TypeError, "x of train needs"),
    "x ragged": ({"train": ([[1.0], [1.0, 2.0]], [0, 1])}, ValueError, "rows of one length"),
    "y a number": ({"train": (X, 1)}, ValueError, "y of train needs shape"),
    "y short": ({"train": (X, Y[:-1])}, ValueError, "8 inputs and 7 targets in train"),
    "validation short": ({"validation": (X, Y[1:])}, ValueError, "7 targets in validation"),
    "train empty": ({"train": (X[:0], Y[:0])}, ValueError, "at least one, got 0 inputs"),
    "validation empty": ({"validation": (X[:0], Y[:0])}, ValueError, "in validation"),
    "y of booleans": ({"train": (X, Y > 0)}, TypeError, "integers as class numbers, got bool"),
    "y out of range": ({"train": (X, Y + 1)}, ValueError, "class numbers from 0 to 1"),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_arguments_of_fit_are_refused_and_nothing_is_trained(case, rng):
    changes, error, says = ODD[case]
    model = normed(rng)
    before = model.state_dict()
    options = {"train": (X, Y), "validation": (X, Y), "epochs": 1, "batch_size": 4, "rng": rng}
    options |= {"model": model, "optimizer": optim.SGD(model.parameters())}
    with pytest.raises(error, match=says):
        fit(**{"progress": False} | options | changes)
    learned = [
        name
        for name, array in model.state_dict().items()
        if "running" not in name and "num" not in name and (array != before[name]).any()
    ]
    assert not learned and model.training


def test_an_optimiser_of_another_model_is_refused(rng):
    model, other = normed(rng), normed(rng)
    with pytest.raises(ValueError, match="an optimizer of this model"):
        fit(model, optim.SGD(other.parameters()), (X, Y), (X, Y), epochs=1, batch_size=4, rng=rng)


def test_no_epochs_change_nothing_and_have_no_best(rng):
    model = normed(rng)
    before = model.state_dict()
    options = {"epochs": 0, "batch_size": 4, "rng": rng, "progress": False, "patience": 1}
    history = fit(model, optim.SGD(model.parameters()), (X, Y), (X, Y), **options)
    assert history == History() and history.last() == {}
    assert all((model.state_dict()[name] == array).all() for name, array in before.items())
    with pytest.raises(ValueError, match="best_epoch needs one epoch or more"):
        _ = history.best_epoch


@pytest.mark.parametrize(("n", "batch_size"), [(17, 8), (16, 8), (5, 5), (9, 4)])
def test_drop_last_leaves_out_the_short_batch_as_in_torch(n, batch_size, rng):
    seen = []

    def loss(out, y):
        seen.append(len(y))
        return cross_entropy(out, y)

    x, y = rng.normal(size=(n, 3)).astype(np.float32), np.arange(n) % 2
    model = normed(rng)  # whose batch norm refuses a batch of one
    options = {"epochs": 1, "batch_size": batch_size, "rng": rng, "progress": False}
    history = fit(
        model, optim.SGD(model.parameters()), (x, y), (x, y), loss=loss, drop_last=True, **options
    )
    loader = torch.utils.data.DataLoader(range(n), batch_size=batch_size, drop_last=True)
    assert seen[:-1] == [len(rows) for rows in loader] and np.isfinite(history.train_loss[0])


def test_the_loss_of_an_epoch_is_that_of_the_examples_that_were_seen(rng):
    options = {"epochs": 1, "batch_size": 5, "rng": rng, "progress": False, "drop_last": True}
    model, part = normed(rng), small(rng)
    loss = {"loss": lambda out, y: (out * 0).sum() + 3}
    history = fit(model, optim.SGD(model.parameters()), part, part, **options, **loss)
    assert history.train_loss == [3.0]


class Returns(nn.Module):
    def __init__(self, make):
        self.make = make

    def forward(self, input):
        return self.make(input)


@pytest.mark.parametrize(
    ("make", "options", "error", "says"),
    [
        (lambda x: x, {"batch_size": 0}, ValueError, "batch_size needs to be 1 or more"),
        (lambda x: x, {"batch_size": -1}, ValueError, "batch_size needs"),
        (lambda x: x, {"batch_size": 2.0}, TypeError, "batch_size needs"),
        (lambda x: x, {"x": 3.0}, ValueError, "x needs shape"),
        (lambda x: x, {"x": Tensor(3.0)}, ValueError, "x needs shape"),
        (lambda x: x, {"x": None}, TypeError, "x needs to be an array of numbers"),
        (lambda x: x, {"x": (r for r in X)}, TypeError, "got generator"),
        (lambda x: (x, x), {}, TypeError, "returns a tensor, got tuple"),
        (lambda x: x.data, {}, TypeError, "returns a tensor, got ndarray"),
        (lambda x: x.sum(), {}, ValueError, r"a row for each of 8 inputs, got shape \(\)"),
        (lambda x: x[:1], {}, ValueError, r"a row for each of 8 inputs, got shape \(1, 3\)"),
    ],
)
def test_odd_arguments_of_predict_are_refused_in_words(make, options, error, says):
    model = Returns(make)
    with pytest.raises(error, match=says):
        predict(model, **{"x": X} | options)
    assert model.training


@pytest.mark.parametrize("batch_size", [1, 3, 8, 100])
def test_predictions_do_not_depend_on_the_batch_and_are_nobodys_memory(batch_size):
    kept = []
    model = Returns(lambda x: kept.append(x) or x)
    out = predict(model, X, batch_size)
    np.testing.assert_array_equal(out, X)
    assert not any(np.may_share_memory(out, array) for array in (X, *(k.data for k in kept)))


def test_of_no_inputs_there_are_no_outputs_of_the_shape_of_others(rng):
    assert predict(nn.Linear(3, 2, rng=rng), X[:0]).shape == (0, 2)


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


ODD_GRADIENTS = [[3.0, 4.0], [np.nan, 1.0], [np.inf, 1.0], [np.inf, -np.inf], [0.0, 0.0]]


@pytest.mark.parametrize("values", ODD_GRADIENTS, ids=str)
@pytest.mark.parametrize("how", ["list", "one", "twice", "generator"])
@pytest.mark.parametrize("max_norm", [1.0, np.inf])
def test_odd_gradients_are_clipped_as_in_torch(values, how, max_norm):
    p = nn.Parameter(np.zeros(2))
    q = torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))
    p.grad, q.grad = np.array(values), torch.tensor(values, dtype=torch.float64)
    forms = {"list": lambda t: [t], "one": lambda t: t, "twice": lambda t: [t, t]}
    form = forms.get(how, lambda t: (t for _ in range(1)))
    norm = clip_grad_norm_(form(p), max_norm)
    np.testing.assert_allclose(norm, torch.nn.utils.clip_grad_norm_(form(q), max_norm), rtol=1e-9)
    np.testing.assert_allclose(p.grad, q.grad, rtol=1e-9)


@pytest.mark.parametrize("max_norm", [0, -1, np.nan])
def test_a_limit_that_turns_or_wipes_out_gradients_is_refused(max_norm):
    with pytest.raises(ValueError, match=r"max_norm .*got"):
        clip_grad_norm_([nn.Parameter([1.0])], max_norm)


def with_gradient(g):
    p = nn.Parameter([1.0, 2.0])
    p.grad = g
    return p


FIXED = np.ones(2)
FIXED.flags.writeable = False
UNCLIPPED = {  # parameters, the limit, what is said
    "a text as limit": (lambda: [], "1.0", "max_norm needs to be a number"),
    "no limit": (lambda: [], None, "max_norm needs to be a number"),
    "limits": (lambda: [], np.ones(2), "max_norm needs to be a number"),
    "nothing": (lambda: None, 1.0, "a list of tensors, got NoneType"),
    "a model": (lambda: nn.ReLU(), 1.0, "a list of tensors, got ReLU"),
    "the layers": (lambda: nn.Sequential(nn.ReLU()), 1.0, "tensors in its list, got ReLU"),
    "arrays": (lambda: [np.ones(2)], 1.0, "tensors in its list, got ndarray"),
    "none in the list": (lambda: [None], 1.0, "tensors in its list, got NoneType"),
    "a list as gradient": (lambda: with_gradient([1.0, 2.0]), 1.0, "got list"),
    "a number as gradient": (lambda: with_gradient(3.0), 1.0, "got float"),
    "a tensor as gradient": (lambda: with_gradient(Tensor([1.0, 2.0])), 1.0, "got Tensor"),
    "integers": (lambda: with_gradient(np.array([30, 40])), 1.0, "got int64"),
    "another shape": (lambda: with_gradient(np.ones((2, 1))), 1.0, r"\(2,\).*got .*\(2, 1\)"),
    "a read-only one": (lambda: with_gradient(FIXED), 1.0, "that may be written to"),
}


@pytest.mark.parametrize("case", UNCLIPPED)
def test_what_cannot_be_clipped_is_refused_in_words(case):
    make, max_norm, says = UNCLIPPED[case]
    with pytest.raises(TypeError, match=says) as caught:
        clip_grad_norm_(make(), max_norm)
    assert " needs " in str(caught.value) and ", got " in str(caught.value)


def test_a_spent_generator_of_parameters_is_refused():
    parameters = iter([nn.Parameter([1.0])])
    clip_grad_norm_(parameters, 1.0)
    with pytest.raises(ValueError, match="got a generator that was used before"):
        clip_grad_norm_(parameters, 1.0)


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


def test_gradients_of_what_the_optimiser_leaves_alone_do_not_pile_up(rng):
    model = nn.Sequential(nn.Linear(3, 4, rng=rng), nn.Linear(4, 2, rng=rng))
    optimizer = optim.SGD(model[1].parameters(), lr=0.0)
    options = {"epochs": 3, "batch_size": 8, "rng": rng, "progress": False}
    fit(model, optimizer, (X, Y), (X, Y), **options)
    piled = model[0].weight.grad
    model.zero_grad()
    cross_entropy(model(Tensor(X)), Y).backward()
    np.testing.assert_allclose(piled, model[0].weight.grad, rtol=1e-4, atol=1e-6)


def test_a_model_that_changes_its_input_in_place_leaves_the_data_as_they_are():
    class Shifted(nn.Module):
        def forward(self, x):
            x += 1
            return x

    x = X.copy()
    assert (predict(Shifted(), x) == X + 1).all() and (x == X).all()
