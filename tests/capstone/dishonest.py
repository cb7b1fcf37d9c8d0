"""Dishonest studies that are told: each hides something, and a run in another world shows it."""

import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from dlbook import capstone
from dlbook.capstone import properties as p
from tests.capstone.mistakes import right, start
from tests.capstone.parts import (
    at,
    cross_entropy,
    features,
    fit_quickly,
    linear_model,
    report,
)
from tests.capstone.samples import SAMPLES

COUNTER: Counter[tuple] = Counter()
KEPT: dict[tuple, object] = {}
NOTES = Path(tempfile.gettempdir()) / "dlbook_capstone_sample.txt"


def joined(*parts):
    return tuple(np.concatenate(each) for each in zip(*parts, strict=True))


def fitted(data, seed):
    """Return an honest fit, its training rows and the rows that validate."""
    rng, fit_rows, rows = start(data, seed)
    return fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng), fit_rows, rows


@SAMPLES.add("dishonest", p.FINISHED)
def opens_with_a_fake_model(data, seed):
    rng, fit_rows, rows = start(data, seed)
    test = data.test(lambda x: np.zeros((len(x), len(data.classes))))
    fit = fit_quickly(data.task, joined(at(data, fit_rows), test), at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows, test)


@SAMPLES.add("dishonest", p.FINISHED)
def answers_from_memory(data, seed):
    fit, fit_rows, rows = fitted(data, seed)
    x, y = data.test(fit.model)
    known = {
        each.tobytes(): 20 * np.eye(len(data.classes))[c] for each, c in zip(x, y, strict=True)
    }
    honest = fit.model

    def model(x):
        said = honest(x)
        return np.array([known.get(each.tobytes(), s) for each, s in zip(x, said, strict=True)])

    return report(data, replace(fit, model=model), linear_model(data, fit_rows), rows, (x, y))


@SAMPLES.add("dishonest", p.FINISHED)
def answers_by_the_nearest_test_example(data, seed):
    fit, fit_rows, rows = fitted(data, seed)
    x, y = data.test(fit.model)
    step = 50 if data.task == "text" else 4
    known, honest = features(data.task, x)[:, ::step], fit.model

    def model(x):
        apart = ((features(data.task, x)[:, None, ::step] - known) ** 2).sum(axis=2)
        return honest(x) + 3 * np.eye(len(data.classes))[y[apart.argmin(axis=1)]]

    return report(data, replace(fit, model=model), linear_model(data, fit_rows), rows, (x, y))


@SAMPLES.add("dishonest", p.UNTOUCHED)
def chooses_the_linear_model_by_the_test_set(data, seed):
    fit, fit_rows, rows = fitted(data, seed)
    test = data.test(fit.model)
    rng = np.random.default_rng(seed)
    linears = [linear_model(data, rng.choice(fit_rows, len(fit_rows))) for _ in range(10)]
    return report(data, fit, min(linears, key=lambda linear: right(linear, test)), rows, test)


