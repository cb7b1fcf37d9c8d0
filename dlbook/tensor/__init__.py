"""Tensors: arrays that know what they were made from, so that `backward` finds their gradients.

`tensor.py` holds the class and its arithmetic; the files beside it hold what it is put together
from. Each further operation, in dlbook or in a notebook, goes through `record`.
"""

from dlbook.tensor.broadcasting import unbroadcast
from dlbook.tensor.recording import factors_kept, factors_read, no_grad
from dlbook.tensor.tensor import Tensor, record

__all__ = ["Tensor", "factors_kept", "factors_read", "no_grad", "record", "unbroadcast"]
