"""Real ImageNet networks against the slow statement of the method."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from PIL import Image

from catvis.backward.edges import ablations, edges
from catvis.backward.rules import RELU_RULES, Rule
from catvis.backward.sweep import Route
from catvis.backward.trace import Trace
from catvis.networks.caffe.caffe_source import CaffeSource
from catvis.terms import Unit, UnitPath
from tests.backward.test_sweep import agree, computed
from tests.reference import Reference

pytestmark = pytest.mark.slow

WEIGHTS = {"alexnet-conv": "bvlc_alexnet_conv.caffemodel", "squeezenet": "squeezenet_v1.0.caffemodel"}
PATHS = {
    "alexnet-conv": ["conv5_78→conv4_64", "conv5_78→conv4_64→conv2_4", "conv3_66", "conv2_4", "conv1_3"],
    "squeezenet": [
        "pool10_284",
        "pool10_284→fire9_310",
        "pool10_284→fire5_7",
        "fire4_20",
        "fire2_100→conv1_5",
    ],
}


class Opened(NamedTuple):
    trace: Trace
    reference: Reference


@cache
def opened(shared: Path, name: str) -> Opened:
    network = CaffeSource.of(name, shared / "weights" / WEIGHTS[name]).load()
    picture = Image.open(shared / "pictures" / "grumpy_cat_227.png").convert("RGB")
    batch = torch.from_numpy(network.preprocessing.normalise(network.preprocessing.fit(picture)))[None]
    return Opened(Trace(network, batch), Reference(network, batch))


@pytest.mark.parametrize("rule", list(RELU_RULES))
@pytest.mark.parametrize("name", list(PATHS))
def test_attributions(shared: Path, name: str, rule: Rule) -> None:
    trace, reference = opened(shared, name)
    paths = [UnitPath.parse(path) for path in PATHS[name]]
    paths = [path for path in paths if not trace.is_silent(path.units[0])]
    assert len(paths) >= 4
    for path, found in zip(paths, computed(trace, [Route(path) for path in paths], rule), strict=True):
        agree(found.whole(), reference.attribution(path, rule))


@pytest.mark.parametrize("rule", ["gradient", "guided"])
@pytest.mark.parametrize(
    ("name", "path", "lower"),
    [
        ("alexnet-conv", "conv5_78", "conv4"),
        ("alexnet-conv", "conv5_78→conv4_64", "conv2"),
        ("squeezenet", "pool10_284", "fire9"),
        ("squeezenet", "pool10_284→fire9_310", "conv1"),
    ],
)
def test_edges(shared: Path, name: str, path: str, lower: str, rule: Rule) -> None:
    trace, reference = opened(shared, name)
    (found,) = edges(trace, [(UnitPath.parse(path), lower)], rule)
    agree(torch.tensor(found.values), reference.edge_weights(UnitPath.parse(path), lower, rule))


def test_the_first_child_of_conv5_78_in_conv4_on_the_cat_is_conv4_64(shared: Path) -> None:
    trace = opened(shared, "alexnet-conv").trace
    (found,) = edges(trace, [(UnitPath.parse("conv5_78"), "conv4")])
    children = [Unit("conv4", index) for index in found.strongest(5)]
    assert children[0] == Unit("conv4", 64)
    drops = ablations(trace, [(Unit("conv5", 78), child) for child in children])
    assert max(range(5), key=drops.__getitem__) == 0


def test_edges_between_the_groups_of_alexnet_are_exactly_zero(shared: Path) -> None:
    trace = opened(shared, "alexnet-conv").trace
    (found,) = edges(trace, [(UnitPath.parse("conv5_78"), "conv4")])
    assert not any(found.values[192:])
    assert any(found.values[:192])
