import numpy as np
import pytest
import torch

from dlbook import functional
from dlbook.gradcheck import gradcheck
from dlbook.tensor import Tensor

CLASSES = np.array([0, 3, 1, 1, 2])
ANSWERS = np.array([[0, 1, 1], [0.25, 0, 1]])

# name: (its arguments after the tensors, shapes of the tensors)
LAWS = {
    "relu": ((), (3, 4)),
    "sigmoid": ((), (3, 4)),
    "tanh": ((), (3, 4)),
    "leaky_relu": ((), (3, 4)),
    "leaky_relu with another slope": ((0.3,), (3, 4)),
    "gelu": ((), (3, 4)),
    "softmax": ((1,), (3, 4)),
    "softmax along the first of three axes": ((0,), (3, 4, 2)),
    "log_softmax": ((-1,), (3, 4)),
    "linear": ((), (5, 3), (4, 3), (4,)),
    "linear without bias": ((), (5, 3), (4, 3)),
    "linear on three axes": ((), (2, 5, 3), (4, 3), (4,)),
    "linear on one axis": ((), (3,), (4, 3), (4,)),
    "mse_loss": ((), (3, 4), (3, 4)),
    "binary_cross_entropy_with_logits": ((ANSWERS,), (2, 3)),
    "nll_loss": ((CLASSES,), (5, 4)),
    "cross_entropy": ((CLASSES,), (5, 4)),
}


def law(name, module):
    """Return the function of that name in dlbook or torch, with its further arguments filled in."""
    further = LAWS[name][0]
    if module is not functional:
        further = tuple(torch.tensor(a) if isinstance(a, np.ndarray) else a for a in further)
    return lambda *tensors: getattr(module, name.split()[0])(*tensors, *further)


@pytest.mark.parametrize("name", LAWS)
def test_forward_and_backward_agree_with_torch(name, rng):
    arrays = [rng.normal(size=shape) for shape in LAWS[name][1:]]
    ours = [Tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    out, expected = law(name, functional)(*ours), law(name, torch.nn.functional)(*theirs)
    np.testing.assert_allclose(out.data, expected.detach(), rtol=1e-9, atol=1e-9)
    g = rng.normal(size=out.shape)
    out.backward(g)
    expected.backward(torch.tensor(g))
    for x, y in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(x.grad, y.grad, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", LAWS)
def test_backward_agrees_with_finite_differences(name, rng):
    assert gradcheck(law(name, functional), *(rng.normal(size=s) for s in LAWS[name][1:]))


@pytest.mark.parametrize("name", LAWS)
def test_float32_stays_float32(name, rng):
    arrays = [rng.normal(size=s).astype(np.float32) for s in LAWS[name][1:]]
    tensors = [Tensor(a, requires_grad=True) for a in arrays]
    out = law(name, functional)(*tensors)
    out.sum().backward()
    assert {out.dtype, *(x.grad.dtype for x in tensors)} == {np.dtype(np.float32)}


def test_softmax_is_positive_shares_and_blind_to_a_shift(rng):
    x = rng.normal(size=(3, 4))
    shares = functional.softmax(Tensor(x), 1).data
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(functional.softmax(Tensor(x + 5), 1).data, shares, rtol=1e-12)
    np.testing.assert_allclose(np.exp(functional.log_softmax(Tensor(x), 1).data), shares)


@pytest.mark.parametrize(
    "name",
    [
        "sigmoid",
        "tanh",
        "softmax",
        "log_softmax",
        "cross_entropy",
        "gelu",
        "binary_cross_entropy_with_logits",
    ],
)
def test_huge_inputs_stay_finite(name):
    x = Tensor([[1000.0, -1000.0, 0.0]], requires_grad=True)
    further = {"softmax": (1,), "log_softmax": (1,), "cross_entropy": (np.array([1]),)}
    further["binary_cross_entropy_with_logits"] = (np.array([[0, 1, 1]]),)
    out = getattr(functional, name)(x, *further.get(name, ()))
    out.sum().backward()
    assert np.isfinite(out.data).all() and np.isfinite(x.grad).all()


def test_cross_entropy_of_a_hopeless_score_is_its_distance_to_the_best():
    loss = functional.cross_entropy(Tensor([[1000.0, -1000.0]]), np.array([1]))
    assert loss.item() == 2000


def test_cross_entropy_takes_class_numbers_of_any_integer_kind(rng):
    scores = Tensor(rng.normal(size=(5, 4)))
    losses = {
        functional.cross_entropy(scores, target).item()
        for target in (CLASSES, CLASSES.tolist(), Tensor(CLASSES), CLASSES.astype(np.uint8))
    }
    assert len(losses) == 1


def test_gelu_knows_erf_everywhere():
    x = np.concatenate([np.linspace(-8, 8, 4001), [-1e300, -40, 0, 1e-300, 40, 1e300]])
    expected = torch.nn.functional.gelu(torch.tensor(x))
    np.testing.assert_allclose(functional.gelu(Tensor(x)).data, expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 2)])
