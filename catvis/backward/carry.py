"""How a front passes through one operation: which rule applies, and on how small a piece of the map.

Every function takes a front at an operation's output and gives the fronts at its inputs, in their order.
Where an operation has no way to pass a window or a single channel through, the front is made whole first:
nothing is ever approximated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from catvis.backward import rules
from catvis.backward.front import Front
from catvis.backward.layout import is_laid_out, laid_out, zeros
from catvis.backward.rules import Rule
from catvis.backward.trace import Trace
from catvis.networks.operations import (
    AdaptiveAveragePool,
    AveragePool,
    ChannelAffine,
    Channels,
    Concatenation,
    Convolution,
    Identity,
    Linear,
    LocalResponseNorm,
    MaxPool,
    Operation,
    Pad,
    Permute,
    Pointwise,
    Product,
    ReLU,
    Reshape,
    SpatialMean,
    Sum,
)

Shape = tuple[int, ...]


def carry(trace: Trace, node: int, front: Front, rule: Rule) -> list[Front]:
    """Carry a front from a node's output to its inputs.

    Args:
        trace: the forward pass.
        node: index of the node whose operation is gone through.
        front: gradients at its output.
        rule: what a ReLU does.

    Returns:
        One front for each of the node's inputs.
    """
    operation = trace.graph.nodes[node].operation
    if isinstance(operation, ReLU):
        return [rectify(trace, node, front, rule)]
    return CARRIERS[type(operation)](operation, trace, node, front)


def rectify(trace: Trace, node: int, front: Front, rule: Rule) -> Front:
    """Apply a ReLU rule at a rectified node; doing so twice changes nothing."""
    rectified, ceiling = rules.RELU_RULES[rule], trace.ceiling(node)
    if front.corner is None or front.units is not None:
        # What is a part of a larger tensor would be copied by the next convolution: it is copied here.
        place = front.values if is_laid_out(front.values) else None
        return front.with_values(rectified(front.values, front.see(ceiling), place))
    for g, (there,) in front.pieces(ceiling):
        rectified(g, there, g)
    return front


def _convolution(op: Convolution, trace: Trace, node: int, front: Front) -> list[Front]:
    shape = _input_shape(trace, node)
    size = None if front.corner is not None else (shape[1], shape[2])
    if front.units is None:
        back = rules.convolution(op, front.values, size)
    else:
        back = rules.single_filters(op, front.values, front.units, size)
        if op.groups > 1:
            back = _in_groups(op, back, front.units)
    moved = _moved(Front(front.lanes, front.pictures, back, None, front.corner), op, shape)
    moved.clear((shape[1], shape[2]))  # the gradient of the padding
    return [moved]


def _in_groups(op: Convolution, values: Tensor, units: Tensor) -> Tensor:
    """Each row's channels in its unit's group, zeros in all others."""
    rows, channels = values.shape[:2]
    placed = zeros(values, rows, op.groups * channels, *values.shape[2:])
    groups = units // (op.weight.shape[0] // op.groups)
    placed.view(rows, op.groups, channels, *values.shape[2:])[torch.arange(rows), groups] = values
    return placed


def _moved(front: Front, op: Convolution | MaxPool, shape: Shape) -> Front:
    """Put a window's corner where the operation's windows lie in its input."""
    if front.corner is None:
        return front
    corner = front.corner * torch.tensor(op.stride) - torch.tensor(op.padding)
    return Front(front.lanes, front.pictures, front.values, front.units, corner).fitted((shape[1], shape[2]))


def _linear(op: Linear, trace: Trace, node: int, front: Front) -> list[Front]:
    if front.units is None:
        return [front.with_values(front.values @ op.weight)]
    return [Front(front.lanes, front.pictures, front.values * op.weight[front.units])]


def _max_pool(op: MaxPool, trace: Trace, node: int, front: Front) -> list[Front]:
    channels, height, width = shape = _input_shape(trace, node)
    dense = front.dense(channels)
    if dense.corner is None:
        choices = dense.see(trace.choices(node))
        return [dense.with_values(rules.max_pool(dense.values, choices, (height, width)))]
    out_high, out_wide = dense.values.shape[2:]
    high, wide = rules.reached(op, (out_high, out_wide))
    # Each output looks at a window of its own, which starts here in what all of them reach.
    down, across = torch.arange(out_high) * op.stride[0] * wide, torch.arange(out_wide) * op.stride[1]
    first = ((down[:, None] + across) * channels).to(dense.values.device)
    choices = dense.see(trace.choices(node, wide)).add_(first)
    return [_moved(dense.with_values(rules.max_pool(dense.values, choices, (high, wide))), op, shape)]


def _local_response_norm(op: LocalResponseNorm, trace: Trace, node: int, front: Front) -> list[Front]:
    dense = front.dense(trace.graph.nodes[node].shape[0])
    back = dense.with_values(laid_out(dense.values))
    for g, factors in back.pieces(*trace.norm_factors(node)):
        rules.local_response_norm(op, g, rules.NormFactors(*factors))
    return [back]


def _channel_affine(op: ChannelAffine, trace: Trace, node: int, front: Front) -> list[Front]:
    if front.units is not None:
        factor = op.scale.expand(_input_shape(trace, node)[0])[front.units]
        return [front.with_values(front.values * factor.view(-1, *(1,) * (front.values.dim() - 1)))]
    return [front.with_values(front.values * op.scale.view(1, -1, *(1,) * (front.values.dim() - 2)))]


def _pointwise(op: Pointwise, trace: Trace, node: int, front: Front) -> list[Front]:
    return [front.with_values(front.values * front.see(trace.slopes(node)))]


def _sum(op: Sum, trace: Trace, node: int, front: Front) -> list[Front]:
    # Each way has its own copy: on the way down fronts are changed in place.
    others = trace.graph.nodes[node].inputs[1:]
    return [front, *(front.with_values(front.values.clone()) for _ in others)]


def _product(op: Product, trace: Trace, node: int, front: Front) -> list[Front]:
    full = _full(trace, node, front)
    left, right = trace.graph.nodes[node].inputs
    back = []
    for source, other in ((left, right), (right, left)):
        g = full.values * full.see(trace.values[other])
        shape = trace.graph.nodes[source].shape
        narrowed = [axis + 1 for axis, extent in enumerate(shape) if extent == 1 and g.shape[axis + 1] > 1]
        back.append(full.with_values(g.sum(narrowed, keepdim=True) if narrowed else g))
    return back


def _concatenation(op: Concatenation, trace: Trace, node: int, front: Front) -> list[Front]:
    back, start = [], 0
    for source in trace.graph.nodes[node].inputs:
        width = trace.graph.nodes[source].shape[0]
        if front.units is None:
            back.append(front.with_values(front.values[:, start : start + width]))
        else:
            units = front.units.tolist()
            mine = front.take([row for row, unit in enumerate(units) if start <= unit < start + width])
            back.append(
                Front(mine.lanes, mine.pictures, mine.values, _shifted(mine.units, start), mine.corner)
            )
        start += width
    return back


def _shifted(units: Tensor | None, by: int) -> Tensor | None:
    return None if units is None else units - by


def _channels(op: Channels, trace: Trace, node: int, front: Front) -> list[Front]:
    if front.units is not None:
        return [
            Front(front.lanes, front.pictures, front.values, _shifted(front.units, -op.start), front.corner)
        ]
    width = _input_shape(trace, node)[0]
    padded = zeros(front.values, len(front), width, *front.values.shape[2:])
    padded[:, op.start : op.stop] = front.values
    return [front.with_values(padded)]


def _reshape(op: Reshape, trace: Trace, node: int, front: Front) -> list[Front]:
    full = _full(trace, node, front)
    return [full.with_values(laid_out(full.values.reshape(len(full), *_input_shape(trace, node))))]


def _permute(op: Permute, trace: Trace, node: int, front: Front) -> list[Front]:
    full = _full(trace, node, front)
    back = sorted(range(len(op.order)), key=op.order.__getitem__)
    return [full.with_values(laid_out(full.values.permute(back)))]


def _transposed(op: Operation, trace: Trace, node: int, front: Front) -> list[Front]:
    full = _full(trace, node, front)
    return [full.with_values(laid_out(rules.transposed(op, full.values, _input_shape(trace, node))))]


def _pad(op: Pad, trace: Trace, node: int, front: Front) -> list[Front]:
    if op.mode != "constant":
        return _transposed(op, trace, node, front)
    (_, *size), (_, *padded) = _input_shape(trace, node), trace.graph.nodes[node].shape
    left, right, top, bottom = op.sides
    if front.corner is not None:
        corner = front.corner - torch.tensor((top, left))
        moved = Front(front.lanes, front.pictures, front.values, front.units, corner)
        if moved.overhang((size[0], size[1])) == 0:
            return [moved.fitted((size[0], size[1]))]
    whole = front.whole((padded[0], padded[1]))
    return [whole.with_values(F.pad(whole.values, (-left, -right, -top, -bottom)))]


def _identity(op: Identity, trace: Trace, node: int, front: Front) -> list[Front]:
    return [front]


def _input_shape(trace: Trace, node: int) -> Shape:
    return trace.graph.nodes[trace.graph.nodes[node].inputs[0]].shape


def _full(trace: Trace, node: int, front: Front) -> Front:
    return front.full(trace.graph.nodes[node].shape)


CARRIERS: dict[type[Operation], Callable[[Any, Trace, int, Front], list[Front]]] = {
    Convolution: _convolution,
    Linear: _linear,
    MaxPool: _max_pool,
    LocalResponseNorm: _local_response_norm,
    ChannelAffine: _channel_affine,
    Pointwise: _pointwise,
    Sum: _sum,
    Product: _product,
    Concatenation: _concatenation,
    Channels: _channels,
    Reshape: _reshape,
    Permute: _permute,
    Pad: _pad,
    AveragePool: _transposed,
    AdaptiveAveragePool: _transposed,
    SpatialMean: _transposed,
    Identity: _identity,
}
"""What carries a front through each operation; ReLUs go by the sweep's rule."""
