"""Torchvision's classifiers with seeded random tensors, normalisation statistics included."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor, nn

from catvis.networks.known_layers import NetworkCard
from catvis.networks.layers import layer_table
from catvis.networks.network import Network
from catvis.networks.torchvision.zoo_layers import zoo_layers
from catvis.networks.torchvision.zoo_modules import empty_module
from catvis.networks.torchvision.zoo_weights import zoo_preprocessing, zoo_weights
from catvis.networks.tracing.translation import trace


def random_network(architecture: str, seed: int, size: tuple[int, int]) -> Network:
    """An architecture for pictures of a size; the same seed gives the same network."""
    published = zoo_preprocessing(architecture, zoo_weights(architecture)[0])
    preprocessing = replace(published, size=size, short_side=min(size))
    graph = trace(random_module(architecture, seed), (3, *size), verify=False)
    layers = layer_table(graph, zoo_layers(architecture, graph))
    card = NetworkCard(f"torchvision/{architecture}", f"random {seed}", layers, size)
    return Network(card, graph, preprocessing)


def random_module(architecture: str, seed: int, classes: int = 1000) -> nn.Module:
    """The module that `random_network` traces."""
    module = empty_module(architecture, classes).to_empty(device="cpu")
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
            _fill(name.rpartition(".")[2], tensor, generator)
    return module


def _fill(kind: str, tensor: Tensor, generator: torch.Generator) -> None:
    if kind == "num_batches_tracked":
        tensor.zero_()
    elif kind == "running_var" or (kind == "weight" and tensor.dim() == 1):
        tensor.uniform_(0.5, 1.5, generator=generator)
    elif tensor.dim() == 1:
        tensor.uniform_(-0.2, 0.2, generator=generator)
    else:
        # uniform with the variance that keeps a ReLU network's signal (He et al., arXiv 1502.01852)
        bound = math.sqrt(6 / tensor[0].numel())
        tensor.uniform_(-bound, bound, generator=generator)
