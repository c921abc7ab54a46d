"""Torchvision's published weights as data: file names with their hashes, and the preprocessing that each wants.

Knows no torch: what a network sees, and where its weights come from, is told without opening one. A test
holds the table against the installed torchvision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from catvis.errors import NetworkError, nearest
from catvis.networks.preprocessing import Preprocessing
from catvis.networks.weights.published import PublishedFile

PREFIX = "torchvision/"

_ADDRESS = "https://download.pytorch.org/models/"
# of ImageNet's training pictures, RGB, 0 to 1
_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)
# These were trained by others, on pictures from -1 to 1. Torchvision shifts ImageNet's normalisation to that
# inside the network; said as a preprocessing it is one step, and the same numbers.
_FROM_MINUS_ONE = frozenset({"googlenet", "inception_v3"})


@dataclass(frozen=True)
class ZooWeights:
    """One file of weights.

    Attributes:
        file: its name; the hex digits after the last hyphen begin the SHA-256 of its bytes.
        megabytes: its size, roughly.
        side: height and width of the input.
        short_side: what a picture's short side is resized to before the crop.
        interpolation: of the resizing.
    """

    file: str
    megabytes: int
    side: int
    short_side: int
    interpolation: Literal["bicubic", "bilinear"] = "bilinear"

    @property
    def checksum(self) -> str:
        """The beginning of the SHA-256 of the file."""
        return self.file.removesuffix(".pth").rpartition("-")[2]


# the version that torchvision calls its default first
ZOO: dict[str, tuple[ZooWeights, ...]] = {
    "alexnet": (ZooWeights("alexnet-owt-7be5be79.pth", 244, 224, 256),),
    "densenet121": (ZooWeights("densenet121-a639ec97.pth", 32, 224, 256),),
    "densenet161": (ZooWeights("densenet161-8d451a50.pth", 116, 224, 256),),
    "densenet169": (ZooWeights("densenet169-b2777c0a.pth", 57, 224, 256),),
    "densenet201": (ZooWeights("densenet201-c1103571.pth", 81, 224, 256),),
    "efficientnet_b0": (ZooWeights("efficientnet_b0_rwightman-7f5810bc.pth", 21, 224, 256, "bicubic"),),
    "efficientnet_b1": (
        ZooWeights("efficientnet_b1-c27df63c.pth", 32, 240, 255),
        ZooWeights("efficientnet_b1_rwightman-bac287d4.pth", 32, 240, 256, "bicubic"),
    ),
    "efficientnet_b2": (ZooWeights("efficientnet_b2_rwightman-c35c1473.pth", 37, 288, 288, "bicubic"),),
    "efficientnet_b3": (ZooWeights("efficientnet_b3_rwightman-b3899882.pth", 49, 300, 320, "bicubic"),),
    "efficientnet_b4": (ZooWeights("efficientnet_b4_rwightman-23ab8bcd.pth", 78, 380, 384, "bicubic"),),
    "efficientnet_b5": (ZooWeights("efficientnet_b5_lukemelas-1a07897c.pth", 123, 456, 456, "bicubic"),),
    "efficientnet_b6": (ZooWeights("efficientnet_b6_lukemelas-24a108a5.pth", 173, 528, 528, "bicubic"),),
    "efficientnet_b7": (ZooWeights("efficientnet_b7_lukemelas-c5b4e57e.pth", 267, 600, 600, "bicubic"),),
    "googlenet": (ZooWeights("googlenet-1378be20.pth", 52, 224, 256),),
    "inception_v3": (ZooWeights("inception_v3_google-0cc3c7bd.pth", 109, 299, 342),),
    "mnasnet0_5": (ZooWeights("mnasnet0.5_top1_67.823-3ffadce67e.pth", 9, 224, 256),),
    "mnasnet0_75": (ZooWeights("mnasnet0_75-7090bc5f.pth", 13, 224, 232),),
    "mnasnet1_0": (ZooWeights("mnasnet1.0_top1_73.512-f206786ef8.pth", 18, 224, 256),),
    "mnasnet1_3": (ZooWeights("mnasnet1_3-a4c69d6f.pth", 25, 224, 232),),
    "mobilenet_v2": (
        ZooWeights("mobilenet_v2-7ebf99e0.pth", 14, 224, 232),
        ZooWeights("mobilenet_v2-b0353104.pth", 14, 224, 256),
    ),
    "resnet18": (ZooWeights("resnet18-f37072fd.pth", 47, 224, 256),),
    "resnet34": (ZooWeights("resnet34-b627a593.pth", 87, 224, 256),),
    "resnet50": (
        ZooWeights("resnet50-11ad3fa6.pth", 103, 224, 232),
        ZooWeights("resnet50-0676ba61.pth", 103, 224, 256),
    ),
    "resnet101": (
        ZooWeights("resnet101-cd907fc2.pth", 179, 224, 232),
        ZooWeights("resnet101-63fe2227.pth", 179, 224, 256),
    ),
    "resnet152": (
        ZooWeights("resnet152-f82ba261.pth", 242, 224, 232),
        ZooWeights("resnet152-394f9c45.pth", 242, 224, 256),
    ),
    "resnext50_32x4d": (
        ZooWeights("resnext50_32x4d-1a0047aa.pth", 100, 224, 232),
        ZooWeights("resnext50_32x4d-7cdf4587.pth", 100, 224, 256),
    ),
    "resnext101_32x8d": (
        ZooWeights("resnext101_32x8d-110c445d.pth", 356, 224, 232),
        ZooWeights("resnext101_32x8d-8ba56ff5.pth", 356, 224, 256),
    ),
    "resnext101_64x4d": (ZooWeights("resnext101_64x4d-173b62eb.pth", 335, 224, 232),),
    "shufflenet_v2_x0_5": (ZooWeights("shufflenetv2_x0.5-f707e7126e.pth", 6, 224, 256),),
    "shufflenet_v2_x1_0": (ZooWeights("shufflenetv2_x1-5666bf0f80.pth", 9, 224, 256),),
    "shufflenet_v2_x1_5": (ZooWeights("shufflenetv2_x1_5-3c479a10.pth", 14, 224, 232),),
    "shufflenet_v2_x2_0": (ZooWeights("shufflenetv2_x2_0-8be3c8ee.pth", 30, 224, 232),),
    "squeezenet1_0": (ZooWeights("squeezenet1_0-b66bff10.pth", 5, 224, 256),),
    "squeezenet1_1": (ZooWeights("squeezenet1_1-b8a52dc0.pth", 5, 224, 256),),
    "vgg11": (ZooWeights("vgg11-8a719046.pth", 531, 224, 256),),
    "vgg11_bn": (ZooWeights("vgg11_bn-6002323d.pth", 532, 224, 256),),
    "vgg13": (ZooWeights("vgg13-19584684.pth", 532, 224, 256),),
    "vgg13_bn": (ZooWeights("vgg13_bn-abd245e5.pth", 532, 224, 256),),
    "vgg16": (ZooWeights("vgg16-397923af.pth", 553, 224, 256),),
    "vgg16_bn": (ZooWeights("vgg16_bn-6c64b313.pth", 554, 224, 256),),
    "vgg19": (ZooWeights("vgg19-dcbb9e9d.pth", 575, 224, 256),),
    "vgg19_bn": (ZooWeights("vgg19_bn-c79401a0.pth", 575, 224, 256),),
    "wide_resnet50_2": (
        ZooWeights("wide_resnet50_2-9ba9bcbe.pth", 276, 224, 232),
        ZooWeights("wide_resnet50_2-95faca4d.pth", 138, 224, 256),
    ),
    "wide_resnet101_2": (
        ZooWeights("wide_resnet101_2-d733dc28.pth", 508, 224, 232),
        ZooWeights("wide_resnet101_2-32ee1156.pth", 255, 224, 256),
    ),
}


def zoo_weights(architecture: str) -> tuple[ZooWeights, ...]:
    """The files that an architecture can be read from, best first.

    Raises:
        NetworkError: torchvision publishes no such classifier, or it is made of other parts.
    """
    if architecture not in ZOO:
        raise NetworkError(f"there is no network {PREFIX}{architecture}", hint=nearest(architecture, ZOO))
    return ZOO[architecture]


def published(weights: ZooWeights) -> PublishedFile:
    """Where a file is published."""
    return PublishedFile(
        name=weights.file,
        address=_ADDRESS + weights.file,
        megabytes=weights.megabytes,
        algorithm="sha256",
        checksum=weights.checksum,
        licence="torchvision sets none; the terms of ImageNet may apply",
    )


def zoo_preprocessing(architecture: str, weights: ZooWeights) -> Preprocessing:
    """The preprocessing that torchvision publishes with the weights."""
    centred = architecture in _FROM_MINUS_ONE
    return Preprocessing(
        size=(weights.side, weights.side),
        short_side=weights.short_side,
        mean=np.array((0.5,) * 3 if centred else _MEAN, np.float32).reshape(3, 1, 1),
        std=np.array((0.5,) * 3 if centred else _STD, np.float32).reshape(3, 1, 1),
        scale=1 / 255,
        interpolation=weights.interpolation,
    )
