"""Many paths down one network in one pass.

A sweep goes through the graph's nodes once, from the top. At each node everything that is passing through it
is carried as one batch; where a path masks a unit, a new lane starts from that unit alone. What paths share
is computed once: the paths form a tree of `_Stop`s, and a lane runs from each stop to all that lies below
it. When a batch would outgrow the memory budget, the lanes are halved and each half goes on by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from catvis.backward.carry import carry, rectify
from catvis.backward.front import Front, gathered
from catvis.backward.rules import Rule
from catvis.backward.trace import Trace
from catvis.errors import SilentUnitError
from catvis.units import Unit, UnitPath

GIGABYTE = 1 << 30
_WORKING_COPIES = 4
"""How many tensors of a front's size an operation holds at once, at the most."""


@dataclass(frozen=True)
class Route:
    """One way down: a path of units on one picture of a trace.

    Attributes:
        path: units from the top down.
        signs: +1 for each unit, or −1 where the step to it is inhibitory: there −g is carried on; as long as
            the path, or empty for all +1. The first unit's sign is +1.
        picture: which picture of the trace.
        place: row and column where the first unit's gradient starts; by default where it is most active.
    """

    path: UnitPath
    signs: tuple[int, ...] = ()
    picture: int = 0
    place: tuple[int, int] | None = None

    def steps(self) -> Iterator[tuple[Unit, int]]:
        """The units with their signs."""
        yield from zip(self.path.units, self.signs or (1,) * len(self.path.units), strict=True)


@dataclass(frozen=True, eq=False)
class Attribution:
    """The gradient image of a route, in units of the network's input.

    Attributes:
        values: float32 (3, height, width), RGB; a window of the picture where the rest is known to be zero.
        corner: the window's first row and column in the picture; it may hang over the edge.
        size: the picture's height and width.
    """

    values: Float[Tensor, "3 _ _"]
    corner: tuple[int, int]
    size: tuple[int, int]

    def whole(self) -> Float[Tensor, "3 height width"]:
        """The gradient on the whole picture."""
        height, width = self.size
        if self.corner == (0, 0) and tuple(self.values.shape[1:]) == self.size:
            return self.values
        top, left = self.corner
        high, wide = self.values.shape[1:]
        rows = slice(max(0, top), min(height, top + high))
        columns = slice(max(0, left), min(width, left + wide))
        full = self.values.new_zeros(3, height, width)
        full[:, rows, columns] = self.values[
            :, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ]
        return full


@dataclass(eq=False)
class _Stop:
    """A unit reached by some path: the lane that starts here has the stop's number."""

    number: int
    unit: Unit
    sign: int
    picture: int
    place: tuple[int, int] | None = None
    below: dict[tuple[Unit, int], _Stop] = field(default_factory=dict)
    images: list[int] = field(default_factory=list)
    readings: dict[int, list[int]] = field(default_factory=dict)
    targets: frozenset[int] = frozenset()


