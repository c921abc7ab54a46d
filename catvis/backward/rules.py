"""What one operation does to a gradient on the way back: short functions, one for each, on whole batches.

g is the gradient at an operation's output, with one lane per row: (lanes, channels, height, width). The three
rules for ReLUs are all that sets the methods apart; every other operation goes back by its true derivative.
That holds for the nonlinearities that are no ReLU, too. Neither paper says what its rule would be for a SiLU, a
GELU or a hard-swish: they let negative numbers through, so "was it active" has no answer, and cutting negative
gradients there would be a method of one's own. A network without ReLUs looks the same under all three.
How these functions are applied to windows and to single units is decided in `catvis.backward.carry`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from catvis.backward.strides import by_place, laid_out, zeros
from catvis.networks.operations import (
    AveragePool,
    Convolution,
    LayerNorm,
    LocalResponseNorm,
    MaxPool,
    Operation,
)
from catvis.terms import Rule

# A ReLU's own state comes as a ceiling, which is 0 where it was not active: a rule is then one pass.


def gradient(g: Tensor, ceiling: Tensor, out: Tensor | None = None) -> Tensor:
    """The ReLU's derivative: what was active lets everything through (Simonyan et al., arXiv 1312.6034)."""
    return torch.clamp(g, -ceiling, ceiling, out=out)


def deconvnet(g: Tensor, ceiling: Tensor, out: Tensor | None = None) -> Tensor:
    """Rectify the gradient itself, whatever was active (Zeiler & Fergus, arXiv 1311.2901)."""
    return torch.clamp(g, min=0, out=out)


def guided(g: Tensor, ceiling: Tensor, out: Tensor | None = None) -> Tensor:
    """Both: only positive gradients, only through what was active (Springenberg et al., arXiv 1412.6806)."""
    return torch.clamp(g, g.new_zeros(()), ceiling, out=out)


RELU_RULES: dict[Rule, Callable[[Tensor, Tensor, Tensor | None], Tensor]] = {
    "gradient": gradient,
    "deconvnet": deconvnet,
    "guided": guided,
}

_FEW_CHANNELS = 16
"""Libraries work on channels in blocks of this size: with fewer, their strided transposes are slow."""

_NARROW = 11
"""Maps of fewer columns are faster through a convolution with each channel's numbers side by side."""


def reached(operation: Convolution | MaxPool | AveragePool, window: tuple[int, int]) -> tuple[int, int]:
    """Height and width of the input window, padding included, that an output window looks at."""
    kernel = operation.weight.shape[2:] if isinstance(operation, Convolution) else operation.kernel
    dilation = (1, 1) if isinstance(operation, AveragePool) else operation.dilation
    high, wide = (
        (window[axis] - 1) * operation.stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1
        for axis in (0, 1)
    )
    return high, wide


def convolution(operation: Convolution, g: Tensor, size: tuple[int, int] | None = None) -> Tensor:
    """Correlate with the filters turned around.

    Args:
        operation: the convolution.
        g: the gradient of every channel.
        size: of the input's map; without it the result is all that is reached, padding included.
    """
    reach = reached(operation, (g.shape[2], g.shape[3]))
    padding = operation.padding if size else (0, 0)
    spare = [want + 2 * pad - got for want, pad, got in zip(size or reach, padding, reach, strict=True)]
    if operation.weight.shape[2:] == (1, 1) and operation.stride == (1, 1) and operation.groups == 1:
        product = (by_place(g) @ operation.weight.flatten(1)).view(len(g), *g.shape[2:], -1)
        return _cut(product.permute(0, 3, 1, 2), padding, size or reach)
    to_few = operation.weight.shape[1] < _FEW_CHANNELS and operation.dilation == (1, 1)
    if to_few and operation.stride != (1, 1):
        return _cut(_by_phases(operation, g), padding, size or reach)
    by_channel = g.contiguous() if g.shape[3] < _NARROW else g
    how = (operation.stride, padding, spare, operation.groups, operation.dilation)
    return laid_out(F.conv_transpose2d(by_channel, operation.weight, None, *how))


def single_filters(
    operation: Convolution, g: Tensor, units: Tensor, size: tuple[int, int] | None = None
) -> Tensor:
    """The same where each row holds one unit's gradient alone: it meets this unit's filter and no other.

    Args:
        operation: the convolution.
        g: (rows, 1, height, width).
        units: the unit of each row.
        size: as above.

    Returns:
        The channels of the unit's own group only.
    """
    filters = laid_out(operation.weight[units])
    if operation.dilation != (1, 1):
        spread = F.conv_transpose2d(
            g.transpose(0, 1), filters, None, operation.stride, 0, 0, len(g), operation.dilation
        )
        spread = laid_out(spread.view(len(g), -1, *spread.shape[2:]))
    elif g.shape[2:] == (1, 1):
        spread = filters * g
    else:
        phases = _phases(filters, operation.stride)
        *_, rows, columns = phases.shape
        patches = F.unfold(g, (rows, columns), padding=(rows - 1, columns - 1))
        products = patches.transpose(1, 2) @ phases.flatten(1, 3).flatten(2).transpose(1, 2)
        high, wide = g.shape[2] + rows - 1, g.shape[3] + columns - 1
        spread = _interleaved(products.view(len(g), high, wide, 1, *phases.shape[1:4]))
    return _cut(
        spread,
        operation.padding if size else (0, 0),
        size or reached(operation, (g.shape[2], g.shape[3])),
    )


