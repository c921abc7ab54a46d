"""From a graph to its named layers: what a post may ask for, lowest first.

A layer is the activation after the ReLU that follows a convolution or a product, after the sum of a residual
block, or the joined maps of a module with branches. Here stand the facts that hold for any network; the
zoo's own names are in `catvis.networks.torchvision.zoo_layers`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from catvis.networks.graph import Graph
from catvis.networks.known_layers import Layer
from catvis.networks.operations import (
    Concatenation,
    Convolution,
    Linear,
    Operation,
    Pointwise,
    ReLU,
    Sum,
)
from catvis.networks.rectification import rectified


def layer_table(graph: Graph, nodes: Mapping[str, int]) -> tuple[Layer, ...]:
    """Describe the named nodes as layers, lowest first.

    Args:
        graph: the network.
        nodes: a node's index by the name of its layer.
    """
    return tuple(
        Layer(
            name=name,
            node=index,
            units=graph.nodes[index].shape[0],
            spatial=len(graph.nodes[index].shape) == 3,
            rectified=rectified(graph, index),
        )
        for name, index in sorted(nodes.items(), key=lambda item: item[1])
    )


def layers_by_module(graph: Graph) -> dict[str, int]:
    """Name the layers of any network after the modules that they come from.

    A ReLU, or another nonlinearity, is named after the convolution, product or block before it: ``conv1``,
    ``layer2.0``; joined maps after the module that joins them. The last node is the class scores.
    """
    found: dict[str, int] = {}
    for index, node in enumerate(graph.nodes):
        last = index == len(graph.nodes) - 1
        joined = isinstance(node.operation, Concatenation) and rectified(graph, index)
        if last or joined or isinstance(node.operation, ReLU | Pointwise):
            found[_fresh(_as_layer(_origin(graph, index)), found)] = index
    return found


def _origin(graph: Graph, index: int) -> str:
    named: tuple[type[Operation], ...] = (Convolution, Linear, Sum, Concatenation)
    node = graph.nodes[index]
    while not isinstance(node.operation, named) and len(node.inputs) == 1:
        node = graph.nodes[node.inputs[0]]
    if isinstance(node.operation, Sum | Concatenation):
        return re.sub(r"(?<=.)\.(add|cat)(:[0-9]+)?$", "", node.name)
    return node.name


def _as_layer(name: str) -> str:
    # A unit is written layer_index, so a layer starts with a letter and does not end in _digits.
    plain = re.sub(r"[^A-Za-z0-9_.]+", ".", name)
    plain = re.sub(r"_([0-9]+)$", r".\1", plain)
    return plain if plain[:1].isalpha() else f"layer{plain}"


def _fresh(name: str, taken: Mapping[str, int]) -> str:
    fresh, count = name, 1
    while fresh in taken:
        count += 1
        fresh = f"{name}.{count}"
    return fresh
