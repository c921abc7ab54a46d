"""What a scan of some pictures found: the value that workers hand back and stores keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from jaxtyping import Float32

from catvis.exemplars.decode import Mark
from catvis.exemplars.topk import Best, merged

Strengths: TypeAlias = Mapping[int, Mapping[str, Float32[np.ndarray, " units"]]]
"""How strongly the units of every layer fire on some pictures, by the picture's number and the layer."""


@dataclass(frozen=True, eq=False)
class Findings:
    """The result of scanning some pictures.

    Attributes:
        best: the candidates of every layer, pictures by number.
        pictures: number and mark of every picture that was scanned.
        unreadable: number of every other picture, with the reason.
        strengths: on those of the pictures that are in the sample, see `catvis.exemplars.sample`.
    """

    best: Mapping[str, Best]
    pictures: tuple[tuple[int, Mark], ...] = ()
    unreadable: tuple[tuple[int, str], ...] = ()
    strengths: Strengths = field(default_factory=dict)

    @property
    def seen(self) -> int:
        """How many pictures were looked at, readable or not."""
        return len(self.pictures) + len(self.unreadable)


def joined(one: Findings, other: Findings) -> Findings:
    """What was found in the pictures of both; in whatever order findings are joined, the result is the same."""
    best = {layer: merged(one.best[layer], other.best[layer], one.best[layer].slots) for layer in one.best}
    return Findings(
        best,
        tuple(sorted(one.pictures + other.pictures)),
        tuple(sorted(one.unreadable + other.unreadable)),
        {**one.strengths, **other.strengths},
    )
