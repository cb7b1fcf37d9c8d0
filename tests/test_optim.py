from copy import deepcopy
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
import torch

from dlbook import nn, optim
from dlbook.tensor import Tensor

CASES = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "weight_decay": 0.3}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.3}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.3}),
    ("SGD", {}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.1, "alpha": 0.8, "eps": 1e-3, "weight_decay": 0.3, "momentum": 0.9}),
    ("RMSprop", {"centered": True}),
    ("RMSprop", {"centered": True, "momentum": 0.5}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.3}),
    ("Adam", {}),
    ("Adam", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.3}),
]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_steps_are_those_of_torch(name, options, rng):
    start = [rng.normal(size=s) for s in ((3, 2), (2,))]
    ours = [Tensor(a.copy(), requires_grad=True) for a in start]
    theirs = [torch.tensor(a, requires_grad=True) for a in start]
    optimizer = getattr(optim, name)(ours, **options)
    expected = getattr(torch.optim, name)(theirs, **options)
    for step in range(20):
        for p, q in zip(ours, theirs, strict=True):
            g = rng.normal(size=p.shape)
            p.grad, q.grad = g, torch.tensor(g)
        if step == 7:  # a parameter without a gradient stays, and so does its state
            ours[1].grad = theirs[1].grad = None
        optimizer.step()
        expected.step()
        for p, q in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(p.data, q.detach(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_a_step_works_in_place_and_leaves_the_gradient_alone(name, options, rng):
    p = Tensor(rng.normal(size=3).astype(np.float32), requires_grad=True)
    array, p.grad = p.data, rng.normal(size=3).astype(np.float32)
    values, g = array.copy(), p.grad.copy()
    optimizer = getattr(optim, name)([p], **options)
    for _ in range(2):
        optimizer.step()
    assert p.data is array and array.dtype == np.float32 and (array != values).all()
    np.testing.assert_array_equal(p.grad, g)
    optimizer.zero_grad()
    assert p.grad is None


@pytest.mark.parametrize("lr", [0.19, 0.21])
def test_descent_on_a_parabola_is_stable_below_two_over_the_curvature(lr):
    x = Tensor(np.array(1.0), requires_grad=True)
    optimizer = optim.SGD([x], lr=lr)
    for _ in range(100):
        optimizer.zero_grad()
        (x * x * 5).backward()
        optimizer.step()
    assert (abs(x.item()) < 1) == (lr < 2 / 10)


def test_the_learning_rate_may_change_on_the_way():
    x = Tensor(np.array(1.0), requires_grad=True)
    optimizer = optim.SGD([x], lr=0.5)
    x.grad = np.array(1.0)
    optimizer.step()
    optimizer.lr = 0.25
    optimizer.step()
    assert x.item() == 0.25


# ---- odd arguments, beside torch ----


def number_of(kind, *shape):
    """Return a parameter of ours or of torch's, by the name of the library."""
    values = np.arange(float(np.prod(shape, dtype=int))).reshape(shape)
    if kind == "torch":
        return torch.tensor(values, requires_grad=True)
    return Tensor(values, requires_grad=True)


PARAMETERS = {  # what is passed as parameters; the words of ours, None where it is taken
    "one tensor": (lambda new: new(3), "got one tensor"),
    "a tensor without axes": (lambda new: new(), "got one tensor"),
    "a matrix": (lambda new: new(2, 2), "got one tensor"),
    "none": (lambda new: None, "got NoneType"),
    "a number": (lambda new: 3.0, "got float"),
    "a text": (lambda new: "weights", "got str"),
    "an array": (lambda new: np.ones(3), "got float64"),
    "arrays": (lambda new: [np.ones(3)], "got ndarray"),
    "a list in the list": (lambda new: [[new(3)]], "got list"),
    "none in the list": (lambda new: [new(3), None], "got NoneType"),
    "a dict": (lambda new: {"weight": new(3)}, "got str"),
    "nothing": (lambda new: [], "got none"),
    "a spent generator": (lambda new: iter([]), "got none"),
    "computed": (lambda new: [new(3) * 2], "computed from others"),
    "a generator": (lambda new: (new(n) for n in (1, 2)), None),
    "a tuple": (lambda new: (new(3), new()), None),
    "values of a dict": (lambda new: {"weight": new(3)}.values(), None),
    "empty arrays": (lambda new: [new(0, 3), new(2)], None),
    "equal but not the same": (lambda new: [new(3), new(3)], None),
}
KINDS = ["SGD", "RMSprop", "Adam", "AdamW"]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("case", PARAMETERS)
def test_odd_parameters_are_refused_where_torch_refuses_them(name, case):
    make, says = PARAMETERS[case]
    if says is None:
        getattr(torch.optim, name)(make(partial(number_of, "torch")))
        assert getattr(optim, name)(make(partial(number_of, "dlbook"))).params
        return
    with pytest.raises((TypeError, ValueError)) as theirs:
        getattr(torch.optim, name)(make(partial(number_of, "torch")))
    with pytest.raises(theirs.type, match=says):
        getattr(optim, name)(make(partial(number_of, "dlbook")))


@pytest.mark.parametrize("name", KINDS)
def test_what_torch_takes_with_a_warning_or_in_another_form_is_refused(name):
    p, kind = number_of("dlbook", 3), getattr(optim, name)
    with pytest.raises(ValueError, match="each parameter once, got one twice"):
        kind([p, number_of("dlbook", 3), p])
    for wrong in ([{"params": [p]}], [("weight", p)], [number_of("torch", 3)]):
        with pytest.raises(TypeError, match="needs tensors in its list"):
            kind(wrong)
    with pytest.raises(TypeError, match=r"got Module; pass model\.parameters"):
        kind(nn.Module())


SETTINGS = [
    *((name, setting) for name in KINDS for setting in ("lr", "weight_decay")),
    *(("SGD", "momentum"), ("RMSprop", "momentum"), ("RMSprop", "alpha"), ("RMSprop", "eps")),
    *((name, setting) for name in ("Adam", "AdamW") for setting in ("eps", "beta1", "beta2")),
]
NUMBERS = [-1, -1e-9, "0.1", None, 1j, [0.1], 0, 0.5, np.float32(0.5), Fraction(1, 2)]
STRICTER = [np.nan, np.inf, True, np.array([0.1])]  # torch takes some, and steps to nan or by 1


def made(library, name, setting, value):
    options = {setting: value}
    if setting.startswith("beta"):
        options = {"betas": (value, 0.5) if setting == "beta1" else (0.5, value)}
    p = number_of("torch" if library is torch.optim else "dlbook", 3)
    return getattr(library, name)([p], **options)


@pytest.mark.parametrize(("name", "setting"), SETTINGS)
@pytest.mark.parametrize("value", NUMBERS, ids=repr)
def test_odd_settings_are_refused_where_torch_refuses_them(name, setting, value):
    beta = setting.startswith("beta")
    if beta and not isinstance(value, float):  # of betas, torch wants two of one type
        value = float(value) if isinstance(value, int | Fraction | np.float32) else value
    try:
        made(torch.optim, name, setting, value)
    except (TypeError, ValueError) as error:
        with pytest.raises(type(error), match=f"{'betas' if beta else setting} needs"):
            made(optim, name, setting, value)
    else:
        made(optim, name, setting, value)


@pytest.mark.parametrize(("name", "setting"), SETTINGS)
@pytest.mark.parametrize("value", STRICTER, ids=repr)
def test_settings_that_no_step_survives_are_refused(name, setting, value):
    with pytest.raises((TypeError, ValueError), match=f"{setting[:4]}.* needs"):
        made(optim, name, setting, value)


@pytest.mark.parametrize("betas", [(1.0, 0.9), (0.9, 1.0), (0.9,), (0.9, 0.9, 0.9), 0.9, "ab", ()])
def test_betas_are_two_numbers_below_1(betas):
    with pytest.raises((TypeError, ValueError), match="betas needs"):
        optim.Adam([number_of("dlbook", 3)], betas=betas)


def test_nesterov_needs_a_momentum_as_in_torch():
    for library in (torch.optim, optim):
        p = number_of("torch" if library is torch.optim else "dlbook", 3)
        with pytest.raises(ValueError, match="esterov"):
            library.SGD([p], nesterov=True)


FLAGS = [("SGD", "nesterov", {"momentum": 0.9}), ("RMSprop", "centered", {})]


@pytest.mark.parametrize(("name", "flag", "options"), FLAGS)
@pytest.mark.parametrize("wrong", ["no", "", 0, 1, None, [], 0.0, np.zeros(1)], ids=repr)
def test_a_flag_is_true_or_false_when_made_and_when_loaded(name, flag, options, wrong):
    kind, p = getattr(optim, name), number_of("dlbook", 3)
    with pytest.raises(TypeError, match=f"{flag} needs to be True or False, got"):
        kind([p], **options | {flag: wrong})
    optimizer = kind([p], **options)
    state = optimizer.state_dict()
    state["param_groups"][0][flag] = wrong
    with pytest.raises(TypeError, match=f"{flag} needs to be True or False, got"):
        optimizer.load_state_dict(state)
    assert getattr(optimizer, flag) is False and getattr(kind([p], **options), flag) is False


@pytest.mark.parametrize("setting", ["lr", "weight_decay", "momentum"])
@pytest.mark.parametrize("wrong", ["fast", None, np.nan, -1, np.ones(3)], ids=repr)
def test_a_setting_that_was_changed_to_none_moves_nothing(setting, wrong):
    p = number_of("dlbook", 3)
    before, optimizer = p.data.copy(), optim.SGD([p], momentum=0.9)
    setattr(optimizer, setting, wrong)
    p.grad = np.ones(3)
    with pytest.raises((TypeError, ValueError), match=f"{setting} needs to be"):
        optimizer.step()
    np.testing.assert_array_equal(p.data, before)


# ---- odd gradients and parameters at a step ----


def float32_parameter(*shape):
    return Tensor(np.ones(shape, np.float32), requires_grad=True)


@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (1, 3), (3, 1)])
@pytest.mark.parametrize("name", KINDS)
def test_a_gradient_of_another_shape_moves_nothing(name, shape):
    p, q = float32_parameter(3), float32_parameter(3)
    optimizer = getattr(optim, name)([p, q], lr=0.1)
    p.grad, q.grad = np.ones(3, np.float32), np.ones(shape, np.float32)
    with pytest.raises(ValueError, match=r"a gradient of shape \(3,\)"):
        optimizer.step()
    np.testing.assert_array_equal([p.data, q.data], 1)
    assert optimizer.state_dict()["state"] == {}


