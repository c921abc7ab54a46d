"""Torchvision's classifiers behind the same interface as any other network, from files that are verified."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from catvis.errors import WeightsError, shown_path
from catvis.networks.card import Layer
from catvis.networks.graph import Graph
from catvis.networks.layers import layer_table
from catvis.networks.preprocessing import Preprocessing
from catvis.networks.source import BuiltSource
from catvis.networks.torchvision.torchvision_import import torchvision_models
from catvis.networks.torchvision.zoo_layers import zoo_layers
from catvis.networks.torchvision.zoo_modules import empty_module, filled_module
from catvis.networks.torchvision.zoo_weights import (
    PREFIX,
    ZooWeights,
    published,
    zoo_preprocessing,
    zoo_weights,
)
from catvis.networks.tracing.translation import trace
from catvis.networks.weights.state_files import read_state


@dataclass(frozen=True)
class ZooSource(BuiltSource):
    """One of torchvision's classifiers with torchvision's weights.

    Attributes:
        architecture: torchvision's name for it.
        weights: what its file is.
    """

    version = "zoo 1"
    architecture: str
    weights: ZooWeights

    @classmethod
    def of(cls, architecture: str, file: Path) -> ZooSource:
        """The source for a file that bears one of torchvision's names for the architecture's weights.

        Raises:
            NetworkError: torchvision publishes no such classifier.
            WeightsError: the file has another name.
        """
        versions = {weights.file: weights for weights in zoo_weights(architecture)}
        if file.name not in versions:
            raise WeightsError(
                f"{shown_path(file)} is none of torchvision's files for {architecture}",
                hint=f"valid: {', '.join(versions)}",
            )
        return cls(PREFIX + architecture, (file,), architecture, versions[file.name])

    def _identity(self) -> str:
        return self.architecture

    def _layers(self, graph: Graph | None) -> tuple[Layer, ...]:
        graph = graph or trace(empty_module(self.architecture), (3, *self._preprocessing.size))
        return layer_table(graph, zoo_layers(self.architecture, graph))

    def _labels(self) -> tuple[str, ...]:
        for version in torchvision_models().get_model_weights(self.architecture):
            if version.url.endswith(f"/{self.weights.file}"):
                return tuple(version.meta["categories"])
        return ()

    def _graph(self) -> Graph:
        (file,) = self.files
        known = published(self.weights)
        begins = known.hash_of(file)[: len(known.checksum)]
        if begins != known.checksum:
            raise WeightsError(
                f"{shown_path(file)} is damaged: its SHA-256 begins with {begins}",
                hint=f"its name says {known.checksum}; fetch it again",
            )
        module = filled_module(self.architecture, read_state(file), file)
        return trace(module, (3, *self._preprocessing.size), verify=False)

    @cached_property
    def _preprocessing(self) -> Preprocessing:
        return zoo_preprocessing(self.architecture, self.weights)