def test_embedding_agrees_with_torch(shape, rng):
    table, rows = rng.normal(size=(4, 3)), rng.integers(0, 4, size=shape)
    ours, theirs = Tensor(table, requires_grad=True), torch.tensor(table, requires_grad=True)
    out = functional.embedding(rows, ours)
    expected = torch.nn.functional.embedding(torch.tensor(rows), theirs)
    np.testing.assert_array_equal(out.data, expected.detach())
    g = rng.normal(size=out.shape)
    out.backward(g)
    expected.backward(torch.tensor(g))
    np.testing.assert_allclose(ours.grad, theirs.grad, rtol=1e-12)


@pytest.mark.parametrize("p", [0, 0.2, 0.5, 1])
def test_dropout_keeps_the_mean_and_its_gradient_has_the_same_zeros(p, rng):
    x = Tensor(np.ones(100_000), requires_grad=True)
    out = functional.dropout(x, p, rng=rng)
    out.sum().backward()
    np.testing.assert_array_equal(x.grad, out.data)
    np.testing.assert_allclose((out.data == 0).mean(), p, atol=0.01)
    np.testing.assert_allclose(out.data.mean(), p < 1, atol=0.01)
    assert functional.dropout(x, p, training=False, rng=rng) is x


def test_dropout_of_the_same_seed_is_the_same():
    first, second = (
        functional.dropout(Tensor(np.ones(50)), rng=np.random.default_rng(3)).data for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


def test_the_first_input_costs_no_gradient(rng):
    x, w = Tensor(rng.normal(size=(5, 3))), Tensor(rng.normal(size=(4, 3)), requires_grad=True)
    gradients = functional.linear(x, w).place.pull(np.ones((5, 4)))
    assert gradients[0] is None and gradients[1].shape == w.shape


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        (lambda x: functional.linear(x, Tensor(np.ones((2, 3)))), ValueError, "Flatten"),
        (lambda x: functional.mse_loss(x, np.ones(3)), ValueError, r"\(3, 4\).*\(3,\)"),
        (
            lambda x: functional.binary_cross_entropy_with_logits(x, np.ones(3)),
            ValueError,
            r"\(3, 4\), got \(3,\)",
        ),
        (lambda x: functional.embedding([0.5], x), TypeError, "integers.*float64"),
        (lambda x: functional.embedding([0, 3], x), ValueError, "from 0 to 2, got 0 to 3"),
        (lambda x: functional.embedding([-1], x), ValueError, "-1"),
        (lambda x: functional.dropout(x, 1.5, rng=np.random.default_rng(0)), ValueError, "got 1.5"),
        (lambda x: functional.cross_entropy(x, np.ones((3, 4), int)), ValueError, "one-hot"),
        (lambda x: functional.cross_entropy(x, np.array([0, 1])), ValueError, r"\(2,\)"),
        (lambda x: functional.cross_entropy(x, np.ones(3)), TypeError, "float64"),
        (lambda x: functional.cross_entropy(x, np.array([0, 1, 4])), ValueError, "from 0 to 3"),
        (lambda x: functional.cross_entropy(x, np.array([0, -1, 3])), ValueError, "-1 to 3"),
    ],
)
def test_messages_say_what_is_needed(wrong, error, says):
    with pytest.raises(error, match=says):
        wrong(Tensor(np.zeros((3, 4))))


@pytest.mark.parametrize(
    ("shapes", "dim"), [([(2, 1, 3), (2, 4, 3), (2, 0, 3)], 1), ([(3,)], 0), ([(2, 1), (2, 5)], -1)]
)
def test_cat_agrees_with_torch(shapes, dim, rng):
    arrays = [rng.normal(size=shape) for shape in shapes]
    ours = [Tensor(array, requires_grad=True) for array in arrays]
    theirs = [torch.tensor(array, requires_grad=True) for array in arrays]
    joined, expected = functional.cat(ours, dim), torch.cat(theirs, dim)
    np.testing.assert_array_equal(joined.data, expected.detach())
    g = rng.normal(size=joined.shape)
    joined.backward(g)
    expected.backward(torch.tensor(g))
    for mine, twin in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine.grad, twin.grad)


@pytest.mark.parametrize("shapes", [[], [(2, 3), (3, 3)], [(2,), (2, 2)]])
def test_cat_of_shapes_that_do_not_fit_is_refused(shapes):
    with pytest.raises(ValueError, match="differ along dim 1 alone, got"):
        functional.cat([Tensor(np.zeros(shape)) for shape in shapes], 1)
