import numpy as np
import pytest
import torch

from dlbook import nn
from dlbook.gradcheck import gradcheck
from dlbook.tensor import Tensor


def network(rng):
    return nn.Sequential(
        nn.Flatten(), nn.Linear(4, 3, rng=rng), nn.ReLU(), nn.Linear(3, 2, bias=False, rng=rng)
    )


def twin():
    layers = torch.nn
    return layers.Sequential(
        layers.Flatten(), layers.Linear(4, 3), layers.ReLU(), layers.Linear(3, 2, bias=False)
    )


def test_names_and_shapes_are_those_of_torch(rng):
    ours, theirs = network(rng), twin()
    expected = {name: tuple(p.shape) for name, p in theirs.named_parameters()}
    assert {name: p.shape for name, p in ours.named_parameters()} == expected
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert [name for name, _ in ours.named_modules()] == [n for n, _ in theirs.named_modules()]


def test_modules_look_as_in_torch(rng):
    inside = nn.Sequential(nn.ReLU(), nn.Linear(3, 2, bias=False, rng=rng))
    ours = nn.Sequential(nn.Linear(4, 3, rng=rng), inside)
    layers = torch.nn
    beside = layers.Sequential(layers.ReLU(), layers.Linear(3, 2, bias=False))
    assert repr(ours) == repr(layers.Sequential(layers.Linear(4, 3), beside))


@pytest.mark.parametrize("layer", ["ReLU", "Sigmoid", "Tanh", "Flatten"])
def test_layers_without_parameters_agree_with_torch(layer, rng):
    x = rng.normal(size=(3, 2, 4))
    expected = getattr(torch.nn, layer)()(torch.tensor(x))
    np.testing.assert_allclose(getattr(nn, layer)()(Tensor(x)).data, expected, rtol=1e-9)
    assert gradcheck(getattr(nn, layer)(), x)


def test_a_network_computes_what_its_twin_does(rng):
    ours, theirs = network(rng).double(), twin().double()
    theirs.load_state_dict({n: torch.tensor(p) for n, p in ours.state_dict().items()})
    x = rng.normal(size=(5, 2, 2))
    np.testing.assert_allclose(
        ours(Tensor(x)).data, theirs(torch.tensor(x)).detach(), rtol=1e-9, atol=1e-12
    )


def test_linear_starts_as_in_torch(rng):
    layer, bound = nn.Linear(100, 200, rng=rng), 100**-0.5
    for p in layer.parameters():
        assert p.dtype == np.float32
        assert 0.97 * bound < np.abs(p.data).max() <= bound
    np.testing.assert_allclose(layer.weight.data.std(), bound / 3**0.5, rtol=0.02)


@pytest.mark.parametrize("name", ["kaiming_normal_", "xavier_normal_"])
@pytest.mark.parametrize("shape", [(200, 100), (40, 20, 3, 3)])
def test_initial_spread_is_that_of_torch(name, shape, rng):
    ours, theirs = Tensor(np.zeros(shape)), torch.zeros(shape)
    getattr(nn, name)(ours, rng=rng)
    getattr(torch.nn.init, name)(theirs, generator=torch.Generator().manual_seed(0))
    np.testing.assert_allclose(ours.data.std(), theirs.std(), rtol=0.05)


def test_the_same_seed_gives_the_same_network():
    first, second = (network(np.random.default_rng(3)).state_dict() for _ in range(2))
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])


def test_a_shared_parameter_is_counted_once(rng):
    layer = nn.Linear(3, 3, rng=rng)
    assert len(list(nn.Sequential(layer, nn.Tanh(), layer).parameters())) == 2


def test_modules_nest_and_can_be_written_by_hand(rng):
    class Residual(nn.Module):
        def __init__(self, features):
            self.inside = nn.Linear(features, features, rng=rng)
            self.scale = nn.Parameter(np.ones(features))

        def forward(self, input):
            return input + self.inside(input) * self.scale

    model = nn.Sequential(Residual(3), Residual(3))
    expected = ["0.scale", "0.inside.weight", "0.inside.bias"]
    assert [name for name, _ in model.named_parameters()][:3] == expected
    assert model(Tensor(np.ones((2, 3)))).shape == (2, 3)
    assert len(model) == 2 and model[1] is list(model.children())[1]


def test_state_is_a_copy_and_comes_back(rng):
    model = network(rng)
    saved = model.state_dict()
    for p in model.parameters():
        p.data += 1
    assert any((saved[n] != p.data).all() for n, p in model.named_parameters())
    model.load_state_dict(saved)
    for name, p in model.named_parameters():
        np.testing.assert_array_equal(p.data, saved[name])


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda state: state.pop("1.bias"), KeyError, r"missing.*|1.bias"),
        (lambda state: state.update(extra=1), KeyError, "extra"),
        (
            lambda state: state.update({"3.weight": np.ones((3, 2))}),
            ValueError,
            r"\(2, 3\).*\(3, 2",
        ),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, error, says, rng):
    model = network(rng)
    before, state = model.state_dict(), {n: p + 1 for n, p in model.state_dict().items()}
    change(state)
    with pytest.raises(error, match=says):
        model.load_state_dict(state)
    for name, p in model.named_parameters():
        np.testing.assert_array_equal(p.data, before[name])


def test_modes_and_gradients_reach_every_module(rng):
    model = network(rng)
    model(Tensor(np.ones((1, 4)))).sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())
    assert not any(m.training for m in model.eval().modules())
    assert all(m.training for m in model.train().modules())


def test_a_module_without_forward_says_so():
    with pytest.raises(NotImplementedError, match="forward"):
        nn.Module()(1)
