"""Torchvision's classifiers without torchvision: each architecture's graph and layers as data, written beforehand.

Importing torchvision and tracing a module takes longer than anything else that opens a network. So `tools.zoo`
traces each architecture once and writes down what came of it, in `zoo_plans.zip`; a test holds the file against a
trace. Knows no torch: `catvis.networks.torchvision.zoo_graphs` gives a plan its tensors.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from msgspec.structs import replace

from catvis.frozen import Frozen
from catvis.networks.known_layers import Layer

WEIGHTED = ("Convolution", "Linear")


class PlannedNode(Frozen):
    """A node of a graph whose tensors are named.

    Attributes:
        name: the node's own.
        kind: its operation's class; ``BatchNorm`` stands for the factors that a normalisation's tensors make.
        inputs: indices of the nodes that it reads.
        shape: of its output, without the batch.
        how: the operation's fields that are not what they are by default; a tensor by its name in a file.
    """

    name: str
    kind: str
    inputs: tuple[int, ...]
    shape: tuple[int, ...]
    how: Mapping[str, Any]


class ZooPlan(Frozen):
    """An architecture at its published size.

    Attributes:
        layers: the named layers, lowest first.
        nodes: in an order in which each comes after what it reads.
        tensors: what a file of weights holds: names and shapes.
    """

    layers: tuple[Layer, ...]
    nodes: tuple[PlannedNode, ...]
    tensors: Mapping[str, tuple[int, ...]]

    def with_classes(self, classes: int) -> ZooPlan:
        """The same with another number of class scores: of all from the last product or convolution on."""
        last = max(index for index, node in enumerate(self.nodes) if node.kind in WEIGHTED)
        scored = {self.nodes[last].how[key] for key in ("weight", "bias") if self.nodes[last].how.get(key)}
        return ZooPlan(
            tuple(replace(layer, units=classes) if layer.node >= last else layer for layer in self.layers),
            tuple(
                replace(node, shape=(classes, *node.shape[1:])) if index >= last else node
                for index, node in enumerate(self.nodes)
            ),
            {
                name: (classes, *shape[1:]) if name in scored else shape
                for name, shape in self.tensors.items()
            },
        )


def zoo_plan(architecture: str, size: tuple[int, int]) -> ZooPlan | None:
    """What was written down of an architecture; None for pictures of another size than the published ones.

    Args:
        architecture: torchvision's name.
        size: height and width of the input.
    """
    written = _written(member(architecture, size))
    if written is None:
        return None
    return ZooPlan(
        tuple(Layer(*layer) for layer in written["layers"]),
        tuple(
            PlannedNode(name, kind, tuple(inputs), tuple(shape), how)
            for name, kind, inputs, shape, how in written["nodes"]
        ),
        {name: tuple(shape) for name, shape in written["tensors"].items()},
    )


def member(architecture: str, size: tuple[int, int]) -> str:
    """The name of an architecture's part of the file."""
    return f"{architecture}-{size[0]}x{size[1]}.json"


@cache
def _written(name: str) -> Any:
    file = resources.files(__package__).joinpath("zoo_plans.zip")
    with file.open("rb") as opened, zipfile.ZipFile(opened) as plans:
        return json.loads(plans.read(name)) if name in plans.namelist() else None
