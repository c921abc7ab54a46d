"""A front: gradients of several lanes at one node, as small as they can be held.

A gradient that started at one place of one unit is known to be zero almost everywhere: it is held as a window
of the map, and as a single channel where only one unit is left. Values outside the map are always zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Front:
    """Gradients at a node's output.

    Attributes:
        lanes: which gradient each row is, (rows,).
        pictures: the picture of the trace that each row is about, (rows,).
        values: (rows, channels, height, width), or (rows, units) where the node has no maps.
        units: where given, the rows hold only this channel each: values has one channel.
        corner: where given, values is a window of the map, and this is the window's first row and column,
            (rows, 2); it may hang over the map's edge.
    """

    lanes: Tensor
    pictures: Tensor
    values: Tensor
    units: Tensor | None = None
    corner: Tensor | None = None

    def __len__(self) -> int:
        return self.values.shape[0]

    @property
    def kind(self) -> tuple[object, ...]:
        """Fronts of one kind can be stacked."""
        return (self.units is None, self.corner is None, tuple(self.values.shape[1:]))

    def take(self, rows: Tensor) -> Front:
        """Some of the rows, by index or by mask."""
        return Front(
            self.lanes[rows],
            self.pictures[rows],
            self.values[rows],
            None if self.units is None else self.units[rows],
            None if self.corner is None else self.corner[rows],
        )

    def with_values(self, values: Tensor) -> Front:
        """The same rows with other values."""
        return replace(self, values=values)

    def dense(self, channels: int) -> Front:
        """Hold every channel."""
        if self.units is None:
            return self
        full = self.values.new_zeros(len(self), channels, *self.values.shape[2:])
        full[torch.arange(len(self), device=full.device), self.units] = self.values[:, 0]
        return replace(self, values=full, units=None)

    def whole(self, size: tuple[int, int]) -> Front:
        """Hold the whole map; what hangs over its edge is zero and falls away."""
        if self.corner is None:
            return self
        rows, channels, high, wide = self.values.shape
        height, width = size
        full = self.values.new_zeros(rows, channels, height + 2 * high, width + 2 * wide)
        for row, (top, left) in enumerate(self.corner.tolist()):
            full[row, :, top + high : top + 2 * high, left + wide : left + 2 * wide] = self.values[row]
        inner = full[:, :, high : high + height, wide : wide + width].contiguous()
        return replace(self, values=inner, corner=None)

    def full(self, shape: tuple[int, ...]) -> Front:
        """Hold every channel of the whole map, of the node's output shape."""
        dense = self.dense(shape[0])
        return dense.whole((shape[1], shape[2])) if len(shape) == 3 else dense

    def places(self, size: tuple[int, int], margin: int) -> Tensor:
        """Flat indices, (rows, height · width), of a window's places in a map padded by ``margin``."""
        if self.corner is None:
            raise ValueError("a whole map has no window")
        high, wide = self.values.shape[2:]
        down = self.corner[:, 0, None] + torch.arange(margin, margin + high, device=self.corner.device)
        across = self.corner[:, 1, None] + torch.arange(margin, margin + wide, device=self.corner.device)
        return (down[:, :, None] * (size[1] + 2 * margin) + across[:, None, :]).flatten(1)

    def see(self, maps: Tensor, fill: int | float = 0) -> Tensor:
        """What of the trace's maps the rows cover.

        Args:
            maps: (pictures, channels, height, width), or (pictures, units).
            fill: what stands outside the map.

        Returns:
            A tensor that broadcasts against ``values``.
        """
        one = maps.shape[0] == 1
        if self.corner is None:
            if self.units is not None:
                return (maps[0, self.units] if one else maps[self.pictures, self.units])[:, None]
            return maps if one else maps[self.pictures]
        size = (maps.shape[2], maps.shape[3])
        margin = self._overhang(size)
        padded = F.pad(maps, (margin,) * 4, value=fill).flatten(2)
        places = self.places(size, margin)
        if self.units is not None:
            seen = padded[self.pictures[:, None], self.units[:, None], places][:, None]
        elif one:
            seen = padded[0][:, places].transpose(0, 1)
        else:
            seen = padded[self.pictures[:, None], :, places].transpose(1, 2)
        return seen.reshape(*seen.shape[:2], *self.values.shape[2:])

    def _overhang(self, size: tuple[int, int]) -> int:
        """By how many rows or columns a window hangs over the map's edge at the most."""
        if self.corner is None:
            return 0
        window = self.corner.new_tensor(self.values.shape[2:])
        past = self.corner + window - self.corner.new_tensor(size)
        return max(0, int((-self.corner).max()), int(past.max()))

    def inside(self, size: tuple[int, int]) -> Front:
        """Set to zero what hangs over the map's edge."""
        if self.corner is None:
            return self
        high, wide = self.values.shape[2:]
        if self._overhang(size) == 0:
            return self
        down = self.corner[:, 0, None] + torch.arange(high, device=self.corner.device)
        across = self.corner[:, 1, None] + torch.arange(wide, device=self.corner.device)
        rows_in, columns_in = (down >= 0) & (down < size[0]), (across >= 0) & (across < size[1])
        return self.with_values(self.values * (rows_in[:, None, :, None] & columns_in[:, None, None, :]))


def stacked(fronts: Sequence[Front]) -> Front:
    """Put fronts of one kind into one."""
    if len(fronts) == 1:
        return fronts[0]
    first = fronts[0]
    return Front(
        torch.cat([front.lanes for front in fronts]),
        torch.cat([front.pictures for front in fronts]),
        torch.cat([front.values for front in fronts]),
        None if first.units is None else torch.cat([f.units for f in fronts if f.units is not None]),
        None if first.corner is None else torch.cat([f.corner for f in fronts if f.corner is not None]),
    )


def gathered(fronts: Sequence[Front], shape: tuple[int, ...]) -> list[Front]:
    """Add up what several ways brought to the same lanes, and stack what can be stacked.

    Args:
        fronts: everything that arrived at one node.
        shape: the node's output shape.

    Returns:
        Fronts of different kinds; each lane stands in exactly one of them.
    """
    every = torch.cat([front.lanes for front in fronts])
    lanes, counts = torch.unique(every, return_counts=True)
    if bool((counts == 1).all()):
        kinds: dict[tuple[object, ...], list[Front]] = {}
        for front in fronts:
            kinds.setdefault(front.kind, []).append(front)
        return [stacked(alike) for alike in kinds.values()]
    full = [front.full(shape) for front in fronts]
    total = full[0].values.new_zeros(len(lanes), *shape)
    pictures = full[0].pictures.new_zeros(len(lanes))
    for front in full:
        rows = torch.searchsorted(lanes, front.lanes)
        total.index_add_(0, rows, front.values)
        pictures[rows] = front.pictures
    return [Front(lanes, pictures, total)]
