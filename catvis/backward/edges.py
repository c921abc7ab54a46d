"""Which lower units made this one fire: edge weights, and ablation to check them.

An edge weight is the mean over space of h ⊙ g: the activation of the lower unit times the derivative of the
path's first unit, carried down the path. It is exact where the network between the two is linear around the
picture, which `ablations` measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple

import torch

from catvis.backward.sweep import GIGABYTE, Route, readings
from catvis.backward.trace import Trace
from catvis.errors import SilentUnitError
from catvis.results import Weights
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
            activation, (row, column), _ = astuple(trace.peak(parent))
            if activation == 0:
                raise SilentUnitError(
                    f"{parent} does not fire on this picture: an edge from it cannot be measured"
                )
            values = after[card.layer(parent.layer).node][batch.index(child.index), parent.index]
            left = float(values if values.dim() == 0 else values[row, column])
            yield number, (activation - left) / abs(activation)