class _Sweep:
    """The paths as a tree, and one pass down it."""

    def __init__(self, trace: Trace, rule: Rule, *, rescale: bool, memory: int) -> None:
        self.trace, self.rule, self.rescale, self.memory = trace, rule, rescale, memory
        self.stops: list[_Stop] = []
        self.roots: dict[tuple[Unit, int, tuple[int, int] | None], _Stop] = {}
        self.rectified = {layer.node for layer in trace.network.card.layers if layer.rectified}

    def add(self, route: Route) -> _Stop:
        """Find or make the stop at the end of a route."""
        self.trace.network.card.check(route.path)
        first, *rest = route.steps()
        key = (first[0], route.picture, route.place)
        if key not in self.roots:
            if self.trace.is_silent(first[0], route.picture):
                raise SilentUnitError(
                    f"{first[0]} does not fire on this picture: there is nothing to go back from",
                    hint="its activation is 0 everywhere; choose a unit that fires",
                )
            self.roots[key] = self._stop(first[0], 1, route.picture, route.place)
        stop = self.roots[key]
        for unit, sign in rest:
            if (unit, sign) not in stop.below:
                stop.below[unit, sign] = self._stop(unit, sign, route.picture, None)
            stop = stop.below[unit, sign]
        return stop

    def _stop(self, unit: Unit, sign: int, picture: int, place: tuple[int, int] | None) -> _Stop:
        self.stops.append(_Stop(len(self.stops), unit, sign, picture, place))
        return self.stops[-1]

    def run(self) -> Iterator[tuple[int, Attribution | Tensor]]:
        """Go down once; give attributions and readings as they are reached, with their request's number."""
        for stop in self.stops:
            below = {self._node(unit) for unit, _ in stop.below}
            stop.targets = frozenset(below | stop.readings.keys() | ({0} if stop.images else set()))
        waiting: dict[int, list[Front]] = {}
        for node, front in self._seeds():
            waiting.setdefault(node, []).append(front)
        yield from self._descend(waiting, len(self.trace.graph.nodes))

    def _node(self, unit: Unit) -> int:
        return self.trace.network.card.layer(unit.layer).node

    def _seeds(self) -> Iterator[tuple[int, Front]]:
        by_node: dict[int, list[_Stop]] = {}
        for stop in self.roots.values():
            by_node.setdefault(self._node(stop.unit), []).append(stop)
        for node, stops in by_node.items():
            device = self.trace.values[node].device
            spatial = self.trace.values[node].dim() == 4
            places = [stop.place or self.trace.peak(stop.unit, stop.picture)[:2] for stop in stops if spatial]
            front = Front(
                torch.tensor([stop.number for stop in stops], device=device),
                torch.tensor([stop.picture for stop in stops], device=device),
                self.trace.values[node].new_ones(len(stops), 1, *((1, 1) if spatial else ())),
                torch.tensor([stop.unit.index for stop in stops], device=device),
                torch.tensor(places, device=device) if spatial else None,
            )
            yield node, front

    @torch.no_grad()
    def _descend(
        self, waiting: dict[int, list[Front]], start: int
    ) -> Iterator[tuple[int, Attribution | Tensor]]:
        """Pass through the nodes below ``start``, highest first."""
        graph = self.trace.graph
        for node in reversed(range(start)):
            if node not in waiting:
                continue
            if self._too_large(waiting, node):
                for part in _halves(waiting):
                    yield from self._descend(part, node + 1)
                return
            arrived = gathered(waiting.pop(node), graph.nodes[node].shape)
            if node == 0:
                arrived = [front.dense(graph.nodes[0].shape[0]) for front in arrived]
            started: list[Front] = []
            for front in arrived:
                yield from self._take_off(node, front, started)
            if node == 0:
                continue
            for front in [*arrived, *started]:
                going = front.take(self._goes_below(front, node))
                if not len(going):
                    continue
                for source, passed in zip(
                    graph.nodes[node].inputs, carry(self.trace, node, going, self.rule), strict=True
                ):
                    kept = passed.take(self._is_awaited(passed, source))
                    if len(kept):
                        waiting.setdefault(source, []).append(kept)

    def _take_off(
        self, node: int, front: Front, started: list[Front]
    ) -> Iterator[tuple[int, Attribution | Tensor]]:
        """Hand over what was asked for at this node, and start the lanes of units masked here."""
        rows: list[int] = []
        stops: list[_Stop] = []
        for row, lane in enumerate(front.lanes.tolist()):
            stop = self.stops[lane]
            if node == 0:
                for number in stop.images:
                    yield number, self._attribution(front, row)
                continue
            if node in stop.readings:
                weights = self._reading(node, front.take(torch.tensor([row])))
                for number in stop.readings[node]:
                    yield number, weights
            for (unit, _), child in stop.below.items():
                if self._node(unit) == node:
                    rows.append(row)
                    stops.append(child)
        if stops:
            started.append(self._masked(node, front.take(torch.tensor(rows)), stops))

    def _masked(self, node: int, parents: Front, stops: Sequence[_Stop]) -> Front:
        """Through the layer's own ReLU by the rule, then only the stops' units."""
        device = parents.values.device
        sign = torch.tensor([stop.sign for stop in stops], device=device)
        whole = parents.dense(self.trace.graph.nodes[node].shape[0])
        signed = whole.with_values(whole.values * sign.view(-1, *(1,) * (whole.values.dim() - 1)))
        passed = rectify(self.trace, node, signed, self.rule) if node in self.rectified else signed
        units = torch.tensor([stop.unit.index for stop in stops], device=device)
        values = passed.values[torch.arange(len(stops), device=device), units][:, None]
        if self.rescale:
            before, after = (v.abs().flatten(1).sum(1) for v in (passed.values, values))
            factor = torch.where(after > 0, before / after, 0)
            values = values * factor.view(-1, *(1,) * (values.dim() - 1))
        lanes = torch.tensor([stop.number for stop in stops], device=device)
        return Front(lanes, parents.pictures, values, units, parents.corner)

    def _reading(self, node: int, front: Front) -> Tensor:
        """The edge weights from a lane's stop to every unit of this layer: the mean over space of h ⊙ g."""
        shape = self.trace.graph.nodes[node].shape
        dense = front.dense(shape[0])
        passed = rectify(self.trace, node, dense, self.rule) if node in self.rectified else dense
        product = passed.values * passed.see(self.trace.values[node])
        places = shape[1] * shape[2] if len(shape) == 3 else 1
        return product.flatten(2).sum(2)[0] / places if product.dim() == 4 else product[0]

    def _attribution(self, front: Front, row: int) -> Attribution:
        height, width = self.trace.graph.nodes[0].shape[1:]
        values = front.values[row]
        if self.trace.network.preprocessing.order == "BGR":
            values = values.flip(0)
        corner = (0, 0)
        if front.corner is not None:
            top, left = front.corner[row].tolist()
            corner = (top, left)
        return Attribution(values.clone(), corner, (height, width))

    def _goes_below(self, front: Front, node: int) -> Tensor:
        return torch.tensor(
            [any(t < node for t in self.stops[lane].targets) for lane in front.lanes.tolist()]
        )

    def _is_awaited(self, front: Front, node: int) -> Tensor:
        """Whether some of a lane's targets can be reached from a node."""
        below = self.trace.graph.ancestors[node]
        return torch.tensor(
            [not below.isdisjoint(self.stops[lane].targets) for lane in front.lanes.tolist()],
            dtype=torch.bool,
        )

    def _too_large(self, waiting: dict[int, list[Front]], node: int) -> bool:
        lanes = {lane for fronts in waiting.values() for front in fronts for lane in front.lanes.tolist()}
        if len(lanes) < 2:
            return False
        held = sum(front.values.nbytes for fronts in waiting.values() for front in fronts)
        shapes = [self.trace.graph.nodes[i].shape for i in self.trace.graph.nodes[node].inputs]
        ahead = sum(len(front) for front in waiting[node]) * sum(
            4 * torch.Size(shape).numel() for shape in shapes
        )
        return held + _WORKING_COPIES * ahead > self.memory


