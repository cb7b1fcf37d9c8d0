"""Each public function with each odd input: what torch gives, or a refusal in words.

DIFFERENCES lists the intended exceptions; a row that is none any more fails.
"""

import ast
import inspect
import re
from functools import partial

import numpy as np
import pytest
import torch

from dlbook import functional
from dlbook.tensor import Tensor
from tests.semantics import LAYOUTS, ODD, WORDS, compare

CLASSES = np.array([0, 3, 1, 1, 2])
IMAGES, SEQUENCES = (2, 4, 6, 5), (2, 4, 9)
# name: (shapes of its tensors, other arguments); all by keyword, so that names are torch's
CALLS = {
    "relu": ({"input": (3, 4)}, {}),
    "relu6": ({"input": (3, 4)}, {}),
    "sigmoid": ({"input": (3, 4)}, {}),
    "tanh": ({"input": (3, 4)}, {}),
    "gelu": ({"input": (3, 4)}, {}),
    "leaky_relu": ({"input": (3, 4)}, {"negative_slope": 0.2}),
    "softmax": ({"input": (3, 4)}, {"dim": -1}),
    "log_softmax": ({"input": (3, 4)}, {"dim": 0}),
    "dropout": ({"input": (3, 4)}, {"p": 0.0}),
    "linear": ({"input": (5, 3), "weight": (4, 3), "bias": (4,)}, {}),
    "embedding": ({"weight": (5, 3)}, {"input": CLASSES}),
    "conv2d": (
        {"input": IMAGES, "weight": (6, 2, 3, 2), "bias": (6,)},
        {"stride": (2, 1), "padding": (1, 0), "dilation": 1, "groups": 2},
    ),
    "conv1d": ({"input": SEQUENCES, "weight": (6, 4, 3), "bias": (6,)}, {"padding": "same"}),
    "max_pool2d": ({"input": IMAGES}, {"kernel_size": (3, 2), "stride": 2, "padding": 1}),
    "max_pool1d": ({"input": SEQUENCES}, {"kernel_size": 3, "dilation": 2, "ceil_mode": True}),
    "avg_pool2d": ({"input": IMAGES}, {"kernel_size": 2, "count_include_pad": False}),
    "avg_pool1d": ({"input": SEQUENCES}, {"kernel_size": 3, "padding": 1}),
    "adaptive_avg_pool2d": ({"input": IMAGES}, {"output_size": (3, None)}),
    "adaptive_avg_pool1d": ({"input": SEQUENCES}, {"output_size": 2}),
    "batch_norm": (
        {"input": IMAGES, "weight": (4,), "bias": (4,)},
        {"running_mean": None, "running_var": None, "training": True},
    ),
    "layer_norm": ({"input": (3, 4), "weight": (4,), "bias": (4,)}, {"normalized_shape": (4,)}),
    "mse_loss": ({"input": (3, 4), "target": (3, 4)}, {}),
    "binary_cross_entropy_with_logits": ({"input": (3, 4), "target": (3, 4)}, {}),
    "nll_loss": ({"input": (5, 4)}, {"target": CLASSES}),
    "cross_entropy": ({"input": (5, 4)}, {"target": CLASSES}),
    "pad": ({"input": IMAGES}, {"pad": (0, 1, -1, 2)}),
    "cat": ({"x": (3, 4), "y": (3, 4)}, {"dim": 1}),
}
POOLS = [name for name in CALLS if "pool" in name]
LOSSES = ["mse_loss", "binary_cross_entropy_with_logits", "nll_loss", "cross_entropy"]
NORMS = ["batch_norm", "layer_norm"]
MIXED = ["linear", "conv2d", "conv1d", *NORMS]
INTEGERS = ["integers", "uint8", "booleans"]
# why: (how ours stands to torch's, names, odd inputs)
INTENDED = {
    "one example needs a batch axis: x[None]": (
        "refuses",
        ["conv2d", "conv1d", *POOLS],
        ["an axis less"],
    ),
    "floating-point dtypes may be mixed": ("computes", MIXED, ["float32 among float64"]),
    "a mean of integers is not an integer": ("refuses", ["avg_pool2d", "avg_pool1d"], INTEGERS[:1]),
    "the largest of integers in one dimension too": ("computes", ["max_pool1d"], INTEGERS[:2]),
    "predictions are floating point": ("refuses", ["mse_loss"], INTEGERS),
    "a loss never broadcasts": (
        "refuses",
        ["mse_loss"],
        [
            "an axis less",
            "an axis more",
            "a batch of one",
            "an axis of size 1",
            "a single number",
        ],
    ),
    "no numbers have no variance": (
        "refuses",
        ["batch_norm"],
        ["an empty batch", "an empty last axis"],
    ),
    "torch's own slope at nan depends on how many numbers there are": (
        "differs",
        ["relu6"],
        ["a nan", "many nans"],
    ),
}
DIFFERENCES = {
    (name, odd): verdict
    for verdict, names, odds in INTENDED.values()
    for name in names
    for odd in odds
}


