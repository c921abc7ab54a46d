"""Which lower units made this one fire: edge weights, and ablation to check them.

An edge weight is the mean over space of h ⊙ g: the activation of the lower unit times the derivative of the
path's first unit, carried down the path. It is exact where the network between the two is linear around the
picture, which `ablations` measures.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from catvis.backward.silencing import Silencing
from catvis.backward.sweep import GIGABYTE, Route, readings
from catvis.backward.trace import Trace
from catvis.edge_shares import Weights
from catvis.errors import SilentUnitError
from catvis.terms import Rule, Unit, UnitPath


def edges(
    trace: Trace,
    requests: Sequence[tuple[UnitPath, str]],
    rule: Rule = "gradient",
    *,
    memory: int = GIGABYTE,
) -> list[Weights]:
    """Compute the edge weights from the ends of paths to layers, all in one sweep.

    Args:
        trace: the forward pass of one picture.
        requests: each path with the lower layer.
        rule: ``gradient``, the derivative; or ``guided``, as the first program did it: never negative.
        memory: bytes that gradients in flight may take.

    Returns:
        For each request the weights of all units of its layer, all 0 where the gradient cannot reach it.

    Raises:
        NetworkError: a path or layer does not exist, or the layer does not lie below the path's end.
        SilentUnitError: a path starts at a unit that does not fire.
    """
    routes = [(Route(path), layer) for path, layer in requests]
    found = dict(readings(trace, routes, rule, memory=memory))
    return [
        Weights(tuple(found[number].tolist()) if number in found else (0.0,) * trace.of(layer).shape[1])
        for number, (_, layer) in enumerate(requests)
    ]


def agreement(
    trace: Trace, parent: Unit, layer: str, rule: Rule = "gradient", *, memory: int = GIGABYTE
) -> float | None:
    """How far edge weights order a layer's units as ablation does: Spearman's rank correlation, −1 to 1.

    Args:
        trace: the forward pass of one picture.
        parent: the upper unit.
        layer: whose units are compared, those whose edge weight is not 0.
        rule: by which edge weights are carried.
        memory: bytes that gradients and activations in flight may take.

    Returns:
        None where fewer than three units have a weight, or all have the same, or cost the same.

    Raises:
        NetworkError: the unit or the layer does not exist, or the layer does not lie below.
        SilentUnitError: the unit does not fire.
    """
    (weights,) = edges(trace, [(UnitPath((parent,)), layer)], rule, memory=memory)
    units = [index for index, weight in enumerate(weights.values) if weight]
    sides = (
        [weights.values[index] for index in units],
        ablations(trace, [(parent, Unit(layer, index)) for index in units], memory=memory),
    )
    if len(units) < 3 or any(len(set(side)) < 2 for side in sides):
        return None
    pair = torch.tensor(sides, dtype=torch.float64)
    return float(torch.corrcoef(torch.stack([_ranks(values) for values in pair]))[0, 1])


def _ranks(values: Tensor) -> Tensor:
    """Each value's place in their order; equal ones share their mean place."""
    below, equal = (values[:, None] > values).sum(1), (values[:, None] == values).sum(1)
    return below + (equal - 1) / 2


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
        NetworkError: an upper unit does not exist, or the lower layer does not lie below it.
        SilentUnitError: an upper unit does not fire.
    """
    by_layer: dict[str, list[int]] = {}
    for number, (parent, child) in enumerate(pairs):
        if trace.peak(parent).activation == 0:
            raise SilentUnitError(
                f"{parent} does not fire on this picture: an edge from it cannot be measured"
            )
        by_layer.setdefault(child.layer, []).append(number)
    drops = [0.0] * len(pairs)
    for layer, numbers in by_layer.items():
        parents, children = (
            list(dict.fromkeys(pairs[number][side] for number in numbers)) for side in (0, 1)
        )
        left = torch.ones(len(children), trace.network.card.layer(layer).units, dtype=torch.bool)
        left[range(len(children)), [child.index for child in children]] = False
        after = Silencing(trace, layer, parents, memory=memory).activations(left).tolist()
        for number in numbers:
            parent, child = pairs[number]
            activation = trace.peak(parent).activation
            loss = activation - after[children.index(child)][parents.index(parent)]
            drops[number] = loss / abs(activation)
    return drops
