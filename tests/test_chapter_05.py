"""What chapter 05 claims about backpropagation, held for three seeds each."""

from timeit import repeat

import numpy as np
import pytest
import torch

from dlbook import Tensor, data, functional as F, nn, optim, train

pytestmark = pytest.mark.parametrize("rng", [0, 1, 2], indirect=True)


@pytest.fixture
def examples(rng):
    images, labels = data.load_digits()
    rows = rng.permutation(len(images))[:100]
    return images[rows].reshape(100, 64).astype(np.float64), labels[rows]


@pytest.fixture
def network(rng):
    layers = nn.Linear(64, 16, rng=rng), nn.ReLU(), nn.Linear(16, 10, rng=rng)
    return nn.Sequential(*layers).double()


def loss_of(model, examples):
    x, y = examples
    return F.cross_entropy(model(Tensor(x)), y)


def all_slopes(model, examples):
    model.zero_grad()
    loss_of(model, examples).backward()
    return np.concatenate([p.grad.ravel() for p in model.parameters()])


def all_nudges(model, loss, h=1e-6):
    """Return central differences of `loss()` for every parameter of the model."""
    found = []
    for parameter in model.parameters():
        for index, value in np.ndenumerate(parameter.data.copy()):
            parameter.data[index] = value + h
            above = loss()
            parameter.data[index] = value - h
            found.append((above - loss()) / (2 * h))
            parameter.data[index] = value
    return np.array(found)


def counted(function, calls):
    def counting():
        calls.append(1)
        return function()

    return counting


def test_slopes_add_where_paths_meet(rng):
    w, x = rng.uniform(1, 2, size=2)
    weight = Tensor(np.array(w), requires_grad=True)
    a = weight * x
    (a * a + F.relu(a)).backward()
    np.testing.assert_allclose(weight.grad, 2 * w * x * x + x, rtol=1e-12)


def test_one_product_of_x_and_g_has_the_shape_of_the_weight(rng):
    x, W, b = (rng.normal(size=shape) for shape in ((5, 4), (4, 3), (3,)))
    tensors = [Tensor(array, requires_grad=True) for array in (x, W, b)]
    g = rng.normal(size=(5, 3))
    (tensors[0] @ tensors[1] + tensors[2]).backward(g)
    for tensor, expected in zip(tensors, (g @ W.T, x.T @ g, g.sum(axis=0)), strict=True):
        np.testing.assert_allclose(tensor.grad, expected, rtol=1e-12)


def test_backward_changes_no_bit_of_a_parameter_and_fills_every_grad(network, examples):
    before = {name: array.tobytes() for name, array in network.state_dict().items()}
    loss_of(network, examples).backward()
    assert {name: array.tobytes() for name, array in network.state_dict().items()} == before
    assert all(parameter.grad.any() for parameter in network.parameters())


def test_the_optimiser_changes_the_update_and_not_the_gradient(network, examples):
    before, slopes, updates = network.state_dict(), [], []
    for kind in (optim.SGD, optim.Adam):
        network.load_state_dict(before)
        slopes.append(all_slopes(network, examples))
        kind(network.parameters(), lr=0.01).step()
        updates.append(network[0].weight.data - before["0.weight"])
    np.testing.assert_array_equal(*slopes)
    assert np.abs(updates[0] - updates[1]).max() > 1e-3


def test_one_pass_gives_what_two_runs_for_each_parameter_give(network, examples):
    calls = []
    nudged = all_nudges(network, counted(lambda: loss_of(network, examples).item(), calls))
    assert nudged.size == 1210 and len(calls) == 2 * 1210
    assert np.abs(nudged - all_slopes(network, examples)).max() < 1e-8


def test_nudging_takes_more_than_50_times_as_long_as_backward(network, examples):
    names = globals() | {"network": network, "examples": examples}
    gradient = min(repeat("all_slopes(network, examples)", globals=names, number=10)) / 10
    forward = min(repeat("loss_of(network, examples).item()", globals=names, number=10)) / 10
    nudges = "all_nudges(network, lambda: loss_of(network, examples).item())"
    assert repeat(nudges, globals=names, number=1, repeat=1)[0] > 50 * gradient
    assert gradient < 10 * forward


