"""A front: gradients of several lanes at one node, as small as they can be held.

A gradient that started at one place of one unit is known to be zero almost everywhere: it is held as a window
of the map, and as a single channel where only one unit is left. Values outside the map are always zero. The
values lie on the network's device, everything that says what they are on the host.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

WHOLE_FROM = 0.8
"""A window that covers more than this part of a map is held as the whole map: cutting would cost more."""


@dataclass(frozen=True, eq=False)
class Front:
    """Gradients at a node's output.

    Attributes:
        lanes: which gradient each row is.
        pictures: the picture of the trace that each row is about, (rows,).
        values: (rows, channels, height, width), or (rows, units) where the node has no maps.
        units: where given, the rows hold only this channel each: values has one channel.
        corner: where given, values is a window of the map, and this is the window's first row and column,
            (rows, 2); it may hang over the map's edge.
    """

    lanes: tuple[int, ...]
    pictures: Tensor
    values: Tensor
    units: Tensor | None = None
    corner: Tensor | None = None

    def __len__(self) -> int:
        return len(self.lanes)

    @property
    def kind(self) -> tuple[object, ...]:
        """Fronts of one kind can be stacked."""
        return (self.units is None, self.corner is None, tuple(self.values.shape[1:]))

    def take(self, rows: Sequence[int]) -> Front:
        """Some of the rows; a run of them is not copied."""
        if not rows or list(rows) == list(range(rows[0], rows[0] + len(rows))):
            part: slice | list[int] = slice(rows[0], rows[0] + len(rows)) if rows else slice(0)
        else:
            part = list(rows)
        return Front(
            tuple(self.lanes[row] for row in rows),
            self.pictures[part],
            self.values[part],
            None if self.units is None else self.units[part],
            None if self.corner is None else self.corner[part],
        )

    def with_values(self, values: Tensor) -> Front:
        """The same rows with other values."""
        return replace(self, values=values)

    def dense(self, channels: int) -> Front:
        """Hold every channel."""
        if self.units is None:
            return self
        full = self.values.new_zeros(len(self), channels, *self.values.shape[2:])
        full[torch.arange(len(self)), self.units] = self.values[:, 0]
        return replace(self, values=full, units=None)

    def framed(self, corner: Tensor, size: tuple[int, int]) -> Front:
        """Hold another window: zero where it is larger, and nothing of what lies outside of it."""
        if self.corner is None:
            raise ValueError("a whole map has no window")
        high, wide = self.values.shape[2:]
        margins = [
            (left, size[1] - left - wide, top, size[0] - top - high)
            for top, left in (self.corner - corner).tolist()
        ]
        if len(set(margins)) == 1:
            values = F.pad(self.values, margins[0])
        else:
            values = torch.stack(
                [F.pad(row, margin) for row, margin in zip(self.values, margins, strict=True)]
            )
        return replace(self, values=values, corner=corner)

    def whole(self, size: tuple[int, int]) -> Front:
        """Hold the whole map; what hangs over its edge is zero and falls away."""
        if self.corner is None:
            return self
        return replace(self.framed(torch.zeros_like(self.corner), size), corner=None)

    def full(self, shape: tuple[int, ...]) -> Front:
        """Hold every channel of the whole map, of the node's output shape."""
        dense = self.dense(shape[0])
        return dense.whole((shape[1], shape[2])) if len(shape) == 3 else dense

    def fitted(self, size: tuple[int, int]) -> Front:
        """Hold the whole map where the window is almost as large; else set to zero what hangs over."""
        if self.corner is None:
            return self
        high, wide = self.values.shape[2:]
        if high * wide > WHOLE_FROM * size[0] * size[1]:
            return self.whole(size)
        if self.overhang(size) == 0:
            return self
        down = self.corner[:, 0, None] + torch.arange(high)
        across = self.corner[:, 1, None] + torch.arange(wide)
        rows, columns = (down >= 0) & (down < size[0]), (across >= 0) & (across < size[1])
        inside = (rows[:, None, :, None] & columns[:, None, None, :]).to(self.values.device)
        return self.with_values(self.values * inside)

    def see(self, maps: Tensor) -> Tensor:
        """What of the trace's maps the rows cover, zeros outside the map.

        Args:
            maps: (pictures, channels, height, width), or (pictures, units).

        Returns:
            A tensor that broadcasts against ``values``; it may be a view of the maps.
        """
        if self.corner is None:
            if self.units is not None:
                return maps[self.pictures, self.units][:, None]
            return maps if maps.shape[0] == 1 else maps[self.pictures]
        parts = self.windows(maps)
        if len(parts) == 1 and parts[0][1].shape[1:] == self.values.shape[2:]:
            return parts[0][1][None]
        channels = maps.shape[1] if self.units is None else 1
        seen = maps.new_zeros(len(self), channels, *self.values.shape[2:])
        for row, (place, inner) in zip(seen, parts, strict=True):
            row[place] = inner
        return seen

    def windows(self, maps: Tensor) -> list[tuple[tuple[slice, slice, slice], Tensor]]:
        """For each row the part of its window that lies in the map, and what stands there in the trace's maps.

        Args:
            maps: (pictures, channels, height, width).

        Returns:
            Channels, rows and columns in the window, and a view (channels, …) of the maps.
        """
        if self.corner is None:
            raise ValueError("a whole map has no window")
        (height, width), (high, wide) = maps.shape[2:], self.values.shape[2:]
        channels = (
            [slice(None)] * len(self)
            if self.units is None
            else [slice(u, u + 1) for u in self.units.tolist()]
        )
        found = []
        for picture, channel, (top, left) in zip(
            self.pictures.tolist(), channels, self.corner.tolist(), strict=True
        ):
            rows = slice(max(0, top), max(0, min(height, top + high)))
            columns = slice(max(0, left), max(0, min(width, left + wide)))
            place = (slice(None), _moved(rows, -top), _moved(columns, -left))
            found.append((place, maps[picture, channel, rows, columns]))
        return found

    def overhang(self, size: tuple[int, int]) -> int:
        """By how many rows or columns a window hangs over the map's edge at the most."""
        if self.corner is None:
            return 0
        past = self.corner + torch.tensor(self.values.shape[2:]) - torch.tensor(size)
        return max(0, int((-self.corner).max()), int(past.max()))


