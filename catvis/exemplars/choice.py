"""Which of a unit's candidates are shown: near-duplicates once, and, where asked for, one of each sort.

Pure functions from arrays to slots, for all units at once.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float32, Int64, UInt64

from catvis.exemplars.topk import NOTHING

NEAR = 24
"""Bits of 256 in which two fingerprints of one picture may differ.

Measured on 300 drawn pictures and 3 photographs: saved again as JPEG of quality 50 to 90, or at half to twice
the size, a picture differs from itself in at most 20 bits; no two of them differ in fewer than 73.
"""


def strongest(different: Bool[np.ndarray, "units slots"], cells: int) -> Int64[np.ndarray, "units cells"]:
    """The first slots that may be shown, for each unit; `NOTHING` where there are no more."""
    order = np.argsort(~different, axis=1, kind="stable")[:, :cells]
    chosen = np.where(np.take_along_axis(different, order, axis=1), order, NOTHING)
    missing = cells - chosen.shape[1]
    return np.pad(chosen, ((0, 0), (0, max(0, missing))), constant_values=NOTHING)


def different(
    filled: Bool[np.ndarray, "units slots"], looks: UInt64[np.ndarray, "units slots 4"]
) -> Bool[np.ndarray, "units slots"]:
    """The filled slots whose picture looks like none that stands further in front."""
    kept = filled.copy()
    for slot in range(1, filled.shape[1]):
        bits = np.bitwise_count(looks[:, :slot] ^ looks[:, slot, None]).sum(axis=2)
        kept[:, slot] &= ~((bits <= NEAR) & kept[:, :slot]).any(axis=1)
    return kept


def diverse(
    different: Bool[np.ndarray, "units slots"],
    features: Float32[np.ndarray, "units slots channels"],
    cells: int,
) -> Int64[np.ndarray, "units cells"]:
    """A choice that shows what a unit likes in its variety.

    The strongest comes first; then again and again the candidate whose largest cosine with those already
    chosen is smallest, ties by strength.

    Args:
        different: which slots may be shown, strongest first.
        features: what the layer below made of each candidate.
        cells: how many to choose.

    Returns:
        The chosen slots in the order of their strength.
    """
    length = np.linalg.norm(features, axis=2, keepdims=True)
    directions = features / np.where(length > 0, length, 1)
    units = np.arange(len(different))
    chosen = np.zeros(different.shape, bool)
    nearest = np.full(different.shape, -2.0, np.float32)
    for turn in range(min(cells, different.shape[1])):
        open_slots = different & ~chosen
        slot = open_slots.argmax(axis=1) if turn == 0 else np.where(open_slots, nearest, 2.0).argmin(axis=1)
        chosen[units, slot] |= open_slots[units, slot]
        cosine = np.einsum("usc,uc->us", directions, directions[units, slot])
        nearest = np.maximum(nearest, cosine)
    return strongest(chosen, cells)
