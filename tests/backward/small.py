"""Small networks for the tests of the way back: put together by hand, or at random from a seed."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from catvis.networks import operations as op
from catvis.networks.graph import Graph, Node
from catvis.networks.known_layers import Layer, NetworkCard
from catvis.networks.network import Network
from catvis.networks.preprocessing import Preprocessing


def seeds(count: int, quick: int) -> list[object]:
    """So many seeds of random networks, all but the first few of them marked as slow."""
    return [pytest.param(seed, marks=pytest.mark.slow) if seed >= quick else seed for seed in range(count)]


class Sketch:
    """A network in the making; each `add` gives the index of its node."""

    def __init__(self, *shape: int, dtype: torch.dtype = torch.float32) -> None:
        self.nodes = [Node("input", op.Input(), (), shape)]
        self.layers: list[Layer] = []
        self.samples = [torch.ones(1, *shape, dtype=dtype)]

    @property
    def last(self) -> int:
        return len(self.nodes) - 1

    def shape(self, node: int | None = None) -> tuple[int, ...]:
        return self.nodes[self.last if node is None else node].shape

    def add(self, operation: op.Operation, *inputs: int, layer: str | None = None) -> int:
        sources = inputs or (self.last,)
        self.samples.append(operation.forward(*(self.samples[source] for source in sources)))
        shape = tuple(self.samples[-1].shape[1:])
        self.nodes.append(Node(layer or f"node{len(self.nodes)}", operation, sources, shape))
        if layer:
            self.layers.append(Layer(layer, self.last, shape[0], len(shape) == 3, self._rectified(self.last)))
        return self.last

    def network(self, order: str = "RGB") -> Network:
        size = self.shape(0)[1:]
        card = NetworkCard("small", "0", tuple(self.layers), (size[0], size[1]))
        return Network(
            card,
            Graph(tuple(self.nodes)),
            Preprocessing(size, size[0], (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), order),
        )

    def _rectified(self, node: int) -> bool:
        operation, inputs = self.nodes[node].operation, self.nodes[node].inputs
        if isinstance(operation, op.Concatenation):
            return all(self._rectified(source) for source in inputs)
        return isinstance(operation, op.ReLU)


def dense(rows: list[list[float]], bias: list[float] | None = None) -> op.Linear:
    return op.Linear(torch.tensor(rows), None if bias is None else torch.tensor(bias))


def filters(rows: list[list[float]], groups: int = 1) -> op.Convolution:
    """A 1×1 convolution: one row of weights for each output channel."""
    return op.Convolution(torch.tensor(rows)[:, :, None, None], None, groups=groups)


def in_double(network: Network) -> Network:
    """The same network with every tensor in float64, for finite differences."""
    return converted(network, torch.float64)


def converted(network: Network, dtype: torch.dtype) -> Network:
    """The same network with every tensor of another type."""

    def changed(operation: op.Operation) -> op.Operation:
        tensors = {
            name: value.to(dtype) for name, value in vars(operation).items() if isinstance(value, Tensor)
        }
        return replace(operation, **tensors)

    nodes = tuple(replace(node, operation=changed(node.operation)) for node in network.graph.nodes)
    return replace(network, graph=Graph(nodes))


class RandomSketch:
    """A network of random ordinary parts, layers after each of them, determined by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.torch = torch.Generator().manual_seed(seed)
        side = self.random.randint(13, 22)
        self.sketch = Sketch(3, side, self.random.randint(13, 22))
        parts = [self.rectified, self.pool, self.normalise, self.average, self.batch_norm]
        parts += [self.residual, self.inception, self.gate, self.shuffle, self.smooth]
        self.rectified()
        for part in self.random.choices(parts, weights=[4, 3, 1, 1, 1, 2, 2, 1, 1, 1], k=5):
            part()
        self.head()

    def network(self) -> Network:
        return self.sketch.network(self.random.choice(["RGB", "BGR"]))

    def weight(self, *shape: int) -> Tensor:
        fan_in = max(1, int(np.prod(shape[1:])))
        return torch.randn(shape, generator=self.torch) * (2 / fan_in) ** 0.5

    def name(self, kind: str) -> str:
        return f"{kind}{len(self.sketch.layers)}"

    def convolve(
        self, *inputs: int, units: int = 0, keep_size: bool = False, limit: float | None = None
    ) -> int:
        sketch, choose = self.sketch, self.random.choice
        channels, *size = sketch.shape(*inputs)
        groups = choose([1, 1, 2, channels]) if channels % 2 == 0 else 1
        units = units or groups * choose([1, 2, 3] if groups > 2 else [3, 4])
        kernel = choose([1, 3]) if keep_size or min(size) < 6 else choose([1, 2, 3, 4])
        stride = 1 if keep_size or min(size) < 6 else choose([1, 1, 2, 3])
        dilation = 1 if keep_size or min(size) < 9 else choose([1, 1, 2])
        padding = kernel // 2 if keep_size or min(size) < 6 else choose([0, 1])
        if units % groups:
            groups = 1
        convolution = op.Convolution(
            self.weight(units, channels // groups, kernel, kernel),
            self.weight(units),
            (stride, stride),
            (padding, padding),
            (dilation, dilation),
            groups,
        )
        sketch.add(convolution, *inputs)
        return sketch.add(op.ReLU(limit))

    def rectified(self) -> None:
        self.convolve(units=self.random.choice([0, 6]), limit=self.random.choice([None, None, 1.0]))
        self.label("conv")

    def label(self, kind: str) -> None:
        """Make a layer of the last node."""
        node = self.sketch.last
        shape = self.sketch.shape()
        layer = Layer(self.name(kind), node, shape[0], len(shape) == 3, self.sketch._rectified(node))
        self.sketch.layers.append(layer)

    def pool(self) -> None:
        if min(self.sketch.shape()[1:]) < 5:
            return
        kernel = self.random.choice([2, 3])
        padding = self.random.choice([0, 1])
        stride = self.random.choice([1, 2, 2])
        dilation = self.random.choice([1, 1, 2]) if kernel == 2 else 1
        self.sketch.add(
            op.MaxPool(
                (kernel, kernel),
                (stride, stride),
                (padding, padding),
                (dilation, dilation),
                self.random.choice([True, False]),
            )
        )

    def normalise(self) -> None:
        self.sketch.add(op.LocalResponseNorm(self.random.choice([3, 5]), alpha=0.5))

    def average(self) -> None:
        if min(self.sketch.shape()[1:]) >= 5:
            ceil, count = self.random.choice([True, False]), self.random.choice([True, False])
            self.sketch.add(op.AveragePool((3, 3), (2, 2), (1, 1), ceil, count))

    def batch_norm(self) -> None:
        channels = self.sketch.shape()[0]
        self.sketch.add(op.ChannelAffine(self.weight(channels, 1)[:, 0], self.weight(channels, 1)[:, 0]))

    def residual(self) -> None:
        start, channels = self.sketch.last, self.sketch.shape()[0]
        self.convolve(units=channels, keep_size=True)
        self.label("inner")
        self.sketch.add(op.Sum(), start, self.sketch.last)
        self.sketch.add(op.ReLU())
        self.label("block")

    def inception(self) -> None:
        start = self.sketch.last
        ways = [self.convolve(start, units=4, keep_size=True) for _ in range(2)]
        self.sketch.add(op.MaxPool((3, 3), (1, 1), (1, 1)), start)
        ways.append(self.convolve(units=2, keep_size=True))
        self.sketch.add(op.Concatenation(), *ways)
        self.label("fire")

    def gate(self) -> None:
        start, channels = self.sketch.last, self.sketch.shape()[0]
        self.sketch.add(op.AdaptiveAveragePool((1, 1)))
        self.sketch.add(op.Convolution(self.weight(channels, channels, 1, 1), self.weight(channels)))
        self.sketch.add(op.Pointwise("sigmoid", torch.sigmoid))
        self.sketch.add(op.Product(), self.sketch.last, start)

    def shuffle(self) -> None:
        channels, height, width = self.sketch.shape()
        if channels % 2 == 0:
            self.sketch.add(op.Reshape((2, channels // 2, height, width)))
            self.sketch.add(op.Permute((0, 2, 1, 3, 4)))
            self.sketch.add(op.Reshape((channels, height, width)))
            half = self.sketch.add(op.Channels(channels // 2, channels))
            other = self.sketch.add(op.Channels(0, channels // 2), half - 1)
            self.sketch.add(op.Concatenation(), half, other)

    def smooth(self) -> None:
        self.sketch.add(op.Pointwise("silu", torch.nn.functional.silu))

    def head(self) -> None:
        if self.random.random() < 0.5:
            self.sketch.add(op.SpatialMean())
        else:
            self.sketch.add(op.Reshape((int(np.prod(self.sketch.shape())),)))
            self.sketch.add(op.Linear(self.weight(8, self.sketch.shape()[0]), self.weight(8)))
            self.sketch.add(op.ReLU(), layer=self.name("fc"))
            self.sketch.add(op.Identity())
        self.sketch.add(op.Linear(self.weight(5, self.sketch.shape()[0]), self.weight(5)), layer="scores")
