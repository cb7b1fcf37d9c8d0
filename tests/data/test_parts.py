import numpy as np
import pytest
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


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda rng: data.split(10, (0.5, 0.6), rng), "add up to 1"),
        (lambda rng: data.split(10, (1.5, -0.5), rng), "add up to 1"),
        (lambda rng: list(data.batches(10, 0, rng)), "batch_size 1 or more"),
    ],
)
def test_messages_say_what_is_needed(wrong, says, rng):
    with pytest.raises(ValueError, match=says):
        wrong(rng)
