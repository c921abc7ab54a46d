"""What one operation does to a gradient on the way back: short functions, one for each, on whole batches.

g is the gradient at an operation's output, with one lane per row: (lanes, channels, height, width). The three
rules for ReLUs are all that sets the methods apart; every other operation goes back by its true derivative.
How these functions are applied to windows and to single units is decided in `catvis.backward.carry`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from catvis.networks.operations import AveragePool, Convolution, LocalResponseNorm, MaxPool, Operation

Rule = Literal["gradient", "deconvnet", "guided"]


# A ReLU's own state comes as a ceiling, ∞ where it was active and 0 elsewhere: a rule is then one pass.


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
        product = operation.weight.flatten(1).T @ g.flatten(2)
        return _cut(product.view(len(g), -1, *g.shape[2:]), padding, size or reach)
    to_few = operation.weight.shape[1] < _FEW_CHANNELS and operation.dilation == (1, 1)
    if to_few and operation.stride != (1, 1):
        return _cut(_by_phases(operation, g), padding, size or reach)
    return F.conv_transpose2d(
        g, operation.weight, None, operation.stride, padding, spare, operation.groups, operation.dilation
    )


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
    filters = operation.weight[units]
    if operation.dilation != (1, 1):
        spread = F.conv_transpose2d(
            g.transpose(0, 1), filters, None, operation.stride, 0, 0, len(g), operation.dilation
        )
        spread = spread.view(len(g), -1, *spread.shape[2:])
    elif g.shape[2:] == (1, 1):
        spread = filters * g
    else:
        phases = _phases(filters, operation.stride)
        rows, columns = phases.shape[4:]
        patches = F.unfold(g, (rows, columns), padding=(rows - 1, columns - 1))
        high, wide = g.shape[2] + rows - 1, g.shape[3] + columns - 1
        products = phases.flatten(1, 3).flatten(2) @ patches
        spread = _interleaved(products.view(*phases.shape[:4], high, wide))
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
    out, channels, down, across, rows, columns = phases.shape
    groups = operation.groups
    by_group = phases.reshape(groups, out // groups, -1, rows, columns).transpose(1, 2)
    spread = F.conv2d(g, by_group.flatten(0, 1), padding=(rows - 1, columns - 1), groups=groups)
    return _interleaved(spread.view(len(g), groups * channels, down, across, *spread.shape[2:]))


def _phases(weight: Tensor, stride: tuple[int, int]) -> Tensor:
    """Filters turned around, by phase of the stride: (out, in, stride, stride, rows, columns)."""
    down, across = stride
    rows, columns = -(-weight.shape[2] // down), -(-weight.shape[3] // across)
    padded = F.pad(weight, (0, columns * across - weight.shape[3], 0, rows * down - weight.shape[2]))
    split = padded.view(*weight.shape[:2], rows, down, columns, across)
    return split.permute(0, 1, 3, 5, 2, 4).flip(4, 5)


def _interleaved(phases: Tensor) -> Tensor:
    """(rows, channels, down, across, height, width) → (rows, channels, height · down, width · across)."""
    return phases.permute(0, 1, 4, 2, 5, 3).flatten(4, 5).flatten(2, 3)


def _cut(spread: Tensor, padding: tuple[int, int], size: tuple[int, int]) -> Tensor:
    """Leave the padding out, and nothing but ``size``; what was never reached is zero."""
    (top, left), (height, width) = padding, size
    cut = spread[:, :, top : top + height, left : left + width]
    missing = (0, width - cut.shape[3], 0, height - cut.shape[2])
    return F.pad(cut, missing) if any(missing) else cut


def max_pool(g: Tensor, choices: Tensor, size: tuple[int, int]) -> Tensor:
    """Give each gradient to the place that its window chose; windows that chose the same place add up."""
    lanes, channels = g.shape[:2]
    flat = g.new_zeros(lanes, channels, size[0] * size[1])
    flat.scatter_add_(2, choices.flatten(2).expand(lanes, -1, -1), g.flatten(2))
    return flat.view(lanes, channels, *size)


class NormFactors(NamedTuple):
    """What going back through a local response normalisation takes, each shaped as its input x.

    With s the bracket: s^−β, x·s^(−β−1) and (2αβ/n)·x.
    """

    power: Tensor
    cross: Tensor
    back: Tensor


def norm_factors(operation: LocalResponseNorm, x: Tensor) -> NormFactors:
    """Compute the factors at an input."""
    scale = operation.scale(x)
    power = scale.pow(-operation.beta)
    return NormFactors(power, x * power / scale, (2 * operation.alpha * operation.beta / operation.size) * x)


def local_response_norm(
    operation: LocalResponseNorm, g: Tensor, factors: NormFactors, out: Tensor | None = None
) -> Tensor:
    """The derivative with its cross-channel terms.

    dx_i = g_i·s_i^−β − (2αβ/n)·x_i·Σ_j g_j·x_j·s_j^(−β−1), the sum over the channels j whose window holds i.
    """
    power, cross, back = factors
    channels, ahead = g.shape[1], (operation.size - 1) // 2
    shared = g.new_zeros(len(g), channels + operation.size - 1, *g.shape[2:])
    torch.mul(g, cross, out=shared[:, ahead : ahead + channels])  # no pass for the padding alone
    total = shared[:, :channels] + shared[:, 1 : channels + 1] if operation.size > 1 else shared
    for shift in range(2, operation.size):
        total += shared[:, shift : shift + channels]
    return torch.mul(g, power, out=out).addcmul_(total, back, value=-1)


def transposed(operation: Operation, g: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Any linear operation's derivative: its transpose, which does not depend on where it is taken."""
    with torch.enable_grad():
        at = g.new_zeros(g.shape[0], *shape).requires_grad_()
        (back,) = torch.autograd.grad(operation.forward(at), at, g)
    return back
