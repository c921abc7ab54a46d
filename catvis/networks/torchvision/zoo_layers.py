"""Readable names for the layers of torchvision's classifiers, as data.

For each family: which nodes of its graph are layers, by operation and by the name that the trace gave them,
and what they are called. Where several nodes get one name, the highest is the layer.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from catvis.frozen import Frozen
from catvis.networks.graph import Graph
from catvis.networks.operations import (
    ChannelAffine,
    Concatenation,
    LayerNorm,
    MaxPool,
    Operation,
    Pointwise,
    ReLU,
    Reshape,
    Sum,
)


class Naming(Frozen):
    """Nodes of a kind whose whole name matches, and their layer's name, as in `re.sub`.

    ``{n}`` in the layer's name counts the nodes that matched before, from ``first``.
    """

    kinds: tuple[type[Operation], ...]
    node: str
    layer: str | Callable[[re.Match[str]], str]
    first: int = 1


_RELU = (ReLU,)
_ACTIVATION = (ReLU, Pointwise)
_JOINED = (Concatenation,)
_BLOCK_END = (ChannelAffine, Sum)


def _mnasnet_block(at: re.Match[str]) -> str:
    # the stacks are the parts 8 to 13 of the sequence; what stands before them is conv1 and block1
    return f"block{int(at[1]) - 6}.{at[2]}"


def _convnext_stage(at: re.Match[str]) -> str:
    # stages are the odd parts of the sequence; between them the maps are made smaller
    return f"block{(int(at[1]) + 1) // 2}.{at[2]}"


_FAMILIES: dict[str, tuple[Naming, ...]] = {
    r"alexnet": (
        Naming(_RELU, r"features\.\d+", "conv{n}"),
        Naming(_RELU, r"classifier\.\d", "fc{n}", first=6),
    ),
    r"vgg\d+(_bn)?": (Naming(_RELU, r"classifier\.\d", "fc{n}", first=6),),
    r"squeezenet1_[01]": (
        Naming(_RELU, r"features\.1", "conv1"),
        Naming(_JOINED, r"features\.\d+\.cat", "fire{n}", first=2),
        Naming(_RELU, r"classifier\.2", "conv10"),
    ),
    r"googlenet": (
        Naming(_RELU, r"(conv\d)\.relu", r"\1"),
        Naming(_JOINED, r"(inception\d[a-e])\.cat", r"\1"),
    ),
    r"inception_v3": (
        Naming(_RELU, r"Conv2d_(\d[ab])_\dx\d\.relu", r"conv\1"),
        Naming(_JOINED, r"Mixed_(\d[a-e])\.cat(:\d+)?", r"mixed\1"),
    ),
    r"(wide_)?resne(x)?t\d+.*": (
        Naming(_RELU, r"relu", "conv1"),
        Naming(_RELU, r"(layer\d\.\d+)\.relu(:\d+)?", r"\1"),
    ),
    r"densenet\d+": (
        Naming(_RELU, r"features\.relu0", "conv1"),
        Naming(_RELU, r"features\.denseblock(\d)\.denselayer(\d+)\.relu2", r"dense\1.\2"),
        Naming(_RELU, r"features\.transition(\d)\.relu", r"block\1"),
        Naming(_RELU, r"relu", "block4"),
    ),
    r"mobilenet_v2": (
        Naming(_RELU, r"features\.0\.2", "conv1"),
        Naming(_RELU, r"features\.18\.2", "conv2"),
        Naming(_RELU, r"features\.1\.conv\.0\.2", "block1.depthwise"),
        Naming(_RELU, r"features\.(\d+)\.conv\.0\.2", r"block\1.expand"),
        Naming(_RELU, r"features\.(\d+)\.conv\.1\.2", r"block\1.depthwise"),
        Naming(_BLOCK_END, r"features\.(\d+)\.(conv\.\d|add)", r"block\1"),
    ),
    r"mnasnet\d_\d+": (
        Naming(_RELU, r"layers\.2", "conv1"),
        Naming(_RELU, r"layers\.5", "block1.depthwise"),
        Naming((ChannelAffine,), r"layers\.7", "block1"),
        Naming(_RELU, r"layers\.(\d+)\.(\d+)\.layers\.2", lambda at: _mnasnet_block(at) + ".expand"),
        Naming(_RELU, r"layers\.(\d+)\.(\d+)\.layers\.5", lambda at: _mnasnet_block(at) + ".depthwise"),
        Naming(_BLOCK_END, r"layers\.(\d+)\.(\d+)\.(layers\.7|add)", _mnasnet_block),
        Naming(_RELU, r"layers\.16", "conv2"),
    ),
    r"efficientnet_b\d": (
        Naming(_ACTIVATION, r"features\.0\.2", "conv1"),
        Naming(_ACTIVATION, r"features\.\d\.2", "conv2"),
        Naming(_ACTIVATION, r"features\.1\.(\d+)\.block\.0\.2", r"block1.\1.depthwise"),
        Naming(_ACTIVATION, r"features\.(\d)\.(\d+)\.block\.0\.2", r"block\1.\2.expand"),
        Naming(_ACTIVATION, r"features\.(\d)\.(\d+)\.block\.1\.2", r"block\1.\2.depthwise"),
        Naming(_BLOCK_END, r"features\.(\d)\.(\d+)\.(block\.\d\.1|add)", r"block\1.\2"),
    ),
    r"efficientnet_v2_[sml]": (
        Naming(_ACTIVATION, r"features\.0\.2", "conv1"),
        Naming(_ACTIVATION, r"features\.\d\.2", "conv2"),
        Naming(_ACTIVATION, r"features\.1\.(\d+)\.block\.0\.2", r"block1.\1.conv"),
        Naming(_ACTIVATION, r"features\.(\d)\.(\d+)\.block\.0\.2", r"block\1.\2.expand"),
        Naming(_ACTIVATION, r"features\.(\d)\.(\d+)\.block\.1\.2", r"block\1.\2.depthwise"),
        Naming(_BLOCK_END, r"features\.(\d)\.(\d+)\.(block\.\d\.1|add)", r"block\1.\2"),
    ),
    r"mobilenet_v3_(small|large)": (
        Naming(_ACTIVATION, r"features\.0\.2", "conv1"),
        Naming(_ACTIVATION, r"features\.\d+\.2", "conv2"),
        Naming(_ACTIVATION, r"features\.1\.block\.0\.2", "block1.depthwise"),
        Naming(_ACTIVATION, r"features\.(\d+)\.block\.0\.2", r"block\1.expand"),
        Naming(_ACTIVATION, r"features\.(\d+)\.block\.1\.2", r"block\1.depthwise"),
        Naming(_BLOCK_END, r"features\.(\d+)\.(block\.\d\.1|add)", r"block\1"),
        Naming(_ACTIVATION, r"classifier\.1", "fc1"),
    ),
    r"convnext_(tiny|small|base|large)": (
        Naming((LayerNorm,), r"features\.0\.1\.layer_norm", "conv1"),
        Naming((Pointwise,), r"features\.(\d)\.(\d+)\.block\.4", lambda at: _convnext_stage(at) + ".expand"),
        Naming((Sum,), r"features\.(\d)\.(\d+)\.add", _convnext_stage),
    ),
    r"shufflenet_v2_x\d_\d": (
        Naming(_RELU, r"(conv[15])\.2", r"\1"),
        Naming((Reshape,), r"(stage\d\.\d+)\.view:2", r"\1"),
    ),
}
_TOPS = {"alexnet": "fc8", "vgg": "fc8", "squeezenet": "pool10", "mobilenet_v3": "fc2"}
"""By a family's beginning the name of its class scores' layer; elsewhere ``fc``."""


def zoo_layers(architecture: str, graph: Graph) -> dict[str, int]:
    """A node's index by the readable name of its layer.

    Args:
        architecture: torchvision's name, such as ``resnet18``.
        graph: the architecture's trace.
    """
    namings = next(rules for family, rules in _FAMILIES.items() if re.fullmatch(family, architecture))
    top = next((name for family, name in _TOPS.items() if architecture.startswith(family)), "fc")
    found = _vgg_convolutions(graph) if architecture.startswith("vgg") else {}
    counts = dict.fromkeys(namings, 0)
    for index, node in enumerate(graph.nodes):
        for naming in namings:
            if isinstance(node.operation, naming.kinds) and re.fullmatch(naming.node, node.name):
                layer = re.sub(naming.node, naming.layer, node.name)
                found[layer.replace("{n}", str(naming.first + counts[naming]))] = index
                counts[naming] += 1
                break
    return found | {top: len(graph.nodes) - 1}


def _vgg_convolutions(graph: Graph) -> dict[str, int]:
    found: dict[str, int] = {}
    block, place = 1, 0
    for index, node in enumerate(graph.nodes):
        if node.name.startswith("features.") and isinstance(node.operation, ReLU):
            place += 1
            found[f"conv{block}.{place}"] = index
        elif isinstance(node.operation, MaxPool):
            block, place = block + 1, 0
    return found
