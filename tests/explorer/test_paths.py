"""Paths in the page against the sweep: gradients, edge weights, their order, signs, and what silencing costs."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from torch import Tensor

from catvis.backward.edges import ablations, edges
from catvis.backward.rules import RELU_RULES
from catvis.backward.sweep import Route, attributions
from catvis.backward.trace import Trace
from catvis.edge_shares import Weights, step_signs
from catvis.menagerie.shipped.files import WEIGHTS
from catvis.networks.caffe.caffe_source import CaffeSource
from catvis.networks.embedded import EmbeddedSource
from catvis.networks.known_layers import NetworkCard
from catvis.networks.pictures import read_picture
from catvis.terms import Edges, Rule, Unit, UnitPath
from tests.backward.small import RandomSketch
from tests.backward.test_sweep import some_routes
from tests.explorer.conftest import Open, OpenBoth
from tests.explorer.pages import InPage

pytestmark = pytest.mark.browser

CHELSEA = Path(__file__).parents[2] / "content" / "why-is-this-a-cat" / "imgs" / "chelsea.png"
EDGE_RULES = get_args(Edges)
MANY = 200
WORST = 1e-4
"""Of the largest value: as far as the page may be from Python."""
RARE = 50
"""One of so many comparisons may differ where a ReLU or a window's maximum hangs on the last bits of an activation;
then it has to agree when Python goes back from the page's own activations."""
NOT_SO_RARE = 8
"""In SqueezeNet, whose eight fire modules leave many such places; for the plain way above all, which
sums in double precision."""


@pytest.mark.parametrize("seed", range(12))
def test_random_networks_of_all_parts(opened: Open, seed: int) -> None:
    network = RandomSketch(seed).network()
    height, width = network.card.size
    page = opened(network)
    picture = page.look(np.random.default_rng(seed).integers(0, 4, (height, width, 3), dtype=np.uint8))
    trace = page.trace()
    for node, value in Trace(page.network, picture).values.items():
        assert off(trace.values[node], value) <= WORST
    asked = Asked.of(network.card, some_routes(trace, seed))
    assert differing(page, asked, Expected(trace, asked)) == []


@pytest.mark.slow
def test_random_paths_of_the_embedded_network(both: OpenBoth) -> None:
    network = EmbeddedSource.trained(WEIGHTS).load()
    compare(both(network), CHELSEA, 1, MANY)


@pytest.mark.slow
def test_random_paths_of_squeezenet(both: OpenBoth, shared: Path) -> None:
    network = CaffeSource.of("squeezenet", shared / "weights" / "squeezenet_v1.0.caffemodel").load()
    compare(both(network), shared / "pictures" / "grumpy_cat_227.png", 2, MANY, NOT_SO_RARE)


@pytest.mark.slow
def test_random_paths_of_a_network_with_groups_and_normalisation(both: OpenBoth, shared: Path) -> None:
    network = CaffeSource.of("alexnet-conv", shared / "weights" / "bvlc_alexnet_conv.caffemodel").load()
    compare(both(network), shared / "pictures" / "grumpy_cat_227.png", 3, 40)


def compare(pages: Sequence[InPage], picture: Path, seed: int, count: int, rare: int = RARE) -> None:
    """Many paths of a real network by each of the rules, edges from their ends, and some ablations."""
    network = pages[0].network
    seen = network.preprocessing.fit(read_picture(picture))
    inputs = [page.look(seen) for page in pages]
    trace = Trace(network, inputs[0])
    asked = Asked.of(network.card, some_routes(trace, seed, count))
    expected = Expected(trace, asked)
    for page in pages:
        others = differing(page, asked, expected)
        assert len(others) <= count / rare, others
        if others:
            again = asked.among({path for path, _ in others})
            assert differing(page, again, Expected(page.trace(), again)) == []


