"""Blocks of pictures through a network: what of them can enter the candidates of every unit.

Every forward pass has the same shape, short blocks are filled up: what a picture excites does not depend on
the pictures beside it, so a scan in pieces finds what a scan in one go finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor

from catvis.exemplars.decode import Block
from catvis.exemplars.topk import NOTHING, Best, improved, nothing
from catvis.networks.network import Network
from catvis.networks.preprocessing import Preprocessing

_LARGEST_BATCH = 32
_ACTIVATIONS = 500_000_000
"""Bytes that the kept layers of one batch may take."""


class Entering(NamedTuple):
    """Pictures that may enter a layer's candidates: for some of its units, a row each."""

    units: Int64[np.ndarray, " some"]
    rows: Best


def held_bytes(network: Network, layers: Sequence[str]) -> int:
    """How much memory the kept layers of one picture take."""
    shapes = [network.graph.nodes[network.card.layer(name).node].shape for name in layers]
    return sum(4 * int(np.prod(shape)) for shape in shapes)


def batch_size(network: Network, layers: Sequence[str]) -> int:
    """How many pictures go through the network at once; the same on every machine."""
    return max(1, min(_LARGEST_BATCH, _ACTIVATIONS // held_bytes(network, layers)))


def empty_best(network: Network, layers: Sequence[str], slots: int) -> dict[str, Best]:
    """No candidates yet, for every unit of the layers."""
    return {name: nothing(network.card.layer(name).units, slots) for name in layers}


def prepared(
    preprocessing: Preprocessing, pixels: UInt8[np.ndarray, "pictures height width 3"], batch: int
) -> Float[Tensor, "batch 3 height width"]:
    """Pictures as the network's input, filled up with copies of nothing to the size of a batch.

    The numbers are those of `Preprocessing.normalise`. They lie in memory with the channels last, as pictures
    come and as convolutions like them; one picture after another, so that each stays in the processor's cache.
    """
    high, wide = preprocessing.size
    backwards = preprocessing.order == "BGR"
    mean, std = (
        _with_channels_last(array[::-1] if backwards else array, high, wide)
        for array in (preprocessing.mean, preprocessing.std)
    )
    scaled, divided = preprocessing.scale != 1, bool((preprocessing.std != 1).any())
    values = torch.empty(batch, high, wide, 3)
    for row, picture in zip(values, torch.from_numpy(pixels), strict=False):
        row.copy_(picture.flip(2) if backwards else picture)
        if scaled:
            row.mul_(preprocessing.scale)
        row.sub_(mean)
        if divided:
            row.div_(std)
    values[len(pixels) :] = 0
    return values.permute(0, 3, 1, 2)


def _with_channels_last(array: Float[np.ndarray, "3 _ _"], high: int, wide: int) -> Tensor:
    whole = np.broadcast_to(array, (3, high, wide)).transpose(1, 2, 0)
    return torch.from_numpy(np.ascontiguousarray(whole))


@torch.inference_mode()
def scanned(network: Network, block: Block, best: Mapping[str, Best], batch: int) -> dict[str, Entering]:
    """What a block of pictures has for every layer.

    Args:
        network: the network.
        block: at most ``batch`` pictures.
        best: candidates, by layer; only what is stronger than they are is given.
        batch: the size of every forward pass.
    """
    count = len(block.numbers)
    if not count:
        return {}
    activations = network.activations(prepared(network.preprocessing, block.pixels, batch), best)
    numbers = np.array(block.numbers, np.int64)
    contents = np.array([int.from_bytes(digest[:8], "little", signed=True) for digest in block.digests])
    return {
        layer: _entering(
            found, activations[layer][:count], numbers, contents, network.card.layer(layer).rectified
        )
        for layer, found in best.items()
    }


def taken_in(best: Mapping[str, Best], found: Mapping[str, Entering]) -> dict[str, Best]:
    """The candidates of every layer with what was found in."""
    return {
        layer: improved(candidates, *found[layer]) if layer in found else candidates
        for layer, candidates in best.items()
    }


def _entering(
    best: Best, maps: Tensor, numbers: np.ndarray, contents: np.ndarray, rectified: bool
) -> Entering:
    """The pictures that can still enter; only where one does is its place looked for."""
    spatial = maps.dim() == 4
    # The strongest of each row of a map first: a place is then found in one row and one column of numbers.
    lines = maps.permute(0, 2, 3, 1).amax(2) if spatial else maps[:, None]
    strengths = lines.amax(1).cpu().numpy().T
    enters = strengths >= best.activation[:, -1:]
    if rectified:
        enters &= strengths > 0
    units = np.flatnonzero(enters.any(axis=1))
    places = np.zeros(strengths.shape, np.int32)
    if spatial and len(units):
        entering, pictures = np.nonzero(enters)
        places[entering, pictures] = _places(maps, lines, pictures, entering)
    # Few of a batch enter a unit's candidates: only as many columns as some unit needs.
    columns = np.argsort(~enters[units], axis=1, kind="stable")[:, : enters.sum(axis=1).max()]
    rows = units[:, None]
    chosen = enters[rows, columns]
    return Entering(
        units,
        Best(
            np.where(chosen, strengths[rows, columns], np.float32(-np.inf)),
            np.where(chosen, numbers[columns], NOTHING),
            places[rows, columns],
            np.where(chosen, contents[columns], np.int64(0)),
        ),
    )


def _places(maps: Tensor, lines: Tensor, pictures: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Where some pictures' maps of some units are largest, flat; the first in row-major order."""
    picture, unit = torch.from_numpy(pictures), torch.from_numpy(units)
    rows: np.ndarray = lines[picture, :, unit].cpu().numpy().argmax(axis=1)
    columns: np.ndarray = maps[picture, unit, torch.from_numpy(rows)].cpu().numpy().argmax(axis=1)
    places: np.ndarray = rows * maps.shape[3] + columns
    return places
