"""An architecture and a .caffemodel become a graph: each step an operation with its weights, checked."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from catvis.errors import WeightsError, nearest, shown_path
from catvis.networks import operations as op
from catvis.networks.caffe.architectures import (
    SIZE,
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
from catvis.networks.caffe.model import CaffeModel
from catvis.networks.graph import Graph, Node

_PLAIN: dict[type[Step], op.Operation] = {
    Rectify: op.ReLU(),
    Normalise: op.LocalResponseNorm(size=5, alpha=1e-4, beta=0.75, k=1.0),
    Pool: op.MaxPool(kernel=(3, 3), stride=(2, 2), ceil_mode=True),
    Concatenate: op.Concatenation(),
    Average: op.SpatialMean(),
}


def assemble(architecture: Architecture, model: CaffeModel) -> Graph:
    """Give an architecture its weights.

    The tensors are views of the mapped file: nothing is copied, and what is never used is never read.

    Raises:
        WeightsError: the file lacks a layer, or a layer's weights have another shape.
    """
    nodes = [Node("input", op.Input(), (), (3, SIZE, SIZE))]
    for placed in architecture.placed():
        nodes.append(
            Node(placed.step.name, _operation(placed, architecture, model), placed.inputs, placed.shape)
        )
    return Graph(tuple(nodes))


def _operation(placed: Placed, architecture: Architecture, model: CaffeModel) -> op.Operation:
    step = placed.step
    if isinstance(step, Convolve):
        channels = placed.input_shapes[0][0] // step.groups
        weight, bias = _weights(
            step.name, (step.units, channels, step.kernel, step.kernel), architecture, model
        )
        return op.Convolution(
            weight, bias, (step.stride, step.stride), (step.pad, step.pad), groups=step.groups
        )
    if isinstance(step, Multiply):
        return op.Linear(*_weights(step.name, (step.units, *placed.input_shapes[0]), architecture, model))
    if isinstance(step, Flatten):
        return op.Reshape(placed.shape)
    return _PLAIN[type(step)]


def _weights(
    layer: str, shape: tuple[int, ...], architecture: Architecture, model: CaffeModel
) -> tuple[Tensor, Tensor]:
    """The weights and the bias of a layer."""
    blobs = model.layers.get(layer)
    if blobs is None:
        raise WeightsError(
            f"{shown_path(model.file)} has no layer {layer}, which {architecture.name} needs",
            hint=f"layers with weights in the file: {nearest(layer, model.layers).removeprefix('valid: ')}",
        )
    if len(blobs) != 2:
        raise WeightsError(
            f"{layer} of {shown_path(model.file)} has {len(blobs)} arrays",
            hint=f"{architecture.name} needs two: weights and bias",
        )
    tensors = []
    for blob, wanted, what in zip(blobs, (shape, shape[:1]), ("weights", "a bias"), strict=True):
        if _significant(blob.shape) != _significant(wanted):
            raise WeightsError(
                f"{layer} of {shown_path(model.file)} has {what} of shape {_written(blob.shape)}",
                hint=f"{architecture.name} needs {_written(wanted)}: is this the file of another network?",
            )
        if blob.count != math.prod(wanted):
            raise WeightsError(
                f"{layer} of {shown_path(model.file)} has {what} of {blob.count:,} numbers",
                hint=f"its shape {_written(wanted)} says {math.prod(wanted):,}: the file is damaged",
            )
        tensors.append(torch.from_numpy(blob.values).view(wanted))
    return tensors[0], tensors[1]


def _significant(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape without the ones in front, with which old files pad it to four axes."""
    first = next((place for place, side in enumerate(shape) if side != 1), len(shape))
    return shape[first:]


def _written(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "nothing"
