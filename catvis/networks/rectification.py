"""What a layer's values come out of: ReLUs, or something that the ReLU rules do not speak of."""

from __future__ import annotations

from catvis.networks.graph import Graph
from catvis.networks.operations import (
    Channels,
    Concatenation,
    Identity,
    Permute,
    Pointwise,
    ReLU,
    Reshape,
)


def rectified(graph: Graph, index: int) -> bool:
    """Whether every value of a node comes out of a ReLU; cuts, joins and reshapes pass values on."""
    node = graph.nodes[index]
    if isinstance(node.operation, Channels | Concatenation | Identity | Permute | Reshape):
        return all(rectified(graph, source) for source in node.inputs)
    return isinstance(node.operation, ReLU)


def notice(name: str, graph: Graph) -> str | None:
    """Say what it means that a network has other nonlinearities than ReLUs; None where it has none.

    Args:
        name: the network's name.
        graph: its operations.
    """
    others = sorted({node.operation.name for node in graph.nodes if isinstance(node.operation, Pointwise)})
    if not others:
        return None
    if any(isinstance(node.operation, ReLU) for node in graph.nodes):
        return (
            f"{name} has {' and '.join(others)} beside its ReLUs: these go back by their derivative,"
            " whatever the rule"
        )
    return (
        f"{name} has no ReLU but {' and '.join(others)}, which go back by their derivative: gradient, deconvnet"
        " and guided show the same there, and no unit is ever silent"
    )
