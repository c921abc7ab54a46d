"""Paths in the page against the sweep: gradients, edge weights, their order, signs, and what silencing costs."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

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
from catvis.networks.pictures import read_picture
from catvis.terms import Edges, Rule, Unit, UnitPath
from tests.backward.small import RandomSketch
from tests.backward.test_sweep import some_routes
from tests.explorer.conftest import Open
from tests.explorer.pages import InPage

pytestmark = pytest.mark.browser

CHELSEA = Path(__file__).parents[2] / "content" / "why-is-this-a-cat" / "imgs" / "chelsea.png"
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
    assert Comparison(page, some_routes(trace, seed)).differing(trace) == []


@pytest.mark.slow
def test_random_paths_of_the_embedded_network(opened: Open) -> None:
    network = EmbeddedSource.trained(WEIGHTS).load()
    compare(opened(network), CHELSEA, 1, MANY)


@pytest.mark.slow
def test_random_paths_of_squeezenet(opened: Open, shared: Path) -> None:
    network = CaffeSource.of("squeezenet", shared / "weights" / "squeezenet_v1.0.caffemodel").load()
    compare(opened(network), shared / "pictures" / "grumpy_cat_227.png", 2, MANY, NOT_SO_RARE)


@pytest.mark.slow
def test_random_paths_of_a_network_with_groups_and_normalisation(opened: Open, shared: Path) -> None:
    network = CaffeSource.of("alexnet-conv", shared / "weights" / "bvlc_alexnet_conv.caffemodel").load()
    compare(opened(network), shared / "pictures" / "grumpy_cat_227.png", 3, 40)


def compare(page: InPage, picture: Path, seed: int, count: int, rare: int = RARE) -> None:
    """Many paths of a real network by each of the rules, edges from their ends, and some ablations."""
    seen = page.network.preprocessing.fit(read_picture(picture))
    trace = Trace(page.network, page.look(seen))
    comparison = Comparison(page, some_routes(trace, seed, count))
    differing = set(comparison.differing(trace))
    assert len(differing) <= count / rare, differing
    if differing:
        assert comparison.differing(page.trace()) == []


class Comparison:
    """What a page says of some paths, asked once, to be held against traces.

    Args:
        page: has looked at the picture.
        routes: the paths; where a route has a place of its own, it is left out: pages have no such thing.
    """

    def __init__(self, page: InPage, routes: Sequence[Route]) -> None:
        choose = random.Random(len(routes))
        self.page, self.routes = page, [Route(route.path, route.signs) for route in routes]
        self.paths = [route.path for route in self.routes]
        card = page.network.card
        self.requests = [
            (path, choose.choice(below)) for path in self.paths if (below := card.below(path.end.layer))
        ]

    def differing(self, trace: Trace) -> list[str]:
        """Whatever is further from Python's than it may be."""
        return [
            *(
                what
                for number, rule in enumerate(RELU_RULES)
                for what in self._gradients(trace, number, rule)
            ),
            *(what for rule in ("gradient", "guided") for what in self._edges(trace, rule)),
            *self._signs(trace),
            *self._ablations(trace),
        ]

    def _gradients(self, trace: Trace, number: int, rule: Rule) -> Iterator[str]:
        routes = self.routes[number :: len(RELU_RULES)]
        expected = dict(attributions(trace, routes, rule))
        signs = [route.signs or (1,) * len(route.path.units) for route in routes]
        for route, found in enumerate(self.page.attributions([str(one.path) for one in routes], signs, rule)):
            if off(found, expected[route].whole()) > WORST:
                yield f"{routes[route].path} by {rule}"

    def _edges(self, trace: Trace, rule: Edges) -> Iterator[str]:
        expected = edges(trace, self.requests, rule)
        found = self.page.edges([(str(path), layer) for path, layer in self.requests], rule)
        for (path, layer), weights, numbers in zip(self.requests, expected, found, strict=True):
            alike = Weights(tuple(numbers.tolist())).strongest(5) == weights.strongest(5)
            if off(numbers, torch.tensor(weights.values)) > WORST or not alike:
                yield f"edges from {path} to {layer} by {rule}"

    def _signs(self, trace: Trace) -> Iterator[str]:
        steps = [(above, unit.layer) for path in self.paths for above, unit in path.steps]
        weights = iter(edges(trace, steps))
        for path, found in zip(self.paths, self.page.signs(list(map(str, self.paths))), strict=True):
            if found != step_signs([next(weights).values[unit.index] for unit in path.units[1:]]):
                yield f"signs of {path}"

    def _ablations(self, trace: Trace) -> Iterator[str]:
        """A unit without the first child of its layer below."""
        for path, layer in self.requests[:20]:
            parent = path.end
            if trace.peak(parent).activation == 0:
                assert self.page.effect(str(parent), f"{layer}_0") is None
                continue
            (weights,) = edges(trace, [(UnitPath((parent,)), layer)])
            child = Unit(layer, (weights.strongest(1) or [0])[0])
            (drop,) = ablations(trace, [(parent, child)])
            if self.page.effect(str(parent), str(child)) != pytest.approx(-drop, abs=WORST, rel=WORST):
                yield f"{parent} without {child}"


def off(found: Tensor, expected: Tensor) -> float:
    """How far two are from each other, of the largest value."""
    assert found.shape == expected.shape
    largest = float(expected.abs().max())
    difference = float((found - expected).abs().max())
    return difference / largest if largest else difference
