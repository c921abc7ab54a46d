"""Names of networks to their sources.

Nothing is opened here and no torch imported: a name leads to a `NetworkSource`, which knows its files.
"""

from __future__ import annotations

from catvis.errors import NetworkError, nearest
from catvis.networks.caffe.source import CaffeSource
from catvis.networks.source import NetworkSource
from catvis.networks.weights import find
from catvis.settings import Settings

# best first: AlexNet's convolutions are also in the whole AlexNet
_CAFFE_FILES = {
    "caffenet": ("bvlc_reference_caffenet.caffemodel",),
    "alexnet": ("bvlc_alexnet.caffemodel",),
    "alexnet-conv": ("bvlc_alexnet_conv.caffemodel", "bvlc_alexnet.caffemodel"),
    "squeezenet": ("squeezenet_v1.0.caffemodel",),
}


def source(name: str, settings: Settings) -> NetworkSource:
    """Find a network by its name.

    Raises:
        NetworkError: no network is called so.
        WeightsError: its weights are nowhere to be found.
    """
    if name in _CAFFE_FILES:
        return CaffeSource.of(name, find(name, _CAFFE_FILES[name], settings))
    raise NetworkError(f"there is no network {name!r}", hint=nearest(name, _CAFFE_FILES))
