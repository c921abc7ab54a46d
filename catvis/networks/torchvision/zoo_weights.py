"""Torchvision's published weights as data: file names with their hashes, and the preprocessing that each wants.

Knows no torch: what a network sees, and where its weights come from, is told without opening one. A test
holds the table, `zoo_weights.csv`, against the installed torchvision.
"""

from __future__ import annotations

import csv
from importlib import resources
from typing import Literal, cast

from catvis.errors import NetworkError, Place, nearest
from catvis.frozen import Frozen
from catvis.networks.attention import HINT, REFUSAL
from catvis.networks.preprocessing import Preprocessing
from catvis.networks.torchvision import PREFIX
from catvis.networks.weights.published import KnownWeights, PublishedFile
from catvis.program import command

Interpolation = Literal["bicubic", "bilinear"]

_ADDRESS = "https://download.pytorch.org/models/"
# of ImageNet's training pictures, RGB, 0 to 1
_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)
_HALF = (0.5, 0.5, 0.5)
# These were trained by others, on pictures from -1 to 1. Torchvision shifts ImageNet's normalisation to that
# inside the first two; said as a preprocessing it is one step, and the same numbers.
_FROM_MINUS_ONE = frozenset({"googlenet", "inception_v3", "efficientnet_v2_l"})

_OF_ATTENTION = ("vit_", "swin_", "maxvit_")


class ZooWeights(Frozen):
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
    interpolation: Interpolation

    @property
    def checksum(self) -> str:
        """The beginning of the SHA-256 of the file."""
        return self.file.removesuffix(".pth").rpartition("-")[2]


def _listed() -> dict[str, tuple[ZooWeights, ...]]:
    table = resources.files(__package__).joinpath("zoo_weights.csv").read_text("utf-8")
    found: dict[str, tuple[ZooWeights, ...]] = {}
    for architecture, file, megabytes, side, short_side, interpolation in list(csv.reader(table.split()))[1:]:
        weights = ZooWeights(
            file, int(megabytes), int(side), int(short_side), cast(Interpolation, interpolation)
        )
        found[architecture] = (*found.get(architecture, ()), weights)
    return found


ZOO = _listed()
"""What each architecture can be read from; the version that torchvision calls its default comes first."""


def zoo_weights(architecture: str) -> tuple[ZooWeights, ...]:
    """The files that an architecture can be read from, best first.

    Raises:
        NetworkError: torchvision publishes no such classifier, or it is made of other parts.
    """
    refuse_attention(architecture)
    if architecture not in ZOO:
        raise NetworkError(
            f"there is no network {PREFIX}{architecture}",
            hint=nearest(architecture, ZOO, listed=command("weights list torchvision")),
        )
    return ZOO[architecture]


def refuse_attention(architecture: str, where: Place | None = None) -> None:
    """Say of torchvision's transformers why they cannot be opened.

    Raises:
        NetworkError: it is one of them.
    """
    if architecture.startswith(_OF_ATTENTION):
        raise NetworkError(f"{PREFIX}{architecture}: {REFUSAL}", where=where, hint=HINT)


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


def zoo_known(architecture: str) -> KnownWeights:
    """What an architecture's weights may be called, and where they are published.

    Raises:
        NetworkError: as `zoo_weights`.
    """
    versions = zoo_weights(architecture)
    names = tuple(version.file for version in versions)
    return KnownWeights(PREFIX + architecture, names, published(versions[0]))


def zoo_preprocessing(architecture: str, weights: ZooWeights) -> Preprocessing:
    """The preprocessing that torchvision publishes with the weights."""
    centred = architecture in _FROM_MINUS_ONE
    return Preprocessing(
        size=(weights.side, weights.side),
        short_side=weights.short_side,
        mean=_HALF if centred else _MEAN,
        std=_HALF if centred else _STD,
        scale=1 / 255,
        interpolation=weights.interpolation,
    )
