"""Networks that made history, in full size and in a size that trains on a laptop.

The full ones have the layout and the parameter names of torchvision. Built with
``rng=dlbook.summary.blank()`` they can be counted without memory for their weights.
"""

from dlbook.models.alexnet import AlexNet as AlexNet, alexnet as alexnet
from dlbook.models.efficientnet import (
    EfficientNetLite0 as EfficientNetLite0,
    MBConv as MBConv,
    efficientnet_lite0 as efficientnet_lite0,
)
from dlbook.models.googlenet import (
    GoogLeNet as GoogLeNet,
    Inception as Inception,
    googlenet as googlenet,
)
from dlbook.models.lenet import lenet as lenet
from dlbook.models.mini import (
    mini_alexnet as mini_alexnet,
    mini_googlenet as mini_googlenet,
    mini_resnet as mini_resnet,
    mini_vgg as mini_vgg,
)
from dlbook.models.resnet import (
    BasicBlock as BasicBlock,
    Bottleneck as Bottleneck,
    ResNet as ResNet,
    resnet18 as resnet18,
    resnet34 as resnet34,
    resnet50 as resnet50,
)
from dlbook.models.vgg import VGG as VGG, vgg11 as vgg11, vgg16 as vgg16
from dlbook.models.weights import published as published