@dataclass(frozen=True)
class Asked:
    """What is asked of a page and of Python.

    Attributes:
        routes: paths with a rule each.
        requests: edges, from a path to a layer.
        removals: a path's end, without the strongest unit of a layer.
    """

    routes: tuple[tuple[Route, Rule], ...]
    requests: tuple[tuple[UnitPath, str], ...]
    removals: tuple[tuple[UnitPath, str], ...]

    @classmethod
    def of(cls, card: NetworkCard, routes: Sequence[Route]) -> Asked:
        """Of each path one rule and one layer; where a route has a place of its own, it is left out."""
        choose = random.Random(len(routes))
        requests = tuple(
            (route.path, choose.choice(below))
            for route in routes
            if (below := card.below(route.path.end.layer))
        )
        plain = [Route(route.path, route.signs) for route in routes]
        return cls(tuple(zip(plain, cycle(RELU_RULES), strict=False)), requests, requests[:20])

    def among(self, paths: Collection[UnitPath]) -> Asked:
        """What is asked of some of the paths."""
        return Asked(
            tuple(one for one in self.routes if one[0].path in paths),
            tuple(one for one in self.requests if one[0] in paths),
            tuple(one for one in self.removals if one[0] in paths),
        )

    def routes_by(self, rule: Rule) -> list[Route]:
        return [route for route, by in self.routes if by == rule]

    @property
    def paths(self) -> list[UnitPath]:
        return [route.path for route, _ in self.routes]


class Expected:
    """What Python says of it, on a trace."""

    def __init__(self, trace: Trace, asked: Asked) -> None:
        self.gradients = {rule: dict(attributions(trace, asked.routes_by(rule), rule)) for rule in RELU_RULES}
        self.edges = {rule: edges(trace, asked.requests, rule) for rule in EDGE_RULES}
        steps = [(above, unit.layer) for path in asked.paths for above, unit in path.steps]
        weights = iter(edges(trace, steps))
        self.signs = [
            step_signs([next(weights).values[unit.index] for unit in path.units[1:]]) for path in asked.paths
        ]
        self.drops = list(self._drops(trace, asked.removals))

    def _drops(
        self, trace: Trace, removals: Sequence[tuple[UnitPath, str]]
    ) -> Iterator[tuple[Unit, Unit, float | None]]:
        """Parent, child, and the parent's relative drop; None where it is silent anyway."""
        own = edges(trace, [(UnitPath((path.end,)), layer) for path, layer in removals])
        for (path, layer), weights in zip(removals, own, strict=True):
            parent, child = path.end, Unit(layer, (weights.strongest(1) or [0])[0])
            silent = trace.peak(parent).activation == 0
            yield parent, child, None if silent else ablations(trace, [(parent, child)])[0]


def differing(page: InPage, asked: Asked, expected: Expected) -> list[tuple[UnitPath, str]]:
    """Whatever of a page is further from Python than it may be."""
    return [
        *_gradients(page, asked, expected),
        *_edges(page, asked, expected),
        *_signs(page, asked, expected),
        *_ablations(page, asked, expected),
    ]


Differing = Iterator[tuple[UnitPath, str]]


def _gradients(page: InPage, asked: Asked, expected: Expected) -> Differing:
    for rule in RELU_RULES:
        routes = asked.routes_by(rule)
        signs = [route.signs or (1,) * len(route.path.units) for route in routes]
        found = page.attributions([str(route.path) for route in routes], signs, rule)
        for number, one in enumerate(found):
            if off(one, expected.gradients[rule][number].whole()) > WORST:
                yield routes[number].path, rule


def _edges(page: InPage, asked: Asked, expected: Expected) -> Differing:
    for rule, all_weights in expected.edges.items():
        found = page.edges([(str(path), layer) for path, layer in asked.requests], rule)
        for (path, layer), weights, numbers in zip(asked.requests, all_weights, found, strict=True):
            alike = Weights(tuple(numbers.tolist())).strongest(5) == weights.strongest(5)
            if off(numbers, torch.tensor(weights.values)) > WORST or not alike:
                yield path, f"edges to {layer} by {rule}"


def _signs(page: InPage, asked: Asked, expected: Expected) -> Differing:
    found = page.signs([str(path) for path in asked.paths])
    for path, one, signs in zip(asked.paths, found, expected.signs, strict=True):
        if one != signs:
            yield path, "signs"


def _ablations(page: InPage, asked: Asked, expected: Expected) -> Differing:
    """A unit without the strongest child of its layer below."""
    found = page.effects([(str(parent), str(child)) for parent, child, _ in expected.drops])
    for (path, _), (_, child, drop), effect in zip(asked.removals, expected.drops, found, strict=True):
        if effect != (None if drop is None else pytest.approx(-drop, abs=WORST, rel=WORST)):
            yield path, f"without {child}"


def off(found: Tensor, expected: Tensor) -> float:
    """How far two are from each other, of the largest value."""
    assert found.shape == expected.shape
    largest = float(expected.abs().max())
    difference = float((found - expected).abs().max())
    return difference / largest if largest else difference
