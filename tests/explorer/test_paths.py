"""Paths in the page against the sweep: gradients, edge weights, their order, signs, and what silencing costs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache
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
from catvis.networks.network import Network
from catvis.networks.pictures import read_picture
from catvis.networks.portable import rounded
from catvis.terms import Edges, Rule, Unit, UnitPath
from tests.backward.small import RandomSketch
from tests.backward.test_sweep import some_routes
from tests.explorer.conftest import Open
from tests.explorer.pages import InPage

pytestmark = pytest.mark.browser

Wanted = Callable[[str], bool]

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
    assert Comparison(page, some_routes(trace, seed)).differing(Swept(trace)) == []


class Swept:
    """What Python says at a trace, each thing once: for the page with WebAssembly, and for the one without."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.gradients = cache(lambda routes, rule: dict(attributions(trace, routes, rule)))
        self.edges = cache(lambda requests, rule: edges(trace, requests, rule))
        self.drop = cache(lambda parent, child: ablations(trace, [(parent, child)])[0])


class Real:
    """A real network, a picture as it sees it, and what Python says of that with the page's numbers."""

    def __init__(self, network: Network, picture: Path) -> None:
        self.network, known = network, rounded(network)
        self.seen = known.preprocessing.fit(read_picture(picture))
        self.swept = Swept(Trace(known, torch.from_numpy(known.preprocessing.normalise(self.seen))[None]))


@pytest.fixture(scope="module")
def embedded() -> Real:
    return Real(EmbeddedSource.trained(WEIGHTS).load(), CHELSEA)


@pytest.fixture(scope="module")
def squeezenet(shared: Path) -> Real:
    network = CaffeSource.of("squeezenet", shared / "weights" / "squeezenet_v1.0.caffemodel").load()
    return Real(network, shared / "pictures" / "grumpy_cat_227.png")


@pytest.fixture(scope="module")
def alexnet(shared: Path) -> Real:
    network = CaffeSource.of("alexnet-conv", shared / "weights" / "bvlc_alexnet_conv.caffemodel").load()
    return Real(network, shared / "pictures" / "grumpy_cat_227.png")


@pytest.mark.slow
def test_random_paths_of_the_embedded_network(opened: Open, embedded: Real) -> None:
    compare(opened, embedded, 1, MANY)


@pytest.mark.slow
def test_random_paths_of_squeezenet(opened: Open, squeezenet: Real) -> None:
    compare(opened, squeezenet, 2, MANY, NOT_SO_RARE)


@pytest.mark.slow
def test_random_paths_of_a_network_with_groups_and_normalisation(opened: Open, alexnet: Real) -> None:
    compare(opened, alexnet, 3, 40)


def compare(opened: Open, real: Real, seed: int, count: int, rare: int = RARE) -> None:
    """Many paths of a real network by each of the rules, edges from their ends, and some ablations."""
    page = opened(real.network)
    page.look(real.seen)
    comparison = Comparison(page, some_routes(real.swept.trace, seed, count))
    differing = set(comparison.differing(real.swept))
    assert len(differing) <= count / rare, differing
    if differing:
        assert comparison.differing(Swept(page.trace()), differing.__contains__) == []


class Comparison:
    """What a page says of some paths, asked once, to be held against what Python says.

    Args:
        page: has looked at the picture.
        routes: the paths; where a route has a place of its own, it is left out: pages have no such thing.
    """

    def __init__(self, page: InPage, routes: Sequence[Route]) -> None:
        choose = random.Random(len(routes))
        self.attributions, self.edges = cache(page.attributions), cache(page.edges)
        self.signs, self.effects = cache(page.signs), cache(page.effects)
        self.routes = [Route(route.path, route.signs) for route in routes]
        self.paths = [route.path for route in self.routes]
        card = page.network.card
        self.requests = tuple(
            (path, choose.choice(below)) for path in self.paths if (below := card.below(path.end.layer))
        )

    def differing(self, swept: Swept, wanted: Wanted = lambda _: True) -> list[str]:
        """Whatever is further from Python's than it may be, of gradients, edges and signs that are wanted."""
        return [
            *(
                what
                for number, rule in enumerate(RELU_RULES)
                for what in self._gradients(swept, number, rule, wanted)
            ),
            *(what for rule in ("gradient", "guided") for what in self._edges(swept, rule, wanted)),
            *self._signs(swept, wanted),
            *self._ablations(swept),
        ]

    def _gradients(self, swept: Swept, number: int, rule: Rule, wanted: Wanted) -> Iterator[str]:
        routes = self.routes[number :: len(RELU_RULES)]
        paths = tuple(str(one.path) for one in routes)
        signs = tuple(one.signs or (1,) * len(one.path.units) for one in routes)
        found = self.attributions(paths, signs, rule)
        compared = [place for place, path in enumerate(paths) if wanted(f"{path} by {rule}")]
        expected = swept.gradients(tuple(routes[place] for place in compared), rule)
        for route, place in enumerate(compared):
            if off(found[place], expected[route].whole()) > WORST:
                yield f"{paths[place]} by {rule}"

    def _edges(self, swept: Swept, rule: Edges, wanted: Wanted) -> Iterator[str]:
        found = self.edges(tuple((str(path), layer) for path, layer in self.requests), rule)
        named = {
            f"edges from {path} to {layer} by {rule}": ((path, layer), numbers)
            for (path, layer), numbers in zip(self.requests, found, strict=True)
        }
        compared = {what: one for what, one in named.items() if wanted(what)}
        expected = swept.edges(tuple(request for request, _ in compared.values()), rule)
        for (what, (_, numbers)), weights in zip(compared.items(), expected, strict=True):
            alike = Weights(tuple(numbers.tolist())).strongest(5) == weights.strongest(5)
            if off(numbers, torch.tensor(weights.values)) > WORST or not alike:
                yield what

    def _signs(self, swept: Swept, wanted: Wanted) -> Iterator[str]:
        found = zip(self.paths, self.signs(tuple(map(str, self.paths))), strict=True)
        compared = [(path, signs) for path, signs in found if wanted(f"signs of {path}")]
        steps = tuple((above, unit.layer) for path, _ in compared for above, unit in path.steps)
        weights = iter(swept.edges(steps, "gradient"))
        for path, signs in compared:
            if signs != step_signs([next(weights).values[unit.index] for unit in path.units[1:]]):
                yield f"signs of {path}"

    def _ablations(self, swept: Swept) -> Iterator[str]:
        """A unit without the strongest child of its layer below."""
        some = [(path.end, layer) for path, layer in self.requests[:20]]
        firing = tuple(one for one in some if swept.trace.peak(one[0]).activation != 0)
        own = swept.edges(tuple((UnitPath((parent,)), layer) for parent, layer in firing), "gradient")
        strongest = {one: (weights.strongest(1) or [0])[0] for one, weights in zip(firing, own, strict=True)}
        pairs = [(parent, Unit(layer, strongest.get((parent, layer), 0))) for parent, layer in some]
        found = self.effects(tuple((str(parent), str(child)) for parent, child in pairs))
        for (parent, child), effect in zip(pairs, found, strict=True):
            if (parent, child.layer) not in strongest:
                assert effect is None
            elif effect != pytest.approx(-swept.drop(parent, child), abs=WORST, rel=WORST):
                yield f"{parent} without {child}"


def off(found: Tensor, expected: Tensor) -> float:
    """How far two are from each other, of the largest value."""
    assert found.shape == expected.shape
    largest = float(expected.abs().max())
    difference = float((found - expected).abs().max())
    return difference / largest if largest else difference