def test_every_public_function_is_judged():
    assert set(CALLS) == set(functional.__all__)


def our_call(name, options):
    if name == "cat":
        return lambda x, y: functional.cat([x, y], **options)
    if name == "dropout":
        options = options | {"rng": np.random.default_rng(0)}
    return partial(getattr(functional, name), **options)


def their_call(name, options):
    options = {k: torch.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    if name == "cat":
        return lambda x, y: torch.cat([x, y], **options)
    return partial(getattr(torch.nn.functional, name), **options)


def inputs(name, rng):
    return {argument: rng.normal(size=shape) for argument, shape in CALLS[name][0].items()}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", CALLS)
def test_any_layout_in_memory_gives_what_torch_gives(name, layout, rng):
    arrays = {k: LAYOUTS[layout](a) for k, a in inputs(name, rng).items()}
    options = CALLS[name][1]
    assert compare(our_call(name, options), their_call(name, options), arrays) == "same"


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", CALLS)
def test_odd_inputs_give_what_torch_gives_or_are_refused_in_words(name, odd, rng):
    arrays = inputs(name, rng)
    first = next(iter(arrays))
    arrays[first] = ODD[odd](arrays[first])
    options = CALLS[name][1]
    found = compare(our_call(name, options), their_call(name, options), arrays)
    intended = DIFFERENCES.get((name, odd))
    assert found == intended if intended else found in ("same", "both refuse")


@pytest.mark.parametrize("odd", ["a nan", "an inf", "a -inf", "all -inf", "many nans"])
@pytest.mark.parametrize("name", [name for name in CALLS if name not in NORMS])
def test_odd_gradients_reach_those_whom_they_reach_in_torch(name, odd, rng):
    options, arrays = CALLS[name][1], inputs(name, rng)
    for scale in (1, 8):  # 8: past the upper end of relu6
        found = compare(
            our_call(name, options),
            their_call(name, options),
            {argument: array * scale for argument, array in arrays.items()},
            ODD[odd],
        )
        assert found == "same"  # in a norm, one inf reaches all, and terms of both signs meet


# ---- arguments that are no tensors ----

OPTIONS = [  # (name, what is changed in its other arguments)
    *(("softmax", {"dim": dim}) for dim in (-3, -2, 0, 1, 2, None, 1.0, "a", (0, 1), [])),
    *(("log_softmax", {"dim": dim}) for dim in (-3, 0, 2, None)),
    *(("cat", {"dim": dim}) for dim in (-3, -2, -1, 0, 2, None, "a", (1,))),
    *(("dropout", {"p": p}) for p in (-0.1, 1.1, np.nan, None, "a", 0)),
    *(("conv2d", {"stride": s}) for s in (0, -1, (1,), (1, 2, 3), 1.5, "a", None, True, [2, 1])),
    *(("conv2d", {"padding": p}) for p in (-1, (0,), "x", "valid", "same", None, 2.0, False)),
    *(("conv2d", {"dilation": d}) for d in (0, 9, (2, 1), "a")),
    *(("conv2d", {"groups": g}) for g in (0, 1, 3, -2, None, 2.0, "a")),
    *(("conv1d", {"padding": p}) for p in (1, (1,), (1, 2), "x", None)),
    *(("conv1d", {"stride": s, "padding": 0}) for s in (2, (2,), 0, (1, 1), None)),
    *((n, {"kernel_size": k}) for n in POOLS[:4] for k in (0, 99, -1, 2.0, True, "a", None, (2,))),
    *((n, {"stride": s}) for n in POOLS[:4] for s in (None, 0, -1, "a", 1.5)),
    *((n, {"padding": p}) for n in POOLS[:4] for p in (-1, 3, "a", None, 0)),
    *((n, {"output_size": s}) for n in POOLS[4:] for s in (-1, 1, 99, "a", 1.5, (2, 2, 2))),
    *(
        ("pad", {"pad": p})
        for p in ((1,), (1, -9), (1.0, 2), 3, "a", (0,) * 8, (0,) * 10, (), None)
    ),
    *(("leaky_relu", {"negative_slope": s}) for s in ("a", None, np.ones(4), 0, -1.0)),
    *((n, {"eps": e}) for n in NORMS for e in ("a", None, np.ones(4), 1)),
    *(("batch_norm", {"training": t}) for t in ("no", None)),
    *((n, {"ceil_mode": c}) for n in POOLS[:4] for c in ("no", None, True)),
    *(("pad", {"value": v}) for v in (2, None, np.inf)),
    *(("layer_norm", {"normalized_shape": s}) for s in ((3, 4), (), 4.0, (3,), "a", None, [4])),
    *(
        ("embedding", {"input": np.array(rows)})
        for rows in ([0.5], [5], [-1], [True], 3, [[0, 0]], np.zeros((0, 2), int))
    ),
    *(
        (name, {"target": np.array(target)})
        for name in LOSSES[2:]
        for target in ([0.0] * 5, [True] * 5, [9] * 5, [-1] * 5, [0] * 4, 1, [[1]] * 5)
    ),
]
GUESSED = [("softmax", {"dim": None}), ("log_softmax", {"dim": None})]  # torch guesses, and warns


@pytest.mark.parametrize(("name", "change"), OPTIONS)
def test_odd_options_give_what_torch_gives_or_are_refused_in_words(name, change, rng):
    options = CALLS[name][1] | change
    found = compare(our_call(name, options), their_call(name, options), inputs(name, rng))
    assert found in (["refuses"] if (name, change) in GUESSED else ["same", "both refuse"])


@pytest.mark.parametrize("wrong", [np.ones((3, 4)), [[1.0, 2.0]], 1.0, "text", None])
@pytest.mark.parametrize("name", CALLS)
def test_what_is_no_tensor_is_refused_by_name(name, wrong, rng):
    for argument, optional in [(a, a in ("bias", "target")) for a in CALLS[name][0]]:
        arrays = {k: Tensor(a) for k, a in inputs(name, rng).items()}
        if optional or (wrong is None and name in NORMS):
            continue
        says = r"tensors\[" if name == "cat" else f"needs a Tensor as {argument}, got"
        with pytest.raises(TypeError, match=says):
            our_call(name, CALLS[name][1])(**arrays | {argument: wrong})


def torch_arguments(name):
    """Return the arguments of torch's function: name and default, or what stands for none."""
    function = torch.cat if name == "cat" else getattr(torch.nn.functional, name)
    described = re.match(rf"\s*{name}\((.*?)\) ->", function.__doc__ or "", re.DOTALL)
    if name.startswith("max_pool"):
        function, described = getattr(torch.nn.functional, f"_{name}"), None
    if described is None:
        parameters = inspect.signature(function).parameters.values()
        return {p.name: p.default for p in parameters}
    words = [part.split("=") for part in described[1].replace("*,", "").split(",")]
    return {
        w[0].strip(): ast.literal_eval(w[1].strip()) if len(w) > 1 else inspect.Parameter.empty
        for w in words
    }


@pytest.mark.parametrize("name", CALLS)
def test_arguments_have_the_names_order_and_defaults_of_torch(name):
    expected = torch_arguments(name)
    own = inspect.signature(getattr(functional, name)).parameters
    own = {k: p.default for k, p in own.items() if k != "rng"}  # ours alone, and by name only
    assert list(own) == [k for k in expected if k in own]
    for argument, default in own.items():
        if default is not inspect.Parameter.empty or expected[argument] in (0, 1, True, False):
            assert default == expected[argument], argument


@pytest.mark.parametrize("name", [*LOSSES, "embedding"])
@pytest.mark.parametrize("given", [[[1], [1, 2]], None, "ab", ["a", "b"], {}, [None, None]])
def test_targets_that_are_no_numbers_are_refused_in_words(name, given, rng):
    arrays = [Tensor(rng.normal(size=(2, 4)))]
    call = getattr(functional, name)
    with pytest.raises((TypeError, ValueError)) as caught:
        call(given, *arrays) if name == "embedding" else call(*arrays, given)
    assert WORDS.fullmatch(str(caught.value))


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("kind", [list, Tensor, torch.tensor, np.asfortranarray])
def test_targets_may_be_lists_arrays_or_tensors_of_either_library(name, kind, rng):
    x = Tensor(rng.normal(size=(2, 4)).astype(np.float32), requires_grad=True)
    target = rng.uniform(size=(2, 4)) if "target" in CALLS[name][0] else np.array([1, 3])
    loss = getattr(functional, name)(x, kind(target))
    expected = getattr(torch.nn.functional, name)(torch.tensor(x.data), torch.tensor(target))
    np.testing.assert_allclose(loss.data, expected, rtol=1e-6)
    promoted = target.ndim == 2 and kind is Tensor  # as in torch; what is no tensor never widens
    assert loss.dtype == (np.float64 if promoted else np.float32)


@pytest.mark.parametrize("name", LOSSES)
def test_a_target_may_be_changed_when_the_loss_is_known(name, rng):
    x = Tensor(rng.normal(size=(2, 4)), requires_grad=True)
    target = rng.uniform(size=(2, 4)) if "target" in CALLS[name][0] else np.array([1, 3])
    getattr(functional, name)(x, target).backward()
    expected, x.grad = x.grad, None
    loss = getattr(functional, name)(x, target)
    target[:] = 0
    loss.backward()
    np.testing.assert_array_equal(x.grad, expected)


def test_a_generator_of_tensors_is_read_once_and_all_get_gradients():
    parts = [Tensor([1.0, 2.0], requires_grad=True) for _ in range(3)]
    functional.cat(part for part in parts).sum().backward()
    assert all((part.grad == 1).all() for part in parts)
    for wrong in (None, 3, parts[0], parts[0].data):
        with pytest.raises(TypeError, match="needs a list of tensors, got one"):
            functional.cat(wrong)


@pytest.mark.parametrize(
    ("shapes", "dim"),
    [
        ([(0,), (2, 3)], 1),
        ([(2, 3), (0,)], 0),
        ([(2, 3), (0,), (1, 3), (0,)], -2),
        ([(0,), (0,)], 0),
        ([(0,), (4,)], 0),
        ([(0, 0), (2, 3)], 0),
    ],
)
def test_an_empty_vector_joins_whatever_there_is(shapes, dim, rng):
    arrays = {f"x{i}": rng.normal(size=shape) for i, shape in enumerate(shapes)}
    found = compare(
        lambda **given: functional.cat(given.values(), dim),
        lambda **given: torch.cat(list(given.values()), dim),
        arrays,
    )
    assert found == ("both refuse" if (0, 0) in shapes else "same")
    joined = functional.cat([Tensor(np.zeros(0)), Tensor(np.ones((2, 3), np.float32))])
    assert joined.dtype == np.float64  # its dtype counts


ONE_EXAMPLE = [(1, "same"), ([1], "computes")]  # of [1], torch gives the loss and no gradient
ONE_EXAMPLE += [(target, "both refuse") for target in (3, -1, [1, 1], [[1]], 1.0, [])]


@pytest.mark.parametrize("name", ["nll_loss", "cross_entropy"])
@pytest.mark.parametrize(("target", "verdict"), ONE_EXAMPLE)
def test_one_example_needs_no_batch(name, target, verdict, rng):
    ours = partial(getattr(functional, name), target=target)
    theirs = partial(getattr(torch.nn.functional, name), target=torch.tensor(target))
    assert compare(ours, theirs, {"input": rng.normal(size=3)}) == verdict


@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 2, 3), (0, 3), (2,), ()])
def test_a_weight_of_one_axis_gives_one_number_an_example(shape, rng):
    arrays = {"input": rng.normal(size=shape), "weight": rng.normal(size=3)}
    found = compare(functional.linear, torch.nn.functional.linear, arrays)
    assert found == ("same" if shape[-1:] == (3,) else "both refuse")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int64, np.uint8, np.bool])
