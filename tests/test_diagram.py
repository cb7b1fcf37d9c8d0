import numpy as np

from dlbook import plots
from dlbook.diagram import trace
from dlbook.functional import cross_entropy, linear
from dlbook.tensor import Tensor


def test_trace_names_values_and_gradients():
    x, w, b = Tensor(2.0), Tensor(3.0, requires_grad=True), Tensor(1.0, requires_grad=True)
    product = x * w
    boxes = trace((product + b) ** 2, x=x, w=w, b=b, p=product)
    seen = {box.label: (box.forward, box.gradient, box.color) for box in boxes}
    assert seen == {
        "x": ("2", "", plots.DATA),
        "w": ("3", "28", plots.PARAMETER),
        "p = ×": ("6", "14", plots.CONTEXT),
        "b": ("1", "14", plots.PARAMETER),
        "+": ("7", "14", plots.CONTEXT),
        "**": ("49", "1", plots.CONTEXT),
    }
    assert w.grad == 28


def test_trace_writes_arrays_by_shape_and_constants_by_value(rng):
    x, w = Tensor(rng.normal(size=(5, 3))), Tensor(rng.normal(size=(2, 3)), requires_grad=True)
    loss = cross_entropy(linear(x, w), np.array([0, 1, 0, 1, 0])) * 3
    boxes = {box.label: box for box in trace(loss, x=x, w=w)}
    assert list(boxes) == ["x", "w", "linear", "log_softmax", "nll_loss", "3", "×"]
    assert (boxes["w"].forward, boxes["w"].gradient) == ("2×3", "2×3")
    assert boxes["3"].forward == ""


def test_trace_follows_a_chain_of_any_length():
    x = y = Tensor(1.0, requires_grad=True)
    for _ in range(100_000):
        y = -y
    first, *_, last = trace(y, x=x)
    assert (first.label, first.gradient) == ("x", "1")
    assert (last.label, last.forward) == ("−", "1")
