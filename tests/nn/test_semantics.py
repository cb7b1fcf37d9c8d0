"""Layers and modules where torch users expect torch: odd inputs, names, tied layers, loading."""

import inspect
import re

import numpy as np
import pytest
import torch

from dlbook import nn
from dlbook.summary import blank
from dlbook.tensor import Tensor
from tests.functional.test_semantics import DIFFERENCES
from tests.semantics import ODD, WORDS, compare

IMAGES, SEQUENCES = (3, 4, 6, 5), (3, 4, 9)
# name: (its arguments, shape of its input, what it is in `functional`)
LAYERS = {
    "ReLU": ((), (3, 4), "relu"),
    "ReLU6": ((), (3, 4), "relu6"),
    "LeakyReLU": ((0.2,), (3, 4), "leaky_relu"),
    "GELU": ((), (3, 4), "gelu"),
    "Sigmoid": ((), (3, 4), "sigmoid"),
    "Tanh": ((), (3, 4), "tanh"),
    "Softmax": ((-1,), (3, 4), "softmax"),
    "Flatten": ((), (2, 2, 3, 3), ""),
    "Dropout": ((0.0,), (3, 4), "dropout"),
    "Linear": ((4, 2), (3, 4), "linear"),
    "Conv2d": ((4, 6, 3, 2, 1, 1, 2), IMAGES, "conv2d"),
    "Conv1d": ((4, 6, 3), SEQUENCES, "conv1d"),
    "MaxPool2d": ((2,), IMAGES, "max_pool2d"),
    "MaxPool1d": ((2,), SEQUENCES, "max_pool1d"),
    "AvgPool2d": ((2,), IMAGES, "avg_pool2d"),
    "AvgPool1d": ((2,), SEQUENCES, "avg_pool1d"),
    "AdaptiveAvgPool2d": (((2, None),), IMAGES, "adaptive_avg_pool2d"),
    "AdaptiveAvgPool1d": ((2,), SEQUENCES, "adaptive_avg_pool1d"),
    "ZeroPad2d": (((0, 1, -1, 2),), IMAGES, "pad"),
    "BatchNorm2d": ((4,), IMAGES, "batch_norm"),
    "BatchNorm1d": ((4,), SEQUENCES, "batch_norm"),
    "LayerNorm": ((4,), (3, 4), "layer_norm"),
}
LOSSES = {"MSELoss": "mse_loss", "CrossEntropyLoss": "cross_entropy", "NLLLoss": "nll_loss"}
LOSSES["BCEWithLogitsLoss"] = "binary_cross_entropy_with_logits"
ELSEWHERE = {"Module", "Parameter", "Buffer", "Sequential", "Embedding", "init"}
ELSEWHERE |= {"kaiming_normal_", "xavier_normal_"}
AFTER_LAYERS = {("BatchNorm1d", "an axis less"): "both refuse"}


def made(name):
    """Return a layer of dlbook and its twin in torch with the same weights, both of float64."""
    theirs = getattr(torch.nn, name)(*LAYERS[name][0]).double()
    cls = getattr(nn, name)
    draws = "rng" in inspect.signature(cls).parameters
    options = {"rng": np.random.default_rng(0)} if draws else {}
    ours = cls(*LAYERS[name][0], **options).double()
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    return ours, theirs


POOLS = ["MaxPool2d", "MaxPool1d", "AvgPool2d", "AvgPool1d"]
NORMS = ["BatchNorm1d", "BatchNorm2d", "LayerNorm"]


def test_every_public_name_is_judged():
    assert set(nn.__all__) == {*LAYERS, *LOSSES, *ELSEWHERE}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", LAYERS)
def test_odd_inputs_give_what_torch_gives_or_are_refused_in_words(name, odd, rng):
    _, shape, function = LAYERS[name]
    ours, theirs = made(name)
    found = compare(ours, theirs, {"input": ODD[odd](rng.normal(size=shape))})
    intended = DIFFERENCES.get((function, odd))
    assert found == intended if intended else found in ("same", "both refuse")
    if found == "same":
        for key, array in ours.state_dict().items():  # running means too
            np.testing.assert_allclose(array, theirs.state_dict()[key].numpy(), rtol=1e-9)


