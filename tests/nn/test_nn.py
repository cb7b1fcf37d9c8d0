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


FIRST_VALUES = [
    ("kaiming_normal_", {}),
    ("kaiming_uniform_", {"a": 5**0.5}),
    ("kaiming_normal_", {"a": 0.3, "mode": "fan_out"}),
    ("xavier_normal_", {}),
    ("xavier_uniform_", {"gain": 2.0}),
    ("normal_", {"mean": 3.0, "std": 2.0}),
    ("uniform_", {"a": -1.0, "b": 3.0}),
]


@pytest.mark.parametrize(("name", "options"), FIRST_VALUES)
@pytest.mark.parametrize("shape", [(200, 100), (40, 20, 3, 3)])
def test_first_values_are_spread_as_in_torch(name, options, shape, rng):
    ours, theirs = Tensor(np.zeros(shape)), torch.zeros(shape)
    getattr(nn.init, name)(ours, rng=rng, **options)
    getattr(torch.nn.init, name)(theirs, generator=torch.Generator().manual_seed(0), **options)
    spread = ours.data.std()
    np.testing.assert_allclose(spread, theirs.std(), rtol=0.05)
    np.testing.assert_allclose(ours.data.mean(), theirs.mean(), atol=0.05 * spread)
    if "uniform" in name:
        np.testing.assert_allclose(ours.data.max(), theirs.max(), rtol=0.01)


def test_first_values_need_a_weight_and_a_known_mode(rng):
    with pytest.raises(ValueError, match=r"\(out, in, ...\), got \(3,\)"):
        nn.init.xavier_normal_(Tensor(np.zeros(3)), rng=rng)
    with pytest.raises(ValueError, match=r"fan_out.*got 'out'"):
        nn.init.kaiming_normal_(Tensor(np.zeros((3, 3))), mode="out", rng=rng)


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


def test_a_loaded_model_and_the_arrays_it_was_given_go_their_own_ways(rng):
    model = nn.Sequential(nn.Linear(3, 3, rng=rng), nn.BatchNorm1d(3))
    given = {name: array + 1 for name, array in model.state_dict().items()}
    model.load_state_dict(given)
    loaded = model.state_dict()
    for array in given.values():
        array += 1
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, loaded[name])
    before = {name: array.copy() for name, array in given.items()}
    for tensor in (*model.parameters(), *model.buffers()):
        tensor.data += 5
    for name, array in given.items():
        np.testing.assert_array_equal(array, before[name])


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


# ---- layers of images ----

