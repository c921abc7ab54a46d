"""Attributions that show themselves: the array, the picture of it, and several side by side."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np
from jaxtyping import Float32
from PIL import Image

from catvis.drawing.display import Displayed, displayed
from catvis.drawing.figure import Drawing
from catvis.drawing.wording import number
from catvis.interface.figure_views import FigureView
from catvis.interface.saving import kind_of, write
from catvis.jobs.attribution import TileJob
from catvis.terms import RULE_NAMES, Unit, UnitPath

TILE_KINDS = ("png", "npy", "svg")


class PathTile:
    """The attribution of a path on a picture.

    Args:
        job: what was asked for.
        array: the answer.
        signs: one for each unit of the path, −1 where the step to it is inhibitory.
        mean: what the network subtracts from a picture, RGB, 0 to 255.
        compose: makes the figure of some tiles.
    """

    def __init__(
        self,
        job: TileJob,
        array: Float32[np.ndarray, "3 height width"],
        signs: tuple[int, ...],
        mean: Float32[np.ndarray, "3 height width"],
        compose: Callable[[Sequence[PathTile]], Drawing],
    ) -> None:
        self.job, self.array, self.signs = job, array, signs
        self._mean, self._compose = mean, compose

    @property
    def path(self) -> UnitPath:
        """Units from the top down; `array` is of its end."""
        return self.job.path

    @property
    def unit(self) -> Unit:
        """The end of the path."""
        return self.path.end

    @cached_property
    def displayed(self) -> Displayed:
        """Its pixels, the scale that they are shown at, and how many are clipped."""
        return displayed(self.array, self.job.display, self._mean)

    @property
    def image(self) -> Image.Image:
        """The picture of it; mid-grey is zero, or white where its display is ``signed``."""
        return Image.fromarray(self.displayed.pixels)

    @property
    def figure(self) -> FigureView:
        """The picture with its words."""
        return FigureView(self._compose([self]))

    def __repr__(self) -> str:
        height, width = self.array.shape[1:]
        scale = f"full contrast is a gradient of {number(self.displayed.scale)}"
        return f"<tile of {self.path}: {width}×{height}, {RULE_NAMES[self.job.rule]}, {scale}>"

    def save(self, file: str | Path) -> None:
        """Write it as .png; as .npy (float32, (3, height, width), RGB, unscaled); or as .svg, with its words.

        Raises:
            UsageError: the file ends otherwise.
            CatvisError: it cannot be written.
        """
        write(file, self.encoded(kind_of(file, TILE_KINDS)))

    def encoded(self, kind: str) -> bytes:
        """A file of one of `TILE_KINDS`."""
        buffer = io.BytesIO()
        match kind:
            case "npy":
                np.save(buffer, self.array, allow_pickle=False)
            case "svg":
                buffer.write(self.figure.encoded("svg"))
            case _:
                self.image.save(buffer, "PNG")
        return buffer.getvalue()

    def _repr_png_(self) -> bytes:
        return self.encoded("png")


class PathTiles(Sequence[PathTile]):
    """Attributions side by side, in the order in which they were asked for.

    Args:
        tiles: at least one.
        compose: makes the figure of some tiles.
    """

    def __init__(self, tiles: Sequence[PathTile], compose: Callable[[Sequence[PathTile]], Drawing]) -> None:
        self._tiles, self._compose = tuple(tiles), compose

    @overload
    def __getitem__(self, index: int) -> PathTile: ...
    @overload
    def __getitem__(self, index: slice) -> PathTiles: ...
    def __getitem__(self, index: int | slice) -> PathTile | PathTiles:
        if isinstance(index, slice):
            return PathTiles(self._tiles[index], self._compose)
        return self._tiles[index]

    def __len__(self) -> int:
        return len(self._tiles)

    def __iter__(self) -> Iterator[PathTile]:
        return iter(self._tiles)

    @property
    def arrays(self) -> Float32[np.ndarray, "tiles 3 height width"]:
        """All of them."""
        return np.stack([tile.array for tile in self._tiles])

    @property
    def figure(self) -> FigureView:
        """The row of them with their words."""
        return FigureView(self._compose(self._tiles))

    def __repr__(self) -> str:
        return "\n".join(map(repr, self._tiles))

    def save(self, file: str | Path) -> None:
        """Write the row as `FigureView.save` does."""
        self.figure.save(file)

    def _repr_html_(self) -> str:
        return self.figure._repr_html_()

    def _repr_png_(self) -> bytes:
        return self.figure._repr_png_()
