"""Caffe's AlexNet, CaffeNet and SqueezeNet v1.0, step by step.

Layers are named after the convolution or product whose activation they are; a fire module is its concatenated
expand maps, 1×1 first.
"""

from __future__ import annotations

from msgspec.structs import replace

from catvis.networks.stepwise.steps import (
    Architecture,
    Average,
    Concatenate,
    Convolve,
    Flatten,
    Multiply,
    Normalise,
    Pool,
    Rectify,
    Step,
)


class CaffeArchitecture(Architecture):
    """One of Caffe's networks without its weights.

    Attributes:
        mean_picture: whether the mean picture is subtracted, not the channels' means.
        labelled: whether the last layer holds ImageNet's class scores.
    """

    mean_picture: bool = True
    labelled: bool = True


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
            normalise = Normalise(f"norm{place}", size=5, alpha=1e-4, beta=0.75, k=1.0)
            between: list[Step] = [normalise, Pool(f"pool{place}")]
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

_ALEXNET = CaffeArchitecture("alexnet", (*_alexnet_convolutions(pool_first=False), *_alexnet_classifier()))

ARCHITECTURES = {
    architecture.name: architecture
    for architecture in (
        CaffeArchitecture("caffenet", (*_alexnet_convolutions(pool_first=True), *_alexnet_classifier())),
        _ALEXNET,
        replace(_ALEXNET, name="alexnet-conv", steps=_alexnet_convolutions(pool_first=False), labelled=False),
        CaffeArchitecture("squeezenet", _SQUEEZENET, mean_picture=False),
    )
}
