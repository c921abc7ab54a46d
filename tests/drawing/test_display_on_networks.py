"""Two hundred paths of every depth on each of two real networks: nothing clips, and no tile looks empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from catvis.backward.edges import edges
from catvis.backward.sweep import Route, attributions
from catvis.backward.trace import Trace
from catvis.drawing.display import GREY, display
from catvis.networks.caffe.caffe_source import CaffeSource
from catvis.terms import Unit, UnitPath

NETWORKS = {
    "alexnet-conv": ("bvlc_alexnet_conv.caffemodel", ["conv5", "conv4", "conv3", "conv2", "conv1"], 4),
    "squeezenet": (
        "squeezenet_v1.0.caffemodel",
        ["pool10", "fire9", "fire8", "fire7", "fire6", "fire5", "fire4", "fire3", "fire2", "conv1"],
        2,
    ),
}
PATHS = 200


def grown(trace: Trace, layers: list[str], branches: int) -> Iterator[UnitPath]:
    """Paths from the strongest units down by their strongest children, every depth as often."""
    each = PATHS // len(layers)
    top = trace.of(layers[0])[0]
    strongest = torch.argsort(top.reshape(len(top), -1).amax(1), descending=True)[:each]
    paths = [UnitPath((Unit(layers[0], int(index)),)) for index in strongest]
    yield from paths
    for layer in layers[1:]:
        starts = paths[:: max(1, len(paths) * branches // each)]
        found = edges(trace, [(path, layer) for path in starts])
        paths = [
            path.then(Unit(layer, index))
            for path, weights in zip(starts, found, strict=True)
            for index in weights.strongest(2 * branches)
            if weights.values[index] > 0
        ][:each]
        yield from paths


@pytest.mark.slow
@pytest.mark.parametrize("name", list(NETWORKS))
def test_paths_of_every_depth_are_seen_and_hardly_clip(shared: Path, name: str) -> None:
    weights, layers, branches = NETWORKS[name]
    network = CaffeSource.of(name, shared / "weights" / weights).load()
    picture = Image.open(shared / "pictures" / "grumpy_cat_227.png").convert("RGB")
    batch = torch.from_numpy(network.preprocessing.normalise(network.preprocessing.fit(picture)))[None]
    trace = Trace(network, batch)
    paths = list(grown(trace, layers, branches))
    assert {len(path.units) for path in paths} == set(range(1, len(layers) + 1))
    assert len(paths) >= 0.9 * PATHS
    routes = [Route(path) for path in paths]
    for number, found in attributions(trace, routes):
        shown = display(found.whole().cpu().numpy())
        assert shown.clipped <= 0.01, paths[number]
        departure = np.abs(shown.pixels.astype(int) - GREY).max(axis=2)
        assert (departure > 40).sum() >= 16, paths[number]