@pytest.mark.parametrize("name", LAYERS)
def test_what_is_no_tensor_is_refused(name):
    layer = made(name)[0]
    before = layer.state_dict()
    for wrong in (np.ones(LAYERS[name][1]), [1.0], None):
        with pytest.raises(TypeError, match=r"needs a Tensor as input, got .*write Tensor"):
            layer(wrong)
    for key, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, before[key])


@pytest.mark.parametrize("name", sorted(set(nn.__all__) - {"Sequential", "init", "Buffer"}))
def test_arguments_have_the_names_order_and_defaults_of_torch(name):
    where = torch.nn.init if name.endswith("_") else torch.nn
    expected = inspect.signature(getattr(where, name)).parameters
    own = dict(inspect.signature(getattr(nn, name)).parameters)
    own.pop("rng", None)  # ours alone, and by name only
    assert list(own) == [k for k in expected if k in own]
    for argument, p in own.items():
        if p.default is not inspect.Parameter.empty:
            assert p.default == expected[argument].default, argument


WRONG = [  # layers with arguments that are none, in their order or by name
    ("Linear", ("3", 2), {}),
    ("Linear", (0, 2), {}),
    ("Linear", (3, 2.5), {}),
    ("Linear", (3, 2), {"rng": 0}),
    ("Linear", (3, 2), {"rng": np.random}),
    ("Linear", (3, 2), {"rng": None}),
    ("Conv2d", (3, None, 3), {}),
    ("Conv2d", (3, 4, 3, 0), {}),
    ("Conv2d", (3, 4, 3, 1, -1), {}),
    ("Conv2d", (3, 4, 3, 1, 0, 1, 0), {}),
    ("Conv2d", (3, 4, 3), {"padding": "full"}),
    ("Conv2d", (3, 4, 3, 2), {"padding": "same"}),
    ("Conv2d", (3, 4, 3), {"padding": (1, 1, 1)}),
    ("Conv2d", (3, 4, 3), {"padding": 0.5}),
    ("Conv1d", (3, 4, (3, 3)), {}),
    ("Conv1d", (3, 4, 3), {"padding": "full"}),
    ("Conv1d", (3, 4, 3, 2), {"padding": "same"}),
    ("Embedding", (-1, 2), {}),
    ("Embedding", (3, 2), {"rng": 0}),
    ("BatchNorm2d", (0,), {}),
    ("LayerNorm", ((),), {}),
    ("LayerNorm", ("ab",), {}),
    ("Dropout", ("half",), {}),
    ("Dropout", (np.nan,), {}),
    ("Dropout", (0.5,), {"rng": np.random.RandomState(0)}),
    ("Sequential", ([nn.ReLU()],), {}),
    ("Sequential", (nn.ReLU,), {}),
    ("Sequential", (None,), {}),
    ("Softmax", (None,), {}),
    ("Softmax", (1.0,), {}),
    ("Flatten", ("a",), {}),
    ("Flatten", (1, None), {}),
    ("ZeroPad2d", ((1, 2),), {}),
    ("ZeroPad2d", (1.5,), {}),
    ("ZeroPad2d", ("1",), {}),
    ("LeakyReLU", ("0.1",), {}),
    ("LeakyReLU", (None,), {}),
    ("AdaptiveAvgPool2d", (0,), {}),
    ("AdaptiveAvgPool2d", ((1, 2, 3),), {}),
    ("AdaptiveAvgPool2d", ("a",), {}),
    ("AdaptiveAvgPool1d", (None,), {}),
    ("AdaptiveAvgPool1d", ((2, 2),), {}),
    ("Parameter", ([1.0],), {"requires_grad": "no"}),
    ("Parameter", ("text",), {}),
    *((pool, (0,), {}) for pool in POOLS),
    *((pool, ("a",), {}) for pool in POOLS),
    *((pool, (2,), {"stride": 0}) for pool in POOLS),
    *((pool, (2,), {"padding": 2}) for pool in POOLS),
    *((pool, (2,), {"padding": None}) for pool in POOLS),
    *((pool, (2,), {"dilation": 0}) for pool in POOLS[:2]),
    *((norm, (4,), {"eps": eps}) for norm in NORMS for eps in ("a", None, -1, np.nan, True)),
    *((norm, (4,), {"momentum": "0.1"}) for norm in NORMS[:2]),
]
FLAGS = [("Linear", (3, 2), "bias"), ("Conv2d", (3, 4, 3), "bias"), ("Conv1d", (3, 4, 3), "bias")]
FLAGS += [("LayerNorm", (4,), name) for name in ("elementwise_affine", "bias")]
FLAGS += [(norm, (4,), name) for norm in NORMS[:2] for name in ("affine", "track_running_stats")]
FLAGS += [(pool, (2,), "ceil_mode") for pool in POOLS]
FLAGS += [(pool, (2,), "count_include_pad") for pool in POOLS[2:]]


