"""What a post may say about a network: its layers, widths, labels and parts, without its weights.

A card is small and knows no torch: content is checked against it, and a build that finds every result in the
cache opens no weights at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise

import msgspec

from catvis.errors import NetworkError, nearest
from catvis.frozen import Frozen
from catvis.terms import Unit, UnitPath


class Layer(Frozen):
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


class NetworkCard(Frozen, dict=True):
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
    parts: Mapping[str, str] = msgspec.field(default_factory=dict)

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
            raise NetworkError(f"unknown layer {name!r}", hint=nearest(name, reversed(list(self._by_name))))
        return self.layers[self._by_name[name]]

    def level(self, name: str) -> int:
        """The layer's place in the order, counted from the lowest.

        Raises:
            NetworkError: the network has no layer of that name.
        """
        self.layer(name)
        return self._by_name[name]

    def below(self, layer: str) -> list[str]:
        """The layers below one, nearest first."""
        return [lower.name for lower in reversed(self.layers[: self.level(layer)])]

    def range_of(self, layer: str) -> str:
        """A layer's units in words, with the names of the outermost classes."""
        last = self.layer(layer).units - 1
        first_name = last_name = ""
        if layer == self.top.name and len(self.labels) == last + 1:
            first_name, last_name = f" ({self.labels[0]})", f" ({self.labels[last]})"
        return f"{layer} has {last + 1} units, {layer}_0{first_name} to {layer}_{last}{last_name}"

    def check_unit(self, unit: Unit) -> None:
        """Check that a unit exists.

        Raises:
            NetworkError: an unknown layer, or an index past its width.
        """
        if unit.index >= self.layer(unit.layer).units:
            raise NetworkError(f"there is no unit {unit}", hint=self.range_of(unit.layer))

    def check_count(self, layer: str, count: int) -> None:
        """Check that a layer has so many units to choose from.

        Raises:
            NetworkError: an unknown layer, or too few units.
        """
        if count > self.layer(layer).units:
            raise NetworkError(f"{layer} has no {count} children to choose from", hint=self.range_of(layer))

    def check_below(self, layer: str, above: str) -> None:
        """Check that a layer lies below another.

        Raises:
            NetworkError: one of them does not exist, or it does not.
        """
        self.layer(layer)
        lower = self.below(above)
        if layer not in lower:
            hint = nearest(layer, lower) if lower else f"no layer is below {above}"
            raise NetworkError(f"{layer} is not below {above}: paths go down", hint=hint)

    def check(self, path: UnitPath) -> None:
        """Check that every unit exists and that the path goes down.

        Raises:
            NetworkError: an unknown layer, an index past the layer's width, or a step that does not go down.
        """
        for unit in path.units:
            self.check_unit(unit)
        for above, unit in pairwise(path.units):
            self.check_below(unit.layer, above.layer)

    def require_class(self, unit: Unit) -> None:
        """Check that a unit is a class.

        Raises:
            NetworkError: it does not exist, or is in another layer.
        """
        self.check_unit(unit)
        if unit.layer != self.top.name:
            raise NetworkError(f"{unit} is not a class", hint=self.range_of(self.top.name))

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
