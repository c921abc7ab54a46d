"""What the benchmarks compute: networks, a picture, and plans of hundreds of attributions on it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from catvis.backward.edges import edges
from catvis.backward.rules import Rule
from catvis.backward.sweep import Route, attributions
from catvis.backward.trace import Trace
from catvis.networks.caffe.architectures import ARCHITECTURES
from catvis.networks.known_layers import NetworkCard
from catvis.networks.network import Network
from catvis.networks.preprocessing import Preprocessing
from catvis.networks.stepwise.assembly import assemble
from catvis.terms import Unit, UnitPath

CONVOLUTIONS = ("conv1", "conv2", "conv3", "conv4", "conv5")
PICTURE = Path("pictures", "grumpy_cat_227.png")
"""Where the picture lies in the shared folder."""


def random_caffenet(preprocessing: Preprocessing) -> Network:
    """CaffeNet with seeded random weights, scaled so that activations neither grow nor die."""
    architecture = ARCHITECTURES["caffenet"]
    generator = torch.Generator().manual_seed(0)

    def weights(layer: str, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
        del layer
        fan_in = torch.Size(shape[1:]).numel()
        return (
            torch.randn(shape, generator=generator) * (2 / fan_in) ** 0.5,
            torch.randn(shape[0], generator=generator) * 0.1,
        )

    card = NetworkCard("caffenet", "random", architecture.layers(), preprocessing.size)
    return Network(card, assemble(architecture, weights), preprocessing)


def picture(network: Network, file: Path) -> Tensor:
    """One network input: (1, 3, height, width)."""
    pixels = network.preprocessing.fit(Image.open(file).convert("RGB"))
    return torch.from_numpy(network.preprocessing.normalise(pixels))[None]


def trees(
    trace: Trace, layers: Sequence[str], children: int, roots: int = 2, classes: int = 4
) -> list[UnitPath]:
    """The tiles of trees: the strongest classes, then children by layer, down along the first of each."""
    scores = trace.of(trace.network.card.top.name)[0].flatten()
    best = [Unit(trace.network.card.top.name, int(index)) for index in scores.topk(classes).indices]
    tiles = [UnitPath((unit,)) for unit in best]
    for unit in best[:roots]:
        trunk = UnitPath((unit,))
        for layer in layers:
            (found,) = edges(trace, [(trunk, layer)])
            below = [trunk.then(Unit(layer, index)) for index in found.strongest(children)]
            tiles += below
            trunk = below[0]
    return tiles


def spread(trace: Trace, layers: Sequence[str], each: int) -> list[UnitPath]:
    """Single units of several layers, evenly spread over those that fire."""
    return list(chain.from_iterable(_firing(trace, layer, each) for layer in layers))


def _firing(trace: Trace, layer: str, count: int) -> list[UnitPath]:
    width = trace.network.card.layer(layer).units
    firing = [unit for index in range(width) if not trace.is_silent(unit := Unit(layer, index))]
    return [UnitPath((firing[place * len(firing) // count],)) for place in range(count)]


def sweep(trace: Trace, paths: Sequence[UnitPath], rule: Rule = "guided", **how: Any) -> None:
    """Compute every attribution and let it go."""
    for _, found in attributions(trace, [Route(path) for path in paths], rule, **how):
        del found
