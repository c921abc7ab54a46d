"""Many paths down one network in one pass.

A sweep goes through the graph's nodes once, from the top. At each node everything that is passing through it
is carried as one batch; where a path masks a unit, a new lane starts from that unit alone. Where a batch
would outgrow the memory budget or the processor's caches, it is cut, and each part goes on by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, prod

import torch
from jaxtyping import Float
from torch import Tensor

from catvis.backward.carry import carry, rectify
from catvis.backward.front import Front, added_up, stacked
from catvis.backward.routes import Attribution, Route
from catvis.backward.rules import reached
from catvis.backward.stops import Stops
from catvis.backward.trace import Trace
from catvis.networks.operations import Convolution, MaxPool
from catvis.terms import Rule

__all__ = ["GIGABYTE", "Attribution", "Route", "attributions", "readings"]

GIGABYTE = 1 << 30
_WORKING_COPIES = 10
"""How many tensors of a front's size an operation and its library hold at once, at the most."""
_BESIDE = 64 << 20
"""Bytes of a budget that are left to what the allocator keeps and libraries take beside the tensors."""
_CACHED = 32 << 20
"""On a processor, fronts of more bytes than this are cut: larger ones go through main memory again and again."""

_Waiting = dict[int, list[Front]]


def attributions(
    trace: Trace,
    routes: Sequence[Route],
    rule: Rule = "guided",
    *,
    rescale: bool = False,
    memory: int = GIGABYTE,
) -> Iterator[tuple[int, Attribution]]:
    """Compute the attributions of many routes in one sweep.

    Args:
        trace: the forward pass.
        routes: what to go down.
        rule: what a ReLU does on the way back.
        rescale: after every mask, bring the gradient back to the L1 norm that it had before (the first
            publication's display).
        memory: bytes that gradients in flight may take; results not counted.

    Yields:
        The route's number and its attribution, in no particular order, each as soon as it is there.

    Raises:
        NetworkError: a path does not exist in the network.
        SilentUnitError: a path starts at a unit that does not fire.
    """
    stops = Stops(trace)
    for number, route in enumerate(routes):
        stops.add(route).images.append(number)
    unreached = set(range(len(routes)))
    for number, result in _Sweep(stops, rule, rescale=rescale, memory=memory).run():
        if isinstance(result, Attribution):
            unreached.discard(number)
            yield number, result
    height, width = trace.graph.nodes[0].shape[1:]
    for number in unreached:
        yield number, Attribution(trace.values[0].new_zeros(3, height, width), (0, 0), (height, width))


def readings(
    trace: Trace,
    routes: Sequence[tuple[Route, str]],
    rule: Rule = "gradient",
    *,
    by_place: bool = False,
    memory: int = GIGABYTE,
) -> Iterator[tuple[int, Float[Tensor, "units ..."]]]:
    """Compute the edge weights from the ends of many routes to whole layers in one sweep.

    Args:
        trace: the forward pass.
        routes: each route with the lower layer that is read.
        rule: ``gradient`` (the derivative), or ``guided``, the layer's own ReLU included.
        by_place: what each place adds, instead of their mean.
        memory: bytes that gradients in flight may take.

    Yields:
        The request's number and its weights with their signs, one for each unit of the layer, or a map for each;
        nothing for a request whose layer the gradient cannot reach.

    Raises:
        NetworkError: a path or layer does not exist, or the layer does not lie below the path's end.
        SilentUnitError: a path starts at a unit that does not fire.
    """
    card = trace.network.card
    stops = Stops(trace)
    for number, (route, layer) in enumerate(routes):
        card.check_below(layer, route.path.end.layer)
        stops.add(route).readings.setdefault(card.layer(layer).node, []).append(number)
    for number, result in _Sweep(stops, rule, by_place=by_place, memory=memory).run():
        if isinstance(result, Tensor):
            yield number, result


