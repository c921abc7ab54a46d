"""The operations that a network's graph is made of, each a frozen value with its forward computation.

A convolutional classifier is a composition of these few. How each goes *back* is decided in
`catvis.backward.rules`; here stands only what it computes. Every tensor carries its batch first:
(batch, channels, height, width) for maps, (batch, units) for vectors.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Operation:
    """One step of a forward pass; its tensors are constants of the network."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute the output from the inputs."""
        raise NotImplementedError

    def to(self, device: torch.device) -> Operation:
        """Copy the operation with its tensors on ``device``."""
        moved = {
            field.name: value.to(device)
            for field in dataclasses.fields(self)
            if isinstance(value := getattr(self, field.name), Tensor)
        }
        return dataclasses.replace(self, **moved) if moved else self


@dataclass(frozen=True, eq=False)
class Input(Operation):
    """The preprocessed picture: (batch, 3, height, width)."""


@dataclass(frozen=True, eq=False)
class Convolution(Operation):
    """Cross-correlation with zero padding; weight (out, in / groups, kernel height, kernel width)."""

    weight: Tensor
    bias: Tensor | None
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    groups: int = 1

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute (batch, out, height, width)."""
        return F.conv2d(
            inputs[0], self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups
        )


@dataclass(frozen=True, eq=False)
class Linear(Operation):
    """A matrix product over the last axis; weight (out, in). Of maps a 1×1 convolution takes its place."""

    weight: Tensor
    bias: Tensor | None

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute (batch, out)."""
        return F.linear(inputs[0], self.weight, self.bias)


@dataclass(frozen=True, eq=False)
class ReLU(Operation):
    """max(x, 0), or min(max(x, 0), limit) where a limit is given (ReLU6)."""

    limit: float | None = None

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute the rectified values."""
        return inputs[0].clamp(min=0, max=self.limit)


@dataclass(frozen=True, eq=False)
class Pointwise(Operation):
    """Any other differentiable function of single numbers (sigmoid, SiLU, GELU, hard-swish, …)."""

    name: str
    function: Callable[[Tensor], Tensor]

    def forward(self, *inputs: Tensor) -> Tensor:
        """Apply the function to every number."""
        return self.function(inputs[0])


@dataclass(frozen=True, eq=False)
class MaxPool(Operation):
    """The largest number of each window; ties go to the first in row-major order, as in Caffe."""

    kernel: Pair
    stride: Pair
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    ceil_mode: bool = False

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute the maxima."""
        return F.max_pool2d(
            inputs[0], self.kernel, self.stride, self.padding, self.dilation, ceil_mode=self.ceil_mode
        )


@dataclass(frozen=True, eq=False)
class AveragePool(Operation):
    """The mean of each window."""

    kernel: Pair
    stride: Pair
    padding: Pair = (0, 0)
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor: int | None = None

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute the means."""
        return F.avg_pool2d(
            inputs[0],
            self.kernel,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor,
        )


@dataclass(frozen=True, eq=False)
class Pad(Operation):
    """Rows and columns added at the edges, or cut off where negative; ``mode`` and ``value`` as torch has them.

    ``sides`` is left, right, top, bottom.
    """

    sides: tuple[int, int, int, int]
    mode: str = "constant"
    value: float | None = None

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute the larger maps."""
        return F.pad(inputs[0], self.sides, self.mode, self.value)


@dataclass(frozen=True, eq=False)
class AdaptiveAveragePool(Operation):
    """Means over windows that divide a map into a fixed number of rows and columns."""

    size: Pair

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute (batch, channels, *size)."""
        return F.adaptive_avg_pool2d(inputs[0], self.size)


@dataclass(frozen=True, eq=False)
class SpatialMean(Operation):
    """The mean of each map; keeps the two axes as ones where asked."""

    keep: bool = False

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute (batch, channels) or (batch, channels, 1, 1)."""
        return inputs[0].mean((2, 3), keepdim=self.keep)


@dataclass(frozen=True, eq=False)
class LocalResponseNorm(Operation):
    """x · (k + alpha / size · Σ x²)^−beta over ``size`` neighbouring channels (Krizhevsky et al. 2012)."""

    size: int = 5
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def scale(self, x: Tensor) -> Tensor:
        """The bracket that is raised to −beta, shaped as ``x``."""
        ahead = (self.size - 1) // 2
        window = F.pad(x.square(), (0, 0, 0, 0, self.size // 2, ahead))
        total = window.unfold(1, self.size, 1).sum(-1)
        return self.k + self.alpha / self.size * total

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute the normalised maps."""
        return inputs[0] * self.scale(inputs[0]).pow(-self.beta)


@dataclass(frozen=True, eq=False)
class LayerNorm(Operation):
    """(x − mean) / √(variance + eps) over the channels of each place, then · weight + bias (arXiv 1607.06450)."""

    weight: Tensor | None
    bias: Tensor | None
    eps: float = 1e-5

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute the normalised values; weight and bias have shape (channels,)."""
        last = inputs[0].movedim(1, -1)
        return F.layer_norm(last, last.shape[-1:], self.weight, self.bias, self.eps).movedim(-1, 1)


@dataclass(frozen=True, eq=False)
class ChannelAffine(Operation):
    """x · scale + shift per channel: batch normalisation in evaluation mode, or a constant factor."""

    scale: Tensor
    shift: Tensor

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute the scaled and shifted values; scale and shift have shape (channels,) or (1,)."""
        shape = (1, -1) + (1,) * (inputs[0].dim() - 2)
        return inputs[0] * self.scale.view(shape) + self.shift.view(shape)


@dataclass(frozen=True, eq=False)
class Sum(Operation):
    """The sum of its inputs: a residual connection."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Add the inputs, which have one shape."""
        total = inputs[0]
        for term in inputs[1:]:
            total = total + term
        return total


@dataclass(frozen=True, eq=False)
class Product(Operation):
    """The product of two inputs, broadcast: squeeze-and-excitation's gates."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Multiply two tensors."""
        return inputs[0] * inputs[1]


@dataclass(frozen=True, eq=False)
class Concatenation(Operation):
    """Its inputs' channels one after the other."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Concatenate along the channels."""
        return torch.cat(inputs, 1)


@dataclass(frozen=True, eq=False)
class Channels(Operation):
    """The channels from ``start`` up to ``stop``."""

    start: int
    stop: int

    def forward(self, *inputs: Tensor) -> Tensor:
        """Take the slice."""
        return inputs[0][:, self.start : self.stop]


@dataclass(frozen=True, eq=False)
class Reshape(Operation):
    """The same numbers in another shape (the batch left out), in C, H, W order."""

    shape: tuple[int, ...]

    def forward(self, *inputs: Tensor) -> Tensor:
        """Compute (batch, *shape)."""
        return inputs[0].reshape(inputs[0].shape[0], *self.shape)


@dataclass(frozen=True, eq=False)
class Permute(Operation):
    """The axes in another order; ``order`` counts from 0 with the batch first and in its place."""

    order: tuple[int, ...]

    def forward(self, *inputs: Tensor) -> Tensor:
        """Reorder the axes."""
        return inputs[0].permute(self.order)


@dataclass(frozen=True, eq=False)
class Identity(Operation):
    """Dropout in evaluation mode and whatever else changes nothing."""

    def forward(self, *inputs: Tensor) -> Tensor:
        """Give the input back."""
        return inputs[0]
