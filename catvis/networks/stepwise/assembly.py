"""An architecture and its weights become a graph: each step an operation.

Where the weights come from is the caller's: a function gives them by layer, in the shapes that are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import islice
from pathlib import Path

from torch import Tensor

from catvis.errors import WeightsError, shown_path
from catvis.networks import operations as op
from catvis.networks.graph import Graph, Node
from catvis.networks.stepwise.steps import (
    Architecture,
    Average,
    Concatenate,
    Convolve,
    Flatten,
    Multiply,
    Normalise,
    Placed,
    Pool,
    Rectify,
    Step,
)

WeightsOf = Callable[[str, tuple[int, ...]], tuple[Tensor, Tensor]]
"""A layer's name and its weights' shape to its weights and its bias, checked and float32."""

_MOST_NAMED = 8
_PLAIN: dict[type[Step], op.Operation] = {
    Rectify: op.ReLU(),
    Pool: op.MaxPool(kernel=(3, 3), stride=(2, 2), ceil_mode=True),
    Concatenate: op.Concatenation(),
    Average: op.SpatialMean(),
}


def assemble(architecture: Architecture, weights: WeightsOf) -> Graph:
    """Give an architecture its weights.

    Raises:
        WeightsError: a layer has no weights, or weights of another shape.
    """
    nodes = [Node("input", op.Input(), (), (3, *architecture.size))]
    for placed in architecture.placed():
        nodes.append(Node(placed.step.name, _operation(placed, weights), placed.inputs, placed.shape))
    return Graph(tuple(nodes))


def named_tensors(tensors: Mapping[str, Tensor], file: Path) -> WeightsOf:
    """Weights by the names ``conv1.weight`` and ``conv1.bias``, as PyTorch's own files have them.

    Args:
        tensors: of any floating-point type, by name.
        file: where they come from, for messages.
    """

    def weights(layer: str, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
        return one(f"{layer}.weight", shape), one(f"{layer}.bias", shape[:1])

    def one(name: str, shape: tuple[int, ...]) -> Tensor:
        if name not in tensors:
            raise WeightsError(f"{shown_path(file)} has no {name}", hint=held(tensors))
        found = tensors[name]
        if found.shape != shape:
            raise WeightsError(
                f"{name} of {shown_path(file)} has the shape {written(tuple(found.shape))}",
                hint=f"the network needs {written(shape)}",
            )
        check_finite(found, name, file)
        return found.float()

    return weights


def check_finite(tensor: Tensor, name: str, file: Path) -> None:
    """Check that all of a tensor's numbers are numbers.

    Raises:
        WeightsError: some are NaN or infinite.
    """
    # a sum is quick and holds no second tensor; one that overflows decides nothing
    if not tensor.is_floating_point() or tensor.sum().isfinite() or (finite := tensor.isfinite()).all():
        return
    bad = int((~finite).sum())
    raise WeightsError(
        f"{name} of {shown_path(file)}: {bad:,} of its {tensor.numel():,} numbers are NaN or infinite",
        hint="training diverged, or the file is damaged: use an earlier checkpoint",
    )


def written(shape: tuple[int, ...]) -> str:
    """A shape as messages write it: ``96×3×11×11``."""
    return "×".join(map(str, shape)) or "nothing"


def held(names: Collection[str]) -> str:
    """What a file holds instead, as a hint."""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"it has {', '.join(islice(names, _MOST_NAMED))}{more}"


def _operation(placed: Placed, weights: WeightsOf) -> op.Operation:
    step = placed.step
    if isinstance(step, Convolve):
        channels = placed.input_shapes[0][0] // step.groups
        weight, bias = weights(step.name, (step.units, channels, step.kernel, step.kernel))
        return op.Convolution(
            weight, bias, (step.stride, step.stride), (step.pad, step.pad), groups=step.groups
        )
    if isinstance(step, Multiply):
        return op.Linear(*weights(step.name, (step.units, *placed.input_shapes[0])))
    if isinstance(step, Flatten):
        return op.Reshape(placed.shape)
    if isinstance(step, Normalise):
        return op.LocalResponseNorm(size=step.size, alpha=step.alpha, beta=step.beta, k=step.k)
    return _PLAIN[type(step)]