def make(name, arguments, options):
    draws = "rng" in inspect.signature(getattr(nn, name)).parameters
    return getattr(nn, name)(
        *arguments, **({"rng": np.random.default_rng(0)} if draws else {}) | options
    )


@pytest.mark.parametrize(("name", "arguments", "options"), WRONG)
def test_arguments_that_are_none_are_refused_when_the_layer_is_made(name, arguments, options):
    with pytest.raises((TypeError, ValueError)) as caught:
        make(name, arguments, options)
    assert WORDS.fullmatch(str(caught.value))


@pytest.mark.parametrize(("name", "arguments", "flag"), FLAGS)
@pytest.mark.parametrize("wrong", ["no", "", 0, 1, None, []], ids=repr)
def test_a_flag_is_true_or_false(name, arguments, flag, wrong):
    with pytest.raises(TypeError, match=f"{flag} needs to be True or False, got"):
        make(name, arguments, {flag: wrong})
    for right in (True, np.False_):
        make(name, arguments, {flag: right})


@pytest.mark.parametrize("dims", [(1, -1), (0, -1), (0, 1), (-2, -1), (2, 2), (2, 1), (0, 9)])
@pytest.mark.parametrize("shape", [(2, 3, 4), (0, 3, 4), (2, 0, 4), (), (3,), (2, 3, 4, 5)])
def test_flatten_takes_any_axes(dims, shape, rng):
    ours, theirs = nn.Flatten(*dims), torch.nn.Flatten(*dims)
    found = compare(ours, theirs, {"input": rng.normal(size=shape)})
    assert found in ("same", "both refuse")


# ---- modules ----


def shared_layer(lib, linear):
    layer = linear(3, 3)
    return lib.Sequential(layer, lib.Tanh(), layer)


def tied_weight(lib, linear):
    model = lib.Sequential(linear(3, 3), linear(3, 3))
    model[1].weight = model[0].weight
    return model


def shared_block(lib, linear):
    block = lib.Sequential(linear(3, 3), lib.BatchNorm1d(3))
    return lib.Sequential(block, lib.Sequential(block, lib.ReLU()))


def replaced(lib, linear):
    model = lib.Sequential(linear(3, 3), linear(3, 3))
    model[0].bias = None
    setattr(model, "1", lib.ReLU())
    model.extra = lib.BatchNorm1d(3)
    del model.extra
    return model


MODELS = [shared_layer, tied_weight, shared_block, replaced]


def pair_of(build):
    ours = build(nn, lambda *sizes: nn.Linear(*sizes, rng=np.random.default_rng(0)))
    return ours.double(), build(torch.nn, torch.nn.Linear).double()


