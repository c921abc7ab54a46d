"""Weights files: which are known, where they lie, how to get them.

A file is looked for in the folder that the user named, then in the folder of fetched files. What the user put
there is taken as it is; what is fetched is verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from catvis.errors import NetworkError, WeightsError, nearest, shown_path
from catvis.networks.torchvision.zoo_weights import PREFIX, ZOO, published, zoo_weights
from catvis.networks.weights.published import PublishedFile
from catvis.settings import Settings

if TYPE_CHECKING:
    from catvis.networks.weights.fetching import Progress

_CAFFENET = PublishedFile(
    name="bvlc_reference_caffenet.caffemodel",
    address="http://dl.caffe.berkeleyvision.org/bvlc_reference_caffenet.caffemodel",
    megabytes=244,
    algorithm="sha1",
    checksum="4c8d77deb20ea792f84eb5e6d0a11ca0a8660a46",
    licence="unrestricted use",
)
_ALEXNET = PublishedFile(
    name="bvlc_alexnet.caffemodel",
    address="http://dl.caffe.berkeleyvision.org/bvlc_alexnet.caffemodel",
    megabytes=244,
    algorithm="sha1",
    checksum="9116a64c0fbe4459d18f4bb6b56d647b63920377",
    licence="unrestricted use",
)
_SQUEEZENET = PublishedFile(
    name="squeezenet_v1.0.caffemodel",
    address="https://github.com/DeepScale/SqueezeNet/raw/master/SqueezeNet_v1.0/squeezenet_v1.0.caffemodel",
    megabytes=5,
    algorithm="sha1",
    checksum="579d0beb658e43c45937bf8bb5e4034fea4e1f69",
    licence="BSD",
)


@dataclass(frozen=True)
class KnownWeights:
    """What a network's weights may be called and where they are published.

    Attributes:
        network: the network's name.
        names: file names that it can be read from, best first.
        published: the file that `fetch_weights` gets; one of ``names``.
    """

    network: str
    names: tuple[str, ...]
    published: PublishedFile


_CAFFE = {
    known.network: known
    for known in (
        KnownWeights("caffenet", (_CAFFENET.name,), _CAFFENET),
        KnownWeights("alexnet", (_ALEXNET.name,), _ALEXNET),
        # its convolutions alone, 9 MB, are nowhere published, but whoever has them needs no more
        KnownWeights("alexnet-conv", ("bvlc_alexnet_conv.caffemodel", _ALEXNET.name), _ALEXNET),
        KnownWeights("squeezenet", (_SQUEEZENET.name,), _SQUEEZENET),
    )
}


def known_weights() -> tuple[KnownWeights, ...]:
    """Everything that can be fetched: Caffe's networks, then torchvision's."""
    return (*_CAFFE.values(), *(_of_zoo(architecture) for architecture in ZOO))


def known_weights_of(network: str) -> KnownWeights:
    """What is known of one network's weights.

    Raises:
        NetworkError: no weights are known for such a network.
    """
    if network.startswith(PREFIX):
        return _of_zoo(network.removeprefix(PREFIX))
    if network not in _CAFFE:
        choices = [known.network for known in known_weights()]
        raise NetworkError(f"no weights are known for {network!r}", hint=nearest(network, choices))
    return _CAFFE[network]


def found(names: Sequence[str], settings: Settings) -> Path | None:
    """The first file of one of these names, folder by folder."""
    places = (folder / name for folder in settings.weights_folders for name in names)
    return next((place for place in places if place.is_file()), None)


def weights_path(network: str, settings: Settings) -> Path:
    """Where a network's weights lie.

    Raises:
        NetworkError: no weights are known for such a network.
        WeightsError: they are in none of the folders; the message says how to get them.
    """
    known = known_weights_of(network)
    place = found(known.names, settings)
    if place is None:
        folders = " or ".join(shown_path(folder) for folder in settings.weights_folders)
        raise WeightsError(
            f"the weights of {network} are missing: no {' or '.join(known.names)} in {folders}",
            hint=f"fetch {known.published.megabytes} MB: python -m catvis weights fetch {network}; "
            "or name the folder where they are: --weights DIR",
        )
    return place


def fetch_weights(network: str, settings: Settings, progress: Progress | None = None) -> Path:
    """Download a network's weights, or go on where an earlier download broke off.

    Raises:
        NetworkError: no weights are known for such a network.
        WeightsError: as `catvis.networks.weights.fetching.fetch` says.
    """
    from catvis.networks.weights.fetching import fetch, silent

    return fetch(known_weights_of(network).published, settings.downloads, progress or silent)


def list_weights(settings: Settings) -> list[tuple[KnownWeights, Path | None]]:
    """Every network whose weights are known, with the place where they lie."""
    return [(known, found(known.names, settings)) for known in known_weights()]


def _of_zoo(architecture: str) -> KnownWeights:
    versions = zoo_weights(architecture)
    return KnownWeights(
        PREFIX + architecture, tuple(version.file for version in versions), published(versions[0])
    )