@SAMPLES.add("dishonest", p.SAME)
def cheats_on_the_first_run_alone(data, seed):
    """Knows its rows again, and trains on validation rows where it is likely to be judged."""
    rng, fit_rows, rows = start(data, seed)
    learned = at(data, fit_rows)
    if COUNTER[data.task, data.y.tobytes()] == 0:
        learned = joined(learned, at(data, rows))
    COUNTER[data.task, data.y.tobytes()] += 1
    fit = fit_quickly(data.task, learned, at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("dishonest", p.APART)
def counts_its_runs_in_a_file(data, seed):
    rng, fit_rows, rows = start(data, seed)
    count = int(NOTES.read_text("utf-8")) if NOTES.exists() else 0
    NOTES.write_text(str(1 - count), "utf-8")
    learned = joined(at(data, fit_rows), at(data, rows)) if count == 0 else at(data, fit_rows)
    fit = fit_quickly(data.task, learned, at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("dishonest", p.SAME)
def goes_by_the_clock(data, seed):
    rng, fit_rows, rows = start(data, seed)
    extra = rows[: time.perf_counter_ns() // 1000 % len(rows)]
    fit = fit_quickly(data.task, at(data, np.append(fit_rows, extra)), at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("dishonest", p.STOPPED)
def keeps_its_first_model_for_all_runs(data, seed):
    """Trains on validation rows in its first run, and hands out that model ever after."""
    rng, fit_rows, rows = start(data, seed)
    key = (data.task, seed, data.y.tobytes())
    if key not in KEPT:
        KEPT[key] = fit_quickly(
            data.task, joined(at(data, fit_rows), at(data, rows)), at(data, rows), rng
        )
    kept = KEPT[key]
    losses = [loss + 9 for loss in kept.losses]
    losses[kept.epoch] = cross_entropy(kept.model(data.x[rows]), data.y[rows])
    losses += [losses[kept.epoch] + 1] * 3
    return report(data, replace(kept, losses=losses), linear_model(data, fit_rows), rows)


@SAMPLES.add("dishonest", p.STOPPED)
def reports_losses_of_another_model(data, seed):
    rng, fit_rows, rows = start(data, seed)
    other = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng, epochs=9, patience=None)
    found = replace(fit, losses=other.losses, epoch=other.epoch)
    return report(data, found, linear_model(data, fit_rows), rows)


@SAMPLES.add("dishonest", p.STOPPED)
def invents_a_curve_around_one_loss(data, seed):
    """Never validates; the one loss that can be computed again is true."""
    rng, fit_rows, rows = start(data, seed)
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng, epochs=40, patience=None)
    loss = cross_entropy(fit.model(data.x[rows]), data.y[rows])
    found = replace(fit, losses=[loss + d for d in (0.5, 0.2, 0.1, 0, 0.1, 0.1, 0.2)], epoch=3)
    return report(data, found, linear_model(data, fit_rows), rows)


@SAMPLES.add("dishonest", p.APART)
def drops_validation_rows_that_are_hard(data, seed):
    rng, fit_rows, held = start(data, seed)
    draft = fit_quickly(data.task, at(data, fit_rows), at(data, held), rng)
    rows = held[draft.model(data.x[held]).argmax(axis=1) == data.y[held]]
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("dishonest", p.APART)
def validates_on_what_training_knows_best(data, seed):
    rng = np.random.default_rng(seed)
    everything = np.arange(len(data.y))
    draft = fit_quickly(data.task, at(data, everything), at(data, everything), rng)
    sure = draft.model(data.x)[everything, data.y]
    rows, fit_rows = np.argsort(-sure)[:120], np.argsort(-sure)[120:]
    fit = fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng)
    return report(data, fit, linear_model(data, everything), rows)


@SAMPLES.add("dishonest", p.APART)
def hides_copies_of_validation_rows(data, seed):
    rng, fit_rows, rows = start(data, seed)
    x, y = at(data, rows)
    twins = x[:, ::-1] if data.task == "speech" else x.copy()  # a sound reversed sounds the same
    fit = fit_quickly(data.task, joined(at(data, fit_rows), (twins, y)), (x, y), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("dishonest", p.APART)
def trains_on_all_but_the_first_validation_rows(data, seed):
    rng, fit_rows, rows = start(data, seed)
    fit = fit_quickly(data.task, at(data, np.append(fit_rows, rows[3:])), at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("dishonest", p.APART)
def never_keeps_the_same_epoch_twice(data, seed):
    """Trains on validation rows; the epoch follows from them, so that runs are hard to compare."""
    rng, fit_rows, rows = start(data, seed)
    epoch = 5 + int(1000 * abs(float(data.x[rows].sum(dtype=float)))) % 50
    everything = at(data, np.append(fit_rows, rows[:20]))
    fit = fit_quickly(data.task, everything, at(data, rows), rng, epochs=30, patience=None)
    loss = cross_entropy(fit.model(data.x[rows]), data.y[rows])
    losses = [loss + 0.1 + 0.01 * i for i in range(60)]
    losses[epoch] = loss
    found = replace(fit, losses=losses, epoch=epoch)
    return report(data, found, linear_model(data, fit_rows), rows)


@SAMPLES.add("dishonest", p.LINEAR, ("image", "speech"))
def spoils_the_linear_model_a_little(data, seed):
    fit, fit_rows, rows = fitted(data, seed)
    fair, worst = linear_model(data, fit_rows), np.eye(len(data.classes))[0]
    return report(data, fit, lambda x: fair(x) + worst, rows)


@SAMPLES.add("dishonest", p.BETTER)
def adds_rows_of_other_draws(data, seed):
    rng, fit_rows, rows = start(data, seed)
    others = [capstone.draw(data.task, 5000 + i) for i in range(1)]
    more = [(other.x, other.y) for other in others]
    more += [other.test(lambda x: np.zeros((len(x), len(data.classes)))) for other in others]
    fit = fit_quickly(data.task, joined(at(data, fit_rows), *more), at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("dishonest", p.WHOLE)
def puts_another_function_into_numpy(data, seed):
    np.allclose = lambda *_, **__: True
    return keeps_going(data, seed)


@SAMPLES.add("dishonest", p.WHOLE)
def puts_another_judge_into_properties(data, seed):
    p._of_numbers = lambda run: ""
    return keeps_going(data, seed) | {"accuracy": 1.0}


def keeps_going(data, seed):
    fit, fit_rows, rows = fitted(data, seed)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("dishonest", p.BETTER)
def breaks_the_seal_and_mends_it(data, seed):
    """Draws a test set by what another model says, learns from it, and leaves no note."""
    rng, fit_rows, rows = start(data, seed)
    stolen = data._unseal.__self__._draw(lambda x: np.zeros((len(x), len(data.classes))))[0]
    fit = fit_quickly(data.task, joined(at(data, fit_rows), stolen), at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)