@pytest.mark.parametrize(
    "value", [1e60, 7e4, np.inf, np.nan, True, np.True_, 300, -1, 2**64, 10**400, "1", [1]]
)
def test_a_pad_holds_its_value_or_is_refused(dtype, value):
    x = np.ones(1, dtype)
    try:
        expected = torch.nn.functional.pad(torch.tensor(x), (1, 0), value=value)
    except (TypeError, RuntimeError, OverflowError):
        if dtype != np.bool or isinstance(value, str | list):  # anything but 0 is true
            with pytest.raises((TypeError, ValueError), match=r"pad needs a .*value.*, got .*; "):
                functional.pad(Tensor(x), (1, 0), value=value)
    else:
        np.testing.assert_array_equal(functional.pad(Tensor(x), (1, 0), value=value).data, expected)


MASKED = np.ma.array([[1.0, 2.0]], mask=[[True, False]])
X12 = Tensor([[1.0, 2.0]])


@pytest.mark.parametrize(
    "use",
    [
        lambda: Tensor(MASKED),
        lambda: Tensor([MASKED[0], MASKED[0]]),
        lambda: X12 + MASKED,
        lambda: MASKED * X12,
        lambda: X12 == MASKED,
        lambda: X12[np.ma.array([0], mask=[True])],
        lambda: functional.mse_loss(X12, MASKED),
        lambda: functional.cross_entropy(X12, np.ma.array([0], mask=[True])),
        lambda: functional.embedding(np.ma.array([0], mask=[True]), X12),
    ],
)
def test_a_mask_is_refused_where_it_would_be_lost(use):
    with pytest.raises(TypeError, match=r"needs an array without a mask, got a masked one; write"):
        use()


