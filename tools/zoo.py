"""Write down torchvision's architectures: ``python -m tools.zoo``, after torchvision or tracing have changed.

Every architecture is traced once for each size that torchvision publishes weights for, on tensors that lie in
memory: by where it lies, a tensor of the trace is known for one of the module's.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import astuple
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from catvis.networks import operations as op
from catvis.networks.layers import layer_table
from catvis.networks.torchvision.zoo_layers import zoo_layers
from catvis.networks.torchvision.zoo_modules import empty_module
from catvis.networks.torchvision.zoo_plans import member
from catvis.networks.torchvision.zoo_weights import ZOO
from catvis.networks.tracing.translation import trace

ROOT = Path(__file__).parents[1]
PLANS = ROOT / "catvis" / "networks" / "torchvision" / "zoo_plans.zip"
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def plan(architecture: str, size: tuple[int, int]) -> dict[str, Any]:
    """What `catvis.networks.torchvision.zoo_plans` reads of an architecture."""
    module = empty_module(architecture, auxiliary=False).to_empty(device="cpu")
    graph = trace(module, (3, *size), verify=False)
    state = module.state_dict()
    names = {tensor.data_ptr(): name for name, tensor in state.items()}
    return {
        "layers": [astuple(layer) for layer in layer_table(graph, zoo_layers(architecture, graph))],
        "nodes": [
            (node.name, kind, node.inputs, node.shape, how)
            for node in graph.nodes
            for kind, how in [described(node.name, node.operation, module, names)]
        ],
        "tensors": {name: tuple(tensor.shape) for name, tensor in state.items()},
    }


def described(
    node: str, operation: op.Operation, module: nn.Module, names: Mapping[int, str]
) -> tuple[str, dict[str, Any]]:
    """An operation's kind, and how it is made of tensors that have names."""
    if isinstance(operation, op.ChannelAffine):
        scaled = names.get(operation.scale.data_ptr())
        if scaled:
            return "ChannelAffine", {"scale": scaled}
        norm = module.get_submodule(node)
        if not isinstance(norm, _BatchNorm):
            raise TypeError(f"{node} is neither a factor nor a batch normalisation")
        return "BatchNorm", {"module": node, "eps": norm.eps}
    if isinstance(operation, op.Pointwise):
        function = operation.function
        options = {"options": function.keywords} if isinstance(function, partial) else {}
        return "Pointwise", {"name": operation.name, **options}
    if isinstance(operation, op.Reshape):
        return "Reshape", {}  # to the node's own shape
    return type(operation).__name__, {
        field.name: names[value.data_ptr()] if isinstance(value, Tensor) else value
        for field in dataclasses.fields(operation)
        if (value := getattr(operation, field.name)) != field.default or isinstance(value, Tensor)
    }


def sizes(architecture: str) -> list[tuple[int, int]]:
    """The sizes of pictures that an architecture's published weights are for."""
    return sorted({(weights.side, weights.side) for weights in ZOO[architecture]})


def main() -> None:
    """Write the file; the same architectures give the same bytes."""
    with zipfile.ZipFile(PLANS, "w") as plans:
        for architecture in ZOO:
            for size in sizes(architecture):
                entry = zipfile.ZipInfo(member(architecture, size), _NO_DATE)
                text = json.dumps(plan(architecture, size), separators=(",", ":"))
                plans.writestr(entry, text, zipfile.ZIP_DEFLATED, 9)
                sys.stdout.write(f"{entry.filename}\n")
    sys.stdout.write(f"{PLANS.relative_to(ROOT)}: {PLANS.stat().st_size / 1e3:.0f} kB\n")


if __name__ == "__main__":
    main()
