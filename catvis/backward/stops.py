"""Routes as a tree: what they share is one stop, and stands in it once.

A stop is a unit that some path reaches. The gradient that starts there, its *lane*, bears the stop's number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from catvis.backward.front import Front
from catvis.backward.remembering import remembered
from catvis.backward.routes import Route
from catvis.backward.trace import Trace
from catvis.errors import SilentUnitError
from catvis.terms import Unit


@dataclass(eq=False)
class Stop:
    """A unit on the way down.

    Attributes:
        number: the stop's place in its tree, and its lane.
        unit: what is kept here; everything else of the layer is masked.
        node: the graph's node of the unit's layer.
        sign: −1 where the step to this stop is inhibitory.
        picture: which picture of the trace.
        place: where a path's first unit starts, if not where it is most active.
        below: the stops that follow, by unit and sign.
        images: numbers of the requests that want the attribution from here.
        readings: numbers of the requests that want edge weights from here, by node.
    """

    number: int
    unit: Unit
    node: int
    sign: int
    picture: int
    place: tuple[int, int] | None = None
    below: dict[tuple[Unit, int], Stop] = field(default_factory=dict)
    images: list[int] = field(default_factory=list)
    readings: dict[int, list[int]] = field(default_factory=dict)


class Stops:
    """The tree of all routes of a sweep.

    Args:
        trace: the forward pass that the routes go back through.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._all: list[Stop] = []
        self._roots: dict[tuple[Unit, int, tuple[int, int] | None], Stop] = {}

    def __getitem__(self, lane: int) -> Stop:
        return self._all[lane]

    def add(self, route: Route) -> Stop:
        """Find or make the stop at the end of a route.

        Raises:
            NetworkError: the path does not exist in the network.
            SilentUnitError: the path starts at a unit that does not fire.
        """
        self.trace.network.card.check(route.path)
        (first, _), *rest = route.steps()
        key = (first, route.picture, route.place)
        if key not in self._roots:
            if self.trace.is_silent(first, route.picture):
                raise SilentUnitError(
                    f"{first} does not fire on this picture: there is nothing to go back from",
                    hint="its activation is 0 everywhere; choose a unit that fires",
                )
            self._roots[key] = self._new(first, 1, route.picture, route.place)
        stop = self._roots[key]
        for unit, sign in rest:
            if (unit, sign) not in stop.below:
                stop.below[unit, sign] = self._new(unit, sign, route.picture, None)
            stop = stop.below[unit, sign]
        return stop

    def seeds(self) -> list[tuple[int, Front]]:
        """The gradients that all paths start with: 1 at one place of their first unit, by node."""
        by_node: dict[int, list[Stop]] = {}
        for stop in self._roots.values():
            by_node.setdefault(stop.node, []).append(stop)
        return [(node, self._seed(node, stops)) for node, stops in by_node.items()]

    @remembered
    def ways(self, lane: int) -> frozenset[int]:
        """The nodes at which a lane has something to reach, there or below.

        To be asked for when all routes have been added.
        """
        stop = self._all[lane]
        targets = {below.node for below in stop.below.values()} | stop.readings.keys()
        return self._ways_to(frozenset(targets | {0} if stop.images else targets))

    @remembered
    def _ways_to(self, targets: frozenset[int]) -> frozenset[int]:
        """The nodes from which some of the targets can be reached."""
        ancestors = self.trace.graph.ancestors
        return frozenset(node for node, below in enumerate(ancestors) if not below.isdisjoint(targets))

    def _new(self, unit: Unit, sign: int, picture: int, place: tuple[int, int] | None) -> Stop:
        node = self.trace.network.card.layer(unit.layer).node
        self._all.append(Stop(len(self._all), unit, node, sign, picture, place))
        return self._all[-1]

    def _seed(self, node: int, stops: Sequence[Stop]) -> Front:
        maps = self.trace.values[node]
        spatial = maps.dim() == 4
        places = [stop.place or self.trace.peak(stop.unit, stop.picture).place for stop in stops]
        return Front(
            tuple(stop.number for stop in stops),
            torch.tensor([stop.picture for stop in stops]),
            maps.new_ones(len(stops), 1, *((1, 1) if spatial else ())),
            torch.tensor([stop.unit.index for stop in stops]),
            torch.tensor(places) if spatial else None,
        )