@pytest.mark.parametrize("build", MODELS)
def test_tied_and_replaced_parts_have_the_names_of_torch(build):
    ours, theirs = pair_of(build)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for names in ("named_parameters", "named_modules", "named_children", "named_buffers"):
        assert [n for n, _ in getattr(ours, names)()] == [n for n, _ in getattr(theirs, names)()]
    assert len(ours) == len(theirs)
    assert repr(ours) == repr(theirs).replace("bias=True, track", "track")  # torch's batch norm


@pytest.mark.parametrize("build", MODELS)
def test_tied_parts_load_what_torch_saved_and_collect_its_gradients(build, rng):
    ours, theirs = pair_of(build)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    assert compare(ours, theirs, {"input": rng.normal(size=(4, 3))}) == "same"
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(p.grad, q.grad, rtol=1e-9, atol=1e-12)


WEIGHT = np.arange(6.0).reshape(2, 3) / 7
LOADS = {  # arrays that load, as torch loads them
    "float64 into float32": WEIGHT,
    "integers": np.arange(6).reshape(2, 3),
    "booleans": np.eye(2, 3, dtype=bool),
    "float16": WEIGHT.astype(np.float16),
    "nan and inf": np.array([[np.nan, np.inf, -np.inf], [0, 1, 2]]),
    "more than float32 holds": WEIGHT * 1e300,
    "negative strides": WEIGHT[::-1, ::-1],
    "big-endian": WEIGHT.astype(">f8"),
    "turned round": np.asfortranarray(WEIGHT),
}


@pytest.mark.parametrize("name", LOADS)
@pytest.mark.parametrize("wrap", [lambda a: a, Tensor, lambda a: a.tolist()])
def test_arrays_load_as_in_torch(name, wrap):
    ours = nn.Linear(3, 2, bias=False, rng=np.random.default_rng(0))
    theirs = torch.nn.Linear(3, 2, bias=False)
    given = LOADS[name]
    theirs.load_state_dict({"weight": torch.tensor(np.array(given, given.dtype.newbyteorder("=")))})
    ours.load_state_dict({"weight": wrap(given)})
    np.testing.assert_array_equal(ours.weight.data, theirs.weight.detach())
    assert ours.weight.dtype == np.float32 and ours.weight.data.base is not given


BAD = {  # what one value of three is, and how it is refused
    "texts": (np.array(["x", "y"]), TypeError),
    "a text": ("xy", TypeError),
    "objects": (np.array([None, None]), TypeError),
    "complex": (np.array([1j, 2]), TypeError),
    "dates": (np.array(["2020-01-01", "2020-01-02"], "datetime64[D]"), TypeError),
    "lists of unequal length": ([[1.0], [1.0, 2.0]], ValueError),
    "masked": (np.ma.array([1.0, 2.0], mask=[True, False]), TypeError),
    "None": (None, TypeError),
    "a dict": ({}, TypeError),
    "another shape": (np.ones(3), ValueError),
    "a broadcastable shape": (np.ones(1), ValueError),
    "a single number": (1.0, ValueError),
    "an axis more": (np.ones((1, 2)), ValueError),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("where", ["0.bias", "1.bias", "1.running_var"])
def test_one_bad_array_changes_nothing(name, where, rng):
    model = nn.Sequential(nn.Linear(3, 2, rng=rng), nn.BatchNorm1d(2))
    before = model.state_dict()
    value, error = BAD[name]
    with pytest.raises(error, match=rf"{where} needs.*got.*;"):
        model.load_state_dict({k: a + 1 for k, a in before.items()} | {where: value})
    for key, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[key])


@pytest.mark.parametrize("count", [1.5, np.nan, np.inf, -0.5])
def test_a_count_that_is_no_whole_number_is_refused(count):
    model = nn.BatchNorm1d(2)
    state = model.state_dict()
    with pytest.raises(ValueError, match="num_batches_tracked needs numbers that int64 holds"):
        model.load_state_dict(state | {"num_batches_tracked": np.array(count)})
    model.load_state_dict(state | {"num_batches_tracked": np.array(3.0)})
    assert model.num_batches_tracked.item() == 3


