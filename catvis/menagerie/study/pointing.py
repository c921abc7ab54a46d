"""The pointing game: does the attribution of a named unit point at the part that it is named after?

Played as Zhang et al. 2016 (arXiv 1608.00507) have it: on pictures that show the part, the strongest place of the
attribution is a hit where it lies within the part.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from catvis.backward.sweep import Route, attributions
from catvis.backward.trace import Trace
from catvis.exemplars.pointed import strongest_place
from catvis.frozen import Frozen
from catvis.menagerie.shipped.unit_names import NamedUnit
from catvis.menagerie.world.drawn_ahead import Pictures
from catvis.menagerie.world.kinds import Part
from catvis.networks.network import Network
from catvis.terms import Unit, UnitPath

NEAR = 4
"""Pixels around a part that still count in the second game."""
POINTED_PICTURES = 8


class Pointing(Frozen):
    """The pointing game for one layer's named units.

    Attributes:
        exact: share of attributions whose strongest place lies within the unit's part.
        near: share of those that lie at most `NEAR` pixels off it.
        chance: share of the pictures' pixels that show the part.
        tries: how many attributions were looked at.
        shown: share of the pictures that excite the units most, whatever they show, that show the part.
    """

    exact: float
    near: float
    chance: float
    tries: int
    shown: float


def pointing_game(
    network: Network, pictures: Pictures, names: Mapping[str, NamedUnit], layer: str
) -> Pointing:
    """Play with a layer's named units, each on the `POINTED_PICTURES` with its part that excite it most."""
    units = [Unit.parse(unit) for unit in names if unit.startswith(f"{layer}_")]
    parts = {unit.index: int(Part[names[str(unit)].part.upper()]) for unit in units}
    if not units:
        return Pointing(0.0, 0.0, 0.0, 0, 0.0)
    in_view = np.concatenate([np.bitwise_or.reduce(block, axis=(1, 2)) for block in pictures.cells])
    peaks = np.concatenate(
        [
            network.activations(batch(network, pixels), [layer])[layer].amax(dim=(2, 3)).numpy()
            for pixels, _ in pictures.batches(64)
        ]
    )
    wanted: dict[int, list[Unit]] = {}
    shown = []
    for unit in units:
        strongest = np.argsort(-peaks[:, unit.index], kind="stable")
        with_part = (in_view[strongest] & parts[unit.index]) != 0
        shown.append(with_part[:POINTED_PICTURES].mean())
        for position in strongest[with_part][:POINTED_PICTURES].tolist():
            wanted.setdefault(position, []).append(unit)
    outcomes = []
    for position, here in wanted.items():
        place = np.array([position])
        trace = Trace(network, batch(network, pictures.take(place)), top=layer)
        flags = pictures.parts(place)[0]
        for number, attribution in attributions(trace, [Route(UnitPath((unit,))) for unit in here]):
            mask = (flags & parts[here[number].index]) != 0
            row, column = strongest_place(attribution)
            outcomes.append((mask[row, column], within(mask, row, column, NEAR), mask.mean()))
    exact, near, chance = np.mean(np.array(outcomes, dtype=np.float64).reshape(-1, 3), axis=0)
    return Pointing(float(exact), float(near), float(chance), len(outcomes), float(np.mean(shown)))


def within(mask: NDArray[np.bool_], row: int, column: int, reach: int) -> bool:
    """Whether a place lies in a mask or at most ``reach`` pixels off it."""
    rows, columns = np.nonzero(mask)
    return bool(len(rows)) and int(((rows - row) ** 2 + (columns - column) ** 2).min()) <= reach**2


def batch(network: Network, pixels: NDArray[np.uint8]) -> torch.Tensor:
    """Pictures (N, side, side, 3) as the network's input."""
    return torch.from_numpy(np.stack([network.preprocessing.normalise(picture) for picture in pixels]))
