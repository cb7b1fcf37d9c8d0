"""Drawings of networks say what the networks have, and every word stands in its block."""

from itertools import combinations

import pytest

from dlbook import blueprints, models, plots
from dlbook.summary import blank

DRAWN = {"alexnet": 2.8, "vgg16": 2.4, "inception": 2.4}  # height in inches
DRAWN |= {"residual": 1.3, "inverted_bottleneck": 1.3}


@pytest.mark.parametrize("name", DRAWN)
def test_words_stand_in_their_blocks_and_blocks_apart(name):
    parts = getattr(blueprints, name)()
    fig, ax = plots.figure(height=DRAWN[name])
    plots.blocks(ax, parts)
    fig.draw_without_rendering()
    boxes = [patch.get_window_extent() for patch in ax.patches[1::2]]  # two patches a block
    assert len(boxes) == len(parts)
    texts = [text for text in ax.texts if text.get_text()]
    words = {text: text.get_window_extent() for text in texts}
    inside = [word for text, word in words.items() if text.get_va() == "center"]
    assert len(inside) == len(parts)
    for box, word in zip(boxes, inside, strict=True):
        assert box.x0 < word.x0 and word.x1 < box.x1 and box.y0 < word.y0 and word.y1 < box.y1
    below = [word for text, word in words.items() if text.get_va() == "top"]
    assert not any(a.overlaps(b) for a, b in combinations([*boxes, *below], 2))


def outputs(parts):
    """Return the channels of each block: the number after the last line break or colon."""
    return [int(part.text.replace(":", "\n").split("\n")[-1].split()[0]) for part in parts]


def test_the_towers_of_alexnet_hold_the_parameters_of_2012():
    _, *pairs, last = blueprints.alexnet()
    upper, came, total = pairs[::2], 3, 0
    places = 1
    for part, width in zip(upper, outputs(upper), strict=True):
        window = int(part.text.split("\n")[1].split("×")[0]) if "conv" in part.text else 1
        if "dense" in part.text and places == 1:
            places, came = 36, came * 36
        total += 2 * width * (came * window**2 * (len(part.after) if came > 3 else 1) + 1)
        came = width
    assert total + 1000 * (2 * came + 1) == 60_965_224
    assert len(last.after) == 2


def test_vgg_has_the_layers_of_the_model():
    convolutions = [
        layer.out_channels
        for layer in models.vgg16(rng=blank()).features
        if hasattr(layer, "out_channels")
    ]
    stages = blueprints.vgg16()[1:6]
    drawn = [
        width
        for part, width in zip(stages, outputs(stages), strict=True)
        for _ in range(int(part.text[0]))
    ]
    assert drawn == convolutions


@pytest.mark.parametrize("name", ["3a", "4e", "5b"])
def test_an_inception_module_hands_on_what_its_branches_give(name):
    *branches, joined = blueprints.inception(name)
    ends = [part for part in branches if part in joined.after]
    assert len(ends) == 4 and sum(outputs(ends)) == int(joined.text.split("\n")[1].split()[0])


def test_a_way_around_leads_over_the_blocks_between():
    parts = blueprints.residual()
    _, ax = plots.figure(height=1.3)
    plots.blocks(ax, parts)
    (way,) = ax.lines
    x, plus = parts[0], next(part for part in parts if part.text == "+")
    assert plus.around == (x,) and plus.after == (parts[2],)
    assert way.get_xdata()[0] == x.column and way.get_xdata()[-1] == plus.column
    assert way.get_ydata()[-1] > max(part.top for part in parts)
