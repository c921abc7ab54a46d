"""One forward pass, with what going back needs.

A trace is made once per picture (or small batch of pictures) and then read by any number of sweeps. Nothing
is left on the network, and nothing here is ever differentiated by autograd but single-number functions.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from catvis.backward.front import Span
from catvis.backward.remembering import remembered
from catvis.backward.rules import LayerStatistics, NormFactors, layer_statistics, norm_factors
from catvis.backward.strides import laid_out
from catvis.errors import NetworkError
from catvis.networks.graph import Node
from catvis.networks.known_layers import Layer
from catvis.networks.network import Network
from catvis.networks.operations import LayerNorm, LocalResponseNorm, MaxPool, Pointwise, ReLU
from catvis.results import Peak
from catvis.terms import Unit


class Trace:
    """A network's activations on a batch of pictures.

    Args:
        network: the network; its tensors are read only.
        batch: preprocessed pictures in the network's channel order.
        top: nothing above this layer is computed; the last layer by default.
        silenced: units that are held at 0, whatever the picture.

    Raises:
        NetworkError: a layer's activations are NaN or infinite.
    """

    def __init__(
        self,
        network: Network,
        batch: Float[Tensor, "batch 3 height width"],
        top: str | None = None,
        silenced: Sequence[Unit] = (),
    ) -> None:
        self.network = network
        self.graph = network.graph
        highest = network.card.layer(top).node if top else network.card.top.node
        known = {0: laid_out(batch.to(network.device))}
        for layer in sorted({unit.layer for unit in silenced}, key=network.card.level):
            known = self._silenced(known, layer, [unit.index for unit in silenced if unit.layer == layer])
        self.values: dict[int, Tensor] = self.graph.run(known, self.graph.ancestors[highest])
        self.pictures = batch.shape[0]
        self._check_finite()

    def _check_finite(self) -> None:
        """Refuse activations that are no numbers, before anything is said of them."""
        for layer in self.network.card.layers:
            value = self.values.get(layer.node)
            # A sum is quick; one that overflows decides nothing.
            if value is not None and not value.sum().isfinite() and not value.isfinite().all():
                raise NetworkError(
                    f"{layer.name} of {self.network.card.name} has activations that are NaN or infinite",
                    hint="its weights, or the preprocessing of its pictures, are out of all proportion",
                )

    def of_picture(self, picture: int) -> Trace:
        """The forward pass of one picture of the batch alone; it shares the batch's memory."""
        alone = Trace.__new__(Trace)  # what this one remembers is not that one's
        alone.network, alone.graph, alone.pictures = self.network, self.graph, 1
        alone.values = {node: laid_out(value[picture : picture + 1]) for node, value in self.values.items()}
        return alone

    def _silenced(self, known: dict[int, Tensor], layer: str, units: list[int]) -> dict[int, Tensor]:
        """All values up to a layer, with some of its units held at 0."""
        node = self.network.card.layer(layer).node
        values = known | self.graph.run(known, self.graph.ancestors[node])
        values[node] = laid_out(values[node].clone())
        values[node][:, units] = 0
        return values

    def of(self, layer: str) -> Tensor:
        """A layer's activations: (batch, units, height, width) or (batch, units)."""
        return self.values[self.network.card.layer(layer).node]

    def peak(self, unit: Unit, picture: int = 0) -> Peak:
        """Find where a unit is most active; of equal places the first in row-major order."""
        activations, places = self._peaks(unit.layer)
        maps = self.of(unit.layer)
        height, width = maps.shape[2:] if maps.dim() == 4 else (1, 1)
        place = divmod(places[picture][unit.index], width)
        return Peak(activations[picture][unit.index], place, (height, width))

    def is_silent(self, unit: Unit, picture: int = 0) -> bool:
        """Whether a rectified unit does not fire anywhere on the picture."""
        layer: Layer = self.network.card.layer(unit.layer)
        return layer.rectified and self.peak(unit, picture).activation <= 0

    @remembered
    def _peaks(self, layer: str) -> tuple[list[list[float]], list[list[int]]]:
        """For every picture, every unit's largest activation and its flat place."""
        maps = self.of(layer)
        places = maps.flatten(2).argmax(2) if maps.dim() == 4 else torch.zeros_like(maps, dtype=torch.long)
        activations = maps.flatten(2).gather(2, places[..., None])[..., 0] if maps.dim() == 4 else maps
        return activations.tolist(), places.tolist()

    @remembered
    def ceiling(self, node: int, span: Span | None = None) -> Tensor:
        """How much a rectified node lets through: the largest number where it is active, 0 elsewhere."""
        if span:
            return laid_out(self.ceiling(node)[:, slice(*span)])
        values, operation = self.values[node], self._operation(node)
        limit = operation.limit if isinstance(operation, ReLU) else None
        active = (values > 0) if limit is None else (values > 0) & (values < limit)
        return laid_out(active.to(values.dtype) * torch.finfo(values.dtype).max)

    @remembered
    def choices(self, node: int, pitch: int | None = None, span: Span | None = None) -> Tensor:
        """For every output of a max-pool the number that it chose, shaped as the output.

        The input's numbers are counted as they lie in memory; or, with a pitch, from the first that the
        output looks at, in rows of so many places. With a span only its channels are there.
        """
        pool, source = self._operation(node), self.graph.nodes[node].inputs[0]
        if not isinstance(pool, MaxPool):
            raise TypeError(f"{self.graph.nodes[node].name} is no max-pool")
        _, places = F.max_pool2d(
            self.values[source],
            pool.kernel,
            pool.stride,
            pool.padding,
            pool.dilation,
            ceil_mode=pool.ceil_mode,
            return_indices=True,
        )
        places = places[:, slice(*span)] if span else places
        channels, height, width = places.shape[1:]
        if pitch is not None:
            wide = self.graph.nodes[source].shape[2]
            top, left = (
                torch.arange(extent, device=places.device) * stride - padding
                for extent, stride, padding in zip((height, width), pool.stride, pool.padding, strict=True)
            )
            places = (places // wide - top[:, None]) * pitch + places % wide - left
        return laid_out(places * channels + torch.arange(channels, device=places.device)[:, None, None])

    @remembered
    def slopes(self, node: int) -> Tensor:
        """The derivative of a pointwise function at its input, shaped as the input."""
        function, source = self._operation(node), self.graph.nodes[node].inputs[0]
        if not isinstance(function, Pointwise):
            raise TypeError(f"{self.graph.nodes[node].name} is no pointwise function")
        with torch.enable_grad():
            at = self.values[source].clone().requires_grad_()
            (slope,) = torch.autograd.grad(function.forward(at).sum(), at)
        return laid_out(slope)

    @remembered
    def norm_factors(self, node: int, span: Span | None = None) -> NormFactors:
        """What going back through a local response normalisation takes."""
        if span:
            return NormFactors(*(laid_out(factor[:, slice(*span)]) for factor in self.norm_factors(node)))
        norm, source = self._operation(node), self.graph.nodes[node].inputs[0]
        if not isinstance(norm, LocalResponseNorm):
            raise TypeError(f"{self.graph.nodes[node].name} is no local response normalisation")
        return norm_factors(norm, self.values[source])

    @remembered
    def layer_statistics(self, node: int) -> LayerStatistics:
        """What going back through a layer normalisation takes."""
        norm, source = self._operation(node), self.graph.nodes[node].inputs[0]
        if not isinstance(norm, LayerNorm):
            raise TypeError(f"{self.graph.nodes[node].name} is no layer normalisation")
        return layer_statistics(norm, self.values[source])

    def _operation(self, node: int) -> object:
        inner: Node = self.graph.nodes[node]
        return inner.operation
