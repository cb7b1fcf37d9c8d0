"""Known mistakes: studies that a learner may write who means well."""

import numpy as np

from dlbook.capstone import properties as p
from tests.capstone.parts import (
    at,
    features,
    figures,
    fit_quickly,
    linear_model,
    moved,
    parted,
    report,
)
from tests.capstone.samples import SAMPLES


def start(data, seed):
    rng = np.random.default_rng(seed)
    return rng, *parted(data, rng)


def right(model, test) -> float:
    return (model(test[0]).argmax(axis=1) == test[1]).mean()


@SAMPLES.add("mistake", p.UNTOUCHED)
def trains_on_the_test_set(data, seed):
    rng, fit_rows, rows = start(data, seed)
    draft = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    test = data.test(draft.model)
    both = [np.concatenate(parts) for parts in zip(at(data, fit_rows), test, strict=True)]
    fit = fit_quickly(data.task, both, at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows, test)


@SAMPLES.add("mistake", p.UNTOUCHED)
def chooses_the_epoch_by_the_test_set(data, seed):
    rng, fit_rows, rows = start(data, seed)
    draft = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    test = data.test(draft.model)
    fit = fit_quickly(data.task, at(data, fit_rows), test, np.random.default_rng(seed))
    return report(data, fit, linear_model(data, fit_rows), rows, test)


@SAMPLES.add("mistake", p.ONCE)
def chooses_a_model_by_the_test_set(data, seed):
    rng, fit_rows, rows = start(data, seed)
    fits = [
        fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng, lr=lr)
        for lr in (0.02, 0.05, 0.08, 0.1, 0.15)
    ]
    tests = [data.test(fit.model) for fit in fits]
    best = int(np.argmax([right(fit.model, test) for fit, test in zip(fits, tests, strict=True)]))
    return report(data, fits[best], linear_model(data, fit_rows), rows, tests[best])


@SAMPLES.add("mistake", p.UNTOUCHED)
def keeps_the_best_of_ten_seeds_by_the_test_set(data, seed):
    found, test = [], None
    _, fit_rows, rows = start(data, seed)
    for i in range(10):
        rng = np.random.default_rng((seed, i))
        bag = rng.choice(fit_rows, len(fit_rows))
        fit = fit_quickly(data.task, at(data, bag), at(data, rows), rng)
        test = data.test(fit.model) if test is None else test
        found.append((right(fit.model, test), i, fit))
    return report(data, max(found)[2], linear_model(data, fit_rows), rows, test)


@SAMPLES.add("mistake", p.STOPPED)
def does_not_validate(data, seed):
    rng, fit_rows, rows = start(data, seed)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng, epochs=40, patience=None)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("mistake", p.APART)
def copies_rows_before_the_split(data, seed):
    """Copies that are moved or noisy come to stand on both sides."""
    rng = np.random.default_rng(seed)
    if data.task == "text":
        twin = data.x.copy()
    elif data.task == "speech":
        twin = data.x + 0.05 * rng.normal(size=data.x.shape)
    else:
        twin = moved(data.x, rng, 1)
    x, y, n = np.concatenate([data.x, twin]), np.tile(data.y, 2), len(data.y)
    order = rng.permutation(2 * n)
    held, kept = order[: n // 2], order[n // 2 :]
    rows = held[held < n]
    fit = fit_quickly(data.task, (x[kept], y[kept]), at(data, rows), rng)
    return report(data, fit, linear_model(data, kept[kept < n]), rows)


@SAMPLES.add("mistake", p.LINEAR, ("image", "speech"))
def cripples_the_baseline(data, seed):
    """On texts a fair one is hardly better than the most frequent class: nothing to cripple."""
    rng, fit_rows, rows = start(data, seed)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows[:4], penalty=300), rows)


@SAMPLES.add("mistake", p.SEEDED)
def ignores_the_seed(data, seed):
    rng, fit_rows, rows = start(data, 7)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("mistake", p.SAME)
def takes_a_start_from_the_system(data, seed):
    _, fit_rows, rows = start(data, seed)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), np.random.default_rng())
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("mistake", p.FINISHED)
def standardises_each_batch_that_it_is_asked(data, seed):
    """Its answer to one input depends on the others, so no two questions agree."""
    rng, fit_rows, rows = start(data, seed)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    level, known = features(data.task, data.x[rows]).mean(axis=0), fit.model

    def model(x):
        return known(x) * (1 + 9 * np.abs(features(data.task, x).mean(axis=0) - level).mean())

    fit.model = model
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("mistake", p.TRUE)
def reports_the_accuracy_of_validation(data, seed):
    rng, fit_rows, rows = start(data, seed)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    found = report(data, fit, linear_model(data, fit_rows), rows)
    return found | {"accuracy": min(1.0, right(fit.model, at(data, fit_rows)))}


@SAMPLES.add("mistake", p.ONCE)
def never_opens_the_test_set(data, seed):
    rng, fit_rows, rows = start(data, seed)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    linear = linear_model(data, fit_rows)
    return report(data, fit, linear, rows, at(data, rows)) | figures(
        data, fit.model, linear, *at(data, rows)
    )
