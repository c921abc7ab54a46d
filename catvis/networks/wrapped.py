"""A module in memory as a network: anybody's, left exactly as it is.

What is explained is the model as it was when it was wrapped, in evaluation mode, in single precision and without
the hooks that somebody left on it. Whoever trains it on wraps it again.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from functools import partial

from torch import Tensor, nn

from catvis.digests import digest
from catvis.errors import CatvisError, NetworkError
from catvis.networks.graph import Graph
from catvis.networks.known_layers import NetworkCard
from catvis.networks.layers import layer_table, layers_by_module
from catvis.networks.network import Network
from catvis.networks.operations import Operation
from catvis.networks.preprocessing import Preprocessing
from catvis.networks.source import NetworkSource
from catvis.networks.tracing.copies import plain_copy
from catvis.networks.tracing.translation import trace

_VERSION = "wrapped 1"


class WrappedSource(NetworkSource, eq=False):
    """A network that is open already.

    Attributes:
        network: on the module's own device.
        unhooked: what hooks were left out of, by the module's own paths; "" is the module itself.
    """

    network: Network
    unhooked: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, module: nn.Module, preprocessing: Preprocessing, labels: Sequence[str] = (), name: str = ""
    ) -> WrappedSource:
        """Trace a module.

        Args:
            module: takes one batch of pictures and returns its class scores.
            preprocessing: how it wants its pictures.
            labels: the names of its classes; empty where they are unknown.
            name: what messages and figures call it; its class's name by default.

        Raises:
            NetworkError: it cannot be traced, and where; or it is not whole on one device; or there are more or
                fewer labels than classes.
        """
        inner = _inner(module)
        name = name or type(inner).__name__
        device = _device(inner, name)
        plain = plain_copy(inner)
        try:
            graph = trace(plain.module, (3, *preprocessing.size))
        except CatvisError:
            raise
        except Exception as error:  # whatever a stranger's forward pass may raise
            raise NetworkError(f"{name} cannot be run on {_shown(preprocessing.size)}: {error}") from error
        layers = layer_table(graph, layers_by_module(graph))
        if labels and len(labels) != layers[-1].units:
            raise NetworkError(f"there are {len(labels)} labels for {layers[-1].units} class scores")
        identity = digest(_VERSION, name, _content(graph), preprocessing.digest(), list(labels))
        card = NetworkCard(name, identity, layers, preprocessing.size, tuple(labels))
        return cls(name, (), Network(card, graph, preprocessing).to(device), plain.unhooked)

    def digest(self) -> str:
        """Cover operations, weights, labels and preprocessing, as they were when it was wrapped."""
        return self.network.card.digest

    def preprocessing(self) -> Preprocessing:
        """As it was given."""
        return self.network.preprocessing

    def card(self) -> NetworkCard:
        """Layers are named after the module's parts."""
        return self.network.card

    def load(self) -> Network:
        """Give the network, which is open."""
        return self.network


def is_module(given: object) -> bool:
    """Whether something can be wrapped at all."""
    return isinstance(given, nn.Module)


def _inner(module: nn.Module) -> nn.Module:
    """The module itself, of one that is compiled or spread over devices."""
    if isinstance(module, nn.DataParallel | nn.parallel.DistributedDataParallel):
        module = module.module
    inner = getattr(module, "_orig_mod", module)  # what torch.compile leaves of it
    return inner if isinstance(inner, nn.Module) else module


def _device(module: nn.Module, name: str) -> str:
    devices = sorted({str(tensor.device) for tensor in (*module.parameters(), *module.buffers())})
    if "meta" in devices:
        raise NetworkError(
            f"{name} has no numbers: it is on the meta device", hint="give it its weights first"
        )
    if len(devices) > 1:
        found = " and ".join(devices)
        raise NetworkError(
            f"parts of {name} lie on {found}", hint=f"move it to one: model.to({devices[0]!r})"
        )
    return devices[0] if devices else "cpu"


def _content(graph: Graph) -> str:
    """Hex digest of all operations and their tensors."""
    hashed = hashlib.sha256()
    for node in graph.nodes:
        hashed.update(repr((node.name, type(node.operation).__name__, node.inputs, node.shape)).encode())
        for part in _parts(node.operation):
            hashed.update(len(part).to_bytes(8, "little"))
            hashed.update(part)
    return hashed.hexdigest()


def _parts(operation: Operation) -> list[bytes | memoryview]:
    parts: list[bytes | memoryview] = []
    for field in dataclasses.fields(operation):
        value = getattr(operation, field.name)
        if isinstance(value, Tensor):
            parts += [repr(tuple(value.shape)).encode(), value.detach().cpu().contiguous().numpy().tobytes()]
        elif isinstance(value, partial):
            parts.append(repr(sorted(value.keywords.items())).encode())
        elif not callable(value):
            parts.append(repr(value).encode())
    return parts


def _shown(size: tuple[int, int]) -> str:
    height, width = size
    return f"pictures of {width}×{height} pixels"