GRADIENTS = {  # what is no gradient, and what is said
    "texts": (np.array(["a", "b", "c"]), "a gradient of real numbers, got <U1"),
    "objects": (np.array([None, 1, 2]), "a gradient of real numbers, got object"),
    "complex": (np.ones(3) * 1j, "a gradient of real numbers, got complex128"),
    "ragged": ([[1.0], [1.0, 2.0], []], "a gradient needs numbers in rows of one length"),
    "masked": (np.ma.ones(3), "a gradient needs an array without a mask"),
    "with a graph": (torch.ones(3, requires_grad=True), "a gradient needs numbers without a graph"),
}


@pytest.mark.parametrize("case", GRADIENTS)
def test_what_is_no_gradient_moves_nothing(case):
    given, says = GRADIENTS[case]
    p, q = float32_parameter(3), float32_parameter(3)
    p.grad, q.grad = np.ones(3), given
    with pytest.raises((TypeError, ValueError), match=says):
        optim.SGD([p, q], lr=0.1).step()
    np.testing.assert_array_equal(p.data, 1)


@pytest.mark.parametrize(("name", "options"), CASES)
@pytest.mark.parametrize("given", [np.float64, np.float16, np.int64, list, Tensor])
def test_a_gradient_of_another_kind_is_taken_in_the_dtype_of_the_parameter(name, options, given):
    p, q = float32_parameter(3), float32_parameter(3)
    p.grad = np.array([1, -2, 3], np.float32)
    q.grad = given(p.grad) if given in (list, Tensor) else p.grad.astype(given)
    for parameter in (p, q):
        optimizer = getattr(optim, name)([parameter], **options)
        optimizer.step(), optimizer.step()
    np.testing.assert_array_equal(q.data, p.data)
    assert q.dtype == np.float32


