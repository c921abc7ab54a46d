"""One sweep against the slow statement of the method, on small networks of random parts."""

from __future__ import annotations

import gc
import random
import weakref

import pytest
import torch
from torch import Tensor

from catvis.backward.carry import carry
from catvis.backward.front import Front
from catvis.backward.rules import RELU_RULES, Rule
from catvis.backward.sweep import Attribution, Route, attributions
from catvis.backward.trace import Trace
from catvis.errors import NetworkError, SilentUnitError
from catvis.networks import operations as op
from catvis.networks.network import Network
from catvis.terms import Unit, UnitPath
from tests.backward.small import RandomSketch, Sketch, filters, in_double, seeds
from tests.reference import Reference

RULES = list(RELU_RULES)
TINY = 20_000
"""A memory budget in bytes that few gradients fit into."""


def pictures(network: Network, seed: int, count: int = 1) -> Tensor:
    shape = network.graph.nodes[0].shape
    return torch.randn(count, *shape, generator=torch.Generator().manual_seed(seed))


def some_routes(trace: Trace, seed: int, count: int = 10) -> list[Route]:
    """Paths of every length from units that fire, some with a common prefix, a sign or a place of their own."""
    choose = random.Random(seed)
    layers = trace.network.card.layers
    routes: list[Route] = []
    while len(routes) < count:
        chosen = sorted(
            choose.sample(range(len(layers)), choose.randint(1, min(4, len(layers)))), reverse=True
        )
        units = [Unit(layers[level].name, choose.randrange(layers[level].units)) for level in chosen]
        picture = choose.randrange(trace.pictures)
        if routes and choose.random() < 0.4:
            shared = choose.choice(routes)
            below = [
                u
                for u in units
                if trace.network.card.level(u.layer) < trace.network.card.level(shared.path.end.layer)
            ]
            units, picture = [*shared.path.units, *below], shared.picture
        if trace.is_silent(units[0], picture):
            continue
        signs = (1, *(choose.choice([1, 1, -1]) for _ in units[1:])) if choose.random() < 0.5 else ()
        place = None
        if trace.network.card.layer(units[0].layer).spatial and choose.random() < 0.3:
            height, width = trace.of(units[0].layer).shape[2:]
            place = (choose.randrange(height), choose.randrange(width))
        routes.append(Route(UnitPath(tuple(units)), signs, picture, place))
    return routes


def agree(found: Tensor, expected: Tensor, tolerance: float = 1e-5) -> None:
    assert found.shape == expected.shape
    assert float((found - expected).abs().max()) <= tolerance * float(expected.abs().max())


def computed(trace: Trace, routes: list[Route], rule: Rule, **how: object) -> list[Attribution]:
    found = dict(attributions(trace, routes, rule, **how))
    assert sorted(found) == list(range(len(routes)))
    return [found[number] for number in range(len(routes))]


@pytest.mark.parametrize("seed", seeds(30, 6))
def test_random_networks(seed: int) -> None:
    network = RandomSketch(seed).network()
    batch = pictures(network, seed, count=1 + seed % 3)
    trace = Trace(network, batch)
    references = [Reference(network, picture[None]) for picture in batch]
    routes = some_routes(trace, seed)
    for rule in RULES:
        rescale = bool(seed % 2)
        for route, found in zip(routes, computed(trace, routes, rule, rescale=rescale), strict=True):
            expected = references[route.picture].attribution(
                route.path, rule, signs=route.signs, place=route.place, rescale=rescale
            )
            agree(found.whole(), expected, 2e-5)


@pytest.mark.parametrize("seed", seeds(6, 2))
def test_a_small_memory_budget_changes_no_result(seed: int) -> None:
    network = RandomSketch(seed).network()
    trace = Trace(network, pictures(network, seed, 2))
    routes = some_routes(trace, seed, 30)
    ample, tight = computed(trace, routes, "guided"), computed(trace, routes, "guided", memory=TINY)
    for one, other in zip(ample, tight, strict=True):
        agree(other.whole(), one.whole())


@pytest.mark.parametrize("seed", seeds(6, 2))
def test_pictures_in_one_trace_are_as_pictures_alone(seed: int) -> None:
    network = RandomSketch(seed).network()
    batch = pictures(network, seed, 5)
    together = Trace(network, batch)
    routes = some_routes(together, seed, 20)
    for route, found in zip(routes, computed(together, routes, "guided"), strict=True):
        alone = Trace(network, batch[route.picture, None])
        (expected,) = computed(alone, [Route(route.path, route.signs, place=route.place)], "guided")
        agree(found.whole(), expected.whole())


