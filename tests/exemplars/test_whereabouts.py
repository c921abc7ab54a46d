"""Where a unit counts for another: each place's part of an edge weight, over several pictures."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from catvis.backward.edges import edges
from catvis.backward.trace import Trace
from catvis.exemplars.scan.forward import prepared
from catvis.exemplars.whereabouts import Whereabouts, whereabouts
from catvis.networks import operations as op
from catvis.networks.network import Network
from catvis.terms import Unit, UnitPath
from tests.backward.small import Sketch, dense
from tests.exemplars.conftest import SIDE, small_network


def pictures(count: int, side: int = SIDE) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (side, side, 3), np.uint8) for _ in range(count)]


def corner_network() -> Network:
    """A map that is the picture's red, and a unit that looks at its upper left corner alone."""
    sketch = Sketch(3, 4, 4)
    sketch.add(op.Convolution(torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1), None))
    sketch.add(op.ReLU(), layer="low")
    sketch.add(op.Reshape((16,)))
    sketch.add(dense([[1.0] + [0.0] * 15, [1.0] * 16, [-1.0] + [1.0] * 15]))
    sketch.add(op.ReLU(), layer="high")
    return sketch.network()


def test_a_unit_that_looks_at_one_corner_takes_it_from_there() -> None:
    found = whereabouts(corner_network(), Unit("high", 0), Unit("low", 0), pictures(3, 4), pictures(3, 4))
    assert found is not None
    assert np.argwhere(found.counts).tolist() == [[0, 0]]
    assert found.spread(found.counts) == 0
    assert 0 < found.spread(found.fires) < 1
    assert not found.is_relative
    assert not found.inhibitory


def test_of_a_unit_that_looks_everywhere_it_counts_where_it_fires() -> None:
    found = whereabouts(corner_network(), Unit("high", 1), Unit("low", 0), pictures(3, 4), pictures(3, 4))
    assert found is not None
    assert np.corrcoef(found.counts.ravel(), found.fires.ravel())[0, 1] == pytest.approx(1)
    assert found.fires.sum() == pytest.approx(sum(int(one[..., 0].sum()) for one in pictures(3, 4)))


def test_only_what_goes_with_the_whole_counts() -> None:
    found = whereabouts(corner_network(), Unit("high", 2), Unit("low", 0), pictures(3, 4), pictures(3, 4))
    assert found is not None
    assert found.counts[0, 0] == 0
    assert found.fires[0, 0] > 0
    assert not found.inhibitory


def test_each_place_s_part_adds_up_to_the_edge_weight() -> None:
    network, seen = small_network(), pictures(1)
    trace = Trace(network, prepared(network.preprocessing, np.stack(seen)))
    for parent in (Unit("mixed", index) for index in range(8)):
        if trace.is_silent(parent):
            continue
        (weights,) = edges(trace, [(UnitPath((parent,)), "conv1")])
        for child, weight in enumerate(weights.values):
            found = whereabouts(network, parent, Unit("conv1", child), seen, seen)
            if found is None:
                assert weight == 0
                continue
            assert found.is_relative
            assert found.inhibitory == (weight < 0)
            assert found.counts.sum() >= abs(weight) * 16 * 16 - 1e-3
            assert all(length % 2 for length in found.counts.shape)
            # a place of the upper map sees at most seven cells across of the lower one
            assert max(found.counts.shape) <= 2 * 7 + 1


def test_what_never_fires_is_nowhere() -> None:
    black = [np.zeros((4, 4, 3), np.uint8)]
    assert whereabouts(corner_network(), Unit("high", 0), Unit("low", 0), black, black) is None
    assert whereabouts(corner_network(), Unit("high", 0), Unit("low", 0), [], []) is None


def test_how_far_it_lies_from_its_middle() -> None:
    corners, one = np.zeros((4, 4)), np.zeros((4, 4))
    corners[0, 0] = corners[0, 2] = 3.0
    one[1, 3] = 5.0
    found = Whereabouts(corners, one, (4, 4), False, False)
    assert found.spread(corners) == pytest.approx(1 / 4)  # one cell of four to either side
    assert found.spread(one) == 0
    assert found.spread(np.zeros((4, 4))) == 0


def test_where_it_fires_is_asked_of_other_pictures() -> None:
    other = np.zeros((4, 4, 3), np.uint8)
    other[3, 2, 0] = 200
    found = whereabouts(corner_network(), Unit("high", 1), Unit("low", 0), pictures(3, 4), [other])
    assert found is not None
    assert np.argwhere(found.fires).tolist() == [[3, 2]]
