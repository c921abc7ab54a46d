"""A classifier of torchvision's as a graph with its weights: of its plan, or of a trace where there is none.

There is a plan for each published size. For pictures of another size torchvision's own module is traced.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor

from catvis.networks import operations as op
from catvis.networks.graph import Graph, Node
from catvis.networks.known_layers import Layer
from catvis.networks.layers import layer_table
from catvis.networks.torchvision.zoo_layers import zoo_layers
from catvis.networks.torchvision.zoo_modules import (
    empty_module,
    filled_module,
    todays_names,
    without_training_heads,
)
from catvis.networks.torchvision.zoo_plans import PlannedNode, ZooPlan, zoo_plan
from catvis.networks.tracing.functional import normalising_factors
from catvis.networks.tracing.lowerings import POINTWISE
from catvis.networks.tracing.translation import trace
from catvis.networks.weights.state_files import State, check_fit, unprefixed

_TENSORS = ("weight", "bias")
_NORM = ("running_mean", "running_var", *_TENSORS)


def zoo_graph(architecture: str, state: State, file: Path, size: tuple[int, int], classes: int) -> Graph:
    """Give an architecture its tensors.

    Args:
        architecture: torchvision's name.
        state: tensors by torchvision's names.
        file: where they come from, for messages.
        size: height and width of the input.
        classes: number of its class scores.

    Raises:
        WeightsError: a tensor is missing, has another shape, belongs to nothing, or is not finite.
    """
    plan = zoo_plan(architecture, size)
    if plan is not None:
        return _planned(plan.with_classes(classes), state, file, f"{architecture} with {classes} classes")
    return trace(filled_module(architecture, state, file, classes), (3, *size), verify=False)


def traced_layers(
    architecture: str, graph: Graph | None, size: tuple[int, int], classes: int
) -> tuple[Layer, ...]:
    """The named layers of an architecture of which there is no plan.

    Args:
        architecture: torchvision's name.
        graph: what has been opened already, if it has.
        size: height and width of the input.
        classes: number of its class scores.
    """
    if graph is None:
        graph = trace(empty_module(architecture, classes), (3, *size))
    return layer_table(graph, zoo_layers(architecture, graph))


def _planned(plan: ZooPlan, state: State, file: Path, name: str) -> Graph:
    named = without_training_heads(unprefixed(todays_names(state), plan.tensors))
    check_fit(named, plan.tensors, file, name)
    return Graph(
        tuple(Node(node.name, _operation(node, named), node.inputs, node.shape) for node in plan.nodes)
    )


def _operation(node: PlannedNode, state: Mapping[str, Tensor]) -> op.Operation:
    how: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in node.how.items()
    }
    if node.kind == "BatchNorm":
        mean, variance, weight, bias = (state[f"{how['module']}.{one}"] for one in _NORM)
        return op.ChannelAffine(*normalising_factors(mean, variance, weight, bias, how["eps"]))
    if node.kind == "ChannelAffine":
        scale = state[how["scale"]].flatten()
        return op.ChannelAffine(scale, scale.new_zeros(1))
    if node.kind == "Pointwise":
        function, options = POINTWISE[how["name"]], how.get("options")
        return op.Pointwise(how["name"], partial(function, **options) if options else function)
    if node.kind == "Reshape":
        return op.Reshape(node.shape)
    how |= {key: state[how[key]] if how[key] else None for key in _TENSORS if key in how}
    if node.kind == "Convolution" and how["weight"].dim() == 2:
        how["weight"] = how["weight"][:, :, None, None]
    made: op.Operation = getattr(op, node.kind)(**how)
    return made