def test_arrays_that_cannot_be_written_and_integers_are_refused_in_words():
    fixed = np.ones(3)
    fixed.flags.writeable = False
    for data in (fixed, np.broadcast_to(1.0, 3)):
        p = Tensor(data, requires_grad=True)
        p.grad = np.ones(3)
        with pytest.raises(ValueError, match=r"read-only array; .* array.copy\(\)"):
            optim.SGD([p]).step()
    whole = Tensor(np.ones(3, np.int64))
    whole.grad = np.ones(3)
    with pytest.raises(TypeError, match="floating-point parameters, got int64"):
        optim.SGD([whole]).step()


def test_a_number_in_the_place_of_an_array_is_moved():
    p = Tensor(np.array(2.0), requires_grad=True)
    optimizer = optim.SGD([p], lr=0.5)
    p.data = p.data * 2  # NumPy gives a number without axes
    p.grad = np.array(1.0)
    optimizer.step()
    assert p.data == 3.5


def test_parameters_that_require_no_gradient_stay_as_in_torch(rng):
    frozen, p = Tensor(np.ones(3)), number_of("dlbook", 3)
    before = p.data.copy()
    optimizer = optim.Adam([frozen, p])
    (frozen * p).sum().backward()
    optimizer.step()
    assert (frozen.data == 1).all() and (p.data != before).all()


