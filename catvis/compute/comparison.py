"""Tiles that are about two attributions: the control with random weights, and the difference of two."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from catvis.backward.trace import Trace
from catvis.compute.randomised import randomised
from catvis.compute.subject import Array, SubjectWork, drawn
from catvis.drawing.display import display
from catvis.plan import Compared, ControlJob, DifferenceJob, TileJob


def control(work: SubjectWork, job: ControlJob, memory: int) -> Compared:
    """The same path in the network with random weights above its first layer, and how alike the two look."""
    random = SubjectWork(randomised(work.network, job.seed), work.seen, memory)
    tile = _firing(random.trace, job.tile)
    trained, untrained = _array(work, job.tile), _array(random, tile)
    mean = work.network.preprocessing.mean_picture()
    return Compared(drawn(untrained, job.tile.display, mean), _correlation(trained, untrained))


def difference(first: SubjectWork, second: SubjectWork, job: DifferenceJob) -> Compared:
    """The first attribution less the second, each at its own scale; mid-grey is where they agree."""
    one, other = _array(first, job.first), _array(second, job.second)
    mean = first.network.preprocessing.mean_picture()
    scaled = [array / (display(array).scale or 1.0) for array in (one, other)]
    return Compared(drawn(scaled[0] - scaled[1], "robust", mean), _correlation(one, other))


def _array(work: SubjectWork, job: TileJob) -> Array:
    return next(array for _, array in work.arrays([job]))


def _firing(trace: Trace, job: TileJob) -> TileJob:
    """The job from its first unit that fires: random weights may silence what stands above."""
    units = job.path.units
    start = next((place for place, unit in enumerate(units) if not trace.is_silent(unit)), len(units) - 1)
    path = type(job.path)(units[start:])
    return replace(job, path=path, signs=(1,) * len(path.units))


def _correlation(one: Array, other: Array) -> float | None:
    """Pearson's correlation of two attributions; None where one is constant."""
    if not np.ptp(one) or not np.ptp(other):
        return None
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
