"""The method once more, slowly and plainly: one path at a time, in float64, by autograd between two layers.

Nothing of `catvis.backward` is used here. ReLUs are autograd functions that follow the rule; every other operation
is differentiated by torch; each step of a path runs the forward pass again, from the lower layer to the upper.
"""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from catvis.networks.network import Network
from catvis.networks.operations import Operation, ReLU
from catvis.terms import Unit, UnitPath


class Rectifier(torch.autograd.Function):
    """max(x, 0), or at most the limit, which goes back by a rule."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, limit: float | None, rule: str) -> Tensor:
        ctx.rule, ctx.limit = rule, limit
        ctx.save_for_backward(x)
        return x.clamp(min=0) if limit is None else x.clamp(0, limit)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None, None]:
        (x,) = ctx.saved_tensors
        active = x > 0 if ctx.limit is None else (x > 0) & (x < ctx.limit)
        if ctx.rule == "gradient":
            return torch.where(active, g, 0.0), None, None
        if ctx.rule == "deconvnet":
            return torch.where(g > 0, g, 0.0), None, None
        return torch.where(active & (g > 0), g, 0.0), None, None


def _double(operation: Operation) -> Operation:
    changed = {
        field.name: getattr(operation, field.name).double()
        for field in dataclasses.fields(operation)
        if isinstance(getattr(operation, field.name), Tensor)
    }
    return dataclasses.replace(operation, **changed)


class Reference:
    """One network on one picture.

    Args:
        network: the network.
        picture: its input, (1, 3, height, width).
    """

    def __init__(self, network: Network, picture: Tensor) -> None:
        self.network = network
        self.nodes = network.graph.nodes
        self.operations = [_double(node.operation) for node in self.nodes]
        self.values = self._forward({0: picture.double()}, "gradient")

    def _forward(self, known: dict[int, Tensor], rule: str, top: int | None = None) -> dict[int, Tensor]:
        values = dict(known)
        for index, node in enumerate(self.nodes[: None if top is None else top + 1]):
            if index in values:
                continue
            inputs = [values[source] for source in node.inputs]
            operation = self.operations[index]
            if isinstance(operation, ReLU):
                values[index] = Rectifier.apply(inputs[0], operation.limit, rule)
            else:
                values[index] = operation.forward(*inputs)
        return values

    def node(self, layer: str) -> int:
        return self.network.card.layer(layer).node

    def peak(self, unit: Unit) -> tuple[int, ...]:
        h = self.values[self.node(unit.layer)][0, unit.index].numpy()
        return tuple(int(i) for i in np.unravel_index(int(np.argmax(h)), h.shape)) if h.ndim else ()

    def seed(self, unit: Unit, place: tuple[int, int] | None = None) -> Tensor:
        g = torch.zeros_like(self.values[self.node(unit.layer)])
        g[(0, unit.index, *(place or self.peak(unit)))] = 1
        return g

    def back(self, upper: int, g: Tensor, lower: int, rule: str) -> Tensor:
        """Carry g at the upper node to the lower node's output; what does not run through it does not count."""
        leaf = self.values[lower].clone().requires_grad_()
        known = {i: v for i, v in self.values.items() if not self._depends(i, lower)}
        values = self._forward({**known, lower: leaf}, rule, upper)
        (back,) = torch.autograd.grad(values[upper], leaf, g, allow_unused=True)
        return torch.zeros_like(leaf) if back is None else back

    def own_relu(self, layer: str, g: Tensor, rule: str) -> Tensor:
        if not self.network.card.layer(layer).rectified:
            return g
        if rule == "deconvnet":
            return torch.where(g > 0, g, 0.0)
        h = self.values[self.node(layer)]
        operation = self.operations[self.node(layer)]
        limit = operation.limit if isinstance(operation, ReLU) else None
        active = h > 0 if limit is None else (h > 0) & (h < limit)
        return torch.where(active, g if rule == "gradient" else g.clamp(min=0), 0.0)

    def at_end(
        self,
        path: UnitPath,
        rule: str,
        signs: tuple[int, ...] = (),
        place: tuple[int, int] | None = None,
        rescale: bool = False,
    ) -> Tensor:
        """The gradient at the last unit's layer, everything else masked."""
        g = self.seed(path.units[0], place)
        for number, (above, below) in enumerate(pairwise(path.units), 1):
            g = self.back(self.node(above.layer), g, self.node(below.layer), rule)
            g = self.own_relu(below.layer, g * (signs[number] if signs else 1), rule)
            masked = torch.zeros_like(g)
            masked[:, below.index] = g[:, below.index]
            if rescale and masked.abs().sum() > 0:
                masked = masked * g.abs().sum() / masked.abs().sum()
            g = masked
        return g

    def attribution(self, path: UnitPath, rule: str, **how: Any) -> Tensor:
        """(3, height, width), RGB."""
        g = self.back(self.node(path.end.layer), self.at_end(path, rule, **how), 0, rule)[0]
        return g.flip(0) if self.network.preprocessing.order == "BGR" else g

    def edge_weights(self, path: UnitPath, layer: str, rule: str) -> Tensor:
        g = self.at_end(path, rule)
        g = self.own_relu(layer, self.back(self.node(path.end.layer), g, self.node(layer), rule), rule)
        product = (self.values[self.node(layer)] * g)[0]
        return product.mean((1, 2)) if product.dim() == 3 else product

    def drop(self, parent: Unit, child: Unit) -> float:
        """The relative loss of the parent's activation at its place when the child is silenced."""
        place = (0, parent.index, *self.peak(parent))
        before = self.values[self.node(parent.layer)][place]
        low = self.node(child.layer)
        silenced = self.values[low].clone()
        silenced[:, child.index] = 0
        known = {i: v for i, v in self.values.items() if not self._depends(i, low)}
        top = self.node(parent.layer)
        after = self._forward({**known, low: silenced}, "gradient", top)[top][place]
        return float((before - after) / before.abs())

    def _depends(self, node: int, on: int) -> bool:
        return on in self.network.graph.ancestors[node]
