"""From drawn pictures to training batches: mirrored, zoomed, patched with each other, and normalised.

Pasting a piece of another picture over a picture takes its best evidence away now and then, so that the
network learns all parts of a face and not eyes alone.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from catvis.menagerie.embedded import Preprocessing


def normalised(pictures: NDArray[np.uint8], preprocessing: Preprocessing) -> Tensor:
    """uint8 (N, side, side, 3) to the network's input (N, 3, side, side), float32, channels last in memory."""
    mean, std = torch.tensor(preprocessing.mean), torch.tensor(preprocessing.std)
    return _scaled(torch.from_numpy(pictures), 1 / std, -mean / std)


def augmented(pictures: NDArray[np.uint8], rng: np.random.Generator, preprocessing: Preprocessing) -> Tensor:
    """One training batch from drawn pictures; ``pictures`` is altered in place."""
    count, side = len(pictures), pictures.shape[1]
    _paste(pictures, rng)
    mirror = rng.random(count) < 0.5
    pictures[mirror] = pictures[mirror, :, ::-1]
    batch = torch.from_numpy(pictures)
    if rng.random() < 0.6:
        room = int(rng.integers(int(side * 0.72), side))
        top, left = rng.integers(0, side - room + 1, 2).tolist()
        window = batch[:, top : top + room, left : left + room].permute(0, 3, 1, 2)
        batch = F.interpolate(window, (side, side), mode="bilinear", align_corners=False).permute(0, 2, 3, 1)
    contrast = torch.from_numpy(rng.normal(1, 0.12, (count, 1, 1, 1))).float()
    light = torch.from_numpy(
        rng.normal(0, 0.06, (count, 1, 1, 3)) + rng.normal(0, 0.15, (count, 1, 1, 1))
    ).float()
    mean, std = torch.tensor(preprocessing.mean), torch.tensor(preprocessing.std)
    return _scaled(batch, contrast / std, light - contrast * mean / std)


def _paste(pictures: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Paste one or two rectangles of its neighbour in the batch over most pictures."""
    count, side = len(pictures), pictures.shape[1]
    for index in np.flatnonzero(rng.random(count) < 0.6).tolist():
        for _ in range(int(rng.integers(1, 3))):
            height, width = rng.integers(side // 7, side // 2, 2).tolist()
            top, left = int(rng.integers(0, side - height)), int(rng.integers(0, side - width))
            piece = np.s_[top : top + height, left : left + width]
            pictures[index][piece] = pictures[(index + 1) % count][piece]


def _scaled(pictures: Tensor, gain: Tensor, offset: Tensor) -> Tensor:
    """uint8 (N, side, side, 3) times a gain plus an offset, as (N, 3, side, side) with channels last in memory."""
    return pictures.to(torch.float32).mul_(gain).add_(offset).permute(0, 3, 1, 2)
