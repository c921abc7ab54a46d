"""One network looking at one picture: the forward pass that all jobs of a subject share."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from torch import Tensor

from catvis.backward.edges import edges
from catvis.backward.trace import Trace
from catvis.edge_shares import Weights, step_signs
from catvis.networks.network import Network
from catvis.networks.pictures import read_picture
from catvis.terms import Edges, Fit, Unit, UnitPath


class Look:
    """A network on a picture.

    Args:
        network: the network, on the device where it runs.
        seen: the picture as the network sees it: RGB, 0 to 255.
        memory: bytes that gradients in flight may take.
        given: the network's input, where it is not made of what is seen.
        silenced: units that are held at 0.
    """

    def __init__(
        self,
        network: Network,
        seen: UInt8[np.ndarray, "height width 3"],
        memory: int,
        given: Float32[np.ndarray, "3 height width"] | None = None,
        silenced: tuple[Unit, ...] = (),
    ) -> None:
        self.network, self.seen, self.memory = network, seen, memory
        self.given, self.silenced = given, silenced
        self._weights: dict[tuple[UnitPath, str, Edges], Weights] = {}

    @classmethod
    def at(cls, network: Network, file: Path, fit: Fit, memory: int, silenced: tuple[Unit, ...] = ()) -> Look:
        """Look at a picture file.

        Raises:
            PictureError: the file cannot be read as a picture.
        """
        return cls(network, network.preprocessing.fit(read_picture(file), fit), memory, silenced=silenced)

    @cached_property
    def trace(self) -> Trace:
        """The forward pass, made when the first job needs it."""
        return Trace(self.network, self._input[None], silenced=self.silenced)

    @property
    def _input(self) -> Float32[Tensor, "3 height width"]:
        given = self.network.preprocessing.normalise(self.seen) if self.given is None else self.given
        return torch.from_numpy(given)

    def by(self, network: Network) -> Look:
        """Another network of the same preprocessing, looking at the same picture."""
        return Look(network, self.seen, self.memory, self.given, self.silenced)

    def fires(self, path: UnitPath) -> bool:
        """Whether there is anything to carry down a path: its first unit fires."""
        return not self.trace.is_silent(path.units[0])

    def edges(self, wanted: Sequence[tuple[UnitPath, str]], rule: Edges) -> list[Weights]:
        """The edge weights from the ends of paths to layers; what is new of them in one sweep.

        From a path that starts at a unit that does not fire, every weight is 0.
        """
        new = [
            (path, layer)
            for path, layer in dict.fromkeys(wanted)
            if (path, layer, rule) not in self._weights and self.fires(path)
        ]
        for (path, layer), found in zip(new, edges(self.trace, new, rule, memory=self.memory), strict=True):
            self._weights[path, layer, rule] = found
        return [
            self._weights.get((path, layer, rule)) or Weights((0.0,) * self.network.card.layer(layer).units)
            for path, layer in wanted
        ]

    def signs(self, paths: Sequence[UnitPath]) -> list[tuple[int, ...]]:
        """Which steps of paths are inhibitory: −1 for a unit that works against the one above it, else +1."""
        steps = [(above, unit.layer) for path in paths for above, unit in path.steps]
        weights = iter(self.edges(steps, "gradient"))
        return [step_signs([next(weights).values[unit.index] for unit in path.units[1:]]) for path in paths]


def look_together(looks: Sequence[Look]) -> None:
    """Make the forward passes of several looks of one network in one batch."""
    whole = Trace(looks[0].network, torch.stack([look._input for look in looks]))
    for number, look in enumerate(looks):
        look.trace = whole.of_picture(number)
