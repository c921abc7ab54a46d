"""How units fire beside each other, picture by picture."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float64

from catvis.results import Pair, Strengths


def table(found: Strengths) -> Float64[np.ndarray, "pictures units"]:
    """Strengths as numbers."""
    return np.frombuffer(found.numbers, "<f4").reshape(-1, found.units).astype(np.float64)


def pair(first: Strengths, first_unit: int, second: Strengths, second_unit: int) -> Pair:
    """Compare two units over the same pictures, each by its layer's strengths and its index."""
    one, other = table(first)[:, first_unit], table(second)[:, second_unit]
    names = first.names
    moves = np.ptp(one) > 0 and np.ptp(other) > 0
    return Pair(
        correlation=float(np.corrcoef(one, other)[0, 1]) if moves else None,
        both=int(((one > 0) & (other > 0)).sum()),
        first_alone=tuple(names[at] for at in np.flatnonzero((one > 0) & (other <= 0))),
        second_alone=tuple(names[at] for at in np.flatnonzero((one <= 0) & (other > 0))),
        pictures=len(names),
    )
