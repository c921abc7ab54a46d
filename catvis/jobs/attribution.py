"""The attribution of a path, drawn: the tile of a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from catvis.jobs.base import SubjectJob, Work
from catvis.results import Attributed, Box, Drawn
from catvis.terms import Display, Edges, Rule, UnitPath

if TYPE_CHECKING:
    from concurrent.futures import Future

    import numpy as np
    from jaxtyping import Float32, UInt8

    from catvis.jobs.look import Look

    Array = Float32[np.ndarray, "3 height width"]
    Pixels = UInt8[np.ndarray, "height width 3"]


J = TypeVar("J", bound="TileJob")


class TileJob(SubjectJob[Attributed]):
    """The attribution of a path as a picture.

    Attributes:
        path: units from the top down.
        edges: by ``gradient`` the steps to inhibitory units are drawn from −g; by ``guided`` no edge is.
        rule: what a ReLU does on the way back.
        display: how the attribution becomes pixels.
        context: whether the picture lies faintly under it.
        frame: the part of the picture that is shown, in parts of its width and height; all of it where None.
    """

    noun: ClassVar[str] = "tiles"
    path: UnitPath
    edges: Edges = "gradient"
    rule: Rule = "guided"
    display: Display = "robust"
    context: bool = False
    frame: Box | None = None

    def drawn(self, array: Array, look: Look) -> Drawn | None:
        """An attribution as this tile shows it; None of zeros."""
        mean = look.network.preprocessing.mean_picture()
        return drawn(array, self.display, mean, look.seen if self.context else None, self.frame)

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Attributed]]:
        """Carry the paths down, and draw and encode beside the sweep."""
        look = work.look(jobs[0].subject)
        waiting: list[tuple[Self, tuple[int, ...], Future[Drawn | None]]] = []
        for job, signs, array in attributions_of(look, jobs):
            waiting.append((job, signs, work.cores.submit(job.drawn, array, look)))
            while waiting and waiting[0][2].done():
                done, its_signs, future = waiting.pop(0)
                yield done, Attributed(future.result(), its_signs)
        yield from ((job, Attributed(future.result(), signs)) for job, signs, future in waiting)


def attributions_of(
    look: Look, jobs: Sequence[J], signs: Mapping[J, tuple[int, ...]] | None = None
) -> Iterator[tuple[J, tuple[int, ...], Array]]:
    """The attributions of jobs as arrays, with the signs of their steps; all of one rule in one sweep.

    Args:
        look: the subject of all of them.
        jobs: what to carry down.
        signs: of the steps of each path, where they are not to be found on this subject.

    Yields:
        Each job with one sign for each unit of its path, and its attribution, float32 (3, height, width), RGB;
        zeros where the path's first unit does not fire.
    """
    import numpy as np

    from catvis.backward.sweep import Route, attributions

    height, width = look.network.card.size
    signs = signs or step_signs_of(look, jobs)
    for rule, display in dict.fromkeys((job.rule, job.display) for job in jobs):
        mine = [job for job in jobs if (job.rule, job.display) == (rule, display)]
        firing = [job for job in mine if look.fires(job.path)]
        for job in set(mine).difference(firing):
            yield job, signs[job], np.zeros((3, height, width), np.float32)
        routes = [Route(job.path, signs[job]) for job in firing]
        rescale = display == "original"
        for number, found in attributions(look.trace, routes, rule, rescale=rescale, memory=look.memory):
            yield firing[number], signs[firing[number]], found.whole().cpu().numpy()


def drawn(
    array: Array, kind: Display, mean: Array, under: Pixels | None = None, frame: Box | None = None
) -> Drawn | None:
    """Display and encode an attribution; None of zeros.

    Args:
        array: the attribution.
        kind: of display.
        mean: what the network subtracts from a picture, RGB, 0 … 255.
        under: the picture that lies faintly under it, RGB, 0 … 255; None for none.
        frame: the part that is kept, in parts of width and height; all of it where None.
    """
    from catvis.drawing.display import displayed, energy_box, framed
    from catvis.drawing.encode import encode

    box = energy_box(array)
    if box is None:
        return None
    shown = displayed(array, kind, mean, under)
    pixels = shown.pixels if frame is None else framed(shown.pixels, frame)
    return Drawn(encode(pixels), shown.scale, shown.clipped, box)


def step_signs_of(look: Look, jobs: Sequence[J]) -> dict[J, tuple[int, ...]]:
    """One sign for each unit of every job's path: −1 where the step to it is inhibitory and drawn from −g."""
    signed = [job for job in jobs if job.edges == "gradient"]
    found = dict(zip(signed, look.signs([job.path for job in signed]), strict=True))
    return {job: found.get(job) or (1,) * len(job.path.units) for job in jobs}
