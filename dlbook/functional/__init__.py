"""Operations on tensors that have no parameters, under their names in torch.nn.functional.

`cat` is torch.cat. Each operation is a forward computation in NumPy and its backward rule, joined
by `record`.
"""

from dlbook.functional.activation import (
    gelu,
    leaky_relu,
    log_softmax,
    relu,
    relu6,
    sigmoid,
    softmax,
    tanh,
)
from dlbook.functional.convolution import conv1d, conv2d
from dlbook.functional.dropout import dropout
from dlbook.functional.joining import cat
from dlbook.functional.linear import embedding, linear
from dlbook.functional.loss import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    mse_loss,
    nll_loss,
)
from dlbook.functional.normalization import batch_norm, layer_norm
from dlbook.functional.padding import pad
from dlbook.functional.pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    avg_pool1d,
    avg_pool2d,
    max_pool1d,
    max_pool2d,
)

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy_with_logits",
    "cat",
    "conv1d",
    "conv2d",
    "cross_entropy",
    "dropout",
    "embedding",
    "gelu",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_softmax",
    "max_pool1d",
    "max_pool2d",
    "mse_loss",
    "nll_loss",
    "pad",
    "relu",
    "relu6",
    "sigmoid",
    "softmax",
    "tanh",
]
