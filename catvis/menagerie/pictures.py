"""Pictures drawn ahead: blocks of consecutive numbers, drawn by worker processes and kept as plain arrays
in a scratch folder.

Beside a block of pictures lies, where it is asked for, a block of part flags: what `Drawing.parts` says,
one int32 to a pixel.

A block is written once and moved into place whole, so drawing can be interrupted and resumed at any time.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from catvis.menagerie.kinds import KINDS, Part
from catvis.menagerie.world import WORLD_VERSION, Drawing, draw, kind_of

BLOCK = 512


@dataclass(frozen=True)
class Pictures:
    """Drawn pictures by position, read from disk as they are asked for.

    Attributes:
        blocks: uint8 arrays of shape (`BLOCK`, 227, 227, 3), in the order of their numbers.
        classes: int64, every picture's class.
        flags: int32 arrays of shape (`BLOCK`, 227, 227), `Part` flags; empty unless asked for.
    """

    blocks: tuple[NDArray[np.uint8], ...]
    classes: NDArray[np.int64]
    flags: tuple[NDArray[np.int32], ...] = ()

    def __len__(self) -> int:
        return len(self.classes)

    def take(self, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The pictures at the given positions, uint8 of shape (positions, 227, 227, 3)."""
        return np.stack([self.blocks[position // BLOCK][position % BLOCK] for position in positions.tolist()])

    def parts(self, positions: NDArray[np.int64]) -> NDArray[np.int32]:
        """The part flags at the given positions, int32 of shape (positions, 227, 227)."""
        return np.stack([self.flags[position // BLOCK][position % BLOCK] for position in positions.tolist()])

    def batches(self, size: int) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.int64]]]:
        """All pictures in order, with their classes."""
        for start in range(0, len(self), size):
            positions = np.arange(start, min(start + size, len(self)))
            yield self.take(positions), self.classes[positions]


def drawn(
    folder: Path, numbers: range, workers: int, *, flags: bool = False, quiet: bool = False
) -> Pictures:
    """Draw the pictures of a range of numbers that the folder does not hold yet, and open all of them.

    Args:
        folder: the scratch folder; 79 MB are written per 512 pictures, and 106 MB for their flags.
        numbers: whole blocks: start and stop are multiples of `BLOCK`.
        workers: how many processes draw.
        flags: keep the part flags too.
        quiet: show no progress.

    Raises:
        ValueError: the range does not consist of whole blocks.
    """
    if numbers.start % BLOCK or numbers.stop % BLOCK or numbers.step != 1:
        raise ValueError(f"{numbers} does not consist of whole blocks of {BLOCK} numbers")
    folder.mkdir(parents=True, exist_ok=True)
    files = [(start, *_files(folder, start)) for start in numbers[::BLOCK]]
    missing = [job for job in files if not job[1].exists() or (flags and not job[2].exists())]
    if missing:
        context = multiprocessing.get_context("spawn")
        with (
            context.Pool(min(workers, len(missing))) as pool,
            tqdm(total=len(missing) * BLOCK, desc="drawing", unit="picture", disable=quiet) as progress,
        ):
            for count in pool.imap_unordered(functools.partial(_draw_block, flags=flags), missing):
                progress.update(count)
    blocks = tuple(np.load(pixels, mmap_mode="r", allow_pickle=False) for _, pixels, _ in files)
    labels = (
        tuple(np.load(parts, mmap_mode="r", allow_pickle=False) for _, _, parts in files) if flags else ()
    )
    classes = np.array([KINDS.index(kind_of(number)) for number in numbers], np.int64)
    return Pictures(blocks, classes, labels)


def _files(folder: Path, start: int) -> tuple[Path, Path]:
    name = f"world{WORLD_VERSION}-{start:07d}"
    return folder / f"{name}.npy", folder / f"{name}-parts.npy"


def _draw_block(job: tuple[int, Path, Path], *, flags: bool) -> int:
    start, pixels, parts = job
    cv2.setNumThreads(1)
    drawings = [draw(number) for number in range(start, start + BLOCK)]
    _save(pixels, np.stack([drawing.pixels for drawing in drawings]))
    if flags:
        _save(parts, np.stack([_flags(drawing) for drawing in drawings]))
    return BLOCK


def _flags(drawing: Drawing) -> NDArray[np.int32]:
    flags = np.zeros(drawing.pixels.shape[:2], np.int32)
    for name, mask in drawing.parts.items():
        flags[mask] |= int(Part[name.upper()])
    return flags


def _save(file: Path, array: NDArray[np.uint8] | NDArray[np.int32]) -> None:
    unfinished = file.with_suffix(f".{os.getpid()}.npy")
    np.save(unfinished, array)
    unfinished.replace(file)
