import copy
import gc
import pickle
import threading
import tracemalloc
import weakref
from functools import reduce

import numpy as np
import pytest

from dlbook.graph import toposort
from dlbook.tensor import Tensor, no_grad, record


def test_gradients_add_up_over_backward_calls():
    x = Tensor([1.0, 2.0], requires_grad=True)
    for _ in range(3):
        (x * x).sum().backward()
    np.testing.assert_array_equal(x.grad, 3 * 2 * x.data)


def test_the_gradient_of_a_number_is_an_array():
    x = Tensor(3.0, requires_grad=True)
    for _ in range(2):
        (x * x).backward()
    assert isinstance(x.grad, np.ndarray) and x.grad.shape == () and x.grad == 12


def test_only_leaves_and_those_asked_for_keep_a_gradient():
    x = Tensor([1.0, 2.0], requires_grad=True)
    kept, passed = x * 2, x * 3
    kept.retain_grad()
    (kept + passed).sum().backward()
    np.testing.assert_array_equal(kept.grad, [1, 1])
    np.testing.assert_array_equal(x.grad, [5, 5])
    assert passed.grad is None
    kept.grad *= 7
    np.testing.assert_array_equal(x.grad, [5, 5])


@pytest.mark.parametrize(
    "f",
    [
        lambda a, b: a + b,
        lambda a, b: a.reshape(1, 2) + b.reshape(1, 2),
        lambda a, b: a.sum() + b.sum(),
    ],
)
def test_each_gradient_is_an_array_of_its_own(f):
    a, b = (Tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    f(a, b).backward(np.ones(f(a, b).shape))
    before = b.grad.copy()
    a.grad *= 7
    np.testing.assert_array_equal(b.grad, before)


def test_the_gradient_that_is_passed_in_stays_the_callers():
    x, start = Tensor([1.0, 2.0], requires_grad=True), np.ones(2, np.float32)
    x.backward(start)
    x.grad *= 7
    np.testing.assert_array_equal(start, [1, 1])


def one_array_twice(a, b):
    both = np.ones(2, np.float32)
    return record(a.data + b.data, (a, b), lambda g: (both, both))


KEPT = np.ones(2, np.float32)
OWN_RULES = {  # what a rule of one's own may return: for backward it is always a new array
    "one array twice": one_array_twice,
    "what came in": lambda a, b: record(a.data + b.data, (a, b), lambda g: (g, g)),
    "the data of the parents": lambda a, b: record(
        a.data * b.data, (a, b), lambda g: (b.data, a.data)
    ),
    "views of one array": lambda a, b: record(
        a.data + b.data, (a, b), lambda g: (KEPT[:], KEPT[::-1])
    ),
    "an array that it keeps": lambda a, b: record(a.data + b.data, (a, b), lambda g: (KEPT, None)),
    "that, further up": lambda a, b: record(a.data * 1, (a * 1 + b,), lambda g: (KEPT,)),
    "a list": lambda a, b: record(a.data + b.data, (a, b), lambda g: ([1, 1], [1, 1])),
}


@pytest.mark.parametrize("name", OWN_RULES)
def test_gradients_share_no_memory_with_what_a_rule_holds(name):
    a, b = (Tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    out = OWN_RULES[name](a, b)
    out.retain_grad()
    start = np.ones(2, np.float32)
    out.backward(start)
    own = [x.grad for x in (a, b, out) if x.grad is not None]
    others = [a.data, b.data, out.data, start, KEPT]
    for i, grad in enumerate(own):
        assert not any(np.shares_memory(grad, other) for other in own[:i] + others)


def test_a_rule_may_use_the_array_that_it_returned_again():
    room, x = np.empty(2, np.float32), Tensor([1.0, 2.0], requires_grad=True)

    def doubled(y):
        return record(2 * y.data, (y,), lambda g: (np.multiply(g, 2, out=room),))

    y = x * 1
    (doubled(y * 5) * 7 + doubled(y)).sum().backward()
    np.testing.assert_array_equal(x.grad, [72, 72])


@pytest.mark.parametrize("wrong", [0, [1.0], np.ones((3, 2)), "a", ["a", "b"], [1j, 2j], [None]])
def test_backward_adds_to_no_grad_that_does_not_fit(wrong):
    x = Tensor([1.0, 2.0], requires_grad=True)
    x.grad = wrong
    with pytest.raises(ValueError, match=r"needs a grad of shape \(2,\).*, got .*; write x"):
        (x * x).sum().backward()


LONG = 100_000  # nodes, far more than Python's or C's stack has frames


def chain():
    x = y = Tensor(1.0, requires_grad=True)
    for _ in range(LONG):
        y = passed_on(y)
    return x, y


def passed_on(x):
    return record(x.data, (x,), lambda g: (g + 0 * x.data,))  # it holds on to the node before


def test_backward_walks_a_chain_of_any_length():
    x, y = chain()
    y.backward()
    assert x.grad == 1


def test_a_long_chain_that_was_never_walked_is_freed():
    _x, y = chain()
    end = weakref.ref(y)
    del y
    assert end() is None


def test_each_node_comes_once_and_after_all_of_its_consumers(rng):
    nodes = [Tensor(1.0, requires_grad=True)]
    for _ in range(200):
        a, b = rng.integers(len(nodes), size=2)
        nodes.append(nodes[a] * nodes[b])
    order = list(toposort(nodes[-1].place))
    rank = {id(place): i for i, place in enumerate(order)}
    assert order[0] is nodes[-1].place and len(rank) == len(order)
    assert all(rank[id(place)] < rank[id(p)] for place in order for p in place.parents)


def test_memory_is_freed_without_the_garbage_collector():
    gc.disable()
    try:
        x = Tensor([1.0], requires_grad=True)
        for walk in (False, True):
            middle = x.exp()
            loss = ((middle * x) @ x[:, None]).sum()
            alive = [weakref.ref(middle), weakref.ref(loss)]
            if walk:
                loss.backward()
                del middle
                assert alive[0]() is None  # freed on the way, while the loss is still there
            middle = loss = None
            assert [ref() for ref in alive] == [None, None]
    finally:
        gc.enable()


def test_memory_falls_on_the_way_back():
    size = 2**20
    x = Tensor(np.ones(size // 8), requires_grad=True)
    tracemalloc.start()
    try:
        loss = reduce(lambda y, _: y.tanh(), range(20), x).sum()
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        loss.backward()
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 20 * size < before and peak - before < 2.5 * size and after < 1.5 * size


def test_each_rule_runs_once():
    calls = []

    def counted(x):
        return record(x.data, (x,), lambda g: calls.append(1) or (g,))

    x = Tensor(1.0, requires_grad=True)
    y = counted(x)
    for _ in range(20):
        y = y + y
    y.backward()
    assert calls == [1] and x.grad == 2**20


def test_a_rule_may_return_none():
    def ignores_b(a, b):
        return record(a.data * b.data, (a, b), lambda g: (g * b.data, None))

    a, b = (Tensor(2.0, requires_grad=True) for _ in range(2))
    ignores_b(a, b * b).backward()
    assert a.grad == 4 and b.grad is None


def test_no_grad_records_nothing_in_its_own_thread():
    x = Tensor([1.0], requires_grad=True)
    seen = []
    with no_grad():
        seen.append((x * 2).requires_grad)
        other = threading.Thread(target=lambda: seen.append((x * 2).requires_grad))
        other.start()
        other.join()
    assert [*seen, (x * 2).requires_grad] == [False, True, True]


def test_what_needs_no_gradient_is_not_recorded():
    x = Tensor([1.0])
    assert (x * 2).is_leaf and not (x * 2).requires_grad
    assert Tensor([1.0], requires_grad=True).exp().detach().is_leaf


def _result():
    return Tensor(1.0, requires_grad=True) * 2


def _twice():
    y = Tensor(1.0, requires_grad=True).exp()
    y.backward()
    y.backward()


def _pull_that_returns(parts):
    x, b = Tensor(np.ones((2, 3)), requires_grad=True), Tensor(np.ones(3), requires_grad=True)
    record(x.data + b.data, (x, b), lambda g: parts(g)).backward(np.ones((2, 3)))


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        (lambda: Tensor([1.0, 2.0], requires_grad=True).backward(), RuntimeError, "single number"),
        (lambda: Tensor(1.0).backward(), RuntimeError, "requires_grad=True"),
        (lambda: Tensor([1.0], requires_grad=True).backward([1, 2]), ValueError, r"\(1,\).*\(2,\)"),
        (_twice, RuntimeError, "compute the loss again"),
        (lambda: copy.copy(_result()), RuntimeError, r"x\.detach\(\)"),
        (lambda: copy.deepcopy(_result()), RuntimeError, r"x\.detach\(\)"),
        (lambda: pickle.dumps(_result()), RuntimeError, r"x\.detach\(\)"),
        (lambda: setattr(_result(), "requires_grad", False), RuntimeError, r"x\.detach\(\)"),
        (lambda: setattr(Tensor(1.0), "requires_grad", "no"), RuntimeError, "True or False"),
        (lambda: setattr(Tensor(np.arange(2)), "requires_grad", True), RuntimeError, "int64"),
        (lambda: _pull_that_returns(lambda g: (g, g)), ValueError, r"pull_that.*\(3,\).*\(2, 3\)"),
        (lambda: _pull_that_returns(lambda g: (g, g)), ValueError, "dlbook.tensor.unbroadcast"),
        (lambda: _pull_that_returns(lambda g: (g,)), ValueError, "tuple of 2.*got 1"),
        (lambda: _pull_that_returns(lambda g: (g, g.sort())), ValueError, "read-only"),
        (lambda: _pull_that_returns(lambda g: g), ValueError, r"ndarray.*\(g,\)"),
        (lambda: _pull_that_returns(lambda g: (g * 1j, None)), ValueError, "real numbers, got c"),
        (lambda: _pull_that_returns(lambda g: ("a", None)), ValueError, "real numbers, got <U1"),
    ],
)
def test_messages_say_what_is_needed(wrong, error, says):
    with pytest.raises(error, match=says):
        wrong()
