"""Which lower units made this one fire: edge weights, shares, children, and ablation to check them.

An edge weight is the mean over space of h ⊙ g: the activation of the lower unit times the derivative of the
path's first unit, carried down the path. It is exact where the network between the two is linear around the
picture, which `ablations` measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from catvis.backward.sweep import GIGABYTE, Route, readings
from catvis.backward.trace import Trace
from catvis.errors import SilentUnitError
from catvis.terms import Rule, Unit, UnitPath


@dataclass(frozen=True)
class Edge:
    """What a unit of a lower layer had to do with the unit at the end of a path.

    Attributes:
        unit: the lower unit.
        weight: the edge weight; negative where the unit works against the path's first unit.
        share: |weight| over the sum of |weight| of the whole layer, 0 to 1.
    """

    unit: Unit
    weight: float
    share: float


@dataclass(frozen=True, eq=False)
class LayerEdges:
    """The edge weights from the end of a path to every unit of a lower layer."""

    layer: str
    weights: Float[Tensor, " units"]

    def edge(self, index: int) -> Edge:
        """The edge to one unit."""
        total = float(self.weights.abs().sum())
        weight = float(self.weights[index])
        return Edge(Unit(self.layer, index), weight, abs(weight) / total if total else 0.0)

    def children(self, top: int = 5) -> list[Edge]:
        """The units with the largest |weight|, strongest first, ties by index; units of weight 0 are none."""
        order = torch.sort(self.weights.abs(), descending=True, stable=True).indices[:top]
        return [self.edge(int(index)) for index in order if self.weights[index] != 0]


def edges(
    trace: Trace,
    requests: Sequence[tuple[UnitPath, str]],
    rule: Rule = "gradient",
    *,
    memory: int = GIGABYTE,
) -> list[LayerEdges]:
    """Compute the edge weights from the ends of paths to layers, all in one sweep.

    Args:
        trace: the forward pass of one picture.
        requests: each path with the lower layer.
        rule: ``gradient``, the derivative; or ``guided``, as the first program did it: never negative.
        memory: bytes that gradients in flight may take.

    Raises:
        NetworkError: a path or layer does not exist, or the layer does not lie below the path's end.
        SilentUnitError: a path starts at a unit that does not fire.
    """
    routes = [(Route(path), layer) for path, layer in requests]
    found = dict(readings(trace, routes, rule, memory=memory))
    return [
        LayerEdges(layer, found[number].cpu() if number in found else torch.zeros(trace.of(layer).shape[1]))
        for number, (_, layer) in enumerate(requests)
    ]


def layer_edges(
    trace: Trace, upper: str, lower: str, rule: Rule = "gradient", *, memory: int = GIGABYTE
) -> tuple[list[Unit], Float[Tensor, "active units"]]:
    """Compute the edge weights between all active units of a layer and all units of a lower one.

    Returns:
        The upper layer's active units, and for each of them a row of weights.

    Raises:
        NetworkError: a layer does not exist, or they are not in this order.
    """
    width = trace.of(upper).shape[1]
    active = [unit for index in range(width) if not trace.is_silent(unit := Unit(upper, index))]
    rows = edges(trace, [(UnitPath((unit,)), lower) for unit in active], rule, memory=memory)
    weights = [row.weights for row in rows]
    return active, torch.stack(weights) if weights else torch.zeros(0, trace.of(lower).shape[1])


def ablations(trace: Trace, pairs: Sequence[tuple[Unit, Unit]], *, memory: int = GIGABYTE) -> list[float]:
    """Measure edges: silence the lower unit, run forward from there, and see what the upper one loses.

    Args:
        trace: the forward pass of one picture.
        pairs: each upper unit with a lower one.
        memory: bytes that activations in flight may take.

    Returns:
        For each pair the relative drop (a − a′) / |a| of the upper unit's activation at its own place: 1
        where it falls silent, negative where it grows.

    Raises:
        SilentUnitError: an upper unit does not fire.
    """
    by_layer: dict[str, list[int]] = {}
    for number, (_, child) in enumerate(pairs):
        by_layer.setdefault(child.layer, []).append(number)
    drops = [0.0] * len(pairs)
    for numbers in by_layer.values():
        for number, drop in _silenced(trace, pairs, numbers, memory):
            drops[number] = drop
    return drops


@torch.inference_mode()
def _silenced(
    trace: Trace, pairs: Sequence[tuple[Unit, Unit]], numbers: Sequence[int], memory: int
) -> Iterator[tuple[int, float]]:
    """The drops of pairs whose lower units are in one layer, each lower unit silenced once."""
    card, graph = trace.network.card, trace.graph
    low = card.layer(pairs[numbers[0]][1].layer).node
    highest = max(card.layer(pairs[number][0].layer).node for number in numbers)
    children = sorted({pairs[number][1].index for number in numbers})
    untouched = {
        index: value
        for index, value in trace.values.items()
        if index in graph.ancestors[highest] and low not in graph.ancestors[index]
    }
    changed = graph.between(low, highest)
    each = 2 * max(trace.values[index].nbytes for index in changed)
    size = max(1, memory // each)
    for start in range(0, len(children), size):
        batch = children[start : start + size]
        maps = trace.values[low].repeat(len(batch), *(1,) * (trace.values[low].dim() - 1))
        maps[torch.arange(len(batch)), torch.tensor(batch)] = 0
        known = {index: value.expand(len(batch), *value.shape[1:]) for index, value in untouched.items()}
        mine = [number for number in numbers if pairs[number][1].index in batch]
        nodes = {card.layer(pairs[number][0].layer).node for number in mine}
        after = graph.run({**known, low: maps}, nodes)
        for number in mine:
            parent, child = pairs[number]
            row, column, activation = trace.peak(parent)
            if activation == 0:
                raise SilentUnitError(
                    f"{parent} does not fire on this picture: an edge from it cannot be measured"
                )
            values = after[card.layer(parent.layer).node][batch.index(child.index), parent.index]
            left = float(values if values.dim() == 0 else values[row, column])
            yield number, (activation - left) / abs(activation)
