"""The control of a figure: the same network with every layer above the first set to random weights."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor

from catvis.networks.graph import Graph, Node
from catvis.networks.network import Network
from catvis.networks.operations import Convolution, Linear


def randomised(network: Network, seed: int) -> Network:
    """Randomise a network above its first convolution, as the sanity checks do (Adebayo et al., arXiv 1810.03292).

    Weights are normal with the deviation of He et al. (arXiv 1502.01852), so that signals keep their size on the
    way up; biases are zero.
    """
    random = torch.Generator().manual_seed(seed)
    nodes: list[Node] = []
    seen_first = False
    for node in network.graph.nodes:
        operation = node.operation
        if isinstance(operation, Convolution | Linear):
            if seen_first:
                weight = _he_normal(operation.weight, random)
                bias = None if operation.bias is None else torch.zeros_like(operation.bias)
                operation = replace(operation, weight=weight, bias=bias)
            seen_first = True
        nodes.append(replace(node, operation=operation))
    return replace(network, graph=Graph(tuple(nodes)))


def _he_normal(weight: Tensor, random: torch.Generator) -> Tensor:
    deviation = math.sqrt(2 / weight[0].numel())
    return torch.randn(weight.shape, generator=random).mul(deviation).to(weight)
