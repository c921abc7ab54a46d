"""How a front passes through one operation: which rule applies, and on how small a piece of the map.

Every function takes a front at an operation's output and gives the fronts at its inputs, in their order.
Where an operation has no way to pass a window or a single channel through, the front is made whole first:
nothing is ever approximated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from catvis.backward import rules
from catvis.backward.front import Front, Span
from catvis.backward.strides import is_laid_out, laid_out, zeros
from catvis.backward.trace import Trace
from catvis.networks.operations import (
    AdaptiveAveragePool,
    AveragePool,
    ChannelAffine,
    Channels,
    Concatenation,
    Convolution,
    Identity,
    LayerNorm,
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
from catvis.terms import Rule

Shape = tuple[int, ...]

FEW_GROUPS = 4
"""Single units of a convolution of more groups than this stay together: so many small fronts would be slow."""

SPANNED = (Convolution, LocalResponseNorm, MaxPool, Identity)
"""Operations that a span of channels passes through; for all others every channel is held first."""


def carry(trace: Trace, node: int, front: Front, rule: Rule) -> list[tuple[int, Front]]:
    """Carry a front from a node's output to its inputs.

    Args:
        trace: the forward pass.
        node: index of the node whose operation is gone through.
        front: gradients at its output.
        rule: what a ReLU does.

    Returns:
        Which node each front has come to. One of a node's inputs may get several fronts, of different lanes.
    """
    at = trace.graph.nodes[node]
    if isinstance(at.operation, ReLU):
        return [(at.inputs[0], rectify(trace, node, front, rule))]
    if not isinstance(at.operation, SPANNED):
        front = front.spanning(None, at.shape[0])
    carrier = CARRIERS[type(at.operation)]
    return [
        came
        for part in _by_group(at.operation, front)
        for came in zip(at.inputs, carrier(at.operation, trace, node, part), strict=True)
    ]


def rectify(trace: Trace, node: int, front: Front, rule: Rule) -> Front:
    """Apply a ReLU rule at a rectified node; doing so twice changes nothing."""
    rectified, ceiling = rules.RELU_RULES[rule], trace.ceiling(node, front.span)
    if front.corner is None or front.units is not None:
        # What is a part of a larger tensor would be copied by the next convolution: it is copied here.
        place = front.values if is_laid_out(front.values) else None
        return front.with_values(rectified(front.values, front.see(ceiling), place))
    for g, (there,) in front.pieces(ceiling):
        rectified(g, there, g)
    return front


def _by_group(operation: Operation, front: Front) -> list[Front]:
    """Single units apart by the group whose channels they see, where there are few groups."""
    if front.units is None or not (isinstance(operation, Convolution) and 1 < operation.groups <= FEW_GROUPS):
        return [front]
    groups = (front.units // (len(operation.weight) // operation.groups)).tolist()
    return [
        front.take([row for row, group in enumerate(groups) if group == mine]) for mine in sorted(set(groups))
    ]


def _convolution(op: Convolution, trace: Trace, node: int, front: Front) -> list[Front]:
    shape = _input_shape(trace, node)
    size = None if front.corner is not None else (shape[1], shape[2])
    if front.units is None:
        filters, front, span = _held(op, front)
        back = rules.convolution(filters, front.values, size)
    else:
        back, span = rules.single_filters(op, front.values, front.units, size), None
        if op.groups > FEW_GROUPS:
            back = _in_groups(op, back, front.units)
        elif op.groups > 1:
            group, inputs = int(front.units[0]) // (len(op.weight) // op.groups), op.weight.shape[1]
            span = (group * inputs, (group + 1) * inputs)
    moved = _moved(replace(front, values=back, units=None, span=span), op, shape)
    moved.clear((shape[1], shape[2]))  # the gradient of the padding
    return [moved]


def _held(op: Convolution, front: Front) -> tuple[Convolution, Front, Span | None]:
    """The filters of the channels that a front holds, and the span of what they see.

    Where its span ends inside a group, the front is made to hold every channel.
    """
    if front.span is None:
        return op, front, None
    start, stop = front.span
    held = replace(op, weight=op.weight[start:stop], bias=None)
    if op.groups == 1:
        return held, front, None
    outputs, inputs = len(op.weight) // op.groups, op.weight.shape[1]
    if start % outputs or stop % outputs:
        return op, front.spanning(None, len(op.weight)), None
    first, end = start // outputs, stop // outputs
    return replace(held, groups=end - first), front, (first * inputs, end * inputs)


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
    return replace(front, corner=corner).fitted((shape[1], shape[2]))


def _linear(op: Linear, trace: Trace, node: int, front: Front) -> list[Front]:
    shape = trace.graph.nodes[node].shape
    if len(shape) > 1:  # the last axis is not the units'
        front = front.full(shape)
    if front.units is None:
        return [front.with_values(front.values @ op.weight)]
    return [replace(front, values=front.values * op.weight[front.units], units=None)]


def _max_pool(op: MaxPool, trace: Trace, node: int, front: Front) -> list[Front]:
    channels, height, width = shape = _input_shape(trace, node)
    held = front if front.span else front.dense(channels)
    if held.corner is None:
        choices = held.see(trace.choices(node, None, held.span))
        return [held.with_values(rules.max_pool(held.values, choices, (height, width)))]
    out_high, out_wide = held.values.shape[2:]
    high, wide = rules.reached(op, (out_high, out_wide))
    # Each output looks at a window of its own, which starts here in what all of them reach.
    down, across = torch.arange(out_high) * op.stride[0] * wide, torch.arange(out_wide) * op.stride[1]
    first = ((down[:, None] + across) * held.values.shape[1]).to(held.values.device)
    choices = held.see(trace.choices(node, wide, held.span)).add_(first)
    return [_moved(held.with_values(rules.max_pool(held.values, choices, (high, wide))), op, shape)]


def _local_response_norm(op: LocalResponseNorm, trace: Trace, node: int, front: Front) -> list[Front]:
    channels, reach = trace.graph.nodes[node].shape[0], op.size // 2
    if front.span:
        start, stop = front.span
        held = front.spanning((max(0, start - reach), min(channels, stop + reach)), channels)
    else:
        held = front.dense(channels)
    back = held.with_values(laid_out(held.values))
    for g, factors in back.pieces(*trace.norm_factors(node, back.span)):
        rules.local_response_norm(op, g, rules.NormFactors(*factors))
    return [back]


def _layer_norm(op: LayerNorm, trace: Trace, node: int, front: Front) -> list[Front]:
    held = front.dense(_input_shape(trace, node)[0])
    seen = rules.LayerStatistics(*(held.see(one) for one in trace.layer_statistics(node)))
    return [held.with_values(laid_out(rules.layer_norm(op, held.values, seen)))]


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
            back.append(replace(mine, units=_shifted(mine.units, start)))
        start += width
    return back


def _shifted(units: Tensor | None, by: int) -> Tensor | None:
    return None if units is None else units - by


def _channels(op: Channels, trace: Trace, node: int, front: Front) -> list[Front]:
    if front.units is not None:
        return [replace(front, units=_shifted(front.units, -op.start))]
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
        moved = replace(front, corner=corner)
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
    LayerNorm: _layer_norm,
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
