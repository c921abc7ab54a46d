"""Convolutions, products, rectifiers, pools and normalisations, by torch's own argument names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from catvis.networks.operations import (
    AdaptiveAveragePool,
    AveragePool,
    ChannelAffine,
    Convolution,
    LayerNorm,
    Linear,
    LocalResponseNorm,
    MaxPool,
    Pad,
    Pair,
    Pointwise,
    ReLU,
    Reshape,
    SpatialMean,
)
from catvis.networks.tracing.arrangement import elementwise, over_last, reshape
from catvis.networks.tracing.recorder import (
    Lowering,
    LoweringError,
    Number,
    Recorder,
    Traced,
    maps,
    pair,
    shown,
)


def _constant(name: str, value: Tensor | Traced) -> Tensor:
    if isinstance(value, Traced):
        raise LoweringError(f"{name} depends on the picture; only constant weights go back")
    return value


def _bias(value: Tensor | Traced | None) -> Tensor | None:
    return None if value is None else _constant("the bias", value)


def conv2d(
    r: Recorder,
    input: Traced,
    weight: Tensor | Traced,
    bias: Tensor | Traced | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Traced:
    """As `torch.nn.functional.conv2d`, its weight a constant."""
    maps(input)
    kernel = _constant("the convolution's weight", weight)
    if padding == "valid":
        padding = 0
    elif padding == "same":
        down, across = (
            step * (side - 1) for step, side in zip(pair(dilation), kernel.shape[2:], strict=True)
        )
        # torch pads the end more than the start where the two differ
        input = pad(r, input, (0, across % 2, 0, down % 2))
        padding = (down // 2, across // 2)
    operation = Convolution(kernel, _bias(bias), pair(stride), pair(padding), pair(dilation), groups)
    return r.add(operation, input)


def pad(
    r: Recorder, input: Traced, pad: Sequence[int], mode: str = "constant", value: Number | None = None
) -> Traced:
    """As `torch.nn.functional.pad` of maps, at their four sides."""
    maps(input)
    if len(pad) not in {2, 4}:
        raise LoweringError("only maps are padded, at their sides: found " + str(tuple(pad)))
    left, right, top, bottom = (*pad, 0, 0)[:4]
    if not (left or right or top or bottom):
        return input
    filled = None if value is None else float(value)
    return r.add(Pad((left, right, top, bottom), mode, filled), input)


def linear(
    r: Recorder, input: Traced, weight: Tensor | Traced, bias: Tensor | Traced | None = None
) -> Traced:
    """As `torch.nn.functional.linear`, its weight a constant; over the channels of maps a 1×1 convolution."""
    rows, constants = _constant("the product's weight", weight), _bias(bias)
    if input.sample.dim() == 4:
        return over_last(r, input, lambda x: r.add(Convolution(rows[:, :, None, None], constants), x))
    return r.add(Linear(rows, constants), input)


def relu(r: Recorder, input: Traced, inplace: bool = False) -> Traced:
    """As `torch.relu`."""
    del inplace
    return elementwise(r, ReLU(), input)


def clamp(r: Recorder, input: Traced, min: Any = None, max: Any = None) -> Traced:
    """As `torch.clamp` from 0 on: a ReLU, with a limit or without."""
    if isinstance(min, Traced | Tensor) or isinstance(max, Traced | Tensor) or min != 0:
        raise LoweringError(f"a clamp to ({min}, {max}) is no ReLU; it has to start at 0")
    return elementwise(r, ReLU(None if max is None else float(max)), input)


def hardtanh(
    r: Recorder, input: Traced, min_val: Number = -1, max_val: Number = 1, inplace: bool = False
) -> Traced:
    """As `torch.nn.functional.hardtanh`; from 0 on it is a ReLU with a limit."""
    del inplace
    if min_val == 0:
        return elementwise(r, ReLU(float(max_val)), input)
    limited = partial(F.hardtanh, min_val=min_val, max_val=max_val)
    return elementwise(r, Pointwise("hardtanh", limited), input)


def relu6(r: Recorder, input: Traced, inplace: bool = False) -> Traced:
    """As `torch.nn.functional.relu6`: a ReLU with a limit."""
    return hardtanh(r, input, 0, 6, inplace)


def threshold(r: Recorder, input: Traced, threshold: Number, value: Number, inplace: bool = False) -> Traced:
    """As `torch.nn.functional.threshold` at 0 with value 0: a ReLU."""
    del inplace
    if (threshold, value) != (0, 0):
        raise LoweringError(f"a threshold at {threshold} with value {value} is no ReLU")
    return elementwise(r, ReLU(), input)


def pointwise(name: str, function: Callable[..., Tensor]) -> Lowering:
    """The lowering of a differentiable function of single numbers."""

    def lower(r: Recorder, input: Traced, *args: Any, inplace: bool = False, **kwargs: Any) -> Traced:
        """A function of single numbers, its own arguments by name; it goes back by its derivative."""
        del inplace
        if args:
            raise LoweringError(f"write the arguments of {name} by name")
        if any(isinstance(value, Traced | Tensor) for value in kwargs.values()):
            raise LoweringError(f"the arguments of {name} have to be plain numbers")
        return elementwise(r, Pointwise(name, partial(function, **kwargs) if kwargs else function), input)

    return lower


def max_pool2d(
    r: Recorder,
    input: Traced,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Traced:
    """As `torch.nn.functional.max_pool2d`."""
    maps(input)
    if return_indices:
        raise LoweringError("return_indices is not supported")
    kernel = pair(kernel_size)
    operation = MaxPool(kernel, pair(stride or kernel), pair(padding), pair(dilation), ceil_mode)
    return r.add(operation, input)


def avg_pool2d(
    r: Recorder,
    input: Traced,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Traced:
    """As `torch.nn.functional.avg_pool2d`."""
    maps(input)
    kernel = pair(kernel_size)
    operation = AveragePool(
        kernel, pair(stride or kernel), pair(padding), ceil_mode, count_include_pad, divisor_override
    )
    return r.add(operation, input)


def _target_size(x: Traced, output_size: Any) -> Pair:
    maps(x)
    sides = [output_size, output_size] if isinstance(output_size, int) else list(output_size)
    found = [
        have if side is None else int(side) for side, have in zip(sides, x.sample.shape[2:], strict=True)
    ]
    return found[0], found[1]


def adaptive_avg_pool2d(r: Recorder, input: Traced, output_size: Any) -> Traced:
    """As `torch.nn.functional.adaptive_avg_pool2d`; nothing where the size is there already."""
    size = _target_size(input, output_size)
    if size == tuple(input.sample.shape[2:]):
        return input
    return r.add(SpatialMean(keep=True) if size == (1, 1) else AdaptiveAveragePool(size), input)


def adaptive_max_pool2d(r: Recorder, input: Traced, output_size: Any, return_indices: bool = False) -> Traced:
    """As `torch.nn.functional.adaptive_max_pool2d` with windows of one size."""
    size = _target_size(input, output_size)
    have = tuple(input.sample.shape[2:])
    if return_indices:
        raise LoweringError("return_indices is not supported")
    if have[0] % size[0] or have[1] % size[1]:
        raise LoweringError(f"adaptive max pooling from {have} to {size} has windows of several sizes")
    kernel = (have[0] // size[0], have[1] // size[1])
    return r.add(MaxPool(kernel, kernel), input)


def _over_maps(name: str, input: Traced, dim: Any) -> None:
    axes = [dim] if isinstance(dim, int) else list(dim or ())
    if input.sample.dim() != 4 or sorted(axis % 4 for axis in axes) != [2, 3]:
        raise LoweringError(f"a {name} is taken over height and width together: dim=(2, 3)")


def mean(r: Recorder, input: Traced, dim: Any = None, keepdim: bool = False) -> Traced:
    """As `torch.mean` over height and width."""
    _over_maps("mean", input, dim)
    return r.add(SpatialMean(keepdim), input)


def amax(r: Recorder, input: Traced, dim: Any = (), keepdim: bool = False) -> Traced:
    """As `torch.amax` over height and width: a max-pool of the whole map, so ties go to the first place."""
    _over_maps("maximum", input, dim)
    _, channels, height, width = input.sample.shape
    largest = r.add(MaxPool((height, width), (height, width)), input)
    return largest if keepdim else r.add(Reshape((channels,)), largest)


def batch_norm(
    r: Recorder,
    input: Traced,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: Number = 0.1,
    eps: Number = 1e-5,
) -> Traced:
    """As `torch.nn.functional.batch_norm` in evaluation mode: a factor and a shift per channel."""
    del momentum
    if training or running_mean is None or running_var is None:
        raise LoweringError("a normalisation by the batch's own statistics mixes its pictures")
    return r.add(ChannelAffine(*normalising_factors(running_mean, running_var, weight, bias, eps)), input)


def normalising_factors(
    running_mean: Tensor, running_var: Tensor, weight: Tensor | None, bias: Tensor | None, eps: Number
) -> tuple[Tensor, Tensor]:
    """The factor and the shift per channel that a batch normalisation is in evaluation mode."""
    scale = 1 / (running_var.double() + eps).sqrt()
    if weight is not None:
        scale = scale * weight.double()
    shift = -running_mean.double() * scale
    if bias is not None:
        shift = shift + bias.double()
    return scale.to(running_mean.dtype), shift.to(running_mean.dtype)


def layer_norm(
    r: Recorder,
    input: Traced,
    normalized_shape: Sequence[int],
    weight: Tensor | Traced | None = None,
    bias: Tensor | Traced | None = None,
    eps: Number = 1e-5,
) -> Traced:
    """As `torch.nn.functional.layer_norm`: of the last axis at every place, or of all numbers of a picture."""
    sides, whole = tuple(normalized_shape), tuple(input.sample.shape[1:])
    factors = None if weight is None else _constant("the normalisation's weight", weight).flatten()
    operation = LayerNorm(factors, shift if (shift := _bias(bias)) is None else shift.flatten(), float(eps))
    if len(sides) == 1:
        return over_last(r, input, lambda x: r.add(operation, x))
    if sides != whole:
        raise LoweringError(f"a normalisation over {sides} of {shown(input)} is over some of the axes only")
    normalised: Traced = r.add(operation, reshape("flatten")(r, input, 1))
    unflattened: Traced = reshape("unflatten")(r, normalised, 1, whole)
    return unflattened


def local_response_norm(
    r: Recorder, input: Traced, size: int, alpha: Number = 1e-4, beta: Number = 0.75, k: Number = 1.0
) -> Traced:
    """As `torch.nn.functional.local_response_norm`."""
    maps(input)
    return r.add(LocalResponseNorm(size, float(alpha), float(beta), float(k)), input)


def dropout(
    r: Recorder, input: Traced, p: Number = 0.5, training: bool = True, inplace: bool = False, **how: Any
) -> Traced:
    """Dropout in evaluation mode changes nothing."""
    del r, inplace, how
    if training and p != 0:
        raise LoweringError("dropout is on in evaluation too: write training=self.training")
    return input


def stochastic_depth(r: Recorder, input: Traced, p: Number, mode: str, training: bool = True) -> Traced:
    """As `torchvision.ops.stochastic_depth` in evaluation mode: nothing."""
    del mode
    return dropout(r, input, p, training)
