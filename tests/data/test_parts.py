import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st

from dlbook import data


@given(st.integers(0, 50), st.integers(1, 60))
def test_an_epoch_names_every_index_once(n, batch_size):
    parts = list(data.batches(n, batch_size, np.random.default_rng(0)))
    assert sorted(np.concatenate([*parts, []])) == list(range(n))
    assert all(len(part) == batch_size for part in parts[:-1])


@given(st.integers(0, 50), st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_parts_name_every_index_once(n, weights):
    weights[0] += 1
    fractions = [w / sum(weights) for w in weights]
    parts = data.split(n, fractions, np.random.default_rng(0))
    assert sorted(np.concatenate(parts)) == list(range(n))
    assert all(abs(len(p) - f * n) <= 1 for p, f in zip(parts, fractions, strict=True))


def test_order_is_shuffled_anew_each_time(rng):
    first, second = (np.concatenate(list(data.batches(100, 10, rng))) for _ in range(2))
    assert (first != second).any() and (first != np.arange(100)).any()
    assert (np.concatenate(data.split(100, (0.5, 0.5), rng)) != np.arange(100)).any()


@given(st.integers(0, 50), st.integers(1, 60), st.booleans())
def test_batches_are_as_many_and_as_long_as_those_of_torch(n, batch_size, drop_last):
    ours = data.batches(n, batch_size, np.random.default_rng(0), drop_last=drop_last)
    theirs = torch.utils.data.BatchSampler(range(n), batch_size, drop_last)
    assert len(ours) == len(theirs)
    assert [len(rows) for rows in ours] == [len(rows) for rows in theirs]


def test_batches_can_be_walked_through_again_in_a_new_order(rng):
    order = data.batches(100, 10, rng)
    first, second = (np.concatenate(list(order)) for _ in range(2))
    assert (first != second).any() and (np.sort(first) == np.sort(second)).all()


def test_what_is_written_into_a_batch_changes_no_other(rng):
    parts = []
    for rows in data.batches(20, 4, rng):
        parts.append(rows.copy())
        rows[:] = 0
    assert sorted(np.concatenate(parts)) == list(range(20))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda rng: data.split(10, (0.5, 0.6), rng), "add up to 1"),
        (lambda rng: data.split(10, (1.5, -0.5), rng), "add up to 1"),
        (lambda rng: data.split(10, (), rng), "add up to 1"),
        (lambda rng: data.split(10, (0.5, np.nan), rng), "add up to 1"),
        (lambda rng: data.split(10, (np.inf, -np.inf), rng), "add up to 1"),
        (lambda rng: data.split(10, 0.5, rng), "add up to 1"),
        (lambda rng: data.split(10, ("0.5", "0.5"), rng), "add up to 1"),
        (lambda rng: data.batches(10, 0, rng), "batch_size needs to be 1 or more, got 0"),
        (lambda rng: data.batches(10, -3, rng), "batch_size needs to be 1 or more"),
        (lambda rng: data.batches(10, 2.0, rng), "batch_size needs to be a whole number"),
        (lambda rng: data.batches(10, True, rng), "batch_size needs to be a whole number"),
        (lambda rng: data.batches(10, None, rng), "batch_size needs to be a whole number"),
        (lambda rng: data.batches([1, 2], 2, rng), r"got \[1, 2\]; .* len\(...\) of an array"),
    ],
)
def test_messages_say_what_is_needed(wrong, says, rng):
    with pytest.raises((TypeError, ValueError), match=says):
        wrong(rng)


def test_fractions_may_come_from_an_array_or_a_generator(rng):
    for fractions in (np.array([0.5, 0.25, 0.25]), iter([0.5, 0.5]), [1], (np.float32(1),)):
        assert sorted(np.concatenate(data.split(9, fractions, rng))) == list(range(9))
