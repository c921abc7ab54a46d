"""The same networks as PyTorch modules, and Captum going back through them one unit at a time."""

from __future__ import annotations

import torch
from captum.attr import GuidedBackprop, NeuronGuidedBackprop
from torch import Tensor, nn

from catvis.backward.trace import Trace
from catvis.networks import operations as op
from catvis.networks.network import Network
from catvis.terms import Unit


def as_module(operation: op.Operation) -> nn.Module:
    """One operation as the module that anyone would write."""
    match operation:
        case op.Convolution(weight, bias, stride, padding, dilation, groups):
            conv = nn.Conv2d(
                weight.shape[1] * groups, weight.shape[0], weight.shape[2:], stride, padding, dilation, groups
            )
            conv.weight.data, conv.bias.data = weight, bias
            return conv
        case op.Linear(weight, bias):
            linear = nn.Linear(weight.shape[1], weight.shape[0])
            linear.weight.data, linear.bias.data = weight, bias
            return linear
        case op.ReLU():
            return nn.ReLU()
        case op.MaxPool(kernel, stride, padding, dilation, ceil_mode):
            return nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil_mode)
        case op.LocalResponseNorm(size, alpha, beta, k):
            return nn.LocalResponseNorm(size, alpha, beta, k)
        case op.SpatialMean():
            return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        case op.Reshape():
            return nn.Flatten()
    raise TypeError(f"the benchmark's networks have no {type(operation).__name__}")


class Peer(nn.Module):
    """A network of this project as a PyTorch module, each ReLU a module of its own.

    Args:
        network: the network; its weights are shared.
        top: the highest layer that is computed.
    """

    def __init__(self, network: Network, top: str) -> None:
        super().__init__()
        self.graph = network.graph
        self.highest = network.card.layer(top).node
        self.steps = nn.ModuleDict(
            {
                str(index): as_module(node.operation)
                for index, node in enumerate(self.graph.nodes[: self.highest + 1])
                if index > 0 and not isinstance(node.operation, op.Concatenation)
            }
        )

    def forward(self, batch: Tensor) -> Tensor:
        """Compute the highest layer."""
        values = {0: batch}
        for index, node in enumerate(self.graph.nodes[1 : self.highest + 1], 1):
            inputs = [values[source] for source in node.inputs]
            values[index] = (
                self.steps[str(index)](*inputs) if str(index) in self.steps else torch.cat(inputs, 1)
            )
        return values[self.highest]


class Captum:
    """Guided backpropagation of one unit at a time.

    Args:
        trace: says where each unit is most active.
        batch: the picture.
    """

    def __init__(self, trace: Trace, batch: Tensor) -> None:
        self.trace, self.batch = trace, batch
        self.card = trace.network.card
        self.model = Peer(trace.network, self.card.top.name).eval()

    def attribution(self, unit: Unit) -> Tensor:
        """One forward and one backward pass: (3, height, width) in the network's channel order."""
        layer = self.card.layer(unit.layer)
        inputs = self.batch.clone().requires_grad_()
        if layer == self.card.top and not layer.spatial:
            return GuidedBackprop(self.model).attribute(inputs, target=unit.index)[0].detach()
        peak = self.trace.peak(unit)
        selector = (unit.index, peak.row, peak.column) if layer.spatial else (unit.index,)
        module, selector = self._module(layer.node, selector)
        return NeuronGuidedBackprop(self.model, module).attribute(inputs, selector)[0].detach()

    def _module(self, node: int, selector: tuple[int, ...]) -> tuple[nn.Module, tuple[int, ...]]:
        """The module whose output holds a unit: of a concatenation, the part that the unit is in."""
        sources = self.trace.graph.nodes[node].inputs
        if str(node) in self.model.steps:
            return self.model.steps[str(node)], selector
        index, *place = selector
        for source in sources:
            width = self.trace.graph.nodes[source].shape[0]
            if index < width:
                return self._module(source, (index, *place))
            index -= width
        raise IndexError(selector)
