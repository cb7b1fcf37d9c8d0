"""Each property is broken alone by a study that is honest but for one line."""

import re

import numpy as np
import pytest

from dlbook.capstone import examine, properties as p, show
from dlbook.data import REVIEW_WORDS
from tests.capstone.parts import Fit, at, cross_entropy, report
from tests.capstone.quick import honest, spoilt


def raised(model, by: float):
    """Return a model that adds a number to all scores, which changes no probability."""
    return lambda x: model(x) + by


def opens_twice(data, fit, linear, rows):
    data.test(fit.model)
    return report(data, fit, linear, rows)


def goes_on_after_opening(data, fit, linear, rows):
    test = data.test(fit.model)
    return report(data, Fit(raised(fit.model, 0.1), fit.losses, fit.epoch), linear, rows, test)


def draws_from_the_system(data, fit, linear, rows):
    fit.model = raised(fit.model, np.random.default_rng().normal())
    return report(data, fit, linear, rows)


def fits_the_linear_model_to_labels(data, fit, linear, rows):
    x, y = data.test(fit.model)
    weight = y @ np.arange(len(y)) / len(y) ** 2  # where a label is another, this is another
    return report(data, fit, raised(linear, weight), rows, (x, y))


def looks_at_validation_rows(data, fit, linear, rows):
    fit.model = raised(fit.model, data.x[rows].sum() / 1000)
    return report(data, fit, linear, rows)


def drops_hard_rows(data, fit, linear, rows):
    easy = rows[fit.model(data.x[rows]).argmax(axis=1) == data.y[rows]]
    loss = cross_entropy(fit.model(data.x[easy]), data.y[easy])
    fit.losses = [value + 2 for value in fit.losses]
    fit.losses[fit.epoch] = loss
    return report(data, fit, linear, easy)


def tells_a_better_loss(data, fit, linear, rows):
    fit.losses[fit.epoch] -= 0.05
    return report(data, fit, linear, rows)


def keeps_a_worse_epoch(data, fit, linear, rows):
    fit.epoch += 1
    return report(data, fit, linear, rows)


def invents_a_curve(data, fit, linear, rows):
    loss = cross_entropy(fit.model(data.x[rows]), data.y[rows])
    return report(data, Fit(fit.model, [loss + 1, loss] + 3 * [loss + 1], 1), linear, rows)


def tells_more(key: str, by: float):
    def change(data, fit, linear, rows):
        found = report(data, fit, linear, rows)
        return found | {key: found[key] + by}

    return change


def names_the_other_class(data, fit, linear, rows):
    found = report(data, fit, linear, rows)
    return found | {"hardest": 1 - found["hardest"]}


def turns_the_linear_model(data, fit, linear, rows):
    return report(data, fit, lambda x: -linear(x), rows)


def stops_at_once(data, fit, linear, rows):
    fit.losses = fit.losses[: fit.epoch + 2]
    return report(data, fit, linear, rows)


def words_alone(task, x):
    return np.eye(len(REVIEW_WORDS))[x].sum(axis=1) / 10


def fixed(data, seed, task="text"):
    return honest(data, 5)


ALONE = {  # the study, the property that it breaks, and the evidence
    "opens twice": (spoilt(opens_twice), p.ONCE, "it was opened 2 times"),
    "goes on": (spoilt(goes_on_after_opening), p.FINISHED, "says something else"),
    "draws anew": (spoilt(draws_from_the_system), p.SAME, "with the same seed on the same data"),
    "one start": (fixed, p.SEEDED, "with another seed the model is the same"),
    "labels": (spoilt(fits_the_linear_model_to_labels), p.UNTOUCHED, "only labels .* are others"),
    "peeks": (spoilt(looks_at_validation_rows), p.APART, "validation rows (are|were) others"),
    "easy rows": (spoilt(drops_hard_rows), p.APART, "other rows validate; draw them before"),
    "better loss": (spoilt(tells_a_better_loss), p.STOPPED, r"says 0\.\d{3} .* has 0\.\d{3} on"),
    "worse epoch": (spoilt(keeps_a_worse_epoch), p.STOPPED, r"epoch \d+ was kept, .* is in \d+"),
    "too short": (spoilt(stops_at_once), p.STOPPED, "ended 1 epochs after the best, 3 are needed"),
    "no curve": (
        spoilt(invents_a_curve, epochs=30, patience=None),
        p.STOPPED,
        "inputs of all validation rows are mistaken, the model is the same",
    ),
    "accuracy": (
        spoilt(tells_more("accuracy", 0.01)),
        p.TRUE,
        r"^accuracy is 0\.\d{3} in the report and 0\.\d{3} computed again",
    ),
    "linear": (
        spoilt(tells_more("linear_accuracy", -0.01)),
        p.TRUE,
        r"^linear_accuracy is 0\.\d{3} in the report and 0\.\d{3} computed again",
    ),
    "majority": (
        spoilt(tells_more("majority_accuracy", -0.01)),
        p.TRUE,
        r"^majority_accuracy is 0\.\d{3} in the report and 0\.\d{3} computed again",
    ),
    "hardest": (spoilt(names_the_other_class), p.TRUE, "hardest is class [01] .* class [01] has"),
    "turned": (spoilt(turns_the_linear_model), p.LINEAR, r"right on \d+%, .* plainly on \d+%"),
    "words": (spoilt(see=words_alone), p.BETTER, r"is right on \d+%, a linear model on \d+%"),
}