@pytest.mark.parametrize(("name", "options"), CASES)
@pytest.mark.parametrize("steps_before", [0, 1, 3])
def test_a_model_made_double_goes_on_in_double(name, options, steps_before, rng):
    wide = nn.Linear(3, 2, rng=rng).double()
    narrow = nn.Linear(3, 2, rng=np.random.default_rng(0))
    runs, x = [], Tensor(rng.normal(size=(4, 3)))
    for model in (wide, narrow):
        optimizer = getattr(optim, name)(model.parameters(), **options)
        for step in range(steps_before + 3):
            if step == steps_before:
                model.double()
            optimizer.zero_grad()
            (model(Tensor(x.data.astype(model.weight.dtype))) * 2).sum().backward()
            optimizer.step()
        runs.append(model.weight.data)
        state = optimizer.state_dict()["state"]
        arrays = [a for own in state.values() for a in own.values() if isinstance(a, np.ndarray)]
        assert {array.dtype for array in (model.weight.data, *arrays)} == {np.dtype(np.float64)}
    np.testing.assert_allclose(*runs, rtol=1e-5)  # the first steps were in float32


# ---- saving and going on ----


def stepped(library, optimizer, params, steps, seed):
    """Take steps along drawn gradients, of which now and then one is missing."""
    rng = np.random.default_rng(seed)
    for step in range(steps):
        for i, p in enumerate(params):
            g = rng.normal(size=tuple(p.shape))
            g = torch.tensor(g) if library is torch.optim else g.astype(p.dtype)
            p.grad = None if (step + i) % 5 == 4 else g
        optimizer.step()


