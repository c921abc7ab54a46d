"""Caffe's networks as sources: from a .caffemodel, with the mean picture where it lies beside the weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float32

from catvis.digests import digest
from catvis.errors import WeightsError, shown_path
from catvis.networks.caffe.architectures import ARCHITECTURES, CaffeArchitecture
from catvis.networks.caffe.caffemodel import read_binaryproto, read_caffemodel
from catvis.networks.card import NetworkCard
from catvis.networks.labels import imagenet_labels
from catvis.networks.preprocessing import Preprocessing
from catvis.networks.source import NetworkSource, weights_digest

if TYPE_CHECKING:
    from catvis.networks.network import Network

MEAN_FILE = "imagenet_mean.binaryproto"
# of ImageNet's training pictures, RGB, 0 to 255
_CHANNEL_MEANS = (123.0, 117.0, 104.0)
# what a graph computes from the same file changes only with this number
_VERSION = "caffe 1"


@dataclass(frozen=True)
class CaffeSource(NetworkSource):
    """One of Caffe's networks in a .caffemodel.

    Attributes:
        architecture: what the weights are of.
    """

    architecture: CaffeArchitecture

    @classmethod
    def of(cls, architecture: str, weights: Path) -> CaffeSource:
        """The source of weights for a named architecture; a mean picture beside them belongs to it."""
        found = ARCHITECTURES[architecture]
        mean = weights.parent / MEAN_FILE
        files = (weights, mean) if found.mean_picture and mean.is_file() else (weights,)
        return cls(architecture, files, found)

    def digest(self) -> str:
        """Cover the file's bytes, the steps and the preprocessing."""
        return self._digest

    def preprocessing(self) -> Preprocessing:
        """227×227, BGR, the mean picture's centre or the channels' means subtracted."""
        return self._preprocessing

    def card(self) -> NetworkCard:
        """Say what the architecture says; the weights are read for their digest alone."""
        return NetworkCard(
            name=self.name,
            digest=self._digest,
            layers=self.architecture.layers(),
            size=self.architecture.size,
            labels=imagenet_labels() if self.architecture.labelled else (),
        )

    def load(self) -> Network:
        """Map the weights into memory and check them against the architecture."""
        from catvis.networks.caffe.weights_of import caffe_weights
        from catvis.networks.network import Network
        from catvis.networks.stepwise.assembly import assemble

        model = read_caffemodel(self.files[0])
        return Network(
            self.card(), assemble(self.architecture, caffe_weights(model, self.name)), self._preprocessing
        )

    @cached_property
    def _digest(self) -> str:
        return digest(
            _VERSION, repr(self.architecture), weights_digest(self.files[0]), self._preprocessing.digest()
        )

    @cached_property
    def _preprocessing(self) -> Preprocessing:
        mean = (
            _central(read_binaryproto(self.files[1]), self.architecture.size, self.files[1])
            if len(self.files) > 1
            else np.array(_CHANNEL_MEANS, np.float32).reshape(3, 1, 1)
        )
        return Preprocessing(
            size=self.architecture.size,
            short_side=min(self.architecture.size),
            mean=mean,
            std=np.ones((3, 1, 1), np.float32),
            order="BGR",
        )


def _central(
    mean: Float32[np.ndarray, "_ _ _"], size: tuple[int, int], file: Path
) -> Float32[np.ndarray, "3 height width"]:
    """The centre of the mean picture, turned from Caffe's BGR to RGB."""
    channels, height, width = mean.shape
    if channels != 3 or height < size[0] or width < size[1]:
        raise WeightsError(
            f"{shown_path(file)} is a mean picture of shape {mean.shape}",
            hint=f"the network needs 3 channels of at least {size[0]}×{size[1]}",
        )
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    return np.ascontiguousarray(mean[::-1, top : top + size[0], left : left + size[1]])
