"""Layers: functions that own their parameters and can be nested. Names are those of torch.nn."""

from dlbook.nn import init
from dlbook.nn.convolution import Conv1d, Conv2d
from dlbook.nn.init import kaiming_normal_, xavier_normal_
from dlbook.nn.linear import Embedding, Linear
from dlbook.nn.module import Buffer, Module, Parameter
from dlbook.nn.normalization import BatchNorm1d, BatchNorm2d, Dropout, LayerNorm
from dlbook.nn.pooling import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AvgPool1d,
    AvgPool2d,
    MaxPool1d,
    MaxPool2d,
    ZeroPad2d,
)
from dlbook.nn.simple import (
    GELU,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    Flatten,
    LeakyReLU,
    MSELoss,
    NLLLoss,
    ReLU,
    ReLU6,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
)

__all__ = [
    "GELU",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AvgPool1d",
    "AvgPool2d",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "Buffer",
    "Conv1d",
    "Conv2d",
    "CrossEntropyLoss",
    "Dropout",
    "Embedding",
    "Flatten",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MSELoss",
    "MaxPool1d",
    "MaxPool2d",
    "Module",
    "NLLLoss",
    "Parameter",
    "ReLU",
    "ReLU6",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "ZeroPad2d",
    "init",
    "kaiming_normal_",
    "xavier_normal_",
]
