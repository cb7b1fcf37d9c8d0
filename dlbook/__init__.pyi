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
    parallel as parallel,
    plots as plots,
    predict as predict,
    summary as summary,
    tensor as tensor,
    terms as terms,
    train as train,
)
from .parallel import get_num_threads as get_num_threads, set_num_threads as set_num_threads
from .tensor import Tensor as Tensor, no_grad as no_grad, record as record

__version__: str
