"""What the layer below made of each candidate: how alike two exemplars of a unit are.

Only `--distinct` asks for this; it costs one more forward pass of the candidates' pictures for every layer.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float32
from torch import Tensor

from catvis.exemplars.collection import Collection, Entry
from catvis.exemplars.receptive import Region, seen_region
from catvis.exemplars.scan.feed import decoded
from catvis.exemplars.scan.forward import prepared
from catvis.exemplars.topk import Best
from catvis.networks.network import Network

_PICTURES = 32
_PATCH = 4
"""A patch of the picture is compared at this many places along each side."""


def features(
    network: Network,
    collection: Collection,
    entries: Mapping[int, Entry],
    layer: str,
    best: Best,
    *,
    workers: int,
) -> Float32[np.ndarray, "units slots channels"]:
    """The mean activation of every channel of the layer below, over what the unit sees of it.

    Under the lowest layer stands the picture itself, as a small patch of colours.

    Args:
        network: the network.
        collection: where the pictures are.
        entries: the candidates' pictures, by what ``best`` calls them.
        layer: the candidates' layer.
        best: the candidates.
        workers: how many processes decode.

    Returns:
        Zeros for an empty slot, and for a picture that cannot be read any more.
    """
    node = network.card.layer(layer).node
    below = _below(network, layer)
    found = np.zeros((*best.picture.shape, _width(network, below)), np.float32)
    pictures = sorted(set(np.unique(best.picture[best.filled]).tolist()) & entries.keys())
    starts = range(0, len(pictures), _PICTURES)
    blocks = (
        [(number, entries[number]) for number in pictures[start : start + _PICTURES]] for start in starts
    )
    for block in decoded(collection, network.preprocessing, blocks, workers, largest=_PICTURES):
        if not block.numbers:
            continue
        batch = prepared(network.preprocessing, block.pixels).to(network.device)
        maps = network.graph.run({0: batch}, [below])[below]
        for picture, number in zip(maps, block.numbers, strict=True):
            for unit, slot in np.argwhere(best.picture == number).tolist():
                place = divmod(int(best.place[unit, slot]), network.graph.nodes[node].shape[-1])
                region = seen_region(network.graph, node, unit, place, below)
                found[unit, slot] = _mean(picture, region, patch=below == 0).cpu().numpy()
    return found


def _below(network: Network, layer: str) -> int:
    """The highest layer that this one is made of, or the picture."""
    node = network.card.layer(layer).node
    lower = [other.node for other in network.card.layers if other.node < node]
    return max((other for other in lower if other in network.graph.ancestors[node]), default=0)


def _width(network: Network, below: int) -> int:
    channels = network.graph.nodes[below].shape[0]
    return channels if below else channels * _PATCH**2


@torch.inference_mode()
def _mean(maps: Tensor, region: Region, *, patch: bool) -> Tensor:
    if maps.dim() == 1:
        return maps
    seen = maps[:, region.top : region.bottom, region.left : region.right]
    if seen.numel() == 0:
        seen = maps
    if patch:
        return F.adaptive_avg_pool2d(seen, _PATCH).flatten()
    return seen.mean((1, 2))
