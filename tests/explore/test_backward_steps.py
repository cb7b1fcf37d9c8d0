"""The slopes of the walk are those of torch, and a wrong guess is told what it leaves out."""

from itertools import product

import pytest
import torch

from dlbook.explore.backward_steps import GRAPHS, judge, total, walk

VALUES = [-2.0, -0.5, 0.0, 1.5, 2.0]


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize(("w", "x"), [*product(VALUES, repeat=2)])
def test_values_and_slopes_of_every_node_are_those_of_torch(graph, w, x):
    nodes = {name: torch.tensor(value, requires_grad=True) for name, value in (("w", w), ("x", x))}
    for name, (operation, left, right) in GRAPHS[graph].items():
        a, b = nodes[left], nodes.get(right)
        nodes[name] = torch.relu(a) if b is None else a + b if operation == "+" else a * b
        nodes[name].retain_grad()
    nodes["y"].backward()
    values, arrivals = walk(graph, w, x)
    assert values == pytest.approx({name: node.item() for name, node in nodes.items()})
    slopes = {name: total(parts) for name, parts in arrivals.items()}
    assert slopes == pytest.approx({name: node.grad.item() for name, node in nodes.items()})


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_node_comes_after_all_that_it_hears_from(graph):
    _values, arrivals = walk(graph, 1.0, 1.0)
    order = list(arrivals)
    for name, parts in arrivals.items():
        consumers = [consumer for consumer, *_ in parts if consumer]
        assert all(order.index(consumer) < order.index(name) for consumer in consumers)


MEET = [("q", 1.0, 1.0), ("p", 3.0, 2.0), ("p", 3.0, 2.0)]  # 1 + 6 + 6
ODD = [("q", 1.0, 1.0), ("p", 3.0, 2.5)]  # 1 + 7.5
VERDICTS = [
    (MEET, 13, "right"),
    (MEET, 1, "too low: two arrows from p are missing"),
    (MEET, 12, "too low: the arrow from q is missing"),
    (MEET, 6, "too low: the arrow from q and the arrow from p are missing"),
    (ODD, 4, "too low: local slopes alone, not yet times what the consumer has"),
    (MEET, -13, "too low: the sign is turned"),
    (MEET, 20, "too high: each arrow, from q, p and p, brings local slope · slope"),
    ([("a", 2.0, -3.0)], 0, "too high: the arrow from a brings local slope · slope"),
    ([("a", 0.0, 4.0)], 0, "right"),
]


@pytest.mark.parametrize(("parts", "guess", "said"), VERDICTS)
def test_a_guess_is_judged_by_the_arrows_that_it_counts(parts, guess, said):
    assert judge(parts, guess) == said
