"""Names of networks to their sources.

Nothing is opened here, and torch is imported for torchvision's networks alone.
"""

from __future__ import annotations

from catvis.errors import NetworkError, nearest
from catvis.networks import embedded
from catvis.networks.caffe.architectures import ARCHITECTURES
from catvis.networks.caffe.caffe_source import CaffeSource
from catvis.networks.source import NetworkSource
from catvis.networks.torchvision.zoo_weights import PREFIX, ZOO
from catvis.networks.weights.known_weights import weights_path
from catvis.settings import Settings


def source(name: str, settings: Settings) -> NetworkSource:
    """Find a network by its name.

    Raises:
        NetworkError: no network is called so.
        WeightsError: its weights are nowhere to be found.
        ContentError: the name is none of the known ones, and the content folder's `networks.yaml` is wrong.
    """
    if name == embedded.NAME:
        return embedded.EmbeddedSource.shipped()
    if name in ARCHITECTURES:
        return CaffeSource.of(name, weights_path(name, settings))
    if name.startswith(PREFIX):
        return _of_zoo(name, settings)
    from catvis.networks.own.own_file import read_networks
    from catvis.networks.own.own_source import own_source

    own = own_source(name, settings)
    if own is None:
        choices = (*read_networks(settings), *network_names())
        raise NetworkError(f"there is no network {name!r}", hint=nearest(name, choices))
    return own


def network_names() -> tuple[str, ...]:
    """The names that need no `networks.yaml`."""
    return (embedded.NAME, *ARCHITECTURES, *(PREFIX + architecture for architecture in ZOO))


def _of_zoo(name: str, settings: Settings) -> NetworkSource:
    file = weights_path(name, settings)
    from catvis.networks.torchvision.zoo_source import ZooSource

    return ZooSource.of(name.removeprefix(PREFIX), file)
