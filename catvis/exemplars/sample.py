"""The sample of a collection on whose pictures mining notes how strongly every unit fires, and what it has noted.

In the sample are the pictures whose names have the smallest digests. So it is the same in whatever pieces a
collection is scanned, and every picture that is in it when others have been added was in it before (a bottom-k
sketch: Cohen and Kaplan, "Summarizing data using bottom-k sketches", PODC 2007).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np

from catvis.digests import digest
from catvis.exemplars.store import Store
from catvis.networks.known_layers import Layer
from catvis.results import Strengths

SAMPLE = 512
"""So many pictures of a collection are in the sample, at most."""


def sampled(names: Sequence[str]) -> list[int]:
    """Which pictures are in the sample, by number, in an order that means nothing.

    Args:
        names: of all pictures.
    """
    return heapq.nsmallest(SAMPLE, range(len(names)), key=lambda number: digest(names[number]))


def strengths(store: Store, layer: Layer) -> Strengths:
    """How strongly the units of a layer fire on the pictures of the sample that could be read.

    Raises:
        StoreError: the layer was not scanned, or the store is damaged.
    """
    noted = store.strengths(layer.name)
    names = list(noted)
    chosen = tuple(names[number] for number in sampled(names))
    numbers = b"".join(noted[name] for name in chosen)
    complete = all(len(row) == 4 * layer.units for row in noted.values())
    if not complete or not np.isfinite(np.frombuffer(numbers, "<f4")).all():
        raise store.damaged("strengths in it are missing, or no numbers")
    return Strengths(chosen, layer.units, numbers)