def broken(study, seed: int) -> dict[str, str]:
    findings = examine(study, seed)
    assert tuple(findings) == p.PROPERTIES
    assert all(found["held"] is not bool(found["evidence"]) for found in findings.values())
    return {label: found["evidence"] for label, found in findings.items() if not found["held"]}


@pytest.mark.parametrize("seed", [0, 1])
def test_an_honest_study_has_all_properties(seed):
    assert broken(spoilt(), seed) == {}


@pytest.mark.parametrize("name", ALONE)
def test_a_study_breaks_one_property_alone_and_the_evidence_says_how(name):
    study, label, evidence = ALONE[name]
    found = broken(study, 0)
    assert list(found) == [label]
    assert re.search(evidence, found[label])


def test_every_property_was_seen_to_break_alone():
    assert {label for _, label, _ in ALONE.values()} == set(p.PROPERTIES) - {p.WHOLE}


def test_the_test_set_that_was_never_opened_is_told():
    def never(data, seed, task="text"):
        opened = honest(data, seed, lambda data, fit, linear, rows: (fit, linear, rows))
        return report(data, *opened, at(data, opened[2]))

    assert broken(never, 0)[p.ONCE] == "it was never opened"


FAULTS = {  # what stands in a report, and what is said of it
    "missing": (lambda found: found.pop("rows"), "the report lacks rows"),
    "no function": (lambda found: found.update(model=3), "model has to be a function"),
    "rows twice": (lambda found: found.update(rows=[1, 1]), "rows has to be row numbers"),
    "mask": (lambda found: found.update(rows=np.ones(9, bool)), "np.flatnonzero turns it into"),
    "rows outside": (lambda found: found.update(rows=[400]), "rows has to be row numbers"),
    "no rows": (lambda found: found.update(rows=[]), "rows has to be row numbers"),
    "words": (lambda found: found.update(rows=["one"]), "rows has to be row numbers"),
    "nan": (lambda found: found.update(validation_loss=[np.nan]), "a list of finite numbers"),
    "no losses": (lambda found: found.update(validation_loss=[]), "a list of finite numbers"),
    "epoch": (lambda found: found.update(epoch=9999), "epoch has to be a place in"),
    "epoch 1.5": (lambda found: found.update(epoch=1.5), "epoch has to be a place in"),
    "percent": (lambda found: found.update(accuracy=87), "accuracy has to be a number from 0"),
    "class": (lambda found: found.update(hardest=2), "hardest has to be the number of a class"),
    "name": (lambda found: found.update(hardest="bad"), "hardest has to be the number of a class"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_report_that_is_not_whole_breaks_all_and_says_what_is_needed(name):
    change, said = FAULTS[name]

    def study(data, seed, task="text"):
        found = honest(data, seed)
        change(found)
        return found

    found = broken(study, 0)
    assert tuple(found) == p.PROPERTIES and len(set(found.values())) == 1
    assert said in found[p.WHOLE]
    once = examine(study, 0, once=True)
    assert {label: finding["evidence"] for label, finding in once.items()} == {
        label: found[label] for label in examine(spoilt(), 0, once=True)
    }


def test_a_report_that_is_no_dict_is_told():
    found = broken(lambda data, seed, task="text": None, 0)
    assert found[p.WHOLE] == "a report is a dict, yours is of type NoneType"


def test_a_fault_that_shows_in_a_later_run_is_told():
    def study(data, seed, task="text"):
        return honest(data, seed) if seed == 0 else {}

    assert broken(study, 0)[p.WHOLE].startswith("in a run with other data, the report lacks model")


def test_a_study_has_to_name_its_task():
    for study in (lambda data, seed: None, lambda data, seed, task="art": None):
        with pytest.raises(ValueError, match=r"one of image, speech, text, got .*; choose one"):
            examine(study, 0)


@pytest.mark.parametrize(("seed", "error"), [(1.5, TypeError), (-1, ValueError)])
def test_a_seed_that_is_no_whole_number_is_refused(seed, error):
    with pytest.raises(error, match=r"seed needs to be .*, got .*; "):
        examine(spoilt(), seed)


def test_an_error_in_a_study_is_raised():
    with pytest.raises(ZeroDivisionError):
        examine(lambda data, seed, task="text": 1 / 0, 0)


def test_findings_are_the_same_each_time():
    assert examine(spoilt(tells_more("accuracy", 0.01)), 3) == examine(
        spoilt(tells_more("accuracy", 0.01)), 3
    )


def test_showing_findings_puts_evidence_below(capsys):
    show(
        {
            p.ONCE: {"held": False, "evidence": "it was opened 2 times"},
            p.TRUE: {"held": True, "evidence": ""},
        }
    )
    assert capsys.readouterr().out == (
        "✗ the test set was opened once\n    it was opened 2 times\n"
        "✓ the numbers are those of the run\n"
    )


def test_equal_evidence_is_shown_once(capsys):
    show({label: {"held": False, "evidence": "the report lacks rows"} for label in p.PROPERTIES})
    lines = capsys.readouterr().out.splitlines()
    assert lines[:-1] == [f"✗ {label}" for label in p.PROPERTIES]
    assert lines[-1] == f"    {len(p.PROPERTIES)} alike: the report lacks rows"


def test_what_a_study_puts_in_place_of_ours_is_told_and_put_back():
    ours = np.allclose

    def study(data, seed, task="text"):
        np.allclose = lambda *_, **__: True
        return honest(data, seed)

    assert broken(study, 0)[p.WHOLE] == "the study puts another numpy.allclose in place of ours"
    assert np.allclose is ours
