"""Edge weights, shares, children and ablation: by hand, and against the slow statement of the method."""

from __future__ import annotations

import pytest
import torch

from catvis.backward.edges import _ranks, ablations, agreement, edges
from catvis.backward.rules import Rule
from catvis.backward.sweep import Route, readings
from catvis.backward.trace import Trace
from catvis.edge_shares import Weights
from catvis.errors import NetworkError, SilentUnitError
from catvis.networks import operations as op
from catvis.networks.network import Network
from catvis.terms import Unit, UnitPath
from tests.backward.small import RandomSketch, Sketch, dense, filters, seeds
from tests.backward.test_sweep import TINY, agree, pictures, some_routes
from tests.reference import Reference


def perceptron() -> Network:
    """low = ReLU(red, 2·green, −blue, blue); score = 4·low_0 − 3·low_1 + 9·low_2 + 2·low_3, and its ReLU."""
    sketch = Sketch(3, 1, 1)
    sketch.add(op.Reshape((3,)))
    sketch.add(dense([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, -1.0], [0.0, 0.0, 1.0]]))
    sketch.add(op.ReLU(), layer="low")
    sketch.add(dense([[4.0, -3.0, 9.0, 2.0], [1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, -1.0]]))
    sketch.add(op.ReLU(), layer="high")
    return sketch.network()


def seen(red: float, green: float, blue: float) -> Trace:
    return Trace(perceptron(), torch.tensor([red, green, blue], dtype=torch.float32).view(1, 3, 1, 1))


def test_an_edge_weight_is_activation_times_derivative() -> None:
    (found,) = edges(seen(5, 1, 3), [(UnitPath.parse("high_0"), "low")])
    assert found.values == (20, -6, 0, 6)


def test_guided_edges_are_never_negative() -> None:
    (found,) = edges(seen(5, 1, 3), [(UnitPath.parse("high_0"), "low")], "guided")
    assert found.values == (20, 0, 0, 6)


def test_children_are_the_strongest_first_with_their_share() -> None:
    (found,) = edges(seen(5, 1, 3), [(UnitPath.parse("high_0"), "low")])
    assert [(index, found.values[index]) for index in found.strongest(5)] == [(0, 20), (1, -6), (3, 6)]
    assert [found.share(index) for index in (0, 1, 3)] == pytest.approx([20 / 32, 6 / 32, 6 / 32])
    assert found.strongest(2) == [0, 1]


def test_a_layer_without_any_weight_has_no_children_and_no_shares() -> None:
    nothing = Weights((0.0,) * 4)
    assert nothing.strongest(5) == []
    assert nothing.share(2) == 0


def test_children_of_equal_weight_are_ranked_by_index() -> None:
    assert Weights((1.0, -2.0, 2.0) * 40).strongest(4) == [1, 2, 4, 5]


