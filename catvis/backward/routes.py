"""What a sweep is asked for and what it gives: routes down a network, and their attributions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from catvis.frozen import Frozen
from catvis.terms import Unit, UnitPath


class Route(Frozen):
    """One way down: a path of units on one picture of a trace.

    Attributes:
        path: units from the top down.
        signs: +1 for each unit, or −1 where the step to it is inhibitory: there −g is carried on; as long as
            the path, or empty for all +1. The first unit's sign is +1.
        picture: which picture of the trace.
        place: row and column where the first unit's gradient starts; by default where it is most active.
    """

    path: UnitPath
    signs: tuple[int, ...] = ()
    picture: int = 0
    place: tuple[int, int] | None = None

    def steps(self) -> Iterator[tuple[Unit, int]]:
        """The units with their signs."""
        yield from zip(self.path.units, self.signs or (1,) * len(self.path.units), strict=True)


@dataclass(frozen=True, eq=False)
class Attribution:
    """The gradient image of a route, in units of the network's input.

    Attributes:
        values: float32 (3, height, width), RGB; a window of the picture where the rest is known to be zero.
        corner: the window's first row and column in the picture; it may hang over the edge.
        size: the picture's height and width.
    """

    values: Float[Tensor, "3 _ _"]
    corner: tuple[int, int]
    size: tuple[int, int]

    def whole(self) -> Float[Tensor, "3 height width"]:
        """The gradient on the whole picture."""
        top, left = self.corner
        below = self.size[0] - top - self.values.shape[1]
        right = self.size[1] - left - self.values.shape[2]
        return F.pad(self.values, (left, right, top, below))
