"""Which pixels a unit can see at a place of its map: the true box, from the network's graph alone.

Windows are followed down from the place to the input. What lies outside a map on the way is padding, which
no pixel reaches, so boxes are cut at every map's edge and not only at the picture's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from catvis.networks.graph import Graph, Node
from catvis.networks.operations import (
    AdaptiveAveragePool,
    AveragePool,
    ChannelAffine,
    Channels,
    Concatenation,
    Convolution,
    Identity,
    LayerNorm,
    LocalResponseNorm,
    MaxPool,
    Operation,
    Permute,
    Pointwise,
    Product,
    ReLU,
    Reshape,
    Sum,
)

_CHANNEL_BY_CHANNEL = (AveragePool, ChannelAffine, Identity, MaxPool, Pointwise, ReLU, Sum)
_PLACE_BY_PLACE = (
    ChannelAffine,
    Channels,
    Concatenation,
    Identity,
    LayerNorm,
    LocalResponseNorm,
    Permute,
    Pointwise,
    Product,
    ReLU,
    Reshape,
    Sum,
)


class Region(NamedTuple):
    """Rows and columns of a map or picture: from (top, left) up to but not including (bottom, right)."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing: a place whose window lies in padding alone sees no pixel."""
        return self.top >= self.bottom or self.left >= self.right

    def hull(self, other: Region) -> Region:
        """The smallest region that holds both."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        corner = (min(self.top, other.top), min(self.left, other.left))
        return Region(*corner, max(self.bottom, other.bottom), max(self.right, other.right))


class _Seen(NamedTuple):
    """What is seen of a node's map; ``channel`` is given where it is a single one."""

    region: Region
    channel: int | None


def seen_region(graph: Graph, node: int, unit: int, place: tuple[int, int], below: int = 0) -> Region:
    """What a unit can see, at a place of its map, of a node below; by default of the picture.

    Args:
        graph: the network.
        node: index of the node that holds the unit; one without a map sees everything.
        unit: index of the unit; branches that do not lead to it are not followed.
        place: row and column in its map.
        below: index of the node that is looked at; one without a map counts as one place.

    Raises:
        ValueError: the lower node cannot be seen from the upper one.
    """
    on_the_way = graph.between(below, node)
    if not on_the_way:
        raise ValueError(f"node {below} does not lie below node {node}")
    row, column = place if _has_map(graph.nodes[node]) else (0, 0)
    seen = {node: _Seen(Region(row, column, row + 1, column + 1), unit)}
    for index in range(node, below, -1):
        if index not in seen:
            continue
        for source, looked in _one_down(graph, index, seen.pop(index)):
            if source not in on_the_way:
                continue
            known = seen.get(source)
            if known is None:
                seen[source] = looked
            else:
                channel = known.channel if known.channel == looked.channel else None
                seen[source] = _Seen(known.region.hull(looked.region), channel)
    return seen[below].region if below in seen else Region(0, 0, 0, 0)


def _has_map(node: Node) -> bool:
    return len(node.shape) >= 3


def _one_down(graph: Graph, index: int, seen: _Seen) -> Iterator[tuple[int, _Seen]]:
    """What is seen of each of a node's inputs."""
    node = graph.nodes[index]
    first = 0
    for number in node.inputs:
        source = graph.nodes[number]
        channel = None
        if isinstance(node.operation, Concatenation) and seen.channel is not None:
            channel = seen.channel - first
            first += source.shape[0]
            if not 0 <= channel < source.shape[0]:
                continue
        elif isinstance(node.operation, Channels) and seen.channel is not None:
            channel = seen.channel + node.operation.start
        elif isinstance(node.operation, _CHANNEL_BY_CHANNEL):
            channel = seen.channel
        yield number, _Seen(_region_below(node, source, seen.region), channel)


def _region_below(node: Node, source: Node, region: Region) -> Region:
    if region.is_empty:
        return region
    if not _has_map(source):
        return Region(0, 0, 1, 1)
    high, wide = source.shape[-2:]
    if not _has_map(node) or _moves_places(node, source):
        return Region(0, 0, high, wide)
    top, bottom = _extent(node.operation, 0, (region.top, region.bottom), high, node.shape[-2])
    left, right = _extent(node.operation, 1, (region.left, region.right), wide, node.shape[-1])
    return Region(top, left, bottom, right)


def _extent(operation: Operation, axis: int, seen: tuple[int, int], size: int, out: int) -> tuple[int, int]:
    """The rows or columns of an input, ``size`` in all, on which some of the output's depend."""
    first, last = seen[0], seen[1] - 1
    if isinstance(operation, Convolution | MaxPool | AveragePool):
        kernel = operation.weight.shape[2:] if isinstance(operation, Convolution) else operation.kernel
        dilation = (1, 1) if isinstance(operation, AveragePool) else operation.dilation
        reach = dilation[axis] * (kernel[axis] - 1)
        start = first * operation.stride[axis] - operation.padding[axis]
        stop = last * operation.stride[axis] - operation.padding[axis] + reach + 1
        return min(max(0, start), size), max(min(size, stop), 0)
    if isinstance(operation, AdaptiveAveragePool):
        return first * size // out, -((-(last + 1) * size) // out)
    if isinstance(operation, _PLACE_BY_PLACE) and size in (1, out):
        return (0, 1) if size == 1 else seen
    return 0, size


def _moves_places(node: Node, source: Node) -> bool:
    """Whether numbers change their place in the map; a shuffle of channels leaves the last two axes alone."""
    if isinstance(node.operation, Reshape):
        return node.shape[-2:] != source.shape[-2:]
    if isinstance(node.operation, Permute):
        axes = len(node.operation.order)
        return node.operation.order[-2:] != (axes - 2, axes - 1)
    return False
