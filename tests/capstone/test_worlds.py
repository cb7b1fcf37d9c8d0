"""What differs from world to world, and what does not."""

import numpy as np
import pytest

from dlbook.capstone import worlds
from tests.capstone.parts import cross_entropy
from tests.capstone.quick import spoilt


@pytest.fixture(scope="module")
def first():
    return worlds.run(spoilt(), worlds.world("text", 0))


def test_no_test_set_is_there_before_it_is_opened():
    seal = worlds.Seal(worlds.world("text", 0))
    assert seal.drawn == []
    a, b = (lambda x, c=c: np.eye(2)[np.full(len(x), c)] for c in (0, 1))
    other = worlds.Seal(seal.world)
    assert (seal.open(a)[0] != other.open(b)[0]).any()  # which one follows from the model
    np.testing.assert_array_equal(seal.open(b)[0], seal.sealed[0])  # and it stays from then on


def test_in_a_world_with_other_labels_the_first_model_is_wrong_more_often(first):
    run = worlds.run(spoilt(), worlds.with_other_labels(worlds.again(first), first))
    np.testing.assert_array_equal(run.seal.sealed[0], first.seal.sealed[0])
    assert run.report["accuracy"] < first.report["accuracy"] - 0.2
    assert first.same_model(run)


def test_other_validation_rows_are_the_same_but_for_one_and_its_place(first):
    x, y = first.world.development
    rows, kept = first.report["rows"], np.setdiff1d(np.arange(len(y)), first.report["rows"])
    other, labels = worlds.with_other_rows(first.world, first, 0).development
    np.testing.assert_array_equal(other[kept], x[kept])
    np.testing.assert_array_equal(labels, y)
    assert (other[rows] != x[rows]).any(axis=1).mean() > 0.5
    for c in range(2):
        mine = rows[y[rows] == c]
        before, after = ({row.tobytes() for row in part[mine]} for part in (x, other))
        assert len(after - before) <= 1


def test_mistaken_validation_rows_raise_the_loss(first):
    world = worlds.with_mistaken_rows(first.world, first.report["rows"])
    x, y = world.development
    rows, model = first.report["rows"], first.report["model"]
    before = cross_entropy(model(first.world.development[0][rows]), y[rows])
    assert cross_entropy(model(x[rows]), y[rows]) > 3 * before


def test_other_names_move_all_classes_on(first):
    run = worlds.run(spoilt(), worlds.with_other_names(worlds.again(first)))
    np.testing.assert_array_equal(run.world.development[1], 1 - first.world.development[1])
    assert np.bincount(run.seal.fresh[1]).argmax() == 1