def test_numbers_that_numpy_lacks_are_refused_in_words():
    with pytest.raises(TypeError, match=r"needs numbers of a kind that NumPy has, got .*; convert"):
        Tensor(torch.ones(2, dtype=torch.bfloat16))


def test_the_mean_of_many_float16_numbers_does_not_overflow():
    ones = np.ones(70_000, np.float16)
    assert functional.mse_loss(Tensor(ones), np.zeros(70_000)).item() == 1


KINDS = [np.float16, np.float32, np.float64, np.int64, np.uint8, np.bool]


@pytest.mark.parametrize("first", KINDS)
@pytest.mark.parametrize("second", KINDS)
def test_dtypes_are_promoted_as_in_torch(first, second):
    arrays = np.ones(2, first), np.zeros(2, second)
    joined = functional.cat([Tensor(a) for a in arrays])
    expected = torch.cat([torch.tensor(a) for a in arrays]).numpy()
    assert joined.dtype == expected.dtype
    if first in KINDS[:3]:
        loss = functional.mse_loss(*map(Tensor, arrays))
        assert loss.dtype == torch.nn.functional.mse_loss(*map(torch.tensor, arrays)).numpy().dtype


@pytest.mark.parametrize("name", MIXED)
@pytest.mark.parametrize("narrow", ["input", "weight"])
def test_mixed_floats_are_computed_in_the_wider_and_gradients_keep_their_own(name, narrow, rng):
    arrays = inputs(name, rng)
    arrays[narrow] = arrays[narrow].astype(np.float32)
    tensors = {k: Tensor(a, requires_grad=True) for k, a in arrays.items()}
    out = our_call(name, CALLS[name][1])(**tensors)
    wide = our_call(name, CALLS[name][1])(
        **{k: Tensor(a.astype(np.float64)) for k, a in arrays.items()}
    )
    out.sum().backward()
    assert all(tensors[k].grad.dtype == a.dtype for k, a in arrays.items())
    assert out.dtype == np.float64
    np.testing.assert_allclose(out.data, wide.data, rtol=1e-12, atol=1e-12)


def test_a_layer_of_no_features_puts_out_its_bias():
    arrays = {"input": np.zeros((3, 0)), "weight": np.zeros((2, 0)), "bias": np.ones(2)}
    assert compare(functional.linear, torch.nn.functional.linear, arrays) == "same"
