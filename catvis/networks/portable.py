"""A network as a page takes it along: a description in JSON, and all its numbers as one binary in half precision.

`templates/explorer/network.js` reads both, and goes forward and back as `catvis.backward` does. What it has no
operation for is refused here, by name: what this module gives away runs.
"""

from __future__ import annotations

import base64
import dataclasses
import gzip
import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property, partial

import numpy as np
import torch
from torch import Tensor

from catvis.errors import NetworkError
from catvis.frozen import Frozen
from catvis.networks import operations as op
from catvis.networks.graph import Graph, Node
from catvis.networks.network import Network

_CARRIED: tuple[type[op.Operation], ...] = (
    op.AdaptiveAveragePool,
    op.AveragePool,
    op.ChannelAffine,
    op.Channels,
    op.Concatenation,
    op.Convolution,
    op.Identity,
    op.Input,
    op.Linear,
    op.LocalResponseNorm,
    op.MaxPool,
    op.Pad,
    op.Permute,
    op.Pointwise,
    op.Product,
    op.ReLU,
    op.Reshape,
    op.SpatialMean,
    op.Sum,
)
_POINTWISE = ("hardsigmoid", "hardswish", "sigmoid", "silu", "tanh")
_LARGEST = float(torch.finfo(torch.half).max)
_EFFORT = 6
"""Of gzip's nine: the embedded network packs in 0.15 s instead of 4.2 s, and is 2 % larger than by all nine."""


class Portable(Frozen, dict=True):
    """A network in a page's own terms.

    Attributes:
        description: what JSON can say: nodes, layers, preprocessing, labels, and the digest of the numbers.
        numbers: half-precision floats, little endian: every tensor of every node, in order.
    """

    description: Mapping[str, object]
    numbers: bytes

    @cached_property
    def digest(self) -> str:
        """What the numbers are called by: the beginning of their SHA-256."""
        return _digest(self.numbers)

    @property
    def file_name(self) -> str:
        """The script's file name."""
        return f"network-{self.digest}.js"

    @property
    def script(self) -> str:
        """The numbers as a classic script, since a page from disk can read nothing else; packed by gzip."""
        packed = base64.b64encode(gzip.compress(self.numbers, _EFFORT, mtime=0)).decode("ascii")
        return f'catvisExplorer.weights("{self.digest}","{packed}");\n'


def portable(network: Network, most: int | None = None) -> Portable:
    """Describe a network, and round its numbers to half precision.

    Args:
        network: what a page is to compute.
        most: bytes that its numbers may take.

    Raises:
        NetworkError: an operation that pages cannot compute, a number too large for half precision, or too many.
    """
    for node in network.graph.nodes:
        _check(network.card.name, node)
    size = 2 * sum(tensor.numel() for tensor in _tensors(network))
    if most is not None and size > most:
        raise NetworkError(
            f"{network.card.name} takes {size // 1_000_000} MB in a page; {most // 1_000_000} are the most"
        )
    pieces = [np.ascontiguousarray(tensor.cpu().half().numpy(), "<f2") for tensor in _tensors(network)]
    numbers = b"".join(piece.tobytes() for piece in pieces)
    card, preprocessing = network.card, network.preprocessing
    description = {
        "digest": _digest(numbers),
        "preprocessing": {
            "size": list(preprocessing.size),
            "order": preprocessing.order,
            "scale": float(preprocessing.scale),
            "mean": list(preprocessing.mean) if isinstance(preprocessing.mean, tuple) else None,
            "std": list(preprocessing.std),
        },
        "nodes": [_described(node) for node in network.graph.nodes],
        "layers": [
            {"name": layer.name, "node": layer.node, "rectified": layer.rectified} for layer in card.layers
        ],
        "labels": list(card.labels),
        "parts": dict(card.parts),
    }
    return Portable(description, numbers)


def rounded(network: Network) -> Network:
    """The network that a page computes: the same, with every number rounded as `portable` rounds it."""

    def half(operation: op.Operation) -> op.Operation:
        tensors = {name: tensor.half().to(tensor.dtype) for name, tensor in _fields(operation)}
        return dataclasses.replace(operation, **tensors)

    nodes = (dataclasses.replace(node, operation=half(node.operation)) for node in network.graph.nodes)
    preprocessing = network.preprocessing
    if not isinstance(preprocessing.mean, tuple):
        mean = preprocessing.mean.astype(np.float16).astype(np.float32)
        preprocessing = dataclasses.replace(preprocessing, mean=mean)
    return dataclasses.replace(network, graph=Graph(tuple(nodes)), preprocessing=preprocessing)


def _check(name: str, node: Node) -> None:
    """Refuse what a page cannot compute."""
    operation = node.operation
    kind = type(operation).__name__
    if type(operation) not in _CARRIED:
        raise _refused(name, node, kind)
    if isinstance(operation, op.Pointwise) and (
        operation.name not in _POINTWISE or isinstance(operation.function, partial)
    ):
        raise _refused(name, node, operation.name)
    if isinstance(operation, op.Pad) and operation.mode != "constant":
        raise _refused(name, node, f"{kind} in the mode {operation.mode!r}")
    for label, tensor in _fields(operation):
        largest = float(tensor.abs().max())
        if not largest <= _LARGEST:
            raise NetworkError(
                f"{name} cannot be explored live: a number of {node.name}.{label} is {largest:g}",
                hint=f"half precision, in which pages hold numbers, ends at {_LARGEST:g}",
            )


def _refused(name: str, node: Node, what: str) -> NetworkError:
    return NetworkError(
        f"{name} cannot be explored live: pages do not compute {what}, as {node.name} does",
        hint="write `answers: baked`, which computes a tree while the page is built",
    )


def _described(node: Node) -> dict[str, object]:
    """A node in JSON: a tensor is its shape, in the order in which the numbers follow."""
    said: dict[str, object] = {
        "operation": type(node.operation).__name__,
        "inputs": list(node.inputs),
        "shape": list(node.shape),
    }
    for one in dataclasses.fields(node.operation):
        value = getattr(node.operation, one.name)
        if isinstance(value, Tensor):
            said[one.name] = {"shape": list(value.shape)}
        elif not callable(value):
            said[one.name] = list(value) if isinstance(value, tuple) else value
    return said


def _tensors(network: Network) -> Iterator[Tensor]:
    """All numbers in the order in which a page reads them: the mean picture, if there is one, comes first."""
    mean = network.preprocessing.mean
    if not isinstance(mean, tuple):
        yield torch.from_numpy(np.ascontiguousarray(mean))
    for node in network.graph.nodes:
        yield from (tensor for _, tensor in _fields(node.operation))


def _fields(operation: op.Operation) -> Iterator[tuple[str, Tensor]]:
    for one in dataclasses.fields(operation):
        value = getattr(operation, one.name)
        if isinstance(value, Tensor):
            yield one.name, value


def _digest(numbers: bytes) -> str:
    return hashlib.sha256(numbers).hexdigest()[:16]