IMAGES, SEQUENCES = (2, 4, 6, 7), (2, 4, 9)
# name: (positional arguments, options, shape of the input)
LAYERS = {
    "Conv2d": ((4, 6, 3), {}, IMAGES),
    "Conv2d with all": ((4, 6, (3, 2), (2, 1), (1, 0), (1, 2), 2, False), {}, IMAGES),
    "Conv2d same": ((4, 6, 3, 1, "same"), {}, IMAGES),
    "Conv1d": ((4, 6, 3, 2, 1, 2, 2), {}, SEQUENCES),
    "MaxPool2d": ((3, 2, 1), {}, IMAGES),
    "MaxPool2d ceiled": ((2,), {"ceil_mode": True}, IMAGES),
    "MaxPool1d": ((2,), {}, SEQUENCES),
    "AvgPool2d": ((2, None, 1), {"count_include_pad": False}, IMAGES),
    "AvgPool1d": ((3,), {}, SEQUENCES),
    "AdaptiveAvgPool2d": (((1, None),), {}, IMAGES),
    "AdaptiveAvgPool1d": ((4,), {}, SEQUENCES),
    "BatchNorm2d": ((4,), {}, IMAGES),
    "BatchNorm2d of all batches": ((4, 1e-3, None), {}, IMAGES),
    "BatchNorm2d without a memory": ((4, 1e-5, 0.1, False, False), {}, IMAGES),
    "BatchNorm1d": ((4, 1e-5, 0.3), {}, SEQUENCES),
    "BatchNorm1d of features": ((4,), {}, (5, 4)),
    "LayerNorm": ((7,), {}, IMAGES),
    "LayerNorm of two axes": (((6, 7),), {}, IMAGES),
    "LayerNorm without bias": ((7,), {"bias": False}, IMAGES),
    "LeakyReLU": ((0.2,), {}, IMAGES),
    "GELU": ((), {}, IMAGES),
    "Softmax": ((1,), {}, IMAGES),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_does_in_training_and_evaluation_what_torch_does(name, rng):
    positional, options, shape = LAYERS[name]
    kind = name.split()[0]
    seed = {"rng": rng} if kind.startswith("Conv") else {}
    ours = getattr(nn, kind)(*positional, **options, **seed).double()
    theirs = getattr(torch.nn, kind)(*positional, **options).double()
    state, expected = ours.state_dict(), theirs.state_dict()
    assert {n: (a.shape, a.dtype) for n, a in state.items()} == {
        n: (tuple(a.shape), a.numpy().dtype) for n, a in expected.items()
    }
    assert list(state) == list(expected)
    assert dict(ours.named_buffers()).keys() == dict(theirs.named_buffers()).keys()
    theirs.load_state_dict({n: torch.tensor(a) for n, a in state.items()})
    for mode in (True, True, False):
        x = rng.normal(size=shape)
        ours.train(mode), theirs.train(mode)
        out, right = ours(Tensor(x, requires_grad=True)), theirs(torch.tensor(x))
        np.testing.assert_allclose(out.data, right.detach(), rtol=1e-9, atol=1e-9)
    for name, array in ours.state_dict().items():
        np.testing.assert_allclose(array, theirs.state_dict()[name], rtol=1e-9)
    if kind in ("Conv2d", "Conv1d", "LeakyReLU", "Softmax", "AvgPool2d", "AdaptiveAvgPool2d"):
        assert repr(ours) == repr(theirs)


def test_a_convolution_starts_as_in_torch(rng):
    layer, bound = nn.Conv2d(20, 60, 5, groups=2, rng=rng), 250**-0.5
    for p in layer.parameters():
        assert p.dtype == np.float32 and 0.9 * bound < np.abs(p.data).max() <= bound


def test_embedding_is_a_table_of_normal_vectors(rng):
    layer = nn.Embedding(200, 50, rng=rng)
    assert layer(np.array([[3, 3], [0, 1]])).shape == (2, 2, 50)
    np.testing.assert_allclose(layer.weight.data.std(), 1, rtol=0.05)
    assert repr(layer) == repr(torch.nn.Embedding(200, 50))


def test_dropout_acts_in_training_alone(rng):
    layer, x = nn.Dropout(0.4, rng=rng), Tensor(np.ones((30, 30)))
    assert 0 < (layer(x).data == 0).mean() < 1
    assert layer.eval()(x) is x
    assert repr(layer) == "Dropout(p=0.4)"


@pytest.mark.parametrize("name", ["MSELoss", "CrossEntropyLoss", "NLLLoss", "BCEWithLogitsLoss"])
def test_losses_are_layers_too(name, rng):
    x, classes = rng.normal(size=(3, 4)), np.array([1, 0, 3])
    target = classes if name in ("CrossEntropyLoss", "NLLLoss") else rng.uniform(size=(3, 4))
    expected = getattr(torch.nn, name)()(torch.tensor(x), torch.tensor(target))
    np.testing.assert_allclose(getattr(nn, name)()(Tensor(x), target).data, expected, rtol=1e-12)


def test_buffers_are_saved_and_come_back_but_are_not_learned():
    layer = nn.BatchNorm2d(3)
    layer(Tensor(np.random.default_rng(0).normal(5, 2, size=(2, 3, 4, 4))))
    saved = layer.state_dict()
    assert saved["num_batches_tracked"] == 1 and (saved["running_mean"] > 0).all()
    fresh = nn.Sequential(nn.BatchNorm2d(3))
    fresh.load_state_dict({f"0.{name}": array for name, array in saved.items()})
    for name, buffer in fresh.named_buffers():
        np.testing.assert_array_equal(buffer.data, saved[name.removeprefix("0.")])
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]
    assert not any(buffer.requires_grad for buffer in layer.buffers())


@pytest.mark.parametrize("levels", [0, 1, 3])
def test_a_module_that_would_hold_itself_is_refused_and_stays_as_it_was(levels, rng):
    inner = outer = nn.Sequential(nn.Linear(2, 2, rng=rng))
    for _ in range(levels):
        outer = nn.Sequential(outer)
    for name in ("parent", "0"):
        with pytest.raises(ValueError, match=f"got itself in '{name}'; pass"):
            setattr(inner, name, outer)
    assert list(inner.state_dict()) == ["0.weight", "0.bias"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda rng: nn.Conv2d(3, 4, 3, groups=2, rng=rng), r"got 2 for \(3, 4\)"),
        (lambda rng: nn.Conv2d(3, 4, 0, rng=rng), "kernel_size.*got 0"),
        (lambda rng: nn.BatchNorm2d(3)(Tensor(np.ones((2, 3)))), r"4 axes, got shape \(2, 3\)"),
        (lambda rng: nn.BatchNorm1d(3)(Tensor(np.ones((2, 3, 4, 4)))), "2 or 3 axes"),
        (lambda rng: nn.BatchNorm2d(3)(Tensor(np.ones((2, 4, 2, 2)))), "num_features"),
        (lambda rng: nn.Dropout(-0.1, rng=rng), "p needs to be 0 or more, got -0.1"),
    ],
)
def test_layers_say_what_is_needed(wrong, says, rng):
    with pytest.raises(ValueError, match=says):
        wrong(rng)
