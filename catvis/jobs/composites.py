"""A figure as one picture, for wherever the page's HTML is not shown, and small, for lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import ClassVar, Self

from catvis.digests import data_digest, digest, file_digest
from catvis.drawing.figure import Drawing
from catvis.drawing.fonts import Fonts
from catvis.frozen import Frozen
from catvis.jobs.base import AnswerJob, Work
from catvis.jobs.versions import version
from catvis.results import Composite, Picture


class CompositeJob(AnswerJob[Composite]):
    """A figure, drawn whole.

    Attributes:
        drawing: what the figure says.
        suffix: of the file: png, jpg, jpeg or webp.
        fonts: that it is labelled with.
    """

    noun: ClassVar[str] = "composites"
    drawing: Drawing
    suffix: str
    fonts: Fonts

    def key(self) -> str:
        """Pictures are known by their names, and fonts by their bytes."""
        fonts = [_font_digest(font) for font in (self.fonts.regular, self.fonts.bold)]
        return digest("composite", version("catvis.drawing.raster"), _named(self.drawing), self.suffix, fonts)

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Composite]]:
        """Draw and encode, on all cores."""
        yield from zip(jobs, work.cores.map(_composite, jobs), strict=True)


class ThumbnailJob(AnswerJob[Picture]):
    """A composite, small, for a list of posts."""

    noun: ClassVar[str] = "thumbnails"
    composite: Composite

    def key(self) -> str:
        """Composites are known by their bytes."""
        return digest("thumbnail", version("catvis.drawing.raster"), data_digest(self.composite.data))

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, Picture]]:
        """Scale and encode, on all cores."""
        from catvis.drawing.raster import thumbnail

        yield from zip(jobs, work.cores.map(thumbnail, [job.composite for job in jobs]), strict=True)


@cache
def _font_digest(file: Path) -> str:
    return file_digest(file)


def _composite(job: CompositeJob) -> Composite:
    from catvis.drawing.raster import composite, encode_composite

    image = composite(job.drawing, job.fonts)
    return Composite(encode_composite(image, job.suffix), image.width, image.height)


_NOT_DRAWN = frozenset({"alt", "caption", "command", "details", "exploration", "facts", "frame", "under"})


def _named(value: object) -> object:
    """What is drawn of a figure, with its pictures by name."""
    if isinstance(value, Picture):
        return value.name
    if isinstance(value, tuple):
        return [_named(item) for item in value]
    if isinstance(value, Frozen):
        drawn = (name for name in value.__struct_fields__ if name not in _NOT_DRAWN)
        return [type(value).__name__, *(_named(getattr(value, name)) for name in drawn)]
    return value
