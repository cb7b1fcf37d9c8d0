import numpy as np
import pytest

from dlbook import Tensor, nn
from dlbook.functional import relu
from dlbook.summary import blank, summary


def small(rng):
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1, rng=rng),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 4, 3, groups=2, bias=False, rng=rng),
        nn.Flatten(),
        nn.Dropout(rng=rng),
        nn.Linear(4 * 6 * 6, 10, rng=rng),
    )


def test_rows_are_what_one_counts_by_hand():
    found = summary(small(blank()), (3, 32, 32))
    rows = [(r.output_shape, r.parameters, r.macs, r.receptive_field) for r in found.rows]
    assert rows == [
        ((8, 16, 16), 3 * 3 * 3 * 8 + 8, 16 * 16 * 8 * 27, 3),
        ((8, 16, 16), 16, 0, 3),
        ((8, 16, 16), 0, 0, 3),
        ((8, 8, 8), 0, 0, 5),
        ((4, 6, 6), 4 * 4 * 9, 36 * 4 * 4 * 9, 13),
        ((144,), 0, 0, None),
        ((144,), 0, 0, None),
        ((10,), 1450, 1440, None),
    ]
    assert [r.name for r in found.rows] == list("01234567")
    assert found.parameters == sum(r[1] for r in rows) and found.macs == sum(r[2] for r in rows)


def test_the_table_is_aligned_and_ends_in_totals():
    lines = repr(summary(small(blank()), (3, 32, 32))).splitlines()
    assert lines[0].split() == ["name", "layer", "output", "shape", "parameters", "MACs", "sees"]
    assert lines[1].split() == ["0", "Conv2d", "8", "x", "16", "x", "16", "224", "55,296", "3"]
    assert lines[-1].split() == ["total", "1,834", "61,920"]
    assert len({line.find("Conv2d") for line in lines} - {-1}) == 1


def test_the_model_is_left_as_it_was(rng):
    model = small(rng)
    model[6].eval()
    before, x = model.state_dict(), Tensor(rng.normal(size=(2, 3, 32, 32)).astype(np.float32))
    summary(model, (3, 32, 32))
    assert [m.training for m in model.children()] == [True] * 6 + [False, True]
    assert "forward" not in {name for m in model.modules() for name in vars(m)}
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert model(x).data.std() > 0


def test_a_model_that_fails_is_left_as_it_was_too(rng):
    model = nn.Sequential(nn.Linear(3, 4, rng=rng), nn.Linear(5, 2, rng=rng))
    with pytest.raises(ValueError):
        summary(model, (3,))
    assert "forward" not in vars(model[0]) and model.training


class Residual(nn.Module):
    """A block written by hand: parameters of its own, a sum, and one layer used twice."""

    def __init__(self, rng):
        self.scale = nn.Parameter(np.ones((4, 1, 1), np.float32))
        self.conv = nn.Conv2d(4, 4, 3, padding=1, rng=rng)

    def forward(self, input):
        return relu(self.conv(self.conv(input)) * self.scale + input)


def test_parameters_are_counted_once_and_a_sum_sees_what_its_widest_part_sees(rng):
    found = summary(nn.Sequential(Residual(rng), nn.AvgPool2d(2)), (4, 8, 8))
    parts = [(r.name, r.parameters, r.receptive_field) for r in found.rows]
    assert parts == [("0.conv", 148, 3), ("0.conv", 0, 5), ("0", 4, 5), ("1", 0, 6)]
    assert found.parameters == 152 and found.macs == 2 * 64 * 4 * 36


@pytest.mark.parametrize("dilation", [1, 2])
def test_no_further_input_has_a_gradient_than_the_field_says(dilation, rng):
    layers = [
        nn.Conv2d(1, 2, 3, stride=2, dilation=dilation, rng=rng),
        nn.AvgPool2d(3, stride=2, padding=1),
        nn.Conv2d(2, 1, 2, rng=rng),
    ]
    field = summary(nn.Sequential(*layers), (1, 64, 64)).rows[-1].receptive_field
    x = Tensor(rng.normal(size=(1, 1, 64, 64)), requires_grad=True)
    nn.Sequential(*layers).double()(x)[0, 0, 5, 5].backward()
    reached = np.flatnonzero(x.grad[0, 0].any(axis=0))
    assert reached[-1] - reached[0] + 1 == field


def test_sequences_and_words_are_counted_too():
    model = nn.Sequential(nn.Conv1d(2, 4, 5, stride=2, rng=blank()), nn.Tanh())
    row = summary(model, (2, 21)).rows[0]
    assert (row.output_shape, row.parameters, row.macs) == ((4, 9), 44, 9 * 4 * 10)
    words = summary(nn.Embedding(7, 3, rng=blank()), (5,), dtype=np.int64)
    assert (words.rows[0].output_shape, words.parameters) == ((5, 3), 21)


def test_blank_weights_are_one_number_in_memory():
    layer = nn.Linear(10**4, 10**5, rng=blank())
    assert layer.weight.shape == (10**5, 10**4) and layer.weight.data.strides == (0, 0)
    assert layer.weight.dtype == np.float32 and layer.weight.requires_grad


class ByName(nn.Module):
    """Calls its layers by keyword, and one of them under a second name."""

    def __init__(self, rng):
        self.first = nn.Linear(3, 3, rng=rng)
        self.again = self.first
        self.scaled = Scaled()

    def forward(self, x):
        return self.scaled(x=self.again(input=self.first(input=x)), scale=2.0)


class Scaled(nn.Module):
    def forward(self, x, scale):
        return x * scale


def test_layers_that_are_called_by_keyword_or_have_two_names_are_counted(rng):
    found = summary(ByName(rng), (3,))
    rows = [(r.name, r.layer, r.parameters, r.macs) for r in found.rows]
    linear = [("first", "Linear", n, 9) for n in (12, 0)]
    assert rows == [*linear, ("scaled", "Scaled", 0, 0)]


@pytest.mark.parametrize("size", [(0,), (3.0,), "3", None, (None,), (-3,)])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises((TypeError, ValueError), match=r"input_size needs .*, got .*; (try|write)"):
        summary(nn.ReLU(), size)


def test_what_is_no_model_is_refused():
    with pytest.raises(TypeError, match=r"needs a model.*got function; wrap"):
        summary(relu, (3,))
