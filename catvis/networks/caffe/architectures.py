"""What Caffe's AlexNet, CaffeNet and SqueezeNet v1.0 compute, step by step: plain data that knows no torch.

`catvis.networks.caffe.assembly` makes a graph of it and of the weights. Layers are named after the
convolution or product whose activation they are; a fire module is its concatenated expand maps, 1×1 first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from catvis.networks.card import Layer

SIZE = 227


@dataclass(frozen=True)
class Step:
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


@dataclass(frozen=True)
class Convolve(Step):
    """A convolution with square kernel; its weights are the blobs of the layer called like the step."""

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


@dataclass(frozen=True)
class Flatten(Step):
    """Maps as one row of numbers, in C, H, W order."""

    def shape(self, *inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Compute (numbers,)."""
        return (math.prod(inputs[0]),)


@dataclass(frozen=True)
class Multiply(Step):
    """A matrix product; its weights are the blobs of the layer called like the step."""

    units: int = 0

    def shape(self, *inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Compute (units,)."""
        del inputs
        return (self.units,)


@dataclass(frozen=True)
class Rectify(Step):
    """A ReLU."""


@dataclass(frozen=True)
class Normalise(Step):
    """Local response normalisation: size 5, alpha 1e-4, beta 0.75, k 1."""


@dataclass(frozen=True)
class Pool(Step):
    """Maxima of 3×3 windows at stride 2; the last window may hang over the edge."""

    def shape(self, *inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Compute (channels, height, width), windows that hang over counted."""
        channels, *sides = inputs[0]
        return (channels, *(math.ceil((side - 3) / 2) + 1 for side in sides))


@dataclass(frozen=True)
class Concatenate(Step):
    """The channels of several steps one after the other."""

    def shape(self, *inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Add the channels up."""
        return (sum(one[0] for one in inputs), *inputs[0][1:])


@dataclass(frozen=True)
class Average(Step):
    """The mean of each map."""

    def shape(self, *inputs: tuple[int, ...]) -> tuple[int, ...]:
        """Compute (channels,)."""
        return (inputs[0][0],)


@dataclass(frozen=True)
class Placed:
    """A step with its place in the graph: node indices count from the input, which is 0."""

    step: Step
    inputs: tuple[int, ...]
    input_shapes: tuple[tuple[int, ...], ...]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Architecture:
    """A network without its weights.

    Attributes:
        name: as the registry writes it.
        steps: in the order in which they are computed.
        mean_picture: whether the mean picture is subtracted, not the channels' means.
        labelled: whether the last layer holds ImageNet's class scores.
    """

    name: str
    steps: tuple[Step, ...]
    mean_picture: bool
    labelled: bool = True

    def placed(self) -> Iterator[Placed]:
        """The steps with the nodes that they read and the shapes that they give."""
        shapes: list[tuple[int, ...]] = [(3, SIZE, SIZE)]
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


def _alexnet_convolutions(*, pool_first: bool) -> tuple[Step, ...]:
    """conv1 to conv5 with their ReLUs (Krizhevsky et al. 2012); CaffeNet pools before it normalises."""
    steps: list[Step] = []
    for convolve in (
        Convolve("conv1", units=96, kernel=11, stride=4),
        Convolve("conv2", units=256, kernel=5, pad=2, groups=2),
        Convolve("conv3", units=384, kernel=3, pad=1),
        Convolve("conv4", units=384, kernel=3, pad=1, groups=2),
        Convolve("conv5", units=256, kernel=3, pad=1, groups=2),
    ):
        place = convolve.name.removeprefix("conv")
        steps += [convolve, Rectify(f"relu{place}", layer=convolve.name)]
        if place in "12":
            between: list[Step] = [Normalise(f"norm{place}"), Pool(f"pool{place}")]
            steps += reversed(between) if pool_first else between
    return tuple(steps)


def _alexnet_classifier() -> tuple[Step, ...]:
    return (
        Pool("pool5"),
        Flatten("flatten"),
        Multiply("fc6", units=4096),
        Rectify("relu6", layer="fc6"),
        Multiply("fc7", units=4096),
        Rectify("relu7", layer="fc7"),
        Multiply("fc8", units=1000, layer="fc8"),
    )


def _fire(place: int, squeeze: int, expand: int) -> tuple[Step, ...]:
    """Squeeze to few maps, then expand by 1×1 and 3×3 kernels side by side (Iandola et al. 2016)."""
    name = f"fire{place}"
    return (
        Convolve(f"{name}/squeeze1x1", units=squeeze),
        Rectify(f"{name}/relu_squeeze1x1"),
        Convolve(f"{name}/expand1x1", units=expand),
        Rectify(f"{name}/relu_expand1x1"),
        Convolve(f"{name}/expand3x3", (f"{name}/relu_squeeze1x1",), units=expand, kernel=3, pad=1),
        Rectify(f"{name}/relu_expand3x3"),
        Concatenate(f"{name}/concat", (f"{name}/relu_expand1x1", f"{name}/relu_expand3x3"), layer=name),
    )


_SQUEEZENET: tuple[Step, ...] = (
    Convolve("conv1", units=96, kernel=7, stride=2),
    Rectify("relu_conv1", layer="conv1"),
    Pool("pool1"),
    *_fire(2, 16, 64),
    *_fire(3, 16, 64),
    *_fire(4, 32, 128),
    Pool("pool4"),
    *_fire(5, 32, 128),
    *_fire(6, 48, 192),
    *_fire(7, 48, 192),
    *_fire(8, 64, 256),
    Pool("pool8"),
    *_fire(9, 64, 256),
    Convolve("conv10", units=1000, pad=1),
    Rectify("relu_conv10", layer="conv10"),
    Average("pool10", layer="pool10"),
)

_ALEXNET = Architecture(
    "alexnet", (*_alexnet_convolutions(pool_first=False), *_alexnet_classifier()), mean_picture=True
)

ARCHITECTURES = {
    architecture.name: architecture
    for architecture in (
        Architecture(
            "caffenet", (*_alexnet_convolutions(pool_first=True), *_alexnet_classifier()), mean_picture=True
        ),
        _ALEXNET,
        replace(_ALEXNET, name="alexnet-conv", steps=_alexnet_convolutions(pool_first=False), labelled=False),
        Architecture("squeezenet", _SQUEEZENET, mean_picture=False),
    )
}