def _moved(span: slice, by: int) -> slice:
    return slice(span.start + by, span.stop + by)


def gathered(fronts: Sequence[Front], shape: tuple[int, ...]) -> list[Front]:
    """Add up what several ways brought to the same lanes, and stack what can be stacked.

    Args:
        fronts: everything that arrived at one node.
        shape: the node's output shape.

    Returns:
        Fronts of different kinds; each lane stands in exactly one of them.
    """
    arrived: dict[int, list[tuple[int, int]]] = {}
    for number, front in enumerate(fronts):
        for row, lane in enumerate(front.lanes):
            arrived.setdefault(lane, []).append((number, row))
    alike: dict[tuple[int, ...], list[list[int]]] = {}
    for ways in arrived.values():
        alike.setdefault(tuple(number for number, _ in ways), []).append([row for _, row in ways])
    kinds: dict[tuple[object, ...], list[Front]] = {}
    for numbers, rows in alike.items():
        parts = [
            fronts[number].take(mine) for number, mine in zip(numbers, zip(*rows, strict=True), strict=True)
        ]
        total = parts[0] if len(parts) == 1 else _added(parts, shape)
        kinds.setdefault(total.kind, []).append(total)
    return [_stacked(same) for same in kinds.values()]


def _added(parts: Sequence[Front], shape: tuple[int, ...]) -> Front:
    """The sum of fronts of the same lanes: in the smallest window that holds all, where all are windows."""
    dense = [part.dense(shape[0]) for part in parts]
    corners = [part.corner for part in dense if part.corner is not None]
    if len(corners) == len(dense):
        corner = torch.stack(corners).amin(0)
        far = torch.stack([c + torch.tensor(p.values.shape[2:]) for c, p in zip(corners, dense, strict=True)])
        high, wide = (far.amax(0) - corner).amax(0).tolist()
        framed = [part.framed(corner, (high, wide)) for part in dense]
    else:
        framed = [part.full(shape) for part in dense]
    total = framed[0].values + framed[1].values
    for part in framed[2:]:
        total += part.values
    summed = framed[0].with_values(total)
    return summed.fitted((shape[1], shape[2])) if summed.corner is not None else summed


def _stacked(fronts: Sequence[Front]) -> Front:
    """Put fronts of one kind into one."""
    if len(fronts) == 1:
        return fronts[0]
    first = fronts[0]
    return Front(
        tuple(lane for front in fronts for lane in front.lanes),
        torch.cat([front.pictures for front in fronts]),
        torch.cat([front.values for front in fronts]),
        None if first.units is None else torch.cat([f.units for f in fronts if f.units is not None]),
        None if first.corner is None else torch.cat([f.corner for f in fronts if f.corner is not None]),
    )
