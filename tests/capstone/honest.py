"""Honest studies, each in a style of its own."""

from dataclasses import replace

import numpy as np

from dlbook import nn, optim, train
from dlbook.capstone import properties as p
from dlbook.lr_scheduler import StepLR
from tests.capstone.parts import (
    Fit,
    at,
    cross_entropy,
    features,
    fit_net,
    fit_quickly,
    linear_model,
    moved,
    net,
    parted,
    report,
    shaped,
    softmax,
)
from tests.capstone.samples import SAMPLES


@SAMPLES.add("honest")
def fits_a_net(data, seed):
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    fit = fit_net(data.task, at(data, fit_rows), at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("honest")
def writes_its_own_loop(data, seed):
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("honest")
def splits_class_by_class(data, seed):
    rng, rows = np.random.default_rng(seed), []
    for c in range(len(data.classes)):
        mine = rng.permutation(np.flatnonzero(data.y == c))
        rows.extend(mine[: round(0.3 * len(mine))].tolist())
    fit_rows = np.setdiff1d(np.arange(len(data.y)), rows)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)  # rows is a list


@SAMPLES.add("honest")
def validates_on_few_rows(data, seed):
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(data.y))
    rows, fit_rows = order[:60], order[60:]
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    return report(data, fit, linear_model(data, np.arange(len(data.y))), rows)


@SAMPLES.add("honest")
def runs_all_epochs_and_keeps_the_best(data, seed):
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng, epochs=200, patience=200)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("honest")
def chooses_the_best_of_three_by_validation(data, seed):
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    fits = [
        fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng, lr=lr)
        for lr in (0.05, 0.1, 0.15)
    ]
    best = min(fits, key=lambda fit: min(fit.losses))
    return report(data, best, linear_model(data, fit_rows), rows)


@SAMPLES.add("honest")
def averages_three_starts(data, seed):
    """Its members learn side by side, and the loss of their mean says when to stop."""
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    bags = [rng.choice(fit_rows, len(fit_rows)) for _ in range(3)]
    lengths, losses, best = range(5, 200, 6), [], None
    for epochs in lengths:
        members = [
            fit_quickly(
                data.task,
                at(data, bag),
                at(data, rows),
                np.random.default_rng((seed, i)),
                epochs=epochs,
                patience=None,
            ).model
            for i, bag in enumerate(bags)
        ]
        mean = mean_of(members)
        losses.append(cross_entropy(mean(data.x[rows]), data.y[rows]))
        if losses[-1] == min(losses):
            best = mean
        if len(losses) - 1 - int(np.argmin(losses)) >= 4:
            break
    fit = Fit(best, losses, int(np.argmin(losses)))
    return report(data, fit, linear_model(data, fit_rows), rows)


def mean_of(members):
    return lambda x: np.log(np.mean([softmax(member(x)) for member in members], axis=0) + 1e-12)


@SAMPLES.add("honest")
def chooses_by_folds_of_its_training_rows(data, seed):
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    folds = np.array_split(rng.permutation(fit_rows), 3)

    def loss(lr):
        found = []
        for fold in folds:
            others = np.setdiff1d(fit_rows, fold)
            found.append(
                min(fit_quickly(data.task, at(data, others), at(data, fold), rng, lr=lr).losses)
            )
        return np.mean(found)

    lr = min((0.05, 0.15), key=loss)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng, lr=lr)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("honest")
def fits_the_baseline_by_gradient_descent(data, seed):
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    flat = data.flat(data.x[fit_rows])
    mean, scale = flat.mean(axis=0), flat.std(axis=0) + 1e-3
    a, target = (flat - mean) / scale, np.eye(len(data.classes))[data.y[fit_rows]]
    w, b = np.zeros((a.shape[1], target.shape[1])), np.zeros(target.shape[1])
    for _ in range(150):
        error = (softmax(a @ w + b) - target) / len(a)
        w, b = w - 0.3 * (a.T @ error + 1e-3 * w), b - 0.3 * error.sum(axis=0)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    return report(data, fit, lambda x: (data.flat(x) - mean) / scale @ w + b, rows)


@SAMPLES.add("honest", tasks=("text",))
def drops_units_and_lowers_the_rate(data, seed):
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    layers = list(net("text", rng))
    model = nn.Sequential(*layers[:-1], nn.Dropout(0.2, rng=rng), layers[-1])
    optimizer = optim.Adam(model.parameters(), lr=0.03)
    history = train.fit(
        model,
        optimizer,
        at(data, fit_rows),
        at(data, rows),
        epochs=60,
        batch_size=40,
        rng=rng,
        patience=8,
        schedule=StepLR(optimizer, 10, 0.7),
        progress=False,
    )
    fit = Fit(lambda x: train.predict(model, x), history.validation_loss, history.best_epoch)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("honest", tasks=("speech",))
