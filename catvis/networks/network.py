"""A network: its graph, its card and its preprocessing, and forward passes that stop at named layers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from catvis.errors import UsageError
from catvis.networks.graph import Graph
from catvis.networks.known_layers import NetworkCard
from catvis.networks.preprocessing import Preprocessing


@dataclass(frozen=True, eq=False)
class Network:
    """A convolutional classifier in evaluation mode.

    Attributes:
        card: names, layers, labels and digest.
        graph: what is computed, in an order.
        preprocessing: from a picture to the input tensor.
        device: where the graph's tensors lie, as torch names devices.
    """

    card: NetworkCard
    graph: Graph
    preprocessing: Preprocessing
    device: str = "cpu"

    def to(self, device: str) -> Network:
        """The same network on another device.

        Raises:
            UsageError: this machine, or this build of torch, has no such device.
        """
        if device == self.device:
            return self
        try:
            torch.empty(0, device=device)
        except (
            RuntimeError,
            AssertionError,
        ) as error:  # torch has both for what it lacks, and for a wrong name
            raise UsageError(f"there is no {device} device here", hint="the cpu is always there") from error
        return replace(self, graph=self.graph.to(torch.device(device)), device=device)

    def activations(
        self, batch: Float[Tensor, "batch 3 height width"], layers: Iterable[str]
    ) -> dict[str, Tensor]:
        """Run the network forward and keep the named layers.

        Args:
            batch: preprocessed pictures, in the network's own channel order.
            layers: names of layers; nothing above the highest of them is computed.

        Returns:
            By layer (batch, units, height, width), or (batch, units) for a fully connected layer.

        Raises:
            NetworkError: a layer does not exist.
        """
        nodes = {name: self.card.layer(name).node for name in layers}
        values = self.graph.run({0: batch.to(self.device)}, nodes.values())
        return {name: values[node] for name, node in nodes.items()}

    def scores(self, batch: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch classes"]:
        """The class scores before softmax."""
        name = self.card.top.name
        return self.activations(batch, [name])[name].flatten(1)