@pytest.mark.parametrize("state", [None, [], "text", [("weight", WEIGHT)], Tensor([1.0])])
def test_a_state_that_is_no_dict_is_refused(state):
    with pytest.raises(TypeError, match=r"needs a dict of arrays by name, got .*; pass"):
        nn.Linear(3, 2, bias=False, rng=np.random.default_rng(0)).load_state_dict(state)


def test_a_model_without_memory_gets_it_when_it_is_loaded(rng):
    empty, full = (nn.Linear(3, 2, rng=r) for r in (blank(), rng))
    empty.load_state_dict(full.state_dict())
    np.testing.assert_array_equal(empty.weight.data, full.weight.data)
    empty.weight.data += 1  # writable now, and its own
    assert (empty.weight.data != full.weight.data).all()


def test_parts_of_a_model_can_be_exchanged_by_loading(rng):
    model = nn.Sequential(nn.Linear(2, 2, rng=rng), nn.Linear(2, 2, rng=rng))
    before, own = model.state_dict(), dict(model.named_parameters())
    exchanged = {name: own[("1" if name[0] == "0" else "0") + name[1:]].data for name in own}
    model.load_state_dict(exchanged)
    for name, p in model.named_parameters():
        np.testing.assert_array_equal(p.data, before[("1" if name[0] == "0" else "0") + name[1:]])


def test_dtypes_change_in_place_of_the_same_parameters(rng):
    model = nn.Sequential(nn.Linear(3, 3, rng=rng), nn.BatchNorm1d(3))
    before = list(model.parameters())
    model(Tensor(np.ones((2, 3), np.float32))).sum().backward()
    assert model.double() is model
    assert all(p is q for p, q in zip(model.parameters(), before, strict=True))
    assert {a.dtype for p in before for a in (p.data, p.grad)} == {np.dtype(np.float64)}
    assert model[1].num_batches_tracked.dtype == np.int64
    assert {p.dtype for p in model.float().parameters()} == {np.dtype(np.float32)}


def test_frozen_layers_get_no_gradient_and_the_others_the_same(rng):
    ours, theirs = pair_of(shared_block)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    ours[1].requires_grad_(False)
    theirs[1].requires_grad_(False)
    assert [p.requires_grad for p in ours.parameters()] == [
        p.requires_grad for p in theirs.parameters()
    ]
    assert compare(ours, theirs, {"input": rng.normal(size=(4, 3))}) == "same"
    assert all(p.grad is None for p in ours.parameters())
    assert all(p.requires_grad for p in ours.requires_grad_().parameters())
    assert not nn.Parameter(np.ones(2), requires_grad=False).requires_grad


def test_forward_takes_names_through_every_call(rng):
    class Scaled(nn.Module):
        def forward(self, x, scale=1.0, *, shift=0.0):
            return x * scale + shift

    assert Scaled()(Tensor([1.0]), scale=2.0, shift=3.0).item() == 5
    assert Scaled()(x=Tensor([1.0]), shift=3.0).item() == 4
    with pytest.raises(TypeError, match="scal"):
        Scaled()(Tensor([1.0]), scal=2.0)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda m: setattr(m, "weight", np.ones((2, 3))), TypeError),
        (lambda m: setattr(m, "weight", Tensor(np.ones((2, 3)))), TypeError),
        (lambda m: setattr(m, "bias", 0.0), TypeError),
        (lambda m: setattr(m, "inside", lambda x: x), TypeError),
        (lambda m: setattr(m, "mean", Tensor([0.0])), TypeError),
        (lambda m: setattr(m, "a.b", nn.Parameter([0.0])), KeyError),
        (lambda m: setattr(m, "a.b", nn.ReLU()), KeyError),
        (lambda m: m.train("eval"), ValueError),
    ],
)
def test_what_would_lose_a_parameter_is_refused(change, error, rng):
    model = nn.Linear(3, 2, rng=rng)
    model.inside, model.mean = nn.ReLU(), nn.Buffer([0.0])
    before = list(model.state_dict())
    with pytest.raises(error) as caught:
        change(model)
    assert re.search(r"needs .*got", str(caught.value))
    assert list(model.state_dict()) == before and isinstance(model.inside, nn.ReLU)


