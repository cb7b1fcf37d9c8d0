from . import (
    check as check,
    claims as claims,
    data as data,
    explore as explore,
    functional as functional,
    gradcheck as gradcheck,
    models as models,
    nn as nn,
    optim as optim,
    plots as plots,
    predict as predict,
    summary as summary,
    tensor as tensor,
    train as train,
)
from .tensor import Tensor as Tensor, no_grad as no_grad, record as record

__version__: str