class _Sweep:
    """One pass down the tree of stops."""

    def __init__(
        self, stops: Stops, rule: Rule, *, rescale: bool = False, by_place: bool = False, memory: int
    ) -> None:
        self.stops, self.trace, self.rule = stops, stops.trace, rule
        self.rescale, self.by_place, self.memory = rescale, by_place, memory
        self.nodes = self.trace.graph.nodes
        self.rectified = {layer.node for layer in self.trace.network.card.layers if layer.rectified}

    def run(self) -> Iterator[tuple[int, Attribution | Tensor]]:
        """Give attributions and readings as they are reached, with their request's number."""
        waiting: _Waiting = {}
        for node, front in self.stops.seeds():
            waiting.setdefault(node, []).append(front)
        yield from self._descend(waiting, len(self.nodes), 0)

    @torch.no_grad()
    def _descend(
        self, waiting: _Waiting, start: int, held: int
    ) -> Iterator[tuple[int, Attribution | Tensor]]:
        """Pass through the nodes below ``start``, highest first, while ``held`` bytes wait elsewhere."""
        for node in reversed(range(start)):
            if node not in waiting:
                continue
            parts = self._cut(waiting, node, held)
            if len(parts) > 1:
                bytes_left = [_bytes(part) for part in parts]
                for number, part in enumerate(parts):
                    yield from self._descend(part, node + 1, held + sum(bytes_left[number + 1 :]))
                return
            arrived = added_up(waiting.pop(node), self.nodes[node].shape)
            if node == 0:
                for front in arrived:
                    yield from self._images(front)
                return
            arrived = stacked(arrived)
            started: list[Front] = []
            for front in arrived:
                yield from self._readings(node, front)
                started += self._masked(node, front)
            for front in (*arrived, *started):
                self._carry(node, front, waiting)

    def _carry(self, node: int, front: Front, waiting: _Waiting) -> None:
        """Through a node's operation, as far as somebody waits for it."""
        inputs = self.nodes[node].inputs
        going = self._awaited(front, inputs)
        if not len(going):
            return
        for source, passed in carry(self.trace, node, going, self.rule):
            kept = passed if len(inputs) == 1 else self._awaited(passed, (source,))
            if len(kept):
                waiting.setdefault(source, []).append(kept)

    def _awaited(self, front: Front, nodes: tuple[int, ...]) -> Front:
        """The lanes that have something to reach at some of the nodes or below."""
        wanted = [not self.stops.ways(lane).isdisjoint(nodes) for lane in front.lanes]
        return front if all(wanted) else front.take([row for row, want in enumerate(wanted) if want])

    def _masked(self, node: int, front: Front) -> list[Front]:
        """Through the layer's own ReLU by the rule, then only the units that paths go on from."""
        steps = [
            (row, stop)
            for row, lane in enumerate(front.lanes)
            for stop in self.stops[lane].below.values()
            if stop.node == node
        ]
        if not steps:
            return []
        rows = torch.tensor([row for row, _ in steps])
        units = torch.tensor([stop.unit.index for _, stop in steps])
        sign = front.values.new_tensor([stop.sign for _, stop in steps])
        dense = front.dense(self.nodes[node].shape[0])
        signed = dense.values[rows, units][:, None] * _like(sign, dense.values)
        corner = None if front.corner is None else front.corner[rows]
        lanes = tuple(stop.number for _, stop in steps)
        masked = self._rectified(node, Front(lanes, front.pictures[rows], signed, units, corner))
        if self.rescale:
            every = dense.take(rows.tolist())
            before = self._rectified(node, every.with_values(every.values * _like(sign, every.values)))
            norms = [f.values.abs().flatten(1).sum(1) for f in (before, masked)]
            factor = torch.where(norms[1] > 0, norms[0] / norms[1], 0)
            masked = masked.with_values(masked.values * _like(factor, masked.values))
        return [masked]

    def _rectified(self, node: int, front: Front) -> Front:
        return rectify(self.trace, node, front, self.rule) if node in self.rectified else front

    def _readings(self, node: int, front: Front) -> Iterator[tuple[int, Tensor]]:
        """The edge weights to every unit of this layer, where asked for: h ⊙ g, or its mean over space."""
        rows = [row for row, lane in enumerate(front.lanes) if node in self.stops[lane].readings]
        if not rows:
            return
        shape = self.nodes[node].shape
        mine = front.take(rows).dense(shape[0])
        passed = self._rectified(node, mine.with_values(mine.values.clone()))
        products = passed.values * passed.see(self.trace.values[node])
        if self.by_place:
            weights = passed.with_values(products).whole((shape[-2], shape[-1])).values
        else:
            weights = products.sum((2, 3)) / prod(shape[1:]) if len(shape) == 3 else products
        for lane, row in zip(passed.lanes, weights, strict=True):
            for number in self.stops[lane].readings[node]:
                yield number, row

    def _images(self, front: Front) -> Iterator[tuple[int, Attribution]]:
        """What has reached the picture, as it is asked for."""
        channels, height, width = self.nodes[0].shape
        planes = front.dense(channels).values.unbind(1)
        order = -1 if self.trace.network.preprocessing.order == "BGR" else 1
        values = torch.stack(planes[::order], 1)
        corners = [[0, 0]] * len(front) if front.corner is None else front.corner.tolist()
        for lane, mine, (top, left) in zip(front.lanes, values, corners, strict=True):
            for number in self.stops[lane].images:
                yield number, Attribution(mine, (top, left), (height, width))

    def _cut(self, waiting: _Waiting, node: int, held: int) -> list[_Waiting]:
        """Divide what waits so that passing through a node stays within the budget, if it has to be."""
        here = list(dict.fromkeys(lane for front in waiting[node] for lane in front.lanes))
        ahead = sum(self._ahead(node, front) for front in waiting[node])
        room = max(1, self.memory - _BESIDE - held - _bytes(waiting))
        count = ceil(_WORKING_COPIES * ahead / room)
        if self.trace.values[0].device.type == "cpu":
            count = max(count, ceil(ahead / _CACHED))
        size = ceil(len(here) / min(count, len(here)))
        return [waiting] if size == len(here) else _divided(waiting, here, size)

    def _ahead(self, node: int, front: Front) -> int:
        """Bytes of the largest front that a front becomes on its way through a node."""
        shapes = [self.nodes[index].shape for index in (node, *self.nodes[node].inputs)]
        sizes = [prod(shape) for shape in shapes]
        if front.corner is not None:
            operation, (high, wide) = self.nodes[node].operation, front.values.shape[2:]
            seen = (
                reached(operation, (high, wide))
                if isinstance(operation, Convolution | MaxPool)
                else (high, wide)
            )
            areas = [high * wide, *(prod(seen) for _ in shapes[1:])]
            sizes = [
                min(size, shape[0] * area) for size, shape, area in zip(sizes, shapes, areas, strict=True)
            ]
        return len(front) * max(sizes) * front.values.element_size()


def _divided(waiting: _Waiting, lanes: Sequence[int], size: int) -> list[_Waiting]:
    """Parts of ``size`` of the lanes each; what else waits goes with the last."""
    part_of = {lane: place // size for place, lane in enumerate(lanes)}
    last = (len(lanes) - 1) // size
    parts: list[_Waiting] = [{} for _ in range(last + 1)]
    for node, fronts in waiting.items():
        for front in fronts:
            rows: dict[int, list[int]] = {}
            for row, lane in enumerate(front.lanes):
                rows.setdefault(part_of.get(lane, last), []).append(row)
            for number, mine in rows.items():
                parts[number].setdefault(node, []).append(front.take(mine))
    return parts


def _bytes(waiting: _Waiting) -> int:
    return sum(front.values.nbytes for fronts in waiting.values() for front in fronts)


def _like(factors: Tensor, values: Tensor) -> Tensor:
    """One factor for each row, shaped to multiply it."""
    return factors.view(-1, *(1,) * (values.dim() - 1))
