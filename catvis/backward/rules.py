"""What one operation does to a gradient on the way back: short functions, one for each, on whole maps.

g is the gradient at an operation's output, with one lane per row: (lanes, channels, height, width). The three
rules for ReLUs are all that sets the methods apart; every other operation goes back by its true derivative.
How these functions are applied to windows and to single units is decided in `catvis.backward.carry`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from catvis.networks.operations import AveragePool, Convolution, LocalResponseNorm, MaxPool, Operation

Rule = Literal["gradient", "deconvnet", "guided"]


def gradient(g: Tensor, active: Tensor) -> Tensor:
    """The ReLU's derivative: what was active lets everything through (Simonyan et al., arXiv 1312.6034)."""
    return g * active


def deconvnet(g: Tensor, active: Tensor) -> Tensor:
    """Rectify the gradient itself, whatever was active (Zeiler & Fergus, arXiv 1311.2901)."""
    return g.clamp(min=0)


def guided(g: Tensor, active: Tensor) -> Tensor:
    """Both: only positive gradients, only through what was active (Springenberg et al., arXiv 1412.6806)."""
    return g.clamp(min=0) * active


RELU_RULES: dict[Rule, Callable[[Tensor, Tensor], Tensor]] = {
    "gradient": gradient,
    "deconvnet": deconvnet,
    "guided": guided,
}


def convolution(operation: Convolution, g: Tensor, size: tuple[int, int]) -> Tensor:
    """Correlate with the filters turned around, onto a map of ``size``."""
    reach = reached(operation, (g.shape[2], g.shape[3]))
    spare = [want + 2 * pad - got for want, pad, got in zip(size, operation.padding, reach, strict=True)]
    return F.conv_transpose2d(
        g,
        operation.weight,
        None,
        operation.stride,
        operation.padding,
        spare,
        operation.groups,
        operation.dilation,
    )


def reached(operation: Convolution | MaxPool | AveragePool, window: tuple[int, int]) -> tuple[int, int]:
    """Height and width of the input window, padding included, that an output window looks at."""
    kernel = operation.weight.shape[2:] if isinstance(operation, Convolution) else operation.kernel
    dilation = (1, 1) if isinstance(operation, AveragePool) else operation.dilation
    high, wide = (
        (window[axis] - 1) * operation.stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1
        for axis in (0, 1)
    )
    return high, wide


def max_pool(g: Tensor, choices: Tensor, size: tuple[int, int]) -> Tensor:
    """Give each gradient to the place that its window chose; windows that chose the same place add up."""
    lanes, channels = g.shape[:2]
    flat = g.new_zeros(lanes, channels, size[0] * size[1])
    flat.scatter_add_(2, choices.flatten(2).expand(lanes, -1, -1), g.flatten(2))
    return flat.view(lanes, channels, *size)


def local_response_norm(operation: LocalResponseNorm, g: Tensor, x: Tensor, scale: Tensor) -> Tensor:
    """The derivative with its cross-channel terms.

    With s the bracket and y = x·s^−β: dx_i = g_i·s_i^−β − (2αβ/n)·x_i·Σ_j g_j·x_j·s_j^(−β−1), the sum over
    the channels j whose window holds i.
    """
    power = scale.pow(-operation.beta)
    pad = (0, 0, 0, 0, (operation.size - 1) // 2, operation.size // 2)
    shared = F.pad(g * (x * power / scale), pad)
    total = shared[:, : g.shape[1]].clone()
    for shift in range(1, operation.size):
        total += shared[:, shift : shift + g.shape[1]]
    return g * power - (2 * operation.alpha * operation.beta / operation.size) * x * total


def transposed(operation: Operation, g: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Any linear operation's derivative: its transpose, which does not depend on where it is taken."""
    with torch.enable_grad():
        at = g.new_zeros(g.shape[0], *shape).requires_grad_()
        (back,) = torch.autograd.grad(operation.forward(at), at, g)
    return back
