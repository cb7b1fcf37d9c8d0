import hashlib
import inspect
import tracemalloc

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from dlbook import Tensor, models, no_grad
from dlbook.summary import blank, summary
from tests.models.test_mini import NETS
from tests.twins import twin

PARAMETERS = {  # as torchvision's documentation gives them; the last as its own package has it
    "alexnet": 61_100_840,
    "vgg11": 132_863_336,
    "vgg16": 138_357_544,
    "googlenet": 13_004_888,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "efficientnet_lite0": 4_652_008,
}
STATES = {  # `digest` of the state dicts of torchvision 0.28
    "alexnet": (16, "935c1ea73a7869ee"),
    "vgg11": (22, "b11acd4f90d9643f"),
    "vgg16": (32, "ba63c2556d912509"),
    "googlenet": (364, "de3745733576b3b1"),
    "resnet18": (122, "5191d63ec3989592"),
    "resnet34": (218, "f8de2a1812ef85e4"),
    "resnet50": (320, "a87e91cd6bd1f939"),
}
WITHOUT_HEADS = 6_624_904  # googlenet in evaluation


def test_every_network_is_tested():
    here = {name for name, _function in inspect.getmembers(models, inspect.isfunction)}
    missing = here - {*PARAMETERS, *NETS, "published"}  # tested in test_published.py
    assert not missing, f"{missing}: add it to PARAMETERS here, or to NETS in test_mini.py"


@pytest.fixture(scope="module", params=PARAMETERS)
def net(request):
    return request.param, getattr(models, request.param)(rng=blank())


def test_the_number_of_parameters_is_that_of_torchvision(net):
    name, model = net
    assert sum(p.data.size for p in model.parameters()) == PARAMETERS[name]


def test_shapes_and_work_are_those_that_torch_counts(net):
    name, model = net
    counted = summary(model, (3, 224, 224))
    with torch.device("meta"):
        theirs = twin(model).eval()
        shapes = []
        for module in theirs.modules():
            if not list(module.children()) and type(module) is not torch.nn.Sequential:
                module.register_forward_hook(lambda m, i, o: shapes.append(tuple(o.shape[1:])))
        with FlopCounterMode(display=False) as flops:
            theirs(torch.empty(1, 3, 224, 224))
    assert counted.macs == flops.get_total_flops() / 2
    assert [row.output_shape for row in counted.rows] == shapes
    used = WITHOUT_HEADS if name == "googlenet" else PARAMETERS[name]
    assert sum(row.parameters for row in counted.rows) == used


def test_googlenet_has_no_heads_unless_asked():
    model = models.googlenet(aux_logits=False, rng=blank())
    assert sum(p.data.size for p in model.parameters()) == WITHOUT_HEADS
    assert not [name for name, _ in model.named_parameters() if name.startswith("aux")]


@pytest.mark.parametrize(
    ("name", "row", "pixels"),
    [("alexnet", "features.10", 163), ("vgg16", "features.30", 212), ("resnet18", "layer4", 435)],
)
def test_receptive_fields_are_those_of_the_literature(name, row, pixels):
    rows = summary(getattr(models, name)(rng=blank()), (3, 224, 224)).rows
    assert [r.receptive_field for r in rows if r.name.startswith(row)][-1] == pixels


def test_a_net_is_counted_without_memory_for_its_weights():
    tracemalloc.start()
    summary(models.vgg16(rng=blank()), (3, 224, 224))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30e6 < 4 * PARAMETERS["vgg16"] / 10


def digest(model):
    """Return how many names a state dict has, and what stands for them and their shapes."""
    state = dict(model.named_parameters()) | dict(model.named_buffers())
    lines = "\n".join(sorted(f"{name} {tensor.shape}" for name, tensor in state.items()))
    return len(state), hashlib.sha256(lines.encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", STATES)
def test_names_and_shapes_are_those_of_torchvision(name):
    assert digest(getattr(models, name)(rng=blank())) == STATES[name]


@pytest.mark.parametrize("name", ["resnet18", "googlenet", "efficientnet_lite0"])
def test_what_torch_saved_loads_and_gives_the_same_scores(name, rng):
    model = getattr(models, name)(rng=blank()).eval()
    theirs = twin(model).eval()
    model.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    x = rng.normal(size=(1, 3, 64, 64)).astype(np.float32)
    with no_grad(), torch.no_grad():
        scores, expected = model(Tensor(x)).data, theirs(torch.tensor(x)).numpy()
    np.testing.assert_allclose(scores, expected, atol=1e-5 * np.abs(expected).max())


def test_in_training_googlenet_returns_three_scores(rng):
    model = models.googlenet(num_classes=5, rng=rng)
    x = rng.normal(size=(2, 3, 64, 64)).astype(np.float32)
    assert [scores.shape for scores in model(Tensor(x))] == [(2, 5)] * 3
    assert model.eval()(Tensor(x)).shape == (2, 5)