def test_in_a_convolutional_layer_the_weight_is_the_mean_over_space() -> None:
    sketch = Sketch(3, 2, 2)
    sketch.add(filters([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    sketch.add(op.ReLU(), layer="conv")
    sketch.add(op.Reshape((8,)))
    sketch.add(dense([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]]), layer="score")
    picture = torch.zeros(1, 3, 2, 2)
    picture[0, 0], picture[0, 1] = (
        torch.tensor([[1.0, 1.0], [0.0, 2.0]]),
        torch.tensor([[-1.0, 0.0], [0.0, 3.0]]),
    )
    (found,) = edges(Trace(sketch.network(), picture), [(UnitPath.parse("score_0"), "conv")])
    assert found.values == ((1 + 2 + 8) / 4, 24 / 4)


@pytest.mark.parametrize("rule", ["gradient", "guided"])
def test_an_edge_between_groups_is_exactly_zero(rule: Rule) -> None:
    sketch = Sketch(3, 6, 6)
    source = torch.Generator().manual_seed(0)
    sketch.add(op.Convolution(torch.randn(4, 3, 3, 3, generator=source).abs(), None))
    sketch.add(op.ReLU(), layer="conv1")
    sketch.add(
        op.Convolution(torch.randn(6, 2, 3, 3, generator=source).abs(), None, padding=(1, 1), groups=2)
    )
    sketch.add(op.ReLU(), layer="conv2")
    trace = Trace(sketch.network(), torch.rand(1, 3, 6, 6, generator=source) + 0.1)
    rows = edges(trace, [(UnitPath((Unit("conv2", index),)), "conv1") for index in range(6)], rule)
    found = torch.tensor([row.values for row in rows])
    assert bool((found[:3, 2:] == 0).all())
    assert bool((found[3:, :2] == 0).all())
    assert bool((found[:3, :2] > 0).all())
    assert bool((found[3:, 2:] > 0).all())


@pytest.mark.parametrize("seed", seeds(12, 4))
def test_random_networks(seed: int) -> None:
    network = RandomSketch(seed).network()
    batch = pictures(network, seed)
    trace, reference = Trace(network, batch), Reference(network, batch)
    names = list(network.card.widths)
    requests = [
        (route.path, lower)
        for route in some_routes(trace, seed)
        for lower in names[: network.card.level(route.path.end.layer)]
        if route.place is None
    ]
    for rule in ("gradient", "guided"):
        found = edges(trace, requests, rule, memory=TINY if seed % 2 else 1 << 30)
        for (path, lower), one in zip(requests, found, strict=True):
            agree(torch.tensor(one.values), reference.edge_weights(path, lower, rule), 2e-5)


@pytest.mark.parametrize("seed", range(4))
def test_readings_tell_pictures_apart(seed: int) -> None:
    network = RandomSketch(seed).network()
    batch = pictures(network, seed, 3)
    together = Trace(network, batch)
    lowest = network.card.layers[0].name
    routes = [r for r in some_routes(together, seed, 20) if r.path.end.layer != lowest]
    for number, weights in readings(together, [(route, lowest) for route in routes]):
        route = routes[number]
        alone = Trace(network, batch[route.picture, None])
        ((_, expected),) = readings(alone, [(Route(route.path, route.signs, place=route.place), lowest)])
        agree(weights, expected)


def test_an_edge_to_a_layer_above_is_an_error() -> None:
    with pytest.raises(NetworkError, match="high is not below low"):
        edges(seen(5, 1, 3), [(UnitPath.parse("low_0"), "high")])


def test_an_edge_from_a_silent_unit_is_an_error() -> None:
    with pytest.raises(SilentUnitError, match="high_2"):
        edges(seen(5, 1, 3), [(UnitPath.parse("high_2"), "low")])


def test_ablation_measures_what_the_parent_loses() -> None:
    pairs = [(Unit("high", 0), Unit("low", index)) for index in range(4)]
    assert ablations(seen(5, 1, 3), pairs) == pytest.approx([1.0, -0.3, 0.0, 0.3])


def test_ablation_of_a_silent_parent_is_an_error() -> None:
    with pytest.raises(SilentUnitError, match="high_2"):
        ablations(seen(5, 1, 3), [(Unit("high", 2), Unit("low", 0))])


def test_edges_agree_with_ablation_where_all_between_is_linear() -> None:
    assert agreement(seen(5, 1, 3), Unit("high", 0), "low") == pytest.approx(1)


def test_too_few_edges_agree_with_nothing() -> None:
    assert agreement(seen(5, 0, 0), Unit("high", 0), "low") is None


def test_edges_of_one_weight_agree_with_nothing() -> None:
    # low_1 holds down what its absence lets fire: it costs nothing, the others a third each
    sketch = Sketch(3, 1, 1)
    sketch.add(op.Reshape((3,)), layer="low")
    sketch.add(dense([[1.0, 1.0, 1.0], [0.0, -2.0, 0.0]], bias=[0.0, 1.0]))
    sketch.add(op.ReLU())
    sketch.add(dense([[1.0, 1.0]]), layer="high")
    trace = Trace(sketch.network(), torch.ones(1, 3, 1, 1))
    pairs = [(Unit("high", 0), Unit("low", index)) for index in range(3)]
    assert ablations(trace, pairs) == pytest.approx([1 / 3, 0, 1 / 3])
    assert agreement(trace, Unit("high", 0), "low") is None


def test_agreement_is_of_ranks() -> None:
    values = torch.tensor([3.0, 1.0, 1.0, 100.0])
    assert _ranks(values).tolist() == [2, 0.5, 0.5, 3]


@pytest.mark.parametrize("memory", [1, 1 << 30])
@pytest.mark.parametrize("seed", range(8))
def test_ablations_of_random_networks(seed: int, memory: int) -> None:
    network = RandomSketch(seed).network()
    batch = pictures(network, seed)
    trace, reference = Trace(network, batch), Reference(network, batch)
    layers = network.card.layers
    pairs = [
        (unit, Unit(low.name, index))
        for level, high in enumerate(layers)
        for low in layers[:level]
        for unit in [Unit(high.name, level % high.units)]
        for index in (0, low.units - 1)
        if trace.peak(unit).activation != 0
    ]
    expected = [reference.drop(*pair) for pair in pairs]
    assert ablations(trace, pairs, memory=memory) == pytest.approx(expected, rel=1e-3, abs=1e-4)
