"""What units of a layer do alone: the others are silenced, and the network runs on from there.

Only the part above the layer runs, many subsets at a time; of one upper unit, only the one channel that it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from catvis.backward.trace import Trace
from catvis.networks import operations as op
from catvis.networks.graph import Graph, Node
from catvis.terms import Unit

_BATCH_BYTES = 1 << 26
"""More at a time is no faster: it leaves the cache."""
_CHANNEL_BY_CHANNEL = (
    op.ReLU,
    op.Pointwise,
    op.MaxPool,
    op.AveragePool,
    op.AdaptiveAveragePool,
    op.SpatialMean,
    op.Pad,
    op.Identity,
)


class Silencing:
    """Silences units of one layer on one picture, and sees what some upper units do then.

    A unit that the layer does not lead to, such as one of a branch beside it, keeps its activation.

    Args:
        trace: the forward pass of one picture.
        layer: whose units are silenced.
        parents: upper units, at least one. Each is read at the place where it is strongest on the picture.
        memory: bytes that activations in flight may take.
        rectified: read what the parents put out; else what their ReLU gets, which says below 0, too, what adds.

    Raises:
        NetworkError: a layer does not exist, or does not lie below each of the parents.
    """

    def __init__(
        self, trace: Trace, layer: str, parents: Sequence[Unit], *, memory: int, rectified: bool = True
    ) -> None:
        card = trace.network.card
        for parent in parents:
            card.check_unit(parent)
            card.check_below(layer, parent.layer)
        self._low = card.layer(layer).node
        nodes = [card.layer(parent.layer).node for parent in parents]
        if not rectified:
            nodes = [_before_relu(trace.graph, node) for node in nodes]
        changed = frozenset[int]().union(*(trace.graph.between(self._low, node) for node in nodes))
        single = None
        if len(parents) == 1 and changed:
            single = _narrowed(trace.graph, self._low, nodes[0], parents[0].index)
        self._graph = single or trace.graph
        self._whole = trace.values[self._low]
        places = [trace.peak(parent).place for parent in parents]
        channels = [0 if single else parent.index for parent in parents]
        self._reads = list(zip(nodes, channels, places, strict=True))
        needed = frozenset[int]().union(*(trace.graph.ancestors[node] for node in nodes))
        self._untouched = {
            index: value for index, value in trace.values.items() if index in needed and index not in changed
        }
        each = 2 * max(trace.values[index].nbytes for index in changed | {self._low})
        self._size = max(1, min(memory, _BATCH_BYTES) // each)

    @torch.inference_mode()
    def activations(self, left: Bool[Tensor, "subsets units"]) -> Float[Tensor, "subsets parents"]:
        """The parents' activations when only some of the layer's units are left.

        Args:
            left: for each subset, which units are not silenced.
        """
        batches = [self._run(batch) for batch in left.to(self._whole.device).split(self._size)]
        return torch.cat(batches) if batches else self._whole.new_zeros(0, len(self._reads))

    def _run(self, left: Tensor) -> Tensor:
        maps = self._whole * left.view(*left.shape, *(1,) * (self._whole.dim() - 2))
        known = {index: value.expand(len(left), *value.shape[1:]) for index, value in self._untouched.items()}
        found = self._graph.run({**known, self._low: maps}, {node for node, _, _ in self._reads})
        return torch.stack([_read(found[node], channel, place) for node, channel, place in self._reads], 1)


def _read(values: Tensor, channel: int, place: tuple[int, int]) -> Tensor:
    return values[:, channel] if values.dim() == 2 else values[:, channel, place[0], place[1]]


def _before_relu(graph: Graph, node: int) -> int:
    made = graph.nodes[node]
    return made.inputs[0] if isinstance(made.operation, op.ReLU) else node


def _narrowed(graph: Graph, low: int, node: int, unit: int) -> Graph | None:
    """The graph with one channel of a node alone; None where its channels cannot be told apart."""
    nodes, index = list(graph.nodes), node
    while index != low:
        made = _one_channel(graph, nodes[index], unit)
        if made is None:
            return None
        nodes[index] = replace(nodes[index], operation=made)
        if isinstance(made, op.Convolution | op.Linear):
            return Graph(tuple(nodes))
        index = nodes[index].inputs[0]
    return None


def _one_channel(graph: Graph, node: Node, unit: int) -> op.Operation | None:
    match node.operation:
        case op.Linear() as product if len(node.shape) == 1:
            return op.Linear(*_one_of(product, unit))
        case op.Convolution(groups=1) as convolution:
            weight, bias = _one_of(convolution, unit)
            return replace(convolution, weight=weight, bias=bias)
        case op.Convolution() as convolution:
            (weight, bias), groups = _one_of(convolution, unit), convolution.groups
            width = weight.shape[1]
            first = unit // (len(convolution.weight) // groups) * width
            dense = weight.new_zeros(1, width * groups, *weight.shape[2:])
            dense[:, first : first + width] = weight
            return replace(convolution, weight=dense, bias=bias, groups=1)
        case op.Reshape(shape=(_,)) if graph.nodes[node.inputs[0]].shape == (*node.shape, 1, 1):
            return op.Reshape((1,))
        case operation if isinstance(operation, _CHANNEL_BY_CHANNEL):
            return operation
    return None


def _one_of(product: op.Linear | op.Convolution, unit: int) -> tuple[Tensor, Tensor | None]:
    one = slice(unit, unit + 1)
    return product.weight[one], None if product.bias is None else product.bias[one]
