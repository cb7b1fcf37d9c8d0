"""Data that are changed in place: `backward` is told, and refuses where its rules need them."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch

from dlbook import functional as F, nn
from dlbook.optim import SGD
from dlbook.tensor import Tensor, no_grad, record


def step(w):
    w.grad = np.ones_like(w.data)
    SGD([w], lr=0.5).step()
    w.grad = None


def plus(w):
    with no_grad():
        w += 1


def put(w):
    with no_grad():
        w[0] = 5


def change_a_view(w):
    with no_grad():
        part = w.reshape(2, 1)[:1]
        part *= 3


def change_what_is_detached(w):
    shared = w.detach()
    shared += 1


def load(w):
    model = nn.Linear(2, 1, bias=False, rng=np.random.default_rng(0))
    model.weight = w
    model.load_state_dict({"weight": w.data + 1})


CHANGES = [step, plus, put, change_a_view, change_what_is_detached]
ones = np.ones(2, np.float32)
NEEDS_W = {  # name: (an expression, whether its rule looks at w again)
    "w * w": (lambda w: w * w, True),
    "w * v": (lambda w: w * Tensor(ones * 2, requires_grad=True), True),
    "w * constant": (lambda w: w * (w.detach() * 0 + 2), False),
    "w + w": (lambda w: w + w, False),
    "1 - w": (lambda w: 1 - w, False),
    "w / 2": (lambda w: w / 2, False),
    "2 / w": (lambda w: 2 / w, True),
    "w ** 2": (lambda w: w**2, True),
    "exp": (lambda w: w.exp(), False),
    "log": (lambda w: w.log(), True),
    "tanh": (lambda w: w.tanh(), False),
    "sqrt": (lambda w: w.sqrt(), False),
    "abs": (lambda w: w.abs(), True),
    "amax": (lambda w: w.amax(), True),
    "clamp": (lambda w: w.clamp(0, 1), True),
    "maximum": (lambda w: w.maximum(w.detach() * 0 + 1.5), True),
    "index": (lambda w: w[[0, 0]], False),
    "reshape": (lambda w: w.reshape(2, 1), False),
    "mean": (lambda w: w.mean(), False),
    "a view of w": (lambda w: w[:1] * w[1:], True),
    "w @ w": (lambda w: w @ w, True),
    "w @ constant": (lambda w: w @ (w.detach() * 0 + 1), False),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", NEEDS_W)
def test_a_change_between_forward_and_backward_is_told_where_it_matters(name, change):
    f, needs_w = NEEDS_W[name]
    w, untouched = (Tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    loss = f(w).sum()
    change(w)
    if needs_w:
        with pytest.raises(RuntimeError, match="changed in place since"):
            loss.backward()
    else:
        loss.backward()
        f(untouched).sum().backward()
        np.testing.assert_allclose(w.grad, untouched.grad, rtol=1e-6)


@pytest.mark.parametrize("name", [name for name in NEEDS_W if name not in ("w * v", "2 / w")])
def test_torch_complains_where_dlbook_does(name):
    f, needs_w = NEEDS_W[name]
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    loss = f(w).sum()
    with torch.no_grad():
        w += 1
    with pytest.raises(RuntimeError, match="inplace") if needs_w else nullcontext():
        loss.backward()


def test_loading_counts_as_a_change():
    w = nn.Parameter([[1.0, 2.0]])
    loss = (w * w).sum()
    load(w)
    with pytest.raises(RuntimeError, match="changed in place since"):
        loss.backward()


def test_a_rule_says_what_it_reads():
    def moved(x, reads):
        return record(x.data + 1, (x,), lambda g: (g,), reads)

    for reads, refused in ((None, True), ((), False)):
        w = Tensor([1.0, 2.0], requires_grad=True)
        loss = moved(w, reads).sum()
        plus(w)
        if refused:
            with pytest.raises(RuntimeError, match="needs the data"):
                loss.backward()
        else:
            loss.backward()


def test_new_data_do_not_reach_into_a_graph():
    w, v = (Tensor([3.0], requires_grad=True) for _ in range(2))
    loss = (w * v).sum()
    v.data = np.array([50.0], np.float32)
    loss.backward()
    assert w.grad == 3


@pytest.mark.parametrize("new", [np.array([5, 7.0]), Tensor([5.0, 7.0]), np.float64(5)])
def test_data_may_be_put_in_as_an_array_a_tensor_or_a_number_of_numpy(new):
    w = Tensor([1.0, 2.0], requires_grad=True)
    w.data = new
    assert isinstance(w.data, np.ndarray) and w.dtype == new.dtype
    (w * w).sum().backward()
    np.testing.assert_array_equal(w.grad, 2 * np.asarray(new))


def test_data_may_be_what_a_step_by_hand_made_of_them():
    theirs = torch.tensor([1.0, 2.0], requires_grad=True)
    ours = Tensor([1.0, 2.0], requires_grad=True)
    for w in (theirs, ours):
        for _ in range(3):
            (w * w).sum().backward()
            w.data = w - 0.1 * w.grad
    np.testing.assert_array_equal(ours.data, theirs.detach())
    assert ours.is_leaf and ours.requires_grad


@pytest.mark.parametrize("wrong", ["a", None, [5, 7], 5.0, np.array(["a"]), np.array([1, 2])])
def test_data_that_are_no_numbers_or_cannot_have_a_gradient_are_refused(wrong):
    w = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(TypeError, match=r"needs .*, got .*; (write|convert)"):
        w.data = wrong
    np.testing.assert_array_equal(w.data, [1, 2])


BAD_VALUES = [(np.int8, 0, 1e60), (np.uint8, 0, np.float64(1e60)), (np.uint8, 0, 300)]
BAD_VALUES += [(np.int64, 0, np.nan), (np.float32, np.array([True, False]), np.ones((2, 2)))]


@pytest.mark.parametrize(("dtype", "place", "value"), BAD_VALUES)
def test_a_value_that_does_not_fit_is_refused_and_changes_nothing(dtype, place, value):
    x = Tensor(np.array([1, 2], dtype))
    with pytest.raises(ValueError, match=r"needs a value for .*, got .*; reshape"):
        x[place] = value
    np.testing.assert_array_equal(x.data, [1, 2])
    assert x.version == 0


def test_a_list_of_rows_may_be_changed_after_it_was_used():
    x, rows, places = Tensor(np.arange(4.0), requires_grad=True), [0, 1], np.array([2, 2])
    loss = x[rows].sum() + x[places].sum()
    rows[0], places[:] = 3, 0
    loss.backward()
    np.testing.assert_array_equal(x.grad, [1, 1, 2, 0])


@pytest.mark.parametrize(
    "use",
    [
        lambda x, a: x * a,
        lambda x, a: a * x,
        lambda x, a: x / a,
        lambda x, a: a / x,
        lambda x, a: x @ a,
        lambda x, a: a @ x,
        lambda x, a: x.maximum(a),
        lambda x, a: x + a - a,
        lambda x, a: x[a > 3],
        lambda x, a: F.mse_loss(x, a),
        lambda x, a: F.binary_cross_entropy_with_logits(x, a),
    ],
)
def test_an_array_beside_a_tensor_may_be_changed_after_it_was_used(use):
    grads = []
    for changes in (False, True):
        x, array = Tensor(np.array([[2.0, 3], [4, 5]]), requires_grad=True), np.eye(2) * 3 + 2
        loss = use(x, array).sum()
        if changes:
            array[...] = 7
        loss.backward()
        grads.append(x.grad)
    np.testing.assert_array_equal(*grads)


@pytest.mark.parametrize(
    "use",
    [
        lambda x, numbers: F.cross_entropy(x, numbers),
        lambda x, numbers: F.nll_loss(x, numbers),
        lambda x, numbers: F.embedding(numbers, x).sum(),
    ],
)
def test_class_and_row_numbers_may_be_changed_after_they_were_used(use):
    x, untouched = (Tensor(np.eye(3), requires_grad=True) for _ in range(2))
    numbers = Tensor(np.array([0, 1, 1]))
    loss = use(x, numbers)
    numbers[0] = 2
    loss.backward()
    use(untouched, np.array([0, 1, 1])).backward()
    np.testing.assert_array_equal(x.grad, untouched.grad)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda w, kept: w.__iadd__(1), "leaf that does"),
        (lambda w, kept: w.__setitem__(0, 1), r"no_grad\(\)"),
        (lambda w, kept: kept.__setitem__(0, w[0]), r"no_grad\(\)"),
        (lambda w, kept: kept.__iadd__(np.ones((2, 2))), r"shape \(2,\).*\(2, 2\)"),
        (lambda w, kept: kept.to(np.int64).__iadd__(0.5), "int64.*float32"),
        (lambda w, kept: Tensor(np.broadcast_to(ones, (2, 2))).__imul__(2), "may be written"),
    ],
)
def test_messages_say_what_is_needed(wrong, says):
    w, kept = Tensor([1.0, 2.0], requires_grad=True), Tensor([1.0, 2.0])
    with pytest.raises((RuntimeError, ValueError), match=says):
        wrong(w, kept)
    assert w.tolist() == kept.tolist() == [1, 2]


def test_a_loop_in_the_style_of_torch_learns():
    w = Tensor([3.0], requires_grad=True)
    for _ in range(100):
        (w * w).sum().backward()
        with no_grad():
            w -= 0.1 * w.grad
        w.grad = None
    assert abs(float(w)) < 1e-6
