"""Blocks of pictures through a network: what becomes of the candidates of every unit.

Every forward pass has the same shape, short blocks are filled up: what a picture excites does not depend on
the pictures beside it, so a scan in pieces finds what a scan in one go finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from catvis.exemplars.decode import Block
from catvis.exemplars.topk import NOTHING, Best, improved, nothing
from catvis.networks.network import Network
from catvis.networks.preprocessing import Preprocessing

_LARGEST_BATCH = 32
_ACTIVATIONS = 500_000_000
"""Bytes that the kept layers of one batch may take."""
_MAPS = 1024
"""How many maps are copied at once to look for their maximum's place."""


def batch_size(network: Network, layers: Sequence[str]) -> int:
    """How many pictures go through the network at once; the same on every machine."""
    shapes = [network.graph.nodes[network.card.layer(name).node].shape for name in layers]
    held = sum(4 * int(np.prod(shape)) for shape in shapes)
    return max(1, min(_LARGEST_BATCH, _ACTIVATIONS // held))


def empty_best(network: Network, layers: Sequence[str], slots: int) -> dict[str, Best]:
    """No candidates yet, for every unit of the layers."""
    return {name: nothing(network.card.layer(name).units, slots) for name in layers}


def prepared(
    preprocessing: Preprocessing, pixels: UInt8[np.ndarray, "pictures height width 3"], batch: int
) -> Float[Tensor, "batch 3 height width"]:
    """Pictures as the network's input, filled up with copies of nothing to the size of a batch."""
    high, wide = preprocessing.size
    values = np.zeros((batch, 3, high, wide), np.float32)
    for row, picture in enumerate(pixels):
        values[row] = preprocessing.normalise(picture)
    return torch.from_numpy(values)


@torch.inference_mode()
def scanned(network: Network, block: Block, best: Mapping[str, Best], batch: int) -> dict[str, Best]:
    """The candidates of every layer with a block of pictures in.

    Args:
        network: the network.
        block: at most ``batch`` pictures.
        best: the candidates so far, by layer.
        batch: the size of every forward pass.
    """
    count = len(block.numbers)
    if not count:
        return dict(best)
    activations = network.activations(prepared(network.preprocessing, block.pixels, batch), best)
    numbers = np.array(block.numbers, np.int64)
    contents = np.array([int.from_bytes(digest[:8], "little", signed=True) for digest in block.digests])
    return {
        layer: _with(
            found, activations[layer][:count], numbers, contents, network.card.layer(layer).rectified
        )
        for layer, found in best.items()
    }


def _with(best: Best, maps: Tensor, numbers: np.ndarray, contents: np.ndarray, rectified: bool) -> Best:
    """Take the pictures in that can still enter, and look for a place only where one does."""
    spatial = maps.dim() == 4
    strengths = (maps.amax((2, 3)) if spatial else maps).cpu().numpy().T
    enters = strengths >= best.activation[:, -1:]
    if rectified:
        enters &= strengths > 0
    units = np.flatnonzero(enters.any(axis=1))
    if not len(units):
        return best
    places = np.zeros(strengths.shape, np.int32)
    if spatial:
        entering, pictures = np.nonzero(enters)
        for start in range(0, len(pictures), _MAPS):
            some = slice(start, start + _MAPS)
            found = maps[torch.from_numpy(pictures[some]), torch.from_numpy(entering[some])]
            places[entering[some], pictures[some]] = found.flatten(1).cpu().numpy().argmax(axis=1)
    # Few of a batch enter a unit's candidates: only as many columns as some unit needs.
    columns = np.argsort(~enters[units], axis=1, kind="stable")[:, : enters.sum(axis=1).max()]
    rows = units[:, None]
    chosen = enters[rows, columns]
    candidates = Best(
        np.where(chosen, strengths[rows, columns], np.float32(-np.inf)),
        np.where(chosen, numbers[columns], NOTHING),
        places[rows, columns],
        np.where(chosen, contents[columns], np.int64(0)),
    )
    return improved(best, units, candidates)