def _by_phases(operation: Convolution, g: Tensor) -> Tensor:
    """A strided convolution's transpose as a plain one whose results are interleaved (arXiv 1609.05158).

    Every place of the input at the same phase of the stride meets the same part of the filters.
    """
    phases = _phases(operation.weight, operation.stride)
    out, *kinds, rows, columns = phases.shape
    groups = operation.groups
    by_group = phases.view(groups, out // groups, -1, rows, columns).transpose(1, 2).flatten(0, 1)
    spread = F.conv2d(g, laid_out(by_group), padding=(rows - 1, columns - 1), groups=groups)
    by_row = spread.permute(0, 2, 3, 1)
    return _interleaved(by_row.view(*by_row.shape[:3], groups, *kinds))


def _phases(weight: Tensor, stride: tuple[int, int]) -> Tensor:
    """Filters turned around, by phase of the stride: (out, stride, stride, in, rows, columns)."""
    down, across = stride
    rows, columns = -(-weight.shape[2] // down), -(-weight.shape[3] // across)
    padded = F.pad(weight, (0, columns * across - weight.shape[3], 0, rows * down - weight.shape[2]))
    split = padded.reshape(*weight.shape[:2], rows, down, columns, across)
    return split.permute(0, 3, 5, 1, 2, 4).flip(4, 5).contiguous()


def _interleaved(phases: Tensor) -> Tensor:
    """(rows, height, width, groups, down, across, channels) → (rows, all channels, all down, all across)."""
    spread = phases.permute(0, 1, 4, 2, 5, 3, 6).flatten(5, 6).flatten(3, 4).flatten(1, 2)
    return spread.permute(0, 3, 1, 2)


def _cut(spread: Tensor, padding: tuple[int, int], size: tuple[int, int]) -> Tensor:
    """Leave the padding out, and nothing but ``size``; what was never reached is zero."""
    (top, left), (height, width) = padding, size
    cut = spread[:, :, top : top + height, left : left + width]
    missing = (0, width - cut.shape[3], 0, height - cut.shape[2])
    return F.pad(cut, missing) if any(missing) else cut


def max_pool(g: Tensor, choices: Tensor, size: tuple[int, int]) -> Tensor:
    """Give each gradient to the number that its window chose; windows that chose the same add up.

    Args:
        g: the gradient.
        choices: shaped as g, or one row for all; the chosen numbers, counted as they lie in memory.
        size: height and width of what comes out.
    """
    back = zeros(g, *g.shape[:2], *size)
    by_place(back).flatten(1).scatter_add_(
        1, by_place(choices).flatten(1).expand(len(g), -1), by_place(g).flatten(1)
    )
    return back


class NormFactors(NamedTuple):
    """What going back through a local response normalisation takes, each shaped as its input x.

    With s the bracket: s^−β, x/s and (2αβ/n)·x.
    """

    power: Tensor
    cross: Tensor
    back: Tensor


def norm_factors(operation: LocalResponseNorm, x: Tensor) -> NormFactors:
    """Compute the factors at an input."""
    scale = operation.scale(x)
    power, back = scale.pow(-operation.beta), 2 * operation.alpha * operation.beta / operation.size * x
    return NormFactors(laid_out(power), laid_out(x / scale), laid_out(back))


def local_response_norm(operation: LocalResponseNorm, g: Tensor, factors: NormFactors) -> None:
    """The derivative with its cross-channel terms, in place of g.

    dx_i = g_i·s_i^−β − (2αβ/n)·x_i·Σ_j g_j·s_j^(−β)·x_j/s_j, the sum over the channels j whose window holds i.

    Args:
        operation: the normalisation.
        g: the gradient, channels last.
        factors: each broadcasts against g.
    """
    power, cross, back = factors
    channels, ahead = g.shape[-1], (operation.size - 1) // 2
    shared = g.new_empty(*g.shape[:-1], channels + operation.size - 1)
    shared[..., :ahead] = shared[..., ahead + channels :] = 0
    torch.mul(g.mul_(power), cross, out=shared[..., ahead : ahead + channels])
    total = shared[..., :channels] + shared[..., 1 : channels + 1] if operation.size > 1 else shared
    for shift in range(2, operation.size):
        total += shared[..., shift : shift + channels]
    g.addcmul_(total, back, value=-1)


class LayerStatistics(NamedTuple):
    """What going back through a layer normalisation takes: its input normalised, and 1 / √(variance + eps)."""

    normalised: Tensor
    inverse: Tensor


def layer_statistics(operation: LayerNorm, x: Tensor) -> LayerStatistics:
    """Compute them at an input: (batch, channels, …) and (batch, 1, …)."""
    variance, mean = torch.var_mean(x, 1, correction=0, keepdim=True)
    inverse = (variance + operation.eps).rsqrt()
    return LayerStatistics(laid_out((x - mean) * inverse), laid_out(inverse))


def layer_norm(operation: LayerNorm, g: Tensor, statistics: LayerStatistics) -> Tensor:
    """The derivative with what mean and variance add to it: each channel moves all of its place.

    dx = (h − mean(h) − x̂·mean(h·x̂)) / σ, with h = g·weight and x̂ the normalised input (arXiv 1607.06450).

    Args:
        operation: the normalisation.
        g: the gradient of every channel.
        statistics: each broadcasts against g.
    """
    normalised, inverse = statistics
    if operation.weight is not None:
        g = g * operation.weight.view(1, -1, *(1,) * (g.dim() - 2))
    shared = normalised * (g * normalised).mean(1, keepdim=True)
    return (g - g.mean(1, keepdim=True) - shared) * inverse


def transposed(operation: Operation, g: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Any linear operation's derivative: its transpose, which does not depend on where it is taken."""
    with torch.enable_grad():
        at = g.new_zeros(g.shape[0], *shape).requires_grad_()
        (back,) = torch.autograd.grad(operation.forward(at), at, g)
    return back
