"""Pictures drawn ahead: blocks of consecutive numbers, drawn by worker processes and kept as plain arrays in a scratch folder.

A block is written once and moved into place whole, so drawing can be interrupted and resumed at any time.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from catvis.menagerie.kinds import KINDS
from catvis.menagerie.world import WORLD_VERSION, draw, kind_of

BLOCK = 512


@dataclass(frozen=True)
class Pictures:
    """Drawn pictures by position, read from disk as they are asked for.

    Attributes:
        blocks: uint8 arrays of shape (`BLOCK`, 227, 227, 3), in the order of their numbers.
        classes: int64, every picture's class.
    """

    blocks: tuple[NDArray[np.uint8], ...]
    classes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.classes)

    def take(self, positions: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The pictures at the given positions, uint8 of shape (positions, 227, 227, 3)."""
        return np.stack([self.blocks[position // BLOCK][position % BLOCK] for position in positions.tolist()])

    def batches(self, size: int) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.int64]]]:
        """All pictures in order, with their classes."""
        for start in range(0, len(self), size):
            positions = np.arange(start, min(start + size, len(self)))
            yield self.take(positions), self.classes[positions]


def drawn(folder: Path, numbers: range, workers: int, *, quiet: bool = False) -> Pictures:
    """Draw the pictures of a range of numbers that the folder does not hold yet, and open all of them.

    Args:
        folder: the scratch folder; 79 MB are written per 512 pictures.
        numbers: whole blocks: start and stop are multiples of `BLOCK`.
        workers: how many processes draw.
        quiet: show no progress.

    Raises:
        ValueError: the range does not consist of whole blocks.
    """
    if numbers.start % BLOCK or numbers.stop % BLOCK or numbers.step != 1:
        raise ValueError(f"{numbers} does not consist of whole blocks of {BLOCK} numbers")
    folder.mkdir(parents=True, exist_ok=True)
    files = {start: folder / f"world{WORLD_VERSION}-{start:07d}.npy" for start in numbers[::BLOCK]}
    missing = [(start, file) for start, file in files.items() if not file.exists()]
    if missing:
        context = multiprocessing.get_context("spawn")
        with (
            context.Pool(min(workers, len(missing))) as pool,
            tqdm(total=len(missing) * BLOCK, desc="drawing", unit="picture", disable=quiet) as progress,
        ):
            for count in pool.imap_unordered(_draw_block, missing):
                progress.update(count)
    blocks = tuple(np.load(file, mmap_mode="r", allow_pickle=False) for file in files.values())
    classes = np.array([KINDS.index(kind_of(number)) for number in numbers], np.int64)
    return Pictures(blocks, classes)


def _draw_block(job: tuple[int, Path]) -> int:
    start, file = job
    cv2.setNumThreads(1)
    pixels = np.stack([draw(number).pixels for number in range(start, start + BLOCK)])
    unfinished = file.with_suffix(f".{os.getpid()}.npy")
    np.save(unfinished, pixels)
    unfinished.replace(file)
    return BLOCK