def takes_steps_of_plain_sgd(data, seed):
    """Validates after every second epoch."""
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    numbers = features("speech", data.x)
    mean, scale = numbers[fit_rows].mean(axis=0), numbers[fit_rows].std(axis=0)
    a, target = (numbers - mean) / scale, np.eye(5)[data.y]
    w, b, losses, best = np.zeros((20, 5)), np.zeros(5), [], None
    for epoch in range(120):
        for batch in np.array_split(rng.permutation(fit_rows), 10):
            error = (softmax(a[batch] @ w + b) - target[batch]) / len(batch)
            rate = 0.2 / (1 + epoch / 20)
            w, b = w - rate * (a[batch].T @ error), b - rate * error.sum(axis=0)
        if epoch % 2:
            losses.append(cross_entropy(a[rows] @ w + b, data.y[rows]))
            best = (w, b) if losses[-1] == min(losses) else best
    fit = Fit(
        lambda x: (features("speech", x) - mean) / scale @ best[0] + best[1],
        losses,
        int(np.argmin(losses)),
    )
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("honest", tasks=("image",))
def moves_training_pictures_anew_in_each_epoch(data, seed):
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    model = net("image", rng)
    optimizer, history, best = optim.Adam(model.parameters(), lr=0.02), None, None
    for _ in range(80):
        x = shaped("image", moved(data.x[fit_rows], rng))
        history = train.fit(
            model,
            optimizer,
            (x, data.y[fit_rows]),
            (shaped("image", data.x[rows]), data.y[rows]),
            epochs=1,
            batch_size=100,
            rng=rng,
            history=history,
            progress=False,
        )
        losses = history.validation_loss
        if losses[-1] == min(losses):
            best = model.state_dict()
        if len(losses) - 1 - int(np.argmin(losses)) >= 5:
            break
    model.load_state_dict(best)
    fit = Fit(lambda x: train.predict(model, shaped("image", x)), losses, int(np.argmin(losses)))
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("honest", tasks=("text",))
def uses_torch(data, seed):
    import torch

    torch.manual_seed(seed)
    fit_rows, rows = parted(data, np.random.default_rng(seed))
    words = torch.nn.EmbeddingBag(data.x.max() + 1 + (data.x.max() + 1) ** 2, 16)
    model = torch.nn.Sequential(words, torch.nn.ReLU(), torch.nn.Linear(16, 2))
    count, losses, best = int(data.x.max()) + 1, [], None

    def bags(x):
        x = np.minimum(x, count - 1)
        return torch.as_tensor(np.column_stack([x, count + x[:, :-1] * count + x[:, 1:]]))

    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    x, held = bags(data.x[fit_rows]), bags(data.x[rows])
    y, held_y = torch.tensor(data.y[fit_rows]), torch.tensor(data.y[rows])
    for _ in range(100):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
        with torch.no_grad():
            losses.append(float(torch.nn.functional.cross_entropy(model(held), held_y)))
        if losses[-1] == min(losses):
            best = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best)
    fit = Fit(lambda x: model(bags(x)).detach().numpy(), losses, int(np.argmin(losses)))
    return report(data, fit, linear_model(data, fit_rows), rows)


# ---- honest, and refused: the rules of a study have to name these ----


@SAMPLES.add("too strict", p.STOPPED)
def trains_again_with_the_validation_rows(data, seed):
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    first = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    everything = at(data, np.arange(len(data.y)))
    again = fit_quickly(
        data.task, everything, at(data, rows), rng, epochs=first.epoch + 1, patience=None
    )
    return report(data, replace(first, model=again.model), linear_model(data, fit_rows), rows)


@SAMPLES.add("too strict", p.STOPPED)
def returns_probabilities(data, seed):
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    found = replace(fit, model=lambda x: softmax(fit.model(x)))
    return report(data, found, linear_model(data, fit_rows), rows)


@SAMPLES.add("too strict", p.STOPPED)
def changes_the_temperature_afterwards(data, seed):
    rng = np.random.default_rng(seed)
    fit_rows, rows = parted(data, rng)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    found = replace(fit, model=lambda x: 3 * fit.model(x))
    return report(data, found, linear_model(data, fit_rows), rows)


@SAMPLES.add("too strict", p.APART)
def keeps_inputs_that_look_alike_on_one_side(data, seed):
    """Which rows validate follows from what they hold, by a sum that the seed draws."""
    rng = np.random.default_rng(seed)
    sums = data.x.reshape(len(data.x), -1) @ rng.normal(size=data.x[0].size)
    hidden = np.argsort(np.sin(1000 * sums))
    rows, fit_rows = hidden[: len(hidden) // 3], hidden[len(hidden) // 3 :]
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)