def gradients_by_hand(x, y, W1, b1, W2, b2):
    z1 = x @ W1 + b1
    a1 = np.maximum(z1, 0)
    powers = np.exp(a1 @ W2 + b2)
    dlogits = (powers / powers.sum(axis=1, keepdims=True) - np.eye(10)[y]) / len(x)
    dz1 = dlogits @ W2.T * (z1 > 0)
    return x.T @ dz1, dz1.sum(axis=0), a1.T @ dlogits, dlogits.sum(axis=0)


def gradients_by_torch(x, y, *tensors):
    W1, b1, W2, b2 = tensors
    logits = torch.relu(x @ W1 + b1) @ W2 + b2
    return torch.autograd.grad(torch.nn.functional.cross_entropy(logits, y), tensors)


@pytest.mark.notebook
def test_gradients_by_hand_are_those_of_torch_for_200_steps(rng, examples):
    ours = [0.1 * rng.normal(size=shape) for shape in ((64, 16), (16,), (16, 10), (10,))]
    theirs = [torch.tensor(array, requires_grad=True) for array in ours]
    twins = [torch.tensor(array) for array in examples]
    for _ in range(200):
        grads, expected = gradients_by_hand(*examples, *ours), gradients_by_torch(*twins, *theirs)
        with torch.no_grad():
            for array, g, tensor, t in zip(ours, grads, theirs, expected, strict=True):
                assert np.abs(g - t.numpy()).max() < 1e-10
                array -= 0.5 * g
                tensor -= 0.5 * t
    for array, tensor in zip(ours, theirs, strict=True):
        assert np.abs(array - tensor.detach().numpy()).max() < 1e-10


def test_a_second_pass_finds_the_same_and_a_pass_after_an_update_does_not(network, examples):
    first, second = (all_slopes(network, examples) for _ in range(2))
    assert np.abs(second - first).max() < 1e-12
    optim.SGD(network.parameters(), lr=0.5).step()
    assert np.abs(all_slopes(network, examples) - first).max() > 1e-3


@pytest.mark.notebook
def test_the_last_layer_alone_learns_on_top_of_learned_layers_and_else_falls_far_short(rng):
    points, arm = data.spiral(300, rng, turns=1.5)
    linears = [nn.Linear(a, b, rng=rng) for a, b in [(2, 16), (16, 16), (16, 2)]]
    model = nn.Sequential(linears[0], nn.ReLU(), linears[1], nn.ReLU(), linears[2])
    start, hits = model.state_dict(), []
    for learners in (linears[2], model, linears[2]):
        if len(hits) < 2:
            model.load_state_dict(start)
        else:
            linears[2].load_state_dict(nn.Linear(16, 2, rng=rng).state_dict())
        optimizer = optim.Adam(learners.parameters(), lr=0.01)
        for _ in range(300):
            model.zero_grad()
            F.cross_entropy(model(Tensor(points)), arm).backward()
            optimizer.step()
        hits.append(train.accuracy(model, points, arm))
    assert hits[0] < 0.75 and hits[1] > 0.95 and hits[2] > 0.95


def deep(activation, fill, rng):
    modules = []
    for a, b in [(64, 32), *[(32, 32)] * 8, (32, 10)]:
        linear = nn.Linear(a, b, rng=rng)
        fill(linear.weight, rng=rng)
        modules += [linear, activation()]
    return nn.Sequential(*modules[:-1])


DEPTH = [
    (nn.Sigmoid, nn.xavier_normal_, (1e-7, 1e-4), False),
    (nn.Tanh, nn.xavier_normal_, (0.1, 10), True),
    (nn.ReLU, nn.kaiming_normal_, (0.1, 10), True),
]


@pytest.mark.notebook
@pytest.mark.parametrize(("activation", "fill", "ratio", "learns"), DEPTH)
def test_ten_layers_keep_their_gradient_and_learn_or_neither(
    activation, fill, ratio, learns, rng, examples
):
    model = deep(activation, fill, rng)
    x, y = examples[0].astype(np.float32), examples[1]
    loss_of(model, (x, y)).backward()
    norms = [np.linalg.norm(p.grad) for p in model.parameters() if p.ndim == 2]
    assert ratio[0] < norms[0] / norms[-1] < ratio[1]
    optimizer = optim.SGD(model.parameters(), lr=0.02)
    for _ in range(200):
        optimizer.zero_grad()
        loss = loss_of(model, (x, y))
        loss.backward()
        optimizer.step()
    assert (loss.item() < 2) == learns
