"""The same network in torch: `twin` builds it layer by layer from one of dlbook."""

from collections.abc import Mapping

import numpy as np
import torch

from dlbook import nn
from dlbook.models.googlenet import Inception


def twin(ours: nn.Module) -> torch.nn.Module:
    """Return a module of torch with the layers and the names of `ours`, but weights of its own."""
    layers = torch.nn
    match ours:
        case nn.Sequential():
            return layers.Sequential(*map(twin, ours.children()))
        case nn.Conv2d():
            sizes = ours.in_channels, ours.out_channels, ours.kernel_size, ours.stride, ours.padding
            return layers.Conv2d(*sizes, ours.dilation, ours.groups, ours.bias is not None)
        case nn.Linear():
            return layers.Linear(ours.in_features, ours.out_features, ours.bias is not None)
        case nn.BatchNorm2d():
            return layers.BatchNorm2d(len(ours.weight), ours.eps, ours.momentum)
        case nn.MaxPool2d() | nn.AvgPool2d():
            sizes = ours.kernel_size, ours.stride, ours.padding
            return getattr(layers, type(ours).__name__)(*sizes, ceil_mode=ours.ceil_mode)
        case nn.AdaptiveAvgPool2d():
            return layers.AdaptiveAvgPool2d(ours.output_size)
        case nn.Dropout():
            return layers.Dropout(ours.p)
        case nn.ZeroPad2d():
            return layers.ZeroPad2d(ours.padding)
        case nn.ReLU() | nn.ReLU6() | nn.Tanh() | nn.Flatten():
            return getattr(layers, type(ours).__name__)()
    return Twin(ours)


class Twin(torch.nn.Module):
    """Runs the `forward` of a module of dlbook on layers of torch."""

    def __init__(self, ours: nn.Module):
        super().__init__()
        self.kind = type(ours)
        for name, value in vars(ours).items():
            if isinstance(value, nn.Module):
                setattr(self, name, twin(value))
            elif value is None or isinstance(value, bool):
                setattr(self, name, value)

    def forward(self, x):
        if self.kind is Inception:
            return torch.cat([branch(x) for branch in self.children()], dim=1)
        return self.kind.forward(self, x)


def copy_weights(ours: nn.Module, theirs: torch.nn.Module) -> None:
    """Give `theirs` the parameters and buffers of `ours`, found by their names."""
    state: Mapping[str, np.ndarray] = ours.state_dict()
    missing, unexpected = theirs.load_state_dict(
        {name: torch.tensor(array) for name, array in state.items()}, strict=False
    )
    assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing)
