"""Boxes against the network itself: what lies outside changes nothing, what lies along each border matters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from catvis.exemplars.receptive import Region, seen_region
from catvis.networks.network import Network
from catvis.networks.operations import Concatenation, ReLU
from catvis.networks.registry import source
from catvis.settings import Settings
from tests.networks.torchvision.random_networks import random_network


def _value(network: Network, node: int, unit: int, place: tuple[int, int], picture: torch.Tensor) -> float:
    values = network.graph.run({0: picture}, [node])[node][0, unit]
    return float(values[place] if values.dim() else values)


def _before_relu(network: Network, node: int, unit: int) -> tuple[int, int]:
    """What a unit is made of, as a node and its channel: a silent unit depends on its pixels all the same."""
    inner = network.graph.nodes[node]
    if isinstance(inner.operation, ReLU):
        return inner.inputs[0], unit
    if isinstance(inner.operation, Concatenation):
        for source in inner.inputs:
            width = network.graph.nodes[source].shape[0]
            if unit < width:
                return _before_relu(network, source, unit)
            unit -= width
    return node, unit


def _changed(
    picture: torch.Tensor, rows: slice, columns: slice, rng: torch.Generator
) -> Iterator[torch.Tensor]:
    """A line of pixels changed by little and by much: maxima and silent units on the way hide single changes."""
    for size in (40, 1e3, 1e5) * 5:
        changed = picture.clone()
        line = changed[..., rows, columns]
        line += size * torch.randn(line.shape, generator=rng)
        yield changed


def _check_outside(network: Network, node: int, unit: int, place: tuple[int, int]) -> None:
    region = seen_region(network.graph, node, unit, place)
    rng = torch.Generator().manual_seed(unit)
    size = network.graph.nodes[0].shape
    picture, noise = (40 * torch.randn(1, *size, generator=rng) for _ in range(2))
    inside = torch.zeros(size[1:], dtype=torch.bool)
    inside[region.top : region.bottom, region.left : region.right] = True
    known = _value(network, node, unit, place, picture)
    assert _value(network, node, unit, place, torch.where(inside, picture, noise)) == known


def _check_borders(network: Network, node: int, unit: int, place: tuple[int, int]) -> None:
    region = seen_region(network.graph, node, unit, place)
    rng = torch.Generator().manual_seed(unit)
    picture = 40 * torch.randn(1, *network.graph.nodes[0].shape, generator=rng)
    node, unit = _before_relu(network, node, unit)
    known = _value(network, node, unit, place, picture)
    for rows, columns in (
        (slice(region.top, region.top + 1), slice(region.left, region.right)),
        (slice(region.bottom - 1, region.bottom), slice(region.left, region.right)),
        (slice(region.top, region.bottom), slice(region.left, region.left + 1)),
        (slice(region.top, region.bottom), slice(region.right - 1, region.right)),
    ):
        assert any(
            _value(network, node, unit, place, changed) != known
            for changed in _changed(picture, rows, columns, rng)
        ), (network.graph.nodes[node].name, unit, place, region)


def _check_layers(network: Network) -> None:
    """One unit in the middle of every layer's map, one in a corner, one at an edge."""
    for layer in network.card.layers:
        shape = network.graph.nodes[layer.node].shape
        high, wide = shape[-2:] if len(shape) == 3 else (1, 1)
        last = layer.units - 1
        for unit, place in (
            (0, (high // 2, wide // 2)),
            (last, (high - 1, wide - 1)),
            (last // 2, (high // 3, 0)),
        ):
            if not seen_region(network.graph, layer.node, unit, place).is_empty:
                _check_outside(network, layer.node, unit, place)
                _check_borders(network, layer.node, unit, place)


@pytest.mark.slow
def test_small_network(network: Network) -> None:
    _check_layers(network)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["alexnet-conv", "squeezenet"])
def test_real_networks(name: str, shared: Path) -> None:
    _check_layers(source(name, Settings(weights=shared / "weights")).load())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet18", "googlenet"])
def test_the_zoo(name: str) -> None:
    _check_layers(random_network(name, seed=0, size=(128, 128)))


@pytest.mark.slow
def test_shuffled_channels_keep_their_places() -> None:
    network = random_network("shufflenet_v2_x0_5", seed=0, size=(128, 128))
    node = network.card.layer("stage2.0").node
    region = seen_region(network.graph, node, 0, (8, 8))
    assert region.bottom - region.top < 64
    _check_outside(network, node, 0, (8, 8))


def test_known_boxes_of_alexnet(shared: Path) -> None:
    network = source("alexnet-conv", Settings(weights=shared / "weights")).load()
    sides = []
    for layer in network.card.layers:
        high, wide = network.graph.nodes[layer.node].shape[1:]
        region = seen_region(network.graph, layer.node, 0, (high // 2, wide // 2))
        sides.append((region.bottom - region.top, region.right - region.left))
    assert sides == [(11, 11), (51, 51), (99, 99), (131, 131), (163, 163)]


def test_a_branch_of_a_concatenation_has_its_own_box(network: Network) -> None:
    node = network.card.layer("mixed").node
    assert seen_region(network.graph, node, 0, (4, 4)) == Region(14, 14, 23, 23)
    assert seen_region(network.graph, node, 7, (4, 4)) == Region(10, 10, 27, 27)


def test_a_place_in_padding_sees_nothing(shared: Path) -> None:
    network = source("squeezenet", Settings(weights=shared / "weights")).load()
    assert seen_region(network.graph, network.card.layer("conv10").node, 0, (0, 0)).is_empty


def test_between_two_layers(network: Network) -> None:
    graph, card = network.graph, network.card
    below = card.layer("conv1").node
    assert seen_region(graph, card.layer("mixed").node, 7, (4, 4), below) == Region(6, 6, 13, 13)
    assert seen_region(graph, card.layer("fc").node, 0, (0, 0), below) == Region(0, 0, 16, 16)


def test_what_does_not_lie_below_is_an_error(network: Network) -> None:
    with pytest.raises(ValueError, match="does not lie below"):
        seen_region(network.graph, 2, 0, (0, 0), 8)


def test_regions_join() -> None:
    nowhere = Region(3, 3, 3, 5)
    assert nowhere.is_empty
    assert nowhere.hull(Region(1, 1, 2, 2)) == Region(1, 1, 2, 2)
    assert Region(1, 1, 2, 2).hull(Region(0, 4, 1, 6)) == Region(0, 1, 2, 6)