@pytest.mark.parametrize("seed", range(8))
def test_the_gradient_is_what_a_small_change_of_the_picture_changes(seed: int) -> None:
    network = in_double(RandomSketch(seed).network())
    batch = pictures(network, seed).double()
    trace = Trace(network, batch)
    step = 1e-6 * torch.randn(batch.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    towards, away = Trace(network, batch + step), Trace(network, batch - step)
    for layer in network.card.layers:
        unit = Unit(
            layer.name,
            int(trace.of(layer.name)[0].flatten(1).amax(1).argmax())
            if layer.spatial
            else int(trace.of(layer.name)[0].argmax()),
        )
        if trace.is_silent(unit):
            continue
        (found,) = computed(trace, [Route(UnitPath((unit,)))], "gradient")
        image = found.whole().flip(0) if network.preprocessing.order == "BGR" else found.whole()
        place = (0, unit.index, *trace.peak(unit).place) if layer.spatial else (0, unit.index)
        change = (towards.of(layer.name)[place] - away.of(layer.name)[place]) / 2
        assert float((image * step[0]).sum()) == pytest.approx(float(change), rel=1e-4, abs=1e-13)


def ordered(*between: op.Operation) -> Network:
    """A convolution, its ReLU, and what follows in either order."""
    sketch = Sketch(3, 12, 12)
    weight = torch.randn(8, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    sketch.add(op.Convolution(weight, None))
    sketch.add(op.ReLU(), layer="conv1")
    for operation in between:
        sketch.add(operation)
    deeper = torch.randn(8, 8, 3, 3, generator=torch.Generator().manual_seed(1))
    sketch.add(op.Convolution(deeper, None, padding=(1, 1)))
    sketch.add(op.ReLU(), layer="conv2")
    return sketch.network()


def test_normalising_before_and_after_pooling_are_two_networks() -> None:
    norm, pool = op.LocalResponseNorm(alpha=1.0), op.MaxPool((3, 3), (2, 2), ceil_mode=True)
    found = []
    for network in (ordered(norm, pool), ordered(pool, norm)):
        batch = pictures(network, 5)
        trace, reference = Trace(network, batch), Reference(network, batch)
        unit = next(u for i in range(8) if not trace.is_silent(u := Unit("conv2", i)))
        for rule in RULES:
            (one,) = computed(trace, [Route(UnitPath((unit,)))], rule)
            agree(one.whole(), reference.attribution(UnitPath((unit,)), rule))
        found.append(one.whole())
    assert float((found[0] - found[1]).abs().max()) > 1e-3


def test_a_unit_that_can_only_see_a_part_is_computed_in_a_window() -> None:
    network = ordered()
    trace = Trace(network, pictures(network, 2))
    unit = next(u for i in range(8) if not trace.is_silent(u := Unit("conv1", i)))
    (found,) = computed(trace, [Route(UnitPath((unit,)))], "guided")
    assert found.values.shape == (3, 3, 3)
    assert found.corner == trace.peak(unit).place
    assert found.size == (12, 12)
    assert found.whole().shape == (3, 12, 12)


@pytest.mark.parametrize("place", [(0, 0), (0, 9), (9, 0), (9, 9), (4, 5)])
@pytest.mark.parametrize("rule", RULES)
def test_windows_are_exact_at_the_borders(rule: Rule, place: tuple[int, int]) -> None:
    network = ordered(op.LocalResponseNorm(alpha=1.0))
    batch = pictures(network, 3)
    route = Route(UnitPath.parse("conv2_1"), place=place)
    (found,) = computed(Trace(network, batch), [route], rule)
    agree(found.whole(), Reference(network, batch).attribution(route.path, rule, place=place))


@pytest.mark.parametrize("between", [op.MaxPool((3, 3), (2, 2)), op.LocalResponseNorm(alpha=1.0)])
def test_a_unit_that_sees_nothing_but_padding_has_no_gradient(between: op.Operation) -> None:
    sketch = Sketch(3, 30, 30)
    sketch.add(op.Convolution(torch.randn(8, 3, 3, 3, generator=torch.Generator().manual_seed(0)), None))
    sketch.add(op.ReLU(), layer="conv1")
    sketch.add(between)
    sketch.add(op.Convolution(torch.ones(2, 8, 2, 2), None, padding=(3, 3)))
    sketch.add(op.ReLU(), layer="conv2")
    trace = Trace(sketch.network(), pictures(sketch.network(), 0))
    height, width = trace.of("conv2").shape[2:]
    for rule in RULES:
        for place in ((0, 0), (0, width - 1), (height - 1, 3)):
            (found,) = computed(trace, [Route(UnitPath.parse("conv2_1"), place=place)], rule)
            assert float(found.whole().abs().max()) == 0


@pytest.mark.parametrize("ways", [(0, 1), (1, 0), (1, 1), (2, 1), (0, 2)])
@pytest.mark.parametrize("place", [None, (3, 4)])
def test_ways_that_part_at_a_sum_do_not_disturb_each_other(
    ways: tuple[int, int], place: tuple[int, int] | None
) -> None:
    sketch, source = Sketch(3, 12, 12), torch.Generator().manual_seed(0)
    sketch.add(op.Convolution(torch.randn(8, 3, 3, 3, generator=source), None))
    stem = sketch.add(op.ReLU(), layer="stem")
    norm, again = (sketch.add(op.LocalResponseNorm(alpha=1.0), stem), sketch.add(op.ReLU(), stem))
    sketch.add(op.Sum(), *((stem, norm, again)[way] for way in ways))
    sketch.add(op.Convolution(torch.randn(4, 8, 3, 3, generator=source), None), layer="top")
    batch = pictures(sketch.network(), 1)
    route = Route(UnitPath.parse("top_3"), place=place)
    for rule in RULES:
        (found,) = computed(Trace(sketch.network(), batch), [route], rule)
        agree(found.whole(), Reference(sketch.network(), batch).attribution(route.path, rule, place=place))


@pytest.mark.parametrize("place", [(0, 0), (0, 14), (9, 3), (4, 5)])
@pytest.mark.parametrize(
    "pad", [op.Pad((2, 3, 1, -1)), op.Pad((1, 2, 0, 1), value=0.5), op.Pad((1, 2, 2, 0), "reflect")]
)
def test_padding_of_its_own(pad: op.Pad, place: tuple[int, int]) -> None:
    network = ordered(pad)
    batch = pictures(network, 4)
    trace, reference = Trace(network, batch), Reference(network, batch)
    height, width = trace.of("conv2").shape[2:]
    start = (min(place[0], height - 1), min(place[1], width - 1))
    for rule in RULES:
        (found,) = computed(trace, [Route(UnitPath.parse("conv2_1"), place=start)], rule)
        agree(found.whole(), reference.attribution(UnitPath.parse("conv2_1"), rule, place=start))


def silent() -> Network:
    """conv_0 never fires on a positive picture, conv_1 does."""
    sketch = Sketch(3, 2, 2)
    sketch.add(filters([[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]))
    sketch.add(op.ReLU(), layer="conv")
    sketch.add(filters([[-1.0, -1.0]]), layer="score")
    return sketch.network()


def in_groups(below: op.Operation | None) -> Network:
    """Two grouped convolutions above a plain one, with something between the grouped ones."""
    source = torch.Generator().manual_seed(5)

    def convolution(out: int, inner: int, groups: int = 1) -> op.Convolution:
        weight = torch.randn(out, inner, 3, 3, generator=source)
        return op.Convolution(weight, None, padding=(1, 1), groups=groups)

    sketch = Sketch(3, 30, 30)
    for name, made, between in (
        ("conv1", convolution(8, 3), op.MaxPool((2, 2), (2, 2), (0, 0), (1, 1))),
        ("conv2", convolution(12, 4, groups=2), below),
        ("conv3", convolution(8, 6, groups=2), None),
    ):
        sketch.add(made)
        sketch.add(op.ReLU(), layer=name)
        if between is not None:
            sketch.add(between)
    return sketch.network()


@pytest.mark.parametrize(
    ("below", "spans"),
    [
        (None, {"conv3": None, "conv2": (6, 12), "conv1": (4, 8)}),
        (op.LocalResponseNorm(3, 1e-2, 0.75, 1.0), {"conv3": None, "conv2": (5, 12), "conv1": None}),
        (op.LocalResponseNorm(5, 1e-2, 0.75, 1.0), {"conv3": None, "conv2": (4, 12), "conv1": None}),
    ],
    ids=["groups within groups", "a span that ends in a group", "a span wider still"],
)
@pytest.mark.parametrize("place", [None, (7, 7)], ids=["at the peak", "in the middle"])
@pytest.mark.parametrize("rule", RULES)
def test_a_unit_of_one_group_is_carried_in_the_channels_that_it_sees(
    below: op.Operation | None,
    spans: dict[str, tuple[int, int] | None],
    place: tuple[int, int] | None,
    rule: Rule,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = in_groups(below)
    batch = pictures(network, 5)
    trace, reference = Trace(network, batch), Reference(network, batch)
    nodes = {layer.node: layer.name for layer in network.card.layers}
    held: dict[str, set[tuple[int, int] | None]] = {}

    def watched(trace: Trace, node: int, front: Front, rule: Rule) -> list[tuple[int, Front]]:
        if node in nodes:
            held.setdefault(nodes[node], set()).add(front.span)
        return carry(trace, node, front, rule)

    monkeypatch.setattr("catvis.backward.sweep.carry", watched)
    firing = [unit for unit in range(4, 8) if not trace.is_silent(Unit("conv3", unit))]
    routes = [Route(UnitPath((Unit("conv3", unit),)), (), 0, place) for unit in firing]
    for route, found in zip(routes, computed(trace, routes, rule), strict=True):
        agree(found.whole(), reference.attribution(route.path, rule, place=place))
    assert held == {layer: {span} for layer, span in spans.items()}


def test_units_of_all_groups_go_down_together() -> None:
    network = in_groups(op.LocalResponseNorm(3, 1e-2, 0.75, 1.0))
    batch = pictures(network, 6, count=2)
    trace = Trace(network, batch)
    references = [Reference(network, picture[None]) for picture in batch]
    routes = some_routes(trace, 6, 30)
    for route, found in zip(routes, computed(trace, routes, "guided"), strict=True):
        how = {"signs": route.signs, "place": route.place}
        agree(found.whole(), references[route.picture].attribution(route.path, "guided", **how))


def test_a_silent_unit_is_named() -> None:
    trace = Trace(silent(), torch.ones(1, 3, 2, 2))
    with pytest.raises(SilentUnitError, match="conv_0 does not fire"):
        computed(trace, [Route(UnitPath.parse("conv_0"))], "guided")


def test_a_score_is_never_silent() -> None:
    trace = Trace(silent(), torch.ones(1, 3, 2, 2))
    (found,) = computed(trace, [Route(UnitPath.parse("score_0"))], "gradient")
    assert found.whole()[0].tolist() == [[-1, 0], [0, 0]]


def test_a_silent_unit_further_down_a_path_gives_nothing_but_is_no_error() -> None:
    trace = Trace(silent(), torch.ones(1, 3, 2, 2))
    (found,) = computed(trace, [Route(UnitPath.parse("score_0→conv_0"))], "gradient")
    assert float(found.whole().abs().max()) == 0


@pytest.mark.parametrize(
    ("path", "message"),
    [("conv_2", "no unit conv_2"), ("cnv_0", "unknown layer 'cnv'"), ("conv_1→score_0", "paths go down")],
)
def test_a_path_that_does_not_exist_is_an_error(path: str, message: str) -> None:
    trace = Trace(silent(), torch.ones(1, 3, 2, 2))
    with pytest.raises(NetworkError, match=message):
        computed(trace, [Route(UnitPath.parse(path))], "guided")


def test_the_same_route_asked_twice_is_answered_twice() -> None:
    trace = Trace(silent(), torch.ones(1, 3, 2, 2))
    one, other = computed(trace, [Route(UnitPath.parse("conv_1"))] * 2, "guided")
    assert torch.equal(one.whole(), other.whole())


def test_nothing_above_the_top_is_computed() -> None:
    trace = Trace(silent(), torch.ones(1, 3, 2, 2), top="conv")
    (found,) = computed(trace, [Route(UnitPath.parse("conv_1"))], "guided")
    assert found.whole()[0].tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize("rule", RULES)
def test_a_forward_pass_goes_as_soon_as_it_is_let_go(rule: Rule) -> None:
    network = RandomSketch(3).network()
    trace = Trace(network, pictures(network, 3))
    attributions(trace, some_routes(trace, 3), rule)
    gone = weakref.ref(trace)
    gc.disable()
    try:
        del trace
        assert gone() is None
    finally:
        gc.enable()
