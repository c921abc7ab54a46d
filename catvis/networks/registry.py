"""Names of networks to their sources.

Nothing is opened here and no torch imported: a name leads to a `NetworkSource`, which knows its files.
"""

from __future__ import annotations

from catvis.errors import NetworkError, nearest
from catvis.networks import embedded
from catvis.networks.caffe.architectures import ARCHITECTURES
from catvis.networks.caffe.source import CaffeSource
from catvis.networks.source import NetworkSource
from catvis.networks.weights import weights_path
from catvis.settings import Settings


def source(name: str, settings: Settings) -> NetworkSource:
    """Find a network by its name.

    Raises:
        NetworkError: no network is called so.
        WeightsError: its weights are nowhere to be found.
    """
    if name == embedded.NAME:
        return embedded.EmbeddedSource.shipped()
    if name in ARCHITECTURES:
        return CaffeSource.of(name, weights_path(name, settings))
    raise NetworkError(f"there is no network {name!r}", hint=nearest(name, (embedded.NAME, *ARCHITECTURES)))
