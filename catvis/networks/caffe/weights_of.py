"""A .caffemodel's arrays as an architecture asks for them, checked against it."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from catvis.errors import WeightsError, shown_path
from catvis.networks.caffe.caffemodel import Blob, CaffeModel
from catvis.networks.stepwise.assembly import WeightsOf, check_finite, held, written


def caffe_weights(model: CaffeModel, network: str) -> WeightsOf:
    """Weights by layer, for `assemble`; what is never asked for is never read.

    Args:
        model: the opened file.
        network: the name of the network that needs them, for messages.
    """

    def weights(layer: str, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
        blobs = model.layers.get(layer)
        if blobs is None:
            raise WeightsError(
                f"{shown_path(model.file)} has no layer {layer}, which {network} needs",
                hint=held(model.layers),
            )
        if len(blobs) != 2:
            raise WeightsError(
                f"{layer} of {shown_path(model.file)} has {len(blobs)} arrays",
                hint=f"{network} needs two: weights and bias",
            )
        return one(layer, "weights", blobs[0], shape), one(layer, "a bias", blobs[1], shape[:1])

    def one(layer: str, what: str, blob: Blob, shape: tuple[int, ...]) -> Tensor:
        if _significant(blob.shape) != _significant(shape):
            raise WeightsError(
                f"{layer} of {shown_path(model.file)} has {what} of shape {written(blob.shape)}",
                hint=f"{network} needs {written(shape)}: is this the file of another network?",
            )
        if blob.count != math.prod(shape):
            raise WeightsError(
                f"{layer} of {shown_path(model.file)} has {what} of {blob.count:,} numbers",
                hint=f"its shape {written(shape)} says {math.prod(shape):,}: the file is damaged",
            )
        tensor = torch.from_numpy(blob.values).view(shape)
        check_finite(tensor, f"{layer}'s {what.removeprefix('a ')}", model.file)
        return tensor

    return weights


def _significant(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape without the ones in front, with which old files pad it to four axes."""
    first = next((place for place, side in enumerate(shape) if side != 1), len(shape))
    return shape[first:]
