"""What units of a layer suffice for: by hand, against runs of the whole network, and against choosing slowly."""

from __future__ import annotations

import pytest
import torch

from catvis.backward.edges import ablations, agreement
from catvis.backward.silencing import Silencing
from catvis.backward.sufficiency import DRAWS, Sufficiency, sizes_up_to
from catvis.backward.trace import Trace
from catvis.errors import NetworkError
from catvis.networks import operations as op
from catvis.networks.network import Network
from catvis.terms import Unit, UnitPath
from tests.backward.small import RandomSketch, Sketch, dense, filters, seeds
from tests.backward.test_edges import seen
from tests.backward.test_sweep import pictures

MEMORY = 1 << 30


def left(network: Network, layer: str, seed: int = 0, count: int = 12) -> torch.Tensor:
    units = network.card.layer(layer).units
    return torch.rand(count, units, generator=torch.Generator().manual_seed(seed)) < 0.5


def slowly(trace: Trace, layer: str, parent: Unit, kept: torch.Tensor) -> list[float]:
    """Run everything from each changed layer, one subset at a time, and look at the parent's place."""
    network, (row, column) = trace.network, trace.peak(parent).place
    low, high = (network.card.layer(name).node for name in (layer, parent.layer))
    found = []
    for subset in kept:
        maps = trace.of(layer).clone()
        maps[:, ~subset] = 0
        known = {
            index: value for index, value in trace.values.items() if low not in trace.graph.ancestors[index]
        }
        values = trace.graph.run({**known, low: maps}, [high])[high][0, parent.index]
        found.append(float(values if values.dim() == 0 else values[row, column]))
    return found


def test_what_is_kept_by_hand() -> None:
    # high_0 = ReLU(4·5 − 3·2 + 9·0 + 2·3) = 20, and 0 where all of low is silent
    found = Sufficiency(seen(5, 1, 3), UnitPath.parse("high_0"), "low").kept([0, 1])
    assert (found.whole, found.empty, found.left) == (20, 0, 14)
    assert found.part == pytest.approx(0.7)


def test_units_are_chosen_for_what_they_add() -> None:
    found = Sufficiency(seen(5, 1, 3), UnitPath.parse("high_0"), "low")
    assert found.greedy(range(4)) == [[], [0], [0, 3], [0, 3, 2]]


def test_units_are_chosen_before_they_lift_their_parent_above_zero() -> None:
    sketch = Sketch(3, 1, 1)
    sketch.add(op.Reshape((3,)), layer="low")
    sketch.add(dense([[1.0, 2.0, 3.0]], bias=[-5.5]))
    sketch.add(op.ReLU(), layer="high")
    found = Sufficiency(Trace(sketch.network(), torch.ones(1, 3, 1, 1)), UnitPath.parse("high_0"), "low")
    assert found.greedy(range(3))[-1] == [2, 1]
    assert found.curves().greedy == (0, 0, 0, 1)


def test_units_that_are_worth_something_only_together_are_found() -> None:
    # low_0 alone adds 1; low_1 and low_2 add nothing alone, and 5 together
    sketch = Sketch(3, 1, 1)
    sketch.add(op.Reshape((3,)), layer="low")
    sketch.add(dense([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]], bias=[0.0, -1.5]))
    sketch.add(op.ReLU())
    sketch.add(dense([[1.0, 10.0]]))
    sketch.add(op.ReLU(), layer="high")
    found = Sufficiency(Trace(sketch.network(), torch.ones(1, 3, 1, 1)), UnitPath.parse("high_0"), "low")
    assert found.greedy(range(4)) == [[], [0], [1, 2], [1, 2, 0]]


@pytest.mark.parametrize("seed", seeds(16, 6))
def test_a_greedy_choice_is_never_worse_than_the_strongest(seed: int) -> None:
    network = RandomSketch(seed).network()
    trace = Trace(network, pictures(network, seed)[:1])
    layers = network.card.layers
    for level, high in enumerate(layers):
        for low in layers[:level]:
            found = Sufficiency(trace, UnitPath((Unit(high.name, 0),)), low.name).curves()
            for ours, theirs in zip(found.greedy, found.strongest, strict=True):
                assert ours >= theirs - 1e-4


def test_the_order_of_edge_weights_is_by_the_rule_that_is_asked_for() -> None:
    # the edges are (20, −6, 0, 6), and guided (20, 0, 0, 6)
    path = UnitPath.parse("high_0")
    assert Sufficiency(seen(5, 1, 3), path, "low").strongest == [0, 3, 2, 1]
    assert Sufficiency(seen(5, 1, 3), path, "low", "guided").strongest == [0, 3, 1, 2]


