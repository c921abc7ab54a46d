"""Caffe's networks as sources: from a .caffemodel, with the mean picture where it lies beside the weights."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from catvis.errors import WeightsError, shown_path
from catvis.networks.caffe.architectures import ARCHITECTURES, CaffeArchitecture
from catvis.networks.known_layers import Layer
from catvis.networks.labels import imagenet_labels
from catvis.networks.preprocessing import Preprocessing
from catvis.networks.source import BuiltSource

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float32

    from catvis.networks.graph import Graph

MEAN_FILE = "imagenet_mean.binaryproto"
# of ImageNet's training pictures, RGB, 0 to 255
_CHANNEL_MEANS = (123.0, 117.0, 104.0)


class CaffeSource(BuiltSource):
    """One of Caffe's networks in a .caffemodel.

    Attributes:
        architecture: what the weights are of.
    """

    version = "caffe 1"
    architecture: CaffeArchitecture

    @classmethod
    def of(cls, architecture: str, weights: Path) -> CaffeSource:
        """The source of weights for a named architecture; a mean picture beside them belongs to it."""
        found = ARCHITECTURES[architecture]
        mean = weights.parent / MEAN_FILE
        files = (weights, mean) if found.mean_picture and mean.is_file() else (weights,)
        return cls(architecture, files, found)

    def _identity(self) -> str:
        return repr(self.architecture)

    def _layers(self, graph: Graph | None) -> tuple[Layer, ...]:
        del graph
        return self.architecture.layers()

    def _labels(self) -> tuple[str, ...]:
        return imagenet_labels() if self.architecture.labelled else ()

    def _graph(self) -> Graph:
        from catvis.networks.caffe.caffemodel import read_caffemodel
        from catvis.networks.caffe.weights_of import caffe_weights
        from catvis.networks.stepwise.assembly import assemble

        weights = caffe_weights(read_caffemodel(self.files[0]), self.name)
        return assemble(self.architecture, weights)

    @cached_property
    def _preprocessing(self) -> Preprocessing:
        size, mean_files = self.architecture.size, self.files[1:]
        return Preprocessing(
            size=size,
            short_side=min(size),
            mean=_central(mean_files[0], size) if mean_files else _CHANNEL_MEANS,
            std=(1.0, 1.0, 1.0),
            order="BGR",
        )


def _central(file: Path, size: tuple[int, int]) -> Float32[np.ndarray, "3 height width"]:
    """The centre of a mean picture, turned from Caffe's BGR to RGB."""
    from catvis.networks.caffe.caffemodel import read_binaryproto

    mean = read_binaryproto(file)
    channels, height, width = mean.shape
    if channels != 3 or height < size[0] or width < size[1]:
        raise WeightsError(
            f"{shown_path(file)} is a mean picture of shape {mean.shape}",
            hint=f"the network needs 3 channels of at least {size[0]}×{size[1]}",
        )
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    return mean[::-1, top : top + size[0], left : left + size[1]].copy()
