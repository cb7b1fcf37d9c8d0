"""What stays in memory until `backward`: the numbers that a rule reads again, and no others."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

from dlbook import functional as F
from dlbook.graph import toposort
from dlbook.tensor import Tensor, no_grad, record

CLASSES = np.array([0, 1, 0])
READ = {  # what is computed, and which of its operands stay; "result" for its own numbers
    "x + y": "",
    "x - y": "",
    "x * y": "x y",
    "x * 2": "",
    "x / y": "y result",
    "x / 2": "",
    "x @ y": "x y",
    "x @ x.detach()": "x",
    "x ** 2": "x",
    "-x": "",
    "x.exp()": "result",
    "x.log()": "x",
    "x.tanh()": "result",
    "x.sqrt()": "result",
    "x.abs()": "x",
    "x.clamp(0, 1)": "x",
    "x.maximum(y)": "x y",
    "x.sum(0)": "",
    "x.mean(0)": "",
    "x.amax(0)": "x",
    "x.reshape(9)": "",
    "x.permute(1, 0)": "",
    "x.transpose(1, 0)": "",
    "x.T": "",
    "x[1:]": "",
    "x[[0, 0]]": "",
    "x.to(np.float32)": "",
    "F.relu(x)": "result",
    "F.relu6(x)": "result",
    "F.sigmoid(x)": "result",
    "F.tanh(x)": "result",
    "F.softmax(x, 1)": "result",
    "F.log_softmax(x, 1)": "result",
    "F.leaky_relu(x)": "x",
    "F.gelu(x)": "x",
    "F.dropout(x, rng=np.random.default_rng(0))": "",
    "F.pad(x, (1, 1))": "",
    "F.cat([x, y])": "",
    "F.linear(x, y)": "x y",
    "F.linear(x, y.detach(), vector)": "y",
    "F.embedding(CLASSES, x)": "",
    "F.mse_loss(x, y)": "",
    "F.nll_loss(x, CLASSES)": "",
    "F.cross_entropy(x, CLASSES)": "",
    "F.binary_cross_entropy_with_logits(x, y)": "x y",
    "F.layer_norm(x, 3, vector)": "vector",
    "F.batch_norm(images, None, None, vector)": "images",
    "F.conv2d(images, filters, vector)": "images filters",
    "F.conv1d(sequences, kernels)": "sequences kernels",
    "F.max_pool2d(images, 2)": "images result",
    "F.max_pool1d(sequences, 2)": "sequences result",
    "F.avg_pool2d(images, 2)": "",
    "F.avg_pool1d(sequences, 2)": "",
    "F.adaptive_avg_pool2d(images, 1)": "",
    "F.adaptive_avg_pool1d(sequences, 1)": "",
}


def operands():
    """Return tensors that an operation made, by name; images lie in memory as convolutions do."""
    rng = np.random.default_rng(0)
    rows = {
        "x": rng.random((3, 3)),
        "y": rng.random((3, 3)),
        "vector": rng.random(3),
        "images": rng.random((4, 3, 4, 2)).transpose(3, 1, 0, 2),
        "filters": rng.random((3, 3, 2, 2)),
        "sequences": rng.random((3, 4, 2)).transpose(2, 0, 1),
        "kernels": rng.random((3, 3, 2)),
    }
    return {name: Tensor(array, requires_grad=True) * 1.0 for name, array in rows.items()}


def owner(array):
    return array if array.base is None else owner(array.base)


@pytest.mark.parametrize("expression", READ)
def test_numbers_stay_as_long_as_a_rule_reads_them(expression):
    given = operands()
    result = eval(expression, globals() | given)
    given["result"] = result
    place = result.place
    changes = {name: id(tensor._changes) for name, tensor in given.items()}
    tensors = {name: weakref.ref(tensor) for name, tensor in given.items()}
    arrays = {name: weakref.ref(owner(tensor.data)) for name, tensor in given.items()}
    told = {id(read.changes) for p in toposort(place) if p.parents for read in p.reads}
    del given, result
    gc.collect()
    assert [name for name, tensor in tensors.items() if tensor() is not None] == []
    kept = {name for name, array in arrays.items() if array() is not None}
    assert kept == set(READ[expression].split())
    untold = {name for name in kept if changes[name] not in told}
    assert not untold, "a change in place of these would give a wrong gradient without a word"


def test_every_function_says_what_stays():
    assert [name for name in F.__all__ if not any(f"F.{name}(" in e for e in READ)] == []


def test_a_rule_of_ones_own_keeps_the_parents_that_it_names():
    x = Tensor([1.0, 2.0], requires_grad=True) * 3
    alive, shape = weakref.ref(x), x.shape
    for pull, keeps in (
        (lambda g: (2 * x.data * g,), True),
        (lambda g: (g.reshape(shape),), False),
    ):
        y = record(x.data**2, (x,), pull)
        if not keeps:
            del x, pull
        assert y.operation and (alive() is not None) == keeps


def test_a_network_holds_what_its_rules_read():
    rng = np.random.default_rng(0)
    image = rng.random((32, 8, 32, 16), np.float32).transpose(3, 1, 0, 2)
    x, w = Tensor(image), Tensor(rng.random((8, 8, 3, 3)), requires_grad=True, dtype="f4")

    def forward():
        convolved = F.conv2d(x, w, padding=1)  # batch norm reads it
        rectified = F.relu(F.batch_norm(convolved, None, None) + convolved)  # pooling reads it
        return F.max_pool2d(rectified, 2)  # pooling reads it

    forward()  # memory for lowered rows stays
    tracemalloc.start()
    try:
        result = forward()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    one = x.data.nbytes
    assert result.shape == (16, 8, 16, 16) and held == pytest.approx(
        (1 + 1 + 1 / 4) * one, rel=0.03
    )


@pytest.mark.parametrize("expression", [e for e, read in READ.items() if "result" in read])
def test_a_change_of_a_result_that_its_rule_reads_is_told(expression):
    result = eval(expression, globals() | operands())
    with no_grad():
        shared = result.detach()
        shared += 1
    with pytest.raises(RuntimeError, match="changed in place since"):
        result.backward(np.ones(result.shape))
