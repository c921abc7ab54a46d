"""Pictures drawn ahead: blocks of consecutive numbers, drawn by worker processes and kept as plain arrays
in a scratch folder.

Beside a block of pictures lies what `Drawing.parts` says of them: as flags for every square of some pixels,
and, where it is asked for, for every pixel.

A block is written once and moved into place whole, so drawing can be interrupted and resumed at any time.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from catvis.frozen import Frozen
from catvis.menagerie.world.draw import WORLD_VERSION, Drawing, draw, kind_of
from catvis.menagerie.world.kinds import KINDS, Part

BLOCK = 512
"""How many pictures a file holds."""
CELL = 8
"""Side in pixels of the squares that `Pictures.cells` speaks of."""


_Number = TypeVar("_Number", np.uint8, np.int32)


@dataclass(frozen=True)
class Pictures:
    """Drawn pictures by position, read from disk as they are asked for.

    Attributes:
        blocks: uint8 arrays of one shape (pictures, 227, 227, 3), in the order of their numbers.
        classes: int64, every picture's class.
        cells: int32 arrays of shape (pictures, 29, 29), `Part` flags of all that a square of `CELL` pixels shows.
        flags: int32 arrays of shape (pictures, 227, 227), `Part` flags; empty unless asked for.
    """

    blocks: tuple[NDArray[np.uint8], ...]
    classes: NDArray[np.int64]
    cells: tuple[NDArray[np.int32], ...]
    flags: tuple[NDArray[np.int32], ...] = ()

    def __len__(self) -> int:
        return len(self.classes)

    def take(self, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The pictures at the given positions, uint8 of shape (positions, 227, 227, 3)."""
        return self._taken(self.blocks, positions)

    def cells_of(self, positions: NDArray[np.int64]) -> NDArray[np.int32]:
        """The cells' part flags at the given positions, int32 of shape (positions, 29, 29)."""
        return self._taken(self.cells, positions)

    def parts(self, positions: NDArray[np.int64]) -> NDArray[np.int32]:
        """The part flags at the given positions, int32 of shape (positions, 227, 227)."""
        return self._taken(self.flags, positions)

    def batches(self, size: int) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.int64]]]:
        """All pictures in order, with their classes."""
        for start in range(0, len(self), size):
            positions = np.arange(start, min(start + size, len(self)))
            yield self.take(positions), self.classes[positions]

    def _taken(self, blocks: tuple[NDArray[_Number], ...], positions: NDArray[np.int64]) -> NDArray[_Number]:
        size = len(self.blocks[0])
        return np.stack([blocks[position // size][position % size] for position in positions.tolist()])


def drawn(
    folder: Path,
    numbers: range,
    workers: int,
    *,
    flags: bool = False,
    quiet: bool = False,
    block: int = BLOCK,
) -> Pictures:
    """Draw the pictures of a range of numbers that the folder does not hold yet, and open all of them.

    Args:
        folder: the scratch folder; 79 MB are written per 512 pictures, and 106 MB for their flags.
        numbers: whole blocks: start and stop are multiples of ``block``.
        workers: how many processes draw.
        flags: keep the part flags too.
        quiet: show no progress.
        block: how many pictures a file holds, the same for all of a folder.

    Raises:
        ValueError: the range does not consist of whole blocks.
    """
    if numbers.start % block or numbers.stop % block or numbers.step != 1:
        raise ValueError(f"{numbers} does not consist of whole blocks of {block} numbers")
    folder.mkdir(parents=True, exist_ok=True)
    starts = numbers[::block]
    files = [_files(folder, start) for start in starts]
    missing = [
        (range(start, start + block), held)
        for start, held in zip(starts, files, strict=True)
        if not (held.pixels.exists() and held.cells.exists() and (held.flags.exists() or not flags))
    ]
    if missing:
        context = multiprocessing.get_context("spawn")
        with (
            context.Pool(min(workers, len(missing))) as pool,
            tqdm(total=len(missing) * block, desc="drawing", unit="picture", disable=quiet) as progress,
        ):
            for count in pool.imap_unordered(functools.partial(_draw_block, flags=flags), missing):
                progress.update(count)
    classes = np.array([KINDS.index(kind_of(number)) for number in numbers], np.int64)
    return Pictures(
        _opened(held.pixels for held in files),
        classes,
        _opened(held.cells for held in files),
        _opened(held.flags for held in files) if flags else (),
    )


class _Block(Frozen):
    """The files of consecutive pictures."""

    pixels: Path
    cells: Path
    flags: Path


def _files(folder: Path, start: int) -> _Block:
    name = f"world{WORLD_VERSION}-{start:07d}"
    return _Block(*(folder / f"{name}{suffix}.npy" for suffix in ("", "-cells", "-parts")))


def _opened(files: Iterable[Path]) -> tuple[NDArray[Any], ...]:
    return tuple(np.load(file, mmap_mode="r", allow_pickle=False) for file in files)


def _draw_block(job: tuple[range, _Block], *, flags: bool) -> int:
    numbers, files = job
    cv2.setNumThreads(1)
    drawings = [draw(number) for number in numbers]
    every = np.stack([flags_of(drawing) for drawing in drawings])
    if flags:
        _save(files.flags, every)
    _save(files.cells, in_cells(every))
    _save(files.pixels, np.stack([drawing.pixels for drawing in drawings]))
    return len(numbers)


def flags_of(drawing: Drawing) -> NDArray[np.int32]:
    """A drawing's parts as `Part` flags of its pixels (side, side)."""
    flags = np.zeros(drawing.pixels.shape[:2], np.int32)
    for name, mask in drawing.parts.items():
        flags[mask] |= int(Part[name.upper()])
    return flags


def in_cells(flags: NDArray[np.int32]) -> NDArray[np.int32]:
    """Part flags of pixels (N, side, side) gathered into squares of `CELL` pixels: (N, rows, rows)."""
    rows = -(-flags.shape[1] // CELL)
    room = rows * CELL - flags.shape[1]
    padded = np.pad(flags, ((0, 0), (0, room), (0, room)))
    squares = padded.reshape(len(flags), rows, CELL, rows, CELL)
    return np.asarray(np.bitwise_or.reduce(squares, axis=(2, 4)), np.int32)


def _save(file: Path, array: NDArray[np.uint8] | NDArray[np.int32]) -> None:
    unfinished = file.with_suffix(f".{os.getpid()}.npy")
    np.save(unfinished, array)
    unfinished.replace(file)
