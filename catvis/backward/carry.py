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
    Permute,
    Pointwise,
    Product,
    ReLU,
    Reshape,
    SpatialMean,
    Sum,
)

Shape = tuple[int, ...]
WHOLE_FROM = 0.8
"""A window that covers more than this part of a map is held as the whole map: gathering would cost more."""


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
    values = trace.values[node]
    operation = trace.graph.nodes[node].operation
    limit = operation.limit if isinstance(operation, ReLU) else None
    active = front.see(values)
    passed = (active > 0) if limit is None else (active > 0) & (active < limit)
    return front.with_values(rules.RELU_RULES[rule](front.values, passed))


def _convolution(op: Convolution, trace: Trace, node: int, front: Front) -> list[Front]:
    shape = _input_shape(trace, node)
    size = (shape[1], shape[2])
    if front.units is not None:
        return [_one_filter_each(op, front, shape)]
    if front.corner is None:
        return [front.with_values(rules.convolution(op, front.values, size))]
    back = F.conv_transpose2d(front.values, op.weight, None, op.stride, 0, 0, op.groups, op.dilation)
    return [_moved(front, op, back, size)]


def _one_filter_each(op: Convolution, front: Front, shape: Shape) -> Front:
    """Single channels: each row needs the filter of its own unit, and nothing else of the weights."""
    units = front.units
    if units is None:
        raise ValueError("the rows hold every channel")
    rows, per_group, size = len(front), op.weight.shape[1], (shape[1], shape[2])
    filters = op.weight[units]
    if front.corner is not None and front.values.shape[2:] == (1, 1):
        back = filters * front.values if op.dilation == (1, 1) else _spread(op, front.values, filters)
    elif front.corner is not None:
        back = _spread(op, front.values, filters)
    else:
        reach = rules.reached(op, (front.values.shape[2], front.values.shape[3]))
        top, left = op.padding
        full = F.pad(
            _spread(op, front.values, filters),
            (0, max(0, size[1] + 2 * left - reach[1]), 0, max(0, size[0] + 2 * top - reach[0])),
        )
        back = full[:, :, top : top + size[0], left : left + size[1]]
    if op.groups > 1:
        group = units // (op.weight.shape[0] // op.groups)
        channels = group[:, None] * per_group + torch.arange(per_group, device=group.device)
        placed = back.new_zeros(rows, shape[0], *back.shape[2:])
        placed[torch.arange(rows, device=group.device)[:, None], channels] = back
        back = placed
    moved = Front(front.lanes, front.pictures, back, None, front.corner)
    return _moved(moved, op, back, size) if front.corner is not None else moved


def _spread(op: Convolution, values: Tensor, filters: Tensor) -> Tensor:
    rows = values.shape[0]
    spread = F.conv_transpose2d(values.transpose(0, 1), filters, None, op.stride, 0, 0, rows, op.dilation)
    return spread.view(rows, filters.shape[1], *spread.shape[2:])


def _moved(front: Front, op: Convolution | MaxPool, values: Tensor, size: tuple[int, int]) -> Front:
    """Put the window's corner where the operation's windows lie in its input."""
    if front.corner is None:
        raise ValueError("a whole map does not move")
    corner = front.corner * front.corner.new_tensor(op.stride) - front.corner.new_tensor(op.padding)
    window = Front(front.lanes, front.pictures, values, None if values.shape[1] > 1 else front.units, corner)
    if values.shape[2] * values.shape[3] > WHOLE_FROM * size[0] * size[1]:
        return window.whole(size)
    return window.inside(size)


def _linear(op: Linear, trace: Trace, node: int, front: Front) -> list[Front]:
    if front.units is None:
        return [front.with_values(front.values @ op.weight)]
    return [Front(front.lanes, front.pictures, front.values * op.weight[front.units])]


def _max_pool(op: MaxPool, trace: Trace, node: int, front: Front) -> list[Front]:
    shape = _input_shape(trace, node)
    size = (shape[1], shape[2])
    choices = front.see(trace.choices(node), fill=-1) if front.corner is not None else trace.choices(node)
    if front.corner is None:
        dense = front.dense(shape[0])
        seen = dense.see(choices)
        return [dense.with_values(rules.max_pool(dense.values, seen, size))]
    reach = rules.reached(op, (front.values.shape[2], front.values.shape[3]))
    corner = front.corner * front.corner.new_tensor(op.stride) - front.corner.new_tensor(op.padding)
    down = choices // size[1] - corner[:, 0, None, None, None]
    across = choices % size[1] - corner[:, 1, None, None, None]
    local = torch.where(choices < 0, 0, down * reach[1] + across)
    back = rules.max_pool(front.values, local, reach)
    return [_moved(front, op, back, size)]


def _local_response_norm(op: LocalResponseNorm, trace: Trace, node: int, front: Front) -> list[Front]:
    maps = trace.values[trace.graph.nodes[node].inputs[0]]
    dense = front.dense(maps.shape[1])
    x, scale = dense.see(maps), dense.see(trace.brackets(node), fill=1)
    return [dense.with_values(rules.local_response_norm(op, dense.values, x, scale))]


def _channel_affine(op: ChannelAffine, trace: Trace, node: int, front: Front) -> list[Front]:
    if front.units is not None:
        factor = op.scale.expand(_input_shape(trace, node)[0])[front.units]
        return [front.with_values(front.values * factor.view(-1, *(1,) * (front.values.dim() - 1)))]
    return [front.with_values(front.values * op.scale.view(1, -1, *(1,) * (front.values.dim() - 2)))]


def _pointwise(op: Pointwise, trace: Trace, node: int, front: Front) -> list[Front]:
    return [front.with_values(front.values * front.see(trace.slopes(node)))]


def _sum(op: Sum, trace: Trace, node: int, front: Front) -> list[Front]:
    return [front for _ in trace.graph.nodes[node].inputs]


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
            mine = front.take((front.units >= start) & (front.units < start + width))
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
    padded = front.values.new_zeros(len(front), width, *front.values.shape[2:])
    padded[:, op.start : op.stop] = front.values
    return [front.with_values(padded)]


def _reshape(op: Reshape, trace: Trace, node: int, front: Front) -> list[Front]:
    full = _full(trace, node, front)
    return [full.with_values(full.values.reshape(len(full), *_input_shape(trace, node)))]


def _permute(op: Permute, trace: Trace, node: int, front: Front) -> list[Front]:
    full = _full(trace, node, front)
    back = sorted(range(len(op.order)), key=op.order.__getitem__)
    return [full.with_values(full.values.permute(back))]


def _transposed(op: Operation, trace: Trace, node: int, front: Front) -> list[Front]:
    full = _full(trace, node, front)
    return [full.with_values(rules.transposed(op, full.values, _input_shape(trace, node)))]


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
    AveragePool: _transposed,
    AdaptiveAveragePool: _transposed,
    SpatialMean: _transposed,
    Identity: _identity,
}
"""What carries a front through each operation; ReLUs go by the sweep's rule."""
