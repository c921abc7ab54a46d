"""A front: gradients of several lanes at one node, as small as they can be held.

A gradient that started at one place of one unit is known to be zero almost everywhere: it is held as a window
of the map, as a single channel where only one unit is left, and as a span of channels where the rest lies in
other groups. Values outside the map are always zero. The values lie on the network's device, everything that says
what they are on the host.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from catvis.backward.strides import by_place, zeros

Span = tuple[int, int]
"""The first channel of a run of channels, and the one after its last."""

WHOLE_FROM = 0.8
"""A window that covers more than this part of a map is held as the whole map: cutting would cost more."""

_OWN_CACHE = 1 << 18
"""Bytes of a gradient that one core's cache holds beside all that it is multiplied with."""
_FEW_ROWS = 4
"""Of windows so small that fewer would fill the cache, it pays to go through several at once."""


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
        span: where given, values holds the channels from the first to before the second of these, and all others
            are zero. Never given together with units.
    """

    lanes: tuple[int, ...]
    pictures: Tensor
    values: Tensor
    units: Tensor | None = None
    corner: Tensor | None = None
    span: Span | None = None

    def __len__(self) -> int:
        return len(self.lanes)

    @property
    def kind(self) -> tuple[object, ...]:
        """Fronts of one kind can be stacked."""
        return (self.units is None, self.corner is None, self.span, tuple(self.values.shape[1:]))

    def take(self, rows: Sequence[int]) -> Front:
        """Some of the rows; a run of them is not copied."""
        if not rows or list(rows) == list(range(rows[0], rows[0] + len(rows))):
            part: slice | list[int] = slice(rows[0], rows[0] + len(rows)) if rows else slice(0)
        else:
            part = list(rows)
        return replace(
            self,
            lanes=tuple(self.lanes[row] for row in rows),
            pictures=self.pictures[part],
            values=self.values[part],
            units=None if self.units is None else self.units[part],
            corner=None if self.corner is None else self.corner[part],
        )

    def with_values(self, values: Tensor) -> Front:
        """The same rows with other values."""
        return replace(self, values=values)

    def dense(self, channels: int) -> Front:
        """Hold every channel."""
        if self.units is None:
            return self.spanning(None, channels)
        full = zeros(self.values, len(self), channels, *self.values.shape[2:])
        full[torch.arange(len(self)), self.units] = self.values[:, 0]
        return replace(self, values=full, units=None)

    def spanning(self, span: Span | None, channels: int) -> Front:
        """Hold the channels of a span that holds this one's, or all channels."""
        if span == self.span:
            return self
        start, stop = span or (0, channels)
        own_start, own_stop = self.span or (0, channels)
        wider = zeros(self.values, len(self), stop - start, *self.values.shape[2:])
        wider[:, own_start - start : own_stop - start] = self.values
        return replace(self, values=wider, span=span)

    def framed(self, corner: Tensor, size: tuple[int, int]) -> Front:
        """Hold another window: zero where it is larger, and nothing of what lies outside of it."""
        if self.corner is None:
            raise ValueError("a whole map has no window")
        channels, high, wide = self.values.shape[1:]
        framed = zeros(self.values, len(self), channels, *size)
        for row, inner, (top, left) in zip(framed, self.values, (self.corner - corner).tolist(), strict=True):
            (rows, own_rows), (columns, own_columns) = (
                _overlap(top, high, size[0]),
                _overlap(left, wide, size[1]),
            )
            row[:, rows, columns] = inner[:, own_rows, own_columns]
        return replace(self, values=framed, corner=corner)

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
        """Hold the whole map where the window is almost as large."""
        high, wide = self.values.shape[2:]
        return self.whole(size) if high * wide > WHOLE_FROM * size[0] * size[1] else self

    def clear(self, size: tuple[int, int]) -> None:
        """Set to zero, in place, what hangs over the map's edge."""
        if self.corner is None:
            return
        high, wide = self.values.shape[2:]
        for row, (top, left) in enumerate(self.corner.tolist()):
            for rows in _outside(top, high, size[0]):
                self.values[row, :, rows] = 0
            for columns in _outside(left, wide, size[1]):
                self.values[row, :, :, columns] = 0

    def see(self, maps: Tensor) -> Tensor:
        """What of the trace's maps the rows cover; outside the map, where values are zero, anything finite.

        Args:
            maps: (pictures, channels, height, width), or (pictures, units); of the channels that are held.

        Returns:
            A tensor that broadcasts against ``values``; it may be a view of the maps.
        """
        if self.corner is None:
            if self.units is not None:
                return maps[self.pictures, self.units][:, None]
            return maps if maps.shape[0] == 1 else maps[self.pictures]
        places = self.places((maps.shape[2], maps.shape[3]))
        flat = by_place(maps).flatten(0, 1)
        if self.units is not None:
            return flat[places, self.units[:, None, None]][:, None]
        return F.embedding(places, flat).permute(0, 3, 1, 2)

    def places(self, size: tuple[int, int]) -> Tensor:
        """Where in the trace's maps the rows' values lie, counted row by row through one picture after another.

        Values that hang over the map's edge, and so are zero, lie where the edge is nearest.

        Args:
            size: the maps' height and width.

        Returns:
            (rows, height, width), on the network's device; one row for all where they cover the same.
        """
        high, wide = self.values.shape[2:]
        alike = self.corner is None and bool((self.pictures == self.pictures[0]).all())
        pictures = self.pictures[:1] if alike else self.pictures
        top, left = (0, 0) if self.corner is None else self.corner[:, :, None].unbind(1)
        down = (top + torch.arange(high)).clamp_(0, size[0] - 1)
        across = (left + torch.arange(wide)).clamp_(0, size[1] - 1)
        first = (pictures[:, None] * size[0] + down) * size[1]
        return (first[:, :, None] + across[..., None, :]).to(self.values.device)

    def pieces(self, *maps: Tensor) -> Iterator[tuple[Tensor, list[Tensor]]]:
        """Go through the values as many at a time as fit a processor's cache, beside what they cover.

        Args:
            maps: of the trace, each (pictures, channels, height, width), of the channels that are held, laid out.

        Yields:
            A view of the values, channels last, and of each map what broadcasts against it. What hangs over
            the map's edge, and so is zero, may be left out.
        """
        values, maps_by_place = self.values.permute(0, 2, 3, 1), [one.permute(0, 2, 3, 1) for one in maps]
        height, width = maps[0].shape[2:]
        cached = _OWN_CACHE * torch.get_num_threads() if values.device.type == "cpu" else values.nbytes
        if self.corner is None and bool((self.pictures == self.pictures[0]).all()):
            for lines in _spans(height, values[:, 0].nbytes, cached):
                yield values[:, lines], [one[self.pictures[0], lines] for one in maps_by_place]
        elif self.corner is not None and values[0].nbytes * _FEW_ROWS <= cached:
            places = self.places((height, width))
            for rows in _spans(len(self), values[0].nbytes, cached):
                yield values[rows], [F.embedding(places[rows], one.flatten(0, 2)) for one in maps_by_place]
        else:
            corners = [[0, 0]] * len(self) if self.corner is None else self.corner.tolist()
            for row, picture, (top, left) in zip(values, self.pictures, corners, strict=True):
                down, own_down = _overlap(top, values.shape[1], height)
                across, own_across = _overlap(left, values.shape[2], width)
                inside = row[own_down, own_across]
                there = [one[picture, down, across] for one in maps_by_place]
                for lines in _spans(len(inside), values[0, 0].nbytes, cached):
                    yield inside[lines], [one[lines] for one in there]

    def overhang(self, size: tuple[int, int]) -> int:
        """By how many rows or columns a window hangs over the map's edge at the most."""
        if self.corner is None:
            return 0
        past = self.corner + torch.tensor(self.values.shape[2:]) - torch.tensor(size)
        return max(0, int((-self.corner).max()), int(past.max()))


