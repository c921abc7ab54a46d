"""Does a unit point at the part that it is named after, in those drawn pictures that excite it most?

The pointing game of Zhang et al. (arXiv 1608.00507): on a picture that shows the part, the strongest place of the
attribution is a hit where it lies within the part.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from catvis.backward.routes import Attribution
from catvis.backward.sweep import Route, attributions
from catvis.backward.trace import Trace
from catvis.menagerie.world.draw import Drawing
from catvis.networks.network import Network
from catvis.results import Pointed
from catvis.terms import Unit, UnitPath


def pointed(network: Network, unit: Unit, part: str, drawings: Sequence[Drawing]) -> Pointed:
    """Play on pictures of the drawn world.

    Args:
        network: the network, whose input is as large as they are.
        unit: whose attribution points.
        part: what it is to point at.
        drawings: the pictures; those that do not show the part are left out.
    """
    hits = tries = 0
    for drawing in drawings:
        if part in drawing.parts:
            seen = torch.from_numpy(network.preprocessing.normalise(drawing.pixels))[None]
            trace = Trace(network, seen, unit.layer)
            ((_, found),) = attributions(trace, [Route(UnitPath((unit,)))])
            hits += bool(drawing.parts[part][strongest_place(found)])
            tries += 1
    return Pointed(hits, tries)


def strongest_place(attribution: Attribution) -> tuple[int, int]:
    """Row and column where an attribution is strongest, all colours together; of equal ones the first."""
    strength = attribution.whole().abs().sum(0)
    row, column = divmod(int(strength.argmax()), strength.shape[1])
    return row, column
