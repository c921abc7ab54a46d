"""Which few units of a layer tell what a unit above does, over many pictures; and which stand for which.

Units are chosen by orthogonal matching pursuit (Pati et al., 1993): each time the one that goes best with what
is not explained yet, and then all are fitted anew. They are chosen on some pictures and judged on others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float64, Int64

from catvis.results import Distinct

DRAWS = 50
"""So many sets of units are chosen at random."""
ALIKE = 0.5
"""A unit stands for another where their strengths correlate so much."""
_NOTHING = 1e-9
"""What is left to explain is nothing where it is no more than this part of the whole."""

Strengths = Float64[np.ndarray, "pictures units"]
Strength = Float64[np.ndarray, " pictures"]


def distinct(units: Strengths, parent: Strength, count: int, beside: Sequence[int]) -> Distinct | None:
    """Choose units on the first half of the pictures, and judge them on the second.

    Args:
        units: how strongly each unit fires on each picture, in an order that means nothing.
        parent: how strongly the unit above fires.
        count: how many to choose at most.
        beside: other units, the most important first, of which as many are judged as well.

    Returns:
        What was chosen; None of fewer than four pictures, and where the unit above does the same on all pictures
        of one of the halves, or each unit does on those of the first.
    """
    half = len(parent) // 2
    fitted, judged = (units[:half], parent[:half]), (units[half:], parent[half:])
    if half < 2 or not np.ptp(fitted[1]) or not np.ptp(judged[1]):
        return None
    live = np.flatnonzero(_moves(units[:half]))
    if not len(live):
        return None
    chosen = pursuit(*fitted, count)
    random = np.random.default_rng(0)
    draws = [random.choice(live, len(chosen), replace=False).tolist() for _ in range(DRAWS)]
    by_chance = np.array([explained(fitted, judged, drawn) for drawn in draws])
    return Distinct(
        chosen=tuple(chosen),
        stands_for=_stands_for(units[:half], live, chosen),
        explained=explained(fitted, judged, chosen),
        beside=explained(fitted, judged, beside[: len(chosen)]) if beside else None,
        random=float(by_chance.mean()),
        spread=float(by_chance.std()),
        pictures=len(parent),
    )


def pursuit(units: Strengths, parent: Strength, count: int) -> list[int]:
    """Units by orthogonal matching pursuit, the first chosen first; fewer where nothing is left to explain.

    A unit that does the same on all pictures is never chosen.
    """
    moves, centred, whole = _moves(units), units - units.mean(0), parent - parent.mean()
    directions = centred / np.where(moves, np.linalg.norm(centred, axis=0), 1)
    left, chosen = whole, list[int]()
    while len(chosen) < min(count, moves.sum()) and np.linalg.norm(left) > _NOTHING * np.linalg.norm(whole):
        fits = np.where(moves, np.abs(left @ directions), -1)
        fits[chosen] = -1
        chosen.append(int(fits.argmax()))
        factors = np.linalg.lstsq(centred[:, chosen], whole)[0]
        left = whole - centred[:, chosen] @ factors
    return chosen


def explained(
    fitted: tuple[Strengths, Strength], judged: tuple[Strengths, Strength], chosen: Sequence[int]
) -> float:
    """The part of the variance that some units explain on pictures that they were not fitted on; at most 1."""
    known, asked = (
        np.column_stack([units[:, list(chosen)], np.ones(len(units))]) for units, _ in (fitted, judged)
    )
    missed = judged[1] - asked @ np.linalg.lstsq(known, fitted[1])[0]
    return 1 - float(missed @ missed) / float(np.square(judged[1] - judged[1].mean()).sum())


def _moves(units: Strengths) -> Bool[np.ndarray, " units"]:
    """Which units do not do the same on all pictures."""
    moves: Bool[np.ndarray, " units"] = np.ptp(units, axis=0) > 0
    return moves


def _stands_for(
    units: Strengths, live: Int64[np.ndarray, " some"], chosen: Sequence[int]
) -> tuple[tuple[int, ...], ...]:
    """For each chosen unit the other live ones that go with it, each with the one that it goes with best."""
    likeness = np.atleast_2d(np.corrcoef(units[:, live].T))[np.searchsorted(live, chosen)]
    best = likeness.argmax(0)
    return tuple(
        tuple(
            int(unit)
            for place, unit in enumerate(live)
            if best[place] == row and likeness[row, place] >= ALIKE and unit not in chosen
        )
        for row in range(len(chosen))
    )
