"""What the famous networks are made of, as parts for `plots.blocks` to draw."""

from itertools import groupby

from dlbook.block_drawing import Part
from dlbook.colors import CONTEXT, DATA
from dlbook.models.googlenet import MODULES
from dlbook.models.vgg import CHANNELS

TOWER = (  # AlexNet of 2012 on one of two cards: what to write, whether it sees both cards
    ("conv\n11×11\n48", False),
    ("conv\n5×5\n128", False),
    ("conv\n3×3\n192", True),
    ("conv\n3×3\n192", False),
    ("conv\n3×3\n128", False),
    ("dense\n2048", True),
    ("dense\n2048", True),
)
POOLED = 0, 1, 4  # after these convolutions stands a max-pooling


def alexnet() -> list[Part]:
    """Return AlexNet of 2012 as it lay on two graphics cards, with the layers where they spoke.

    Source: Krizhevsky, Sutskever and Hinton (2012), https://doi.org/10.1145/3065386, figure 2.
    """
    picture = Part("picture\n3×224\n×224", 0, color=DATA, height=2.9)
    parts, before = [picture], (picture, picture)
    for i, (text, both) in enumerate(TOWER):
        after = [before, before] if both else [before[:1], before[1:]]
        below = "pool" if i in POOLED else ""
        pair = [
            Part(text, i + 1, row, came, height=1.2, below=below)
            for row, came in zip((0.85, -0.85), after, strict=True)
        ]
        parts, before = [*parts, *pair], (pair[0], pair[1])
    return [*parts, Part("dense\n1000", len(TOWER) + 1, 0, before, height=2.9)]


def vgg16() -> list[Part]:
    """Return the five stages of VGG-16 and its three dense layers; heights show those of maps.

    Source: Simonyan and Zisserman (2015), arXiv:1409.1556, table 1, column D.
    """
    picture = Part("picture\n3×224\n×224", 0, color=DATA, height=2.6)
    parts = [picture]
    stages = [list(stage) for is_stage, stage in groupby(CHANNELS[16], bool) if is_stage]
    for i, channels in enumerate(stages):
        size = 224 >> i
        text = f"{len(channels)} conv\n3×3\n{channels[0]}"
        height, below = 1.1 + 1.5 * size / 224, f"{size}×{size}\npool"
        parts.append(Part(text, i + 1, 0, (parts[-1],), height=height, below=below))
    for width in (4096, 4096, 1000):
        parts.append(Part(f"dense\n{width}", len(parts), 0, (parts[-1],), height=0.8))
    return parts


def inception(name: str = "3a") -> list[Part]:
    """Return the four branches of a module of GoogLeNet, as in the paper.

    Args:
        name: such as "3a"; `models.googlenet.MODULES` has the channels of all nine.

    Source: Szegedy et al. (2015), arXiv:1409.4842, figure 2b and table 1.
    """
    came, one, narrow3, three, narrow5, five, pooled = MODULES[name]
    maps = Part(f"{came} maps", 0, color=DATA, height=3.8)
    first = [
        Part(f"1×1: {one}", 1, 1.5, (maps,)),
        Part(f"1×1: {narrow3}", 1, 0.5, (maps,)),
        Part(f"1×1: {narrow5}", 1, -0.5, (maps,)),
        Part("max-pool 3×3", 1, -1.5, (maps,), color=CONTEXT),
    ]
    texts = f"3×3: {three}", f"5×5: {five}", f"1×1: {pooled}"
    last = [Part(text, 2, part.row, (part,)) for text, part in zip(texts, first[1:], strict=True)]
    joined = f"side by side:\n{one + three + five + pooled} maps"
    return [maps, *first, *last, Part(joined, 3, 0, (first[0], *last), color=DATA, height=3.8)]


def residual() -> list[Part]:
    """Return a block of ResNet-18 with its way around.

    Source: He, Zhang, Ren and Sun (2016), arXiv:1512.03385, figure 2.
    """
    return _with_way_around("conv 3×3\nnorm, ReLU", "conv 3×3\nnorm", last="ReLU")


def inverted_bottleneck() -> list[Part]:
    """Return a block of EfficientNet-Lite0, `models.MBConv`, with its way around.

    Source: Sandler et al. (2018), arXiv:1801.04381, figure 3b.
    """
    wide, alone = "1×1: 6 times\nthe channels", "3×3 or 5×5,\neach channel\nalone"
    return _with_way_around(wide, alone, "1×1: back to\nthe channels")


def _with_way_around(*texts: str, last: str = "") -> list[Part]:
    parts = [Part("x", 0, color=DATA)]
    for text in texts:
        parts.append(Part(text, len(parts), after=(parts[-1],)))
    added = Part("+", len(parts), after=(parts[-1],), around=(parts[0],), color=CONTEXT)
    parts.append(added)
    if last:
        parts.append(Part(last, len(parts), after=(added,), color=CONTEXT))
    return parts
