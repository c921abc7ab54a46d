"""What a post may say about a network: its layers, widths, labels and parts, without its weights.

A card is small and knows no torch: content is checked against it, and a build that finds every result in the
cache opens no weights at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property

from catvis.errors import NetworkError, nearest
from catvis.terms import Unit, UnitPath


@dataclass(frozen=True)
class Layer:
    """A named point of a network.

    Attributes:
        name: as it is written in a unit, such as ``conv5`` or ``layer3.2``.
        node: index of the graph's node whose output the layer is.
        units: number of feature maps, or of numbers in a fully connected layer.
        spatial: whether a unit is a map (height and width) rather than one number.
        rectified: whether the values come out of ReLUs, so that a unit can be silent.
    """

    name: str
    node: int
    units: int
    spatial: bool
    rectified: bool


@dataclass(frozen=True)
class NetworkCard:
    """A network's facts.

    Attributes:
        name: as the registry and `paths.yaml` write it.
        digest: hex digest of the architecture, the weights and the preprocessing.
        layers: lowest first; the last holds the class scores.
        size: height and width of the network's input in pixels.
        labels: names of the last layer's units; empty where they are unknown.
        parts: measured names of units, such as ``conv5_17`` → ``wheel``.
    """

    name: str
    digest: str
    layers: tuple[Layer, ...]
    size: tuple[int, int]
    labels: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _by_name(self) -> dict[str, int]:
        return {layer.name: place for place, layer in enumerate(self.layers)}

    @property
    def widths(self) -> dict[str, int]:
        """Number of units by layer, lowest layer first."""
        return {layer.name: layer.units for layer in self.layers}

    @property
    def top(self) -> Layer:
        """The layer of the class scores."""
        return self.layers[-1]

    def layer(self, name: str) -> Layer:
        """Find a layer.

        Raises:
            NetworkError: the network has no layer of that name.
        """
        if name not in self._by_name:
            raise NetworkError(f"{self.name} has no layer {name!r}", hint=nearest(name, self._by_name))
        return self.layers[self._by_name[name]]

    def level(self, name: str) -> int:
        """The layer's place in the order, counted from the lowest.

        Raises:
            NetworkError: the network has no layer of that name.
        """
        self.layer(name)
        return self._by_name[name]

    def check(self, path: UnitPath) -> None:
        """Check that every unit exists and that the path goes down.

        Raises:
            NetworkError: an unknown layer, an index past the layer's width, or a step that does not go down.
        """
        for unit in path.units:
            layer = self.layer(unit.layer)
            if unit.index >= layer.units:
                raise NetworkError(
                    f"{unit} does not exist: {unit.layer} of {self.name} has {layer.units} units",
                    hint=f"valid: {unit.layer}_0 to {unit.layer}_{layer.units - 1}",
                )
        for above, below in zip(path.units, path.units[1:], strict=False):
            if self.level(below.layer) >= self.level(above.layer):
                raise NetworkError(
                    f"the path {path} does not go down from {above} to {below}",
                    hint=f"layers of {self.name}, lowest first: {', '.join(self.widths)}",
                )

    def check_below(self, path: UnitPath, layer: str) -> None:
        """Check that a layer lies below a path's end.

        Raises:
            NetworkError: the layer does not exist, or is not lower than the path's last unit.
        """
        if self.level(layer) >= self.level(path.end.layer):
            lower = list(self.widths)[: self.level(path.end.layer)]
            raise NetworkError(
                f"{layer} does not lie below {path.end}",
                hint=f"layers below it: {', '.join(lower)}"
                if lower
                else f"{path.end.layer} is the lowest layer",
            )

    def require_classes(self) -> None:
        """Check that the last layer holds class scores.

        Raises:
            NetworkError: it holds maps: the network ends before its classes.
        """
        if self.top.spatial:
            raise NetworkError(
                f"{self.name} ends with {self.top.name}: it has no classes",
                hint="name a unit instead of the strongest class, or use a network that goes up to its classes",
            )

    def label(self, unit: Unit) -> str | None:
        """A unit's class name or measured part, where it has one."""
        if unit.layer == self.top.name and unit.index < len(self.labels):
            return self.labels[unit.index]
        return self.parts.get(str(unit))

    def to_json(self) -> str:
        """Write the card for the cache."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> NetworkCard:
        """Read what `to_json` wrote."""
        values = json.loads(text)
        return cls(
            name=values["name"],
            digest=values["digest"],
            layers=tuple(Layer(**layer) for layer in values["layers"]),
            size=(values["size"][0], values["size"][1]),
            labels=tuple(values["labels"]),
            parts=dict(values["parts"]),
        )
