"""Layers whose weight is a matrix: the linear map and the table of vectors."""

from typing import Any

import numpy as np

from dlbook import functional
from dlbook.arguments import flag, generator
from dlbook.functional.windows import single
from dlbook.nn.init import uniform_parameter
from dlbook.nn.module import Module, Parameter
from dlbook.tensor import Tensor


class Linear(Module):
    """The map x W^T + b of the last axis, with a learned weight W and bias b.

    Both start uniform in +-1/sqrt(in_features), as in torch.

    Args:
        in_features: size of the last axis of the input, shape (..., in_features).
        out_features: size of the last axis of the output, shape (..., out_features).
        bias: whether there is a bias, shape (out_features,). The weight has shape
            (out_features, in_features).
        rng: where the first values come from.
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, *, rng: np.random.Generator
    ):
        self.in_features = single(in_features, "in_features", 1)
        self.out_features = single(out_features, "out_features", 1)
        has_bias = flag(bias, "bias")
        bound = self.in_features**-0.5
        shape = (self.out_features, self.in_features)
        self.weight = uniform_parameter(shape, bound, rng)
        self.bias = uniform_parameter(shape[:1], bound, rng) if has_bias else None

    def forward(self, input: Tensor) -> Tensor:
        return functional.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        has = self.bias is not None
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={has}"


class Embedding(Module):
    """A table of learned vectors: integers of any shape become shape (..., embedding_dim).

    The vectors start normal with mean 0 and variance 1, as in torch.

    Args:
        num_embeddings: rows of the table; the input holds numbers from 0 to num_embeddings - 1.
        embedding_dim: numbers a row. The weight has shape (num_embeddings, embedding_dim).
        rng: where the first values come from.
    """

    weight: Parameter

    def __init__(self, num_embeddings: int, embedding_dim: int, *, rng: np.random.Generator):
        self.num_embeddings = single(num_embeddings, "num_embeddings", 1)
        self.embedding_dim = single(embedding_dim, "embedding_dim", 1)
        shape = (self.num_embeddings, self.embedding_dim)
        self.weight = Parameter(generator(rng).normal(size=shape).astype(np.float32))

    def forward(self, input: Any) -> Tensor:
        return functional.embedding(input, self.weight)

    def extra_repr(self) -> str:
        return f"{self.num_embeddings}, {self.embedding_dim}"
