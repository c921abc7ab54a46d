"""Names of networks to their sources, and to what is known of their weights.

Nothing is opened here, and torch is not imported; nor are the tables of a family before somebody asks for it.
"""

from __future__ import annotations

from pathlib import Path

from catvis.errors import NetworkError, WeightsError, nearest, shown_path
from catvis.networks import embedded
from catvis.networks.caffe.architectures import ARCHITECTURES
from catvis.networks.caffe.caffe_source import CaffeSource
from catvis.networks.caffe.caffe_weights import CAFFE_WEIGHTS
from catvis.networks.source import NetworkSource
from catvis.networks.torchvision import PREFIX
from catvis.networks.weights.folders import weights_path
from catvis.networks.weights.published import KnownWeights
from catvis.program import command
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
        return CaffeSource.of(name, weights_path(known_weights_of(name), settings))
    if name.startswith(PREFIX):
        from catvis.networks.torchvision.zoo_source import ZooSource

        file = weights_path(known_weights_of(name), settings)
        return ZooSource.of(name.removeprefix(PREFIX), file)
    from catvis.networks.own.own_file import own_names
    from catvis.networks.own.own_source import own_source

    own = own_source(name, settings)
    if own is None:
        choices = (*own_names(settings), *network_names())
        raise NetworkError(
            f"there is no network {name!r}", hint=nearest(name, choices, listed=command("weights list"))
        )
    return own


def source_of_file(file: Path) -> NetworkSource:
    """Find the network that a weights file is of, by the file's name.

    Raises:
        WeightsError: no network's weights are called so, or there is no such file.
    """
    for known in known_weights():
        if file.name in known.names:
            break
    else:
        raise WeightsError(
            f"no network's weights are called {file.name}",
            hint="describe the network in networks.yaml, or build it and call catvis.wrap",
        )
    if not file.is_file():
        raise WeightsError(f"there is no {shown_path(file)}")
    if known.network in ARCHITECTURES:
        return CaffeSource.of(known.network, file)
    from catvis.networks.torchvision.zoo_source import ZooSource

    return ZooSource.of(known.network.removeprefix(PREFIX), file)


def network_names() -> tuple[str, ...]:
    """The names that need no `networks.yaml`."""
    from catvis.networks.torchvision.zoo_weights import ZOO

    return (embedded.NAME, *ARCHITECTURES, *(PREFIX + architecture for architecture in ZOO))


def known_weights() -> tuple[KnownWeights, ...]:
    """Everything that can be fetched: Caffe's networks, then torchvision's."""
    from catvis.networks.torchvision.zoo_weights import ZOO, zoo_known

    return (*CAFFE_WEIGHTS.values(), *map(zoo_known, ZOO))


def has_known_weights(network: str) -> bool:
    """Whether a network's weights are a published file, which can be fetched."""
    return network in CAFFE_WEIGHTS or network.startswith(PREFIX)


def known_weights_of(network: str) -> KnownWeights:
    """What is known of one network's weights.

    Raises:
        NetworkError: no weights are known for such a network.
    """
    if network.startswith(PREFIX):
        from catvis.networks.torchvision.zoo_weights import zoo_known

        return zoo_known(network.removeprefix(PREFIX))
    if network not in CAFFE_WEIGHTS:
        choices = [known.network for known in known_weights()]
        raise NetworkError(
            f"no weights are known for {network!r}",
            hint=nearest(network, choices, listed=command("weights list")),
        )
    return CAFFE_WEIGHTS[network]