def test_edge_weights_are_of_the_path_and_towards_its_last_unit() -> None:
    # over the middle's two places, the path's first unit wants its second alone, and wants it down
    sketch = Sketch(3, 1, 2)
    sketch.add(filters([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), layer="low")
    sketch.add(filters([[2.0, 3.0, -1.0]]))
    sketch.add(op.ReLU(), layer="middle")
    sketch.add(op.Reshape((2,)))
    sketch.add(dense([[0.0, -1.0]]), layer="high")
    seen_by_it = torch.tensor([[[[9.0, 1.0]], [[1.0, 2.0]], [[1.0, 1.0]]]])
    trace = Trace(sketch.network(), seen_by_it)
    assert Sufficiency(trace, UnitPath.parse("middle_0"), "low").strongest == [0, 1, 2]
    assert Sufficiency(trace, UnitPath.parse("high_0→middle_0"), "low").strongest == [1, 0, 2]


def test_curves_begin_at_nothing_and_end_at_the_whole() -> None:
    found = Sufficiency(seen(5, 1, 3), UnitPath.parse("high_0"), "low").curves()
    assert found.sizes == (0, 1, 2, 3, 4)
    assert found.greedy == pytest.approx((0, 1.0, 1.3, 1.3, 1.0))  # low_2, which is silent, before low_1
    assert found.strongest == pytest.approx((0, 1.0, 1.3, 1.3, 1.0))
    assert found.random[0] == found.spread[0] == found.spread[-1] == 0
    assert found.random[-1] == 1
    assert found.area((0.0, 1.0, 1.0, 1.0, 1.0)) == pytest.approx(3.5 / 4)


def test_what_chance_keeps_is_the_same_every_time() -> None:
    one, other = (Sufficiency(seen(5, 1, 3), UnitPath.parse("high_0"), "low").kept([0]) for _ in range(2))
    assert one == other
    assert one.spread > 0
    assert DRAWS == 50


def test_a_unit_that_a_layer_does_not_excite_keeps_nothing() -> None:
    found = Sufficiency(seen(5, 1, 3), UnitPath.parse("high_2"), "low")
    assert found.whole == found.empty == 0
    assert found.kept([0]).part == 0
    assert set(found.curves().greedy) == {0.0}


def test_a_layer_above_the_unit_is_an_error() -> None:
    with pytest.raises(NetworkError, match="high is not below low"):
        Sufficiency(seen(5, 1, 3), UnitPath.parse("low_0"), "high")


@pytest.mark.parametrize("memory", [1, MEMORY])
@pytest.mark.parametrize("seed", seeds(16, 6))
def test_silencing_in_random_networks(seed: int, memory: int) -> None:
    network = RandomSketch(seed).network()
    trace = Trace(network, pictures(network, seed)[:1])
    layers = network.card.layers
    for level, high in enumerate(layers):
        for low in layers[:level]:
            parents = [Unit(high.name, 0), Unit(high.name, high.units - 1)]
            kept = left(network, low.name, seed)
            expected = [slowly(trace, low.name, parent, kept) for parent in parents]
            both = Silencing(trace, low.name, parents, memory=memory).activations(kept).T
            alone = [
                Silencing(trace, low.name, [one], memory=memory).activations(kept)[:, 0] for one in parents
            ]
            for found, values in zip([*both, *alone], expected * 2, strict=True):
                torch.testing.assert_close(found, torch.tensor(values), rtol=1e-4, atol=1e-5)


def test_a_branch_beside_a_unit_takes_nothing_from_it() -> None:
    sketch = Sketch(3, 1, 1)
    start = sketch.add(filters([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    beside = sketch.add(op.ReLU(), start, layer="beside")
    sketch.add(filters([[2.0, 0.0, 0.0], [0.0, 3.0, 0.0]]), start)
    parents = sketch.add(op.ReLU(), layer="parents")
    sketch.add(op.Concatenation(), beside, parents, layer="joined")
    trace = Trace(sketch.network(), torch.ones(1, 3, 1, 1))
    none = torch.zeros(2, 3, dtype=torch.bool)
    for units in ([1], [0, 1], [1, 0]):
        asked = [Unit("parents", index) for index in units]
        found = Silencing(trace, "beside", asked, memory=MEMORY).activations(none)
        assert found.tolist() == [[2.0 + index for index in units]] * 2
    mixed = [Unit("parents", 1), Unit("joined", 0)]
    assert Silencing(trace, "beside", mixed, memory=MEMORY).activations(none).tolist() == [[3, 0]] * 2
    kept = Sufficiency(trace, UnitPath.parse("parents_1"), "beside")
    assert (kept.whole, kept.empty, kept.kept([0]).part) == (3, 3, 0)
    assert set(kept.curves().greedy) == {0.0}
    assert ablations(trace, [(Unit("parents", 1), Unit("beside", 0))]) == [0]
    assert agreement(trace, Unit("parents", 1), "beside") is None


def test_one_channel_of_a_convolution_in_groups() -> None:
    sketch = Sketch(3, 3, 3)
    sketch.add(filters([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 1.0, 1.0]]))
    sketch.add(op.ReLU(), layer="low")
    sketch.add(filters([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]], groups=2))
    sketch.add(op.ReLU(), layer="high")
    trace = Trace(sketch.network(), torch.rand(1, 3, 3, 3, generator=torch.Generator().manual_seed(0)))
    kept = left(trace.network, "low")
    for index in range(4):
        parent = Unit("high", index)
        found = Silencing(trace, "low", [parent], memory=MEMORY).activations(kept)[:, 0]
        torch.testing.assert_close(found, torch.tensor(slowly(trace, "low", parent, kept)))


@pytest.mark.parametrize("units", [1, 2, 16, 17, 96, 4096])
def test_sizes_go_up_to_all(units: int) -> None:
    sizes = sizes_up_to(units)
    assert (sizes[0], sizes[-1]) == (0, units)
    assert list(sizes) == sorted(set(sizes))
    assert len(sizes) < 35