def _spans(count: int, each: int, most: int) -> Iterator[slice]:
    """Divide ``count`` things of ``each`` bytes into runs of at ``most`` so many bytes, or of one."""
    step = max(1, most // max(1, each))
    return (slice(start, start + step) for start in range(0, count, step))


def _overlap(start: int, extent: int, size: int) -> tuple[slice, slice]:
    """What a span shares with the line from 0 to ``size``, counted along the line and along the span."""
    first, end = (min(max(0, place), size) for place in (start, start + extent))
    return slice(first, end), slice(first - start, end - start)


def _outside(start: int, extent: int, size: int) -> list[slice]:
    """What of a span lies before and past the line from 0 to ``size``, counted along the span."""
    before, past = min(-start, extent), max(size - start, 0)
    return [*([slice(0, before)] if before > 0 else []), *([slice(past, extent)] if past < extent else [])]


def added_up(fronts: Sequence[Front], shape: tuple[int, ...]) -> list[Front]:
    """Add up what several ways brought to the same lanes.

    Args:
        fronts: everything that arrived at one node.
        shape: the node's output shape.

    Returns:
        Fronts in which each lane stands exactly once.
    """
    if len({lane for front in fronts for lane in front.lanes}) == sum(map(len, fronts)):
        return list(fronts)
    arrived: dict[int, list[tuple[int, int]]] = {}
    for number, front in enumerate(fronts):
        for row, lane in enumerate(front.lanes):
            arrived.setdefault(lane, []).append((number, row))
    alike: dict[tuple[int, ...], list[list[int]]] = {}
    for ways in arrived.values():
        alike.setdefault(tuple(number for number, _ in ways), []).append([row for _, row in ways])
    totals = []
    for numbers, rows in alike.items():
        parts = [
            fronts[number].take(mine) for number, mine in zip(numbers, zip(*rows, strict=True), strict=True)
        ]
        totals.append(parts[0] if len(parts) == 1 else _added(parts, shape))
    return totals


def stacked(fronts: Sequence[Front]) -> list[Front]:
    """Put fronts of one kind into one."""
    kinds: dict[tuple[object, ...], list[Front]] = {}
    for front in fronts:
        kinds.setdefault(front.kind, []).append(front)
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
    if len(fronts) == 1:
        return fronts[0]
    first = fronts[0]
    return Front(
        tuple(lane for front in fronts for lane in front.lanes),
        torch.cat([front.pictures for front in fronts]),
        torch.cat([front.values for front in fronts]),
        None if first.units is None else torch.cat([f.units for f in fronts if f.units is not None]),
        None if first.corner is None else torch.cat([f.corner for f in fronts if f.corner is not None]),
        first.span,
    )
