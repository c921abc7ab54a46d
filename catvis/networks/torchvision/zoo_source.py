"""Torchvision's classifiers behind the same interface as any other network, from files that are verified."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from catvis.errors import WeightsError, shown_path
from catvis.networks.known_layers import Layer
from catvis.networks.labels import imagenet_labels
from catvis.networks.preprocessing import Preprocessing
from catvis.networks.source import BuiltSource
from catvis.networks.torchvision import PREFIX
from catvis.networks.torchvision.zoo_plans import zoo_plan
from catvis.networks.torchvision.zoo_weights import (
    ZooWeights,
    published,
    zoo_preprocessing,
    zoo_weights,
)

if TYPE_CHECKING:
    from catvis.networks.graph import Graph

CLASSES = 1000
"""Torchvision's weights are of ImageNet's."""


def zoo_layers_of(
    architecture: str, graph: Graph | None, size: tuple[int, int], classes: int
) -> tuple[Layer, ...]:
    """An architecture's named layers, lowest first; torch is needed only where no plan was written down.

    Args:
        architecture: torchvision's name.
        graph: what has been opened already, if it has.
        size: height and width of the input.
        classes: number of its class scores.
    """
    plan = zoo_plan(architecture, size)
    if plan is not None:
        return plan.with_classes(classes).layers
    from catvis.networks.torchvision.zoo_graphs import traced_layers

    return traced_layers(architecture, graph, size, classes)


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
        return zoo_layers_of(self.architecture, graph, self._preprocessing.size, CLASSES)

    def _labels(self) -> tuple[str, ...]:
        return imagenet_labels()

    def _graph(self) -> Graph:
        from catvis.networks.torchvision.zoo_graphs import zoo_graph
        from catvis.networks.weights.state_files import read_state

        (file,) = self.files
        known = published(self.weights)
        begins = known.hash_of(file)[: len(known.checksum)]
        if begins != known.checksum:
            raise WeightsError(
                f"{shown_path(file)} is damaged: its SHA-256 begins with {begins}",
                hint=f"its name says {known.checksum}; fetch it again",
            )
        return zoo_graph(self.architecture, read_state(file), file, self._preprocessing.size, CLASSES)

    @cached_property
    def _preprocessing(self) -> Preprocessing:
        return zoo_preprocessing(self.architecture, self.weights)