@pytest.mark.parametrize(("name", "options"), CASES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_optimiser_goes_on_to_the_bit(name, options, dtype, rng):
    start = [rng.normal(size=s).astype(dtype) for s in ((3, 2), (2,), ())]
    whole = [Tensor(a.copy(), requires_grad=True) for a in start]
    undisturbed = getattr(optim, name)(whole, **options)
    stepped(optim, undisturbed, whole, 7, seed=1)
    undisturbed.lr *= 0.5
    resumed_params = [Tensor(p.data.copy(), requires_grad=True) for p in whole]
    resumed = getattr(optim, name)(resumed_params)
    saved = undisturbed.state_dict()
    before = repr(saved)
    resumed.load_state_dict(saved)
    for optimizer, params in ((undisturbed, whole), (resumed, resumed_params)):
        stepped(optim, optimizer, params, 7, seed=2)
    for p, q in zip(whole, resumed_params, strict=True):
        np.testing.assert_array_equal(p.data, q.data)
    assert repr(saved) == before  # the steps since then changed nothing in it


@pytest.mark.parametrize(("name", "options"), CASES)
def test_a_state_is_loaded_in_the_dtype_of_the_parameters(name, options):
    wide, narrow = number_of("dlbook", 3), float32_parameter(3)
    saved = getattr(optim, name)([wide], **options)
    stepped(optim, saved, [wide], 3, seed=1)
    optimizer = getattr(optim, name)([narrow])
    optimizer.load_state_dict(saved.state_dict())
    arrays = optimizer.state_dict()["state"][0]
    assert {a.dtype for a in arrays.values() if isinstance(a, np.ndarray)} <= {np.dtype("f4")}


@pytest.mark.parametrize(("name", "options"), CASES)
def test_the_state_is_that_of_torch_by_name_and_value(name, options, rng):
    start = [rng.normal(size=s) for s in ((3, 2), (2,))]
    ours = [Tensor(a.copy(), requires_grad=True) for a in start]
    theirs = [torch.tensor(a, requires_grad=True) for a in start]
    states = []
    for library, params in ((optim, ours), (torch.optim, theirs)):
        optimizer = getattr(library, name)(params, **options)
        stepped(library, optimizer, params, 9, seed=3)
        states.append(optimizer.state_dict())
    state, expected = states
    assert state["param_groups"][0].items() <= expected["param_groups"][0].items()
    for i, arrays in expected["state"].items():
        if name == "SGD":  # which does not count its steps in torch
            state["state"][i].pop("step")
        assert state["state"][i].keys() == arrays.keys()
        for key, value in arrays.items():
            np.testing.assert_allclose(state["state"][i][key], value, rtol=1e-9, atol=1e-15)


def with_group(state, **changes):
    """Return a state with changes in its settings; None takes one away."""
    group = state["param_groups"][0] | changes
    return state | {"param_groups": [{k: v for k, v in group.items() if v is not None}]}


def with_state(state, **changes):
    """Return a state with changes in the arrays of parameter 1; None takes one away."""
    own = {k: v for k, v in (state["state"][1] | changes).items() if v is not None}
    return state | {"state": state["state"] | {1: own}}


SPOILT = {  # what is done to the state of Adam with two parameters, and what is said
    "that of the model": (lambda s: {"0.weight": np.ones(3)}, "of the model"),
    "none": (lambda s: 3, "returns, got something else"),
    "a part": (lambda s: {"state": s["state"]}, "returns, got something else"),
    "two groups": (lambda s: s | {"param_groups": 2 * s["param_groups"]}, "something else"),
    "of another kind": (lambda s: with_group(s, betas=None), "needs the settings"),
    "with one more": (lambda s: with_group(s, amsgrad=True), "needs the settings"),
    "fewer": (lambda s: with_group(s, params=[0]), "2 parameters, got that of 1"),
    "a third": (lambda s: s | {"state": {2: {}}}, "2 parameters"),
    "texts as numbers": (lambda s: s | {"state": {"0": {}}}, r"that of 2, under \['0'\]; build"),
    "no second mean": (lambda s: with_state(s, exp_avg_sq=None), "for parameter 1"),
    "no steps": (lambda s: with_state(s, step=None), "for parameter 1"),
    "texts": (lambda s: with_state(s, exp_avg=np.full((2, 2), "a")), "needs numbers for"),
    "a text as steps": (lambda s: with_state(s, step="a"), "needs numbers for"),
    "a text as lr": (lambda s: with_group(s, lr="0.1"), "lr needs to be a number"),
    "nan as lr": (lambda s: with_group(s, lr=float("nan")), "lr needs to be finite"),
    "another shape": (lambda s: with_state(s, exp_avg=np.ones(1)), "for parameter 1"),
    "a list as state": (lambda s: s | {"state": {1: [1, 2]}}, "a dict as state of parameter 1"),
    "one name twice": (lambda s: with_group(s, params=[0, 0]), "2 parameters, got that of 1"),
    "half a step": (lambda s: with_state(s, step=1.5), "a count of steps for parameter 1"),
    "nan steps": (lambda s: with_state(s, step=float("nan")), "a count of steps"),
    "steps backwards": (lambda s: with_state(s, step=-1), "a count of steps"),
    "two counts": (lambda s: with_state(s, step=np.ones(2)), "a count of steps"),
    "ragged": (lambda s: with_state(s, exp_avg=[[1.0], [1.0, 2.0]]), "rows of one length"),
    "masked": (lambda s: with_state(s, exp_avg=np.ma.ones((2, 2))), "without a mask"),
    "texts as betas": (lambda s: with_group(s, betas="ab"), "betas needs to be a number"),
    "betas of 1": (lambda s: with_group(s, betas=(1.0, 0.9)), "two numbers below 1"),
    "a text as eps": (lambda s: with_group(s, eps="small"), "eps needs to be a number"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_state_that_does_not_fit_changes_nothing(case, rng):
    change, says = SPOILT[case]
    params = [Tensor(rng.normal(size=s), requires_grad=True) for s in (3, (2, 2))]
    optimizer = optim.Adam(params, lr=0.1)
    stepped(optim, optimizer, params, 2, seed=0)
    before, wrong = optimizer.state_dict(), deepcopy(optimizer.state_dict())
    wrong["param_groups"][0]["lr"] = 7.0
    wrong = change(wrong)
    with pytest.raises((TypeError, ValueError), match=says):
        optimizer.load_state_dict(wrong)
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    for i, arrays in before["state"].items():
        for name, array in arrays.items():
            np.testing.assert_array_equal(after["state"][i][name], array)


@pytest.mark.parametrize("ids", [[1, 0], [5, 3], ["w", "b"]])
@pytest.mark.parametrize("name", KINDS)
def test_a_state_goes_to_the_parameter_whose_place_its_name_has(name, ids):
    ends = []
    for library in (optim, torch.optim):
        make = Tensor if library is optim else torch.tensor
        params = [make(np.ones(2), requires_grad=True) for _ in ids]
        options = {"momentum": 0.9} if name == "SGD" else {}
        optimizer = getattr(library, name)(params, lr=0.1, **options)
        stepped(library, optimizer, params, 2, seed=0)
        state = deepcopy(optimizer.state_dict())
        state["state"] = {ids[i]: state["state"][i] for i in range(2)}
        state["param_groups"][0]["params"] = ids
        optimizer.load_state_dict(state)
        stepped(library, optimizer, params, 2, seed=1)
        ends.append([np.asarray(p.detach()) for p in params])
    np.testing.assert_allclose(*ends, rtol=1e-12)


@pytest.mark.parametrize("name", KINDS)
def test_after_a_change_of_the_model_the_old_state_is_refused(name, rng):
    options = {"momentum": 0.9} if name == "SGD" else {}
    p = number_of("dlbook", 3)
    optimizer = getattr(optim, name)([p], **options)
    p.grad = np.ones(3)
    optimizer.step()
    p.data, p.grad = np.ones((1, 3)), np.ones((1, 3))
    with pytest.raises(ValueError, match="make a new optimiser after changing the model"):
        optimizer.step()


def test_an_optimiser_without_a_rule_says_so():
    p = number_of("dlbook", 3)
    p.grad = np.ones(3)
    with pytest.raises(NotImplementedError, match="Optimizer has none"):
        optim.Optimizer([p], 0.1, 0).step()
