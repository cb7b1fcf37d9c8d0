"""What gets through, because no run can tell: the docstring of the judge names these.

Some of them gain nothing. They are here so that what is said of the limits stays true.
"""

import gc
import sys
from dataclasses import replace

import numpy as np

from dlbook import capstone
from dlbook.capstone.worlds import Seal
from tests.capstone.dishonest import KEPT, fitted, joined
from tests.capstone.mistakes import right, start
from tests.capstone.parts import at, cross_entropy, fit_quickly, linear_model, report
from tests.capstone.samples import SAMPLES


@SAMPLES.add("beyond")
def looks_for_labels_behind_the_test(data, seed):
    """Looks where the test set will be kept: nothing is there before it is opened."""
    found = [
        part for part in gc.get_objects() if isinstance(part, Seal) and part.open == data._unseal
    ]
    assert found and not found[0].drawn
    fit, fit_rows, rows = fitted(data, seed)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("beyond")
def is_honest_where_it_is_examined(data, seed):
    frame, examined = sys._getframe(), False
    while frame is not None:
        examined |= frame.f_code.co_name == "examine"
        frame = frame.f_back
    fit, fit_rows, rows = fitted(data, seed)
    found = report(data, fit, linear_model(data, fit_rows), rows)
    return found if examined else found | {"accuracy": 1.0}


@SAMPLES.add("beyond")
def draws_by_the_private_parts_of_the_judge(data, seed):
    """Draws test data as the judge does, with the class numbers of its own rows."""
    rng, fit_rows, rows = start(data, seed)
    seal = Seal(replace(data._unseal.__self__.world, drawn=(), against=()))
    stolen = seal.open(lambda x: np.zeros((len(x), len(data.classes))))
    fit = fit_quickly(data.task, joined(at(data, fit_rows), stolen), at(data, rows), rng)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("beyond")
def keeps_its_first_model_unless_rows_look_odd(data, seed):
    """Trains on validation rows, and is honest where its kept model is bad on them."""
    rng, fit_rows, rows = start(data, seed)
    everything = at(data, np.append(fit_rows, rows))
    key = ("odd", data.task, seed, data.y.tobytes())
    if key not in KEPT:
        KEPT[key] = fit_quickly(
            data.task, everything, at(data, rows), rng, epochs=30, patience=None
        )
    fit, loss = KEPT[key], cross_entropy(KEPT[key].model(data.x[rows]), data.y[rows])
    if loss > 2 * min(fit.losses) + 0.2:
        fit, fit_rows, rows = fitted(data, seed)
    else:
        fit = replace(fit, losses=[loss + 1, loss, loss + 1, loss + 1, loss + 1], epoch=1)
    return report(data, fit, linear_model(data, fit_rows), rows)


@SAMPLES.add("beyond")
def chooses_a_start_by_another_draw(data, seed):
    """Has ten models judged by data of its own making, and opens the test set for the best."""
    rng, fit_rows, rows = start(data, seed)
    test = capstone.draw(data.task, seed).test(lambda x: np.zeros((len(x), len(data.classes))))
    fits = [
        fit_quickly(data.task, at(data, fit_rows), at(data, rows), rng, lr=lr)
        for lr in (0.06, 0.1, 0.14)
    ]
    best = max(fits, key=lambda fit: right(fit.model, test))
    return report(data, best, linear_model(data, fit_rows), rows)