@pytest.mark.parametrize(
    "name", ["parameters", "train", "forward", "training", "__dict__", "float"]
)
@pytest.mark.parametrize("make", [nn.Parameter, nn.Buffer, lambda values: nn.ReLU()])
def test_a_name_that_every_module_has_is_refused(name, make):
    model = nn.Module()
    with pytest.raises(KeyError, match=rf"needs a name of its own, got '{name}', .*; write self"):
        setattr(model, name, make([1.0]))
    assert model.train() is model and not model.state_dict()


@pytest.mark.parametrize("part", [slice(1, 3), slice(None), slice(None, None, -1), slice(5, 9)])
def test_a_part_of_a_row_of_layers_is_one_with_the_names_of_torch(part, rng):
    ours, theirs = pair_of(lambda lib, linear: lib.Sequential(linear(3, 3), lib.ReLU(), lib.Tanh()))
    assert repr(ours[part]) == repr(theirs[part])
    assert [n for n, _ in ours[part].named_modules()] == [
        n for n, _ in theirs[part].named_modules()
    ]
    assert list(ours[part]) == [m for m in list(ours)[part]]


@pytest.mark.parametrize("place", [0, 1, -1, -3, True, np.int64(1), 3, -4, 1.0, "0", None, (0,)])
def test_a_place_in_a_row_of_layers_means_what_it_means_in_torch(place, rng):
    ours, theirs = pair_of(lambda lib, linear: lib.Sequential(linear(3, 3), lib.ReLU(), lib.Tanh()))
    try:
        expected = repr(theirs[place])
    except (IndexError, TypeError) as error:
        for change in (lambda: ours[place], lambda: ours.__setitem__(place, nn.GELU())):
            with pytest.raises(type(error), match=r"needs a place from -3 to 2, got .*; len"):
                change()
        return
    assert repr(ours[place]) == expected
    ours[place], theirs[place] = nn.ReLU6(), torch.nn.ReLU6()
    assert repr(ours) == repr(theirs)
    with pytest.raises(TypeError, match="Sequential needs modules, got function"):
        ours[place] = lambda x: x


@pytest.mark.parametrize("name", ["normal_", "uniform_", "kaiming_uniform_", "xavier_normal_"])
def test_first_values_are_put_in_place_and_returned(name, rng):
    w, fill = Tensor(np.zeros((3, 2))), getattr(nn.init, name)
    assert fill(w, rng=rng) is w and w.data.all()
    for wrong in (w.data, Tensor(np.zeros((3, 2), int)), Tensor(np.broadcast_to(1.0, (3, 2)))):
        with pytest.raises((TypeError, ValueError), match=r"init needs .*got .*;"):
            fill(wrong, rng=rng)
    with pytest.raises(TypeError, match=r"rng needs to be a random generator, got 0; make"):
        fill(w, rng=0)
    options = [n for n in inspect.signature(fill).parameters if n in ("a", "b", "mean", "std")]
    for option in [*options, *(["gain"] if name == "xavier_normal_" else [])]:
        for odd in ("1", None, np.nan, np.inf, np.ones(2)):
            with pytest.raises((TypeError, ValueError), match=f"{option} needs to be"):
                fill(w, rng=rng, **{option: odd})
    for spread in ({"std": -1.0}, {"a": 2.0, "b": 1.0}):
        if name == ("normal_" if "std" in spread else "uniform_"):
            with pytest.raises(ValueError, match=r" needs .*got .*;"):
                fill(w, rng=rng, **spread)


def test_a_batch_that_is_refused_is_not_counted():
    layer = nn.BatchNorm1d(2)
    before = layer.state_dict()
    with pytest.raises(ValueError, match="at least 2 numbers"):
        layer(Tensor(np.ones((1, 2))))
    for key, array in layer.state_dict().items():
        np.testing.assert_array_equal(array, before[key])
