"""One network on one picture: the forward pass that all jobs of a subject share, and what they make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float32, UInt8

from catvis.backward.edges import ablations, edges
from catvis.backward.sweep import Route, attributions
from catvis.backward.trace import Trace
from catvis.drawing.display import Displayed, display, display_original, energy_box
from catvis.drawing.encode import encode_tile
from catvis.networks.network import Network
from catvis.plan import (
    AblationJob,
    Drawn,
    EdgesJob,
    Peak,
    PeakJob,
    TileJob,
    Weights,
)
from catvis.terms import Display, Rule

Array = Float32[np.ndarray, "3 height width"]


class SubjectWork:
    """The jobs of one subject.

    Args:
        network: the network, on the device where it runs.
        seen: the picture as the network sees it: RGB, 0 to 255.
        memory: bytes that gradients in flight may take.
    """

    def __init__(self, network: Network, seen: UInt8[np.ndarray, "height width 3"], memory: int) -> None:
        self.network, self.seen, self.memory = network, seen, memory

    @cached_property
    def trace(self) -> Trace:
        """The forward pass, made when the first job needs it."""
        return Trace(self.network, torch.from_numpy(self.network.preprocessing.normalise(self.seen))[None])

    def scores(self) -> tuple[float, ...]:
        """The class scores before softmax."""
        top = self.trace.of(self.network.card.top.name)
        return tuple(top.flatten().tolist())

    def peak(self, job: PeakJob) -> Peak:
        """How strongly a unit fires, and where."""
        row, column, activation = self.trace.peak(job.unit)
        maps = self.trace.of(job.unit.layer)
        extent = (maps.shape[2], maps.shape[3]) if maps.dim() == 4 else (1, 1)
        return Peak(activation, (row, column), extent)

    def edges(self, jobs: Sequence[EdgesJob]) -> Iterator[tuple[EdgesJob, Weights]]:
        """Edge weights, all of one rule in one sweep."""
        for rule in sorted({job.edges for job in jobs}):
            mine = [job for job in jobs if job.edges == rule]
            found = edges(self.trace, [(job.path, job.layer) for job in mine], rule, memory=self.memory)
            yield from ((job, Weights(tuple(e.weights.tolist()))) for job, e in zip(mine, found, strict=True))

    def ablations(self, jobs: Sequence[AblationJob]) -> Iterator[tuple[AblationJob, float]]:
        """Relative drops, each lower unit silenced once."""
        drops = ablations(self.trace, [(job.parent, job.child) for job in jobs], memory=self.memory)
        yield from zip(jobs, drops, strict=True)

    def input(self) -> Drawn:
        """The picture as the network sees it."""
        picture = encode_tile(self.seen)
        return Drawn(picture.data, picture.media_type, picture.width, picture.height)

    def tiles(self, jobs: Sequence[TileJob], workers: ThreadPoolExecutor) -> Iterator[tuple[TileJob, Drawn]]:
        """Attributions as pictures; they are drawn and encoded beside the sweep."""
        mean = self.network.preprocessing.mean_picture()
        waiting: list[tuple[TileJob, Future[Drawn]]] = []
        for job, array in self.arrays(jobs):
            waiting.append((job, workers.submit(drawn, array, job.display, mean)))
            while waiting and waiting[0][1].done():
                done, future = waiting.pop(0)
                yield done, future.result()
        yield from ((job, future.result()) for job, future in waiting)

    def arrays(self, jobs: Sequence[TileJob]) -> Iterator[tuple[TileJob, Array]]:
        """Attributions as arrays, all of one rule and display in one sweep."""
        kinds: list[tuple[Rule, Display]] = sorted({(job.rule, job.display) for job in jobs})
        for rule, kind in kinds:
            mine = [job for job in jobs if (job.rule, job.display) == (rule, kind)]
            routes = [Route(job.path, job.signs) for job in mine]
            rescale = kind == "original"
            for number, found in attributions(self.trace, routes, rule, rescale=rescale, memory=self.memory):
                yield mine[number], found.whole().cpu().numpy()


def drawn(array: Array, kind: Display, mean: Array) -> Drawn:
    """Display and encode an attribution."""
    show: Callable[[], Displayed] = (
        (lambda: display(array)) if kind == "robust" else (lambda: display_original(array, mean))
    )
    shown = show()
    picture = encode_tile(shown.pixels)
    box = energy_box(array)
    return Drawn(
        picture.data,
        picture.media_type,
        picture.width,
        picture.height,
        shown.scale if np.any(array) else 0.0,
        shown.clipped,
        None if box is None else (box.left, box.top, box.right, box.bottom),
    )
