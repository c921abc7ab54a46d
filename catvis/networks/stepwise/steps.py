"""A network as plain data: steps with their shapes, which know neither torch nor weights.

An `Architecture` says what a card needs before any weights are opened; `catvis.networks.stepwise.assembly` makes a
graph of it and of the weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from catvis.frozen import Frozen
from catvis.networks.known_layers import Layer


class Step(Frozen):
    """One operation.

    Attributes:
        name: unique in its network.
        inputs: names of the steps that it reads; empty: the step before.
        layer: the name of the layer that this step's output is, if it is one.
    """

    name: str
    inputs: tuple[str, ...] = ()
    layer: str | None = None

    def shape(self, *inputs: tuple[int, ...]) -> tuple[int, ...]:
        """The output's shape without the batch."""
        return inputs[0]


class Convolve(Step):
    """A convolution with square kernel; its weights bear its name."""

    units: int = 0
    kernel: int = 1
    stride: int = 1
    pad: int = 0
    groups: int = 1

    def shape(self, *inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Compute (units, height, width)."""
        _, height, width = inputs[0]
        sides = ((side + 2 * self.pad - self.kernel) // self.stride + 1 for side in (height, width))
        return (self.units, *sides)


class Flatten(Step):
    """Maps as one row of numbers, in C, H, W order."""

    def shape(self, *inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Compute (numbers,)."""
        return (math.prod(inputs[0]),)


class Multiply(Step):
    """A matrix product; its weights bear its name."""

    units: int = 0

    def shape(self, *inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Compute (units,)."""
        del inputs
        return (self.units,)


class Rectify(Step):
    """A ReLU."""


class Normalise(Step, kw_only=True):
    """Local response normalisation across neighbouring units (Krizhevsky et al. 2012).

    Attributes:
        size: how many units are neighbours.
        alpha: divided by the size, as Caffe and PyTorch do.
        beta: the exponent.
        k: what the bracket begins with.
    """

    size: int
    alpha: float
    beta: float
    k: float


class Pool(Step):
    """Maxima of 3×3 windows at stride 2; the last window may hang over the edge."""

    def shape(self, *inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Compute (channels, height, width), windows that hang over counted."""
        channels, *sides = inputs[0]
        return (channels, *(math.ceil((side - 3) / 2) + 1 for side in sides))


class Concatenate(Step):
    """The channels of several steps one after the other."""

    def shape(self, *inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Add the channels up."""
        return (sum(one[0] for one in inputs), *inputs[0][1:])


class Average(Step):
    """The mean of each map."""

    def shape(self, *inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Compute (channels,)."""
        return (inputs[0][0],)


class Placed(Frozen):
    """A step with its place in the graph: node indices count from the input, which is 0."""

    step: Step
    inputs: tuple[int, ...]
    input_shapes: tuple[tuple[int, ...], ...]
    shape: tuple[int, ...]


class Architecture(Frozen):
    """A network without its weights.

    Attributes:
        name: as the registry writes it.
        steps: in the order in which they are computed.
        size: height and width of the input, which has three channels.
    """

    name: str
    steps: tuple[Step, ...]
    size: tuple[int, int] = (227, 227)

    def placed(self) -> Iterator[Placed]:
        """The steps with the nodes that they read and the shapes that they give."""
        shapes: list[tuple[int, ...]] = [(3, *self.size)]
        index: dict[str, int] = {}
        for step in self.steps:
            inputs = tuple(index[name] for name in step.inputs) or (len(shapes) - 1,)
            input_shapes = tuple(shapes[one] for one in inputs)
            index[step.name] = len(shapes)
            shapes.append(step.shape(*input_shapes))
            yield Placed(step, inputs, input_shapes, shapes[-1])

    def layers(self) -> tuple[Layer, ...]:
        """The named layers, lowest first."""
        return tuple(
            Layer(
                name=placed.step.layer,
                node=node,
                units=placed.shape[0],
                spatial=len(placed.shape) == 3,
                rectified=not isinstance(placed.step, Multiply),
            )
            for node, placed in enumerate(self.placed(), 1)
            if placed.step.layer
        )
