"""How a sweep's maps lie in memory: the channels of one place side by side, and place after place.

Convolutions are fastest so, and a window of a map is a few long runs of numbers. A tensor's axes keep their
order: (rows, channels, height, width).
"""

from __future__ import annotations

import torch
from torch import Tensor


def laid_out(values: Tensor) -> Tensor:
    """Maps place after place, copied only where they are not so already; anything else as it is."""
    return values.contiguous(memory_format=torch.channels_last) if values.dim() == 4 else values


def is_laid_out(values: Tensor) -> bool:
    """Whether `laid_out` has nothing to do."""
    return values.dim() != 4 or values.is_contiguous(memory_format=torch.channels_last)


def zeros(like: Tensor, *shape: int) -> Tensor:
    """Zeros of another tensor's type and device, maps laid out."""
    layout = torch.channels_last if len(shape) == 4 else torch.contiguous_format
    return torch.empty(shape, dtype=like.dtype, device=like.device, memory_format=layout).zero_()


def by_place(maps: Tensor) -> Tensor:
    """(rows, channels, height, width) → (rows, places, channels): a view of maps that are laid out."""
    return maps.permute(0, 2, 3, 1).flatten(1, 2)