def _halves(waiting: dict[int, list[Front]]) -> Iterator[dict[int, list[Front]]]:
    """Two parts of the waiting fronts, by lanes."""
    lanes = sorted({lane for fronts in waiting.values() for front in fronts for lane in front.lanes.tolist()})
    middle = lanes[len(lanes) // 2]
    for lower in (True, False):
        part: dict[int, list[Front]] = {}
        for node, fronts in waiting.items():
            mine = [front.take((front.lanes < middle) == lower) for front in fronts]
            if kept := [front for front in mine if len(front)]:
                part[node] = kept
        yield part


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
    sweep = _Sweep(trace, rule, rescale=rescale, memory=memory)
    for number, route in enumerate(routes):
        sweep.add(route).images.append(number)
    unreached = set(range(len(routes)))
    for number, result in sweep.run():
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
    memory: int = GIGABYTE,
) -> Iterator[tuple[int, Float[Tensor, " units"]]]:
    """Compute the edge weights from the ends of many routes to whole layers in one sweep.

    Args:
        trace: the forward pass.
        routes: each route with the lower layer that is read.
        rule: ``gradient`` (the derivative), or ``guided``, the layer's own ReLU included.
        memory: bytes that gradients in flight may take.

    Yields:
        The request's number and its weights with their signs, one for each unit of the layer.

    Raises:
        NetworkError: a path or layer does not exist, or the layer does not lie below the path's end.
        SilentUnitError: a path starts at a unit that does not fire.
    """
    card = trace.network.card
    sweep = _Sweep(trace, rule, rescale=False, memory=memory)
    for number, (route, layer) in enumerate(routes):
        card.check_below(route.path, layer)
        sweep.add(route).readings.setdefault(card.layer(layer).node, []).append(number)
    for number, result in sweep.run():
        if isinstance(result, Tensor):
            yield number, result
