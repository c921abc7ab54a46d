"""From drawn pictures to training batches: mirrored, zoomed, patched with each other, and normalised.

Pasting a piece of another picture over a picture takes its best evidence away now and then, so that the
network learns all parts of a face and not eyes alone. What is still in view is kept account of.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from catvis.frozen import Frozen
from catvis.menagerie.world.drawn_ahead import CELL
from catvis.menagerie.world.kinds import PARTS
from catvis.networks.preprocessing import Preprocessing

LARGEST = 1 / 5
"""The largest share of a picture that is hidden or added so."""
NEAREST = 0.6
"""The smallest share of a side that an enlarged picture shows."""

Rectangle = tuple[int, int, int, int]
"""Top, left, height and width in pixels."""


class Chances(Frozen):
    """How often a part is hidden, another picture's part added, pieces of it pasted, and a batch enlarged."""

    covered: float = 0.8
    given: float = 0.7
    pasted: float = 0.3
    zoomed: float = 0.7


USUAL = Chances()


def normalised(pictures: NDArray[np.uint8], preprocessing: Preprocessing) -> Tensor:
    """uint8 (N, side, side, 3) to the network's input (N, 3, side, side), float32, channels last in memory."""
    mean, std = _per_channel(preprocessing)
    return _scaled(torch.from_numpy(pictures), 1 / std, -mean / std)


def augmented(
    pictures: NDArray[np.uint8],
    cells: NDArray[np.int32],
    rng: np.random.Generator,
    preprocessing: Preprocessing,
    chances: Chances = USUAL,
) -> tuple[Tensor, NDArray[np.int32]]:
    """One training batch from drawn pictures; ``pictures`` and ``cells`` are altered in place.

    Args:
        pictures: uint8 of shape (N, side, side, 3).
        cells: int32 of shape (N, rows, rows), `Part` flags of what shows in every `CELL` pixels square.
        rng: decides everything.
        preprocessing: of the network.
        chances: how often what is done.

    Returns:
        The input (N, 3, side, side), and the flags of the parts that are still in view, int32 of shape (N,).
    """
    count, side = len(pictures), pictures.shape[1]
    _cover(pictures, cells, rng, chances.covered)
    _give(pictures, cells, rng, chances.given)
    _paste(pictures, cells, rng, chances.pasted)
    mirror = rng.random(count) < 0.5
    pictures[mirror] = pictures[mirror, :, ::-1]
    cells[mirror] = cells[mirror, :, ::-1]
    batch = torch.from_numpy(pictures)
    if rng.random() < chances.zoomed:
        room = int(rng.integers(int(side * NEAREST), side))
        top, left = rng.integers(0, side - room + 1, 2).tolist()
        window = batch[:, top : top + room, left : left + room].permute(0, 3, 1, 2)
        batch = F.interpolate(window, (side, side), mode="bilinear", align_corners=False).permute(0, 2, 3, 1)
        cells = cells[_in_cells(top, left, room, room)]
    contrast = torch.from_numpy(rng.normal(1, 0.12, (count, 1, 1, 1))).float()
    light = torch.from_numpy(
        rng.normal(0, 0.06, (count, 1, 1, 3)) + rng.normal(0, 0.15, (count, 1, 1, 1))
    ).float()
    mean, std = _per_channel(preprocessing)
    in_view = np.bitwise_or.reduce(cells.reshape(count, -1), axis=1)
    return _scaled(batch, contrast / std, light - contrast * mean / std), in_view


def _paste(
    pictures: NDArray[np.uint8], cells: NDArray[np.int32], rng: np.random.Generator, often: float
) -> None:
    """Paste one or two rectangles of its neighbour in the batch over most pictures."""
    count, side = len(pictures), pictures.shape[1]
    for index in np.flatnonzero(rng.random(count) < often).tolist():
        for _ in range(int(rng.integers(1, 3))):
            height, width = rng.integers(side // 7, side // 2, 2).tolist()
            top, left = int(rng.integers(0, side - height)), int(rng.integers(0, side - width))
            _take_over(pictures, cells, index, top, left, height, width)


def _cover(
    pictures: NDArray[np.uint8], cells: NDArray[np.int32], rng: np.random.Generator, often: float
) -> None:
    """Hide all of one part in many pictures, each piece of it under a rectangle of the neighbour in the batch."""
    for index in np.flatnonzero(rng.random(len(pictures)) < often).tolist():
        for rectangle in _pieces_of_a_part(cells[index], rng):
            _take_over(pictures, cells, index, *rectangle)


def _give(
    pictures: NDArray[np.uint8], cells: NDArray[np.int32], rng: np.random.Generator, often: float
) -> None:
    """Put one part of the neighbour in the batch into many pictures, where it shows without its surroundings."""
    count = len(pictures)
    for index in np.flatnonzero(rng.random(count) < often).tolist():
        for rectangle in _pieces_of_a_part(cells[(index + 1) % count], rng):
            _take_over(pictures, cells, index, *rectangle)


def _pieces_of_a_part(cells: NDArray[np.int32], rng: np.random.Generator) -> list[Rectangle]:
    """Boxes around the pieces of one of the parts that a picture shows; none around very large ones."""
    in_view = int(np.bitwise_or.reduce(cells, axis=None))
    shown = [int(part) for part in PARTS if in_view & int(part)]
    if not shown:
        return []
    part = shown[int(rng.integers(len(shown)))]
    boxes = cv2.connectedComponentsWithStats(((cells & part) != 0).astype(np.uint8))[2][1:, :4]
    return [
        (top, left, height, width)
        for left, top, width, height in (CELL * boxes).tolist()
        if height * width <= LARGEST * (CELL * len(cells)) ** 2
    ]


def _take_over(
    pictures: NDArray[np.uint8],
    cells: NDArray[np.int32],
    index: int,
    top: int,
    left: int,
    height: int,
    width: int,
) -> None:
    """Put a rectangle of its neighbour in the batch in a picture's place."""
    other = (index + 1) % len(pictures)
    piece = np.s_[top : top + height, left : left + width]
    pictures[index][piece] = pictures[other][piece]
    covered = _in_cells(top, left, height, width)[1:]
    cells[index][covered] = cells[other][covered]


def _in_cells(top: int, left: int, height: int, width: int) -> tuple[slice, slice, slice]:
    """The cells, of all pictures, whose middles a rectangle of pixels holds."""
    first_row, first_column = (top + CELL // 2) // CELL, (left + CELL // 2) // CELL
    after_row, after_column = (top + height + CELL // 2) // CELL, (left + width + CELL // 2) // CELL
    return np.s_[:, first_row:after_row, first_column:after_column]


def _per_channel(preprocessing: Preprocessing) -> tuple[Tensor, Tensor]:
    mean, deviation = (torch.from_numpy(array) for array in (preprocessing.means, preprocessing.deviations))
    return mean.flatten(), deviation.flatten()


def _scaled(pictures: Tensor, gain: Tensor, offset: Tensor) -> Tensor:
    """uint8 (N, side, side, 3) times a gain plus an offset, as (N, 3, side, side) with channels last in memory."""
    return pictures.to(torch.float32).mul_(gain).add_(offset).permute(0, 3, 1, 2)
