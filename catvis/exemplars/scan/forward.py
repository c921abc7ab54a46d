"""Blocks of pictures through a network: what of them can enter the candidates of every unit.

A block goes through in passes of a few pictures, so that activations stay in the processor's cache. Every pass
has the same shape, the last of a block is filled up: what a picture excites does not depend on the pictures
beside it, so a scan in pieces finds what a scan in one go finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float32, Int32, Int64, UInt8
from torch import Tensor

from catvis.exemplars.decode import PictureBlock
from catvis.exemplars.findings import Strengths
from catvis.exemplars.topk import NOTHING, Best, improved, nothing
from catvis.networks.network import Network
from catvis.networks.preprocessing import Preprocessing

BLOCK = 32
"""How many pictures are decoded and joined to the candidates at once, at most."""
_PASS = 8
_PASS_BYTES = 32_000_000
"""Bytes that the kept layers of a pass of several pictures may take.

What is larger leaves the cache, and the C library asks the system for its memory anew each time.
"""


class Entering(NamedTuple):
    """Pictures that may enter a layer's candidates: for some of its units, a row each."""

    units: Int64[np.ndarray, " some"]
    rows: Best


class Looked(NamedTuple):
    """What a block of pictures has for every layer.

    Attributes:
        entering: what may enter the candidates, by layer.
        strengths: on those of its pictures that are in the sample.
    """

    entering: dict[str, Entering]
    strengths: Strengths


class _Strongest(NamedTuple):
    """How strongly each unit of a layer fires on each picture, and where: place 0 where it cannot enter."""

    strengths: Float32[np.ndarray, "pictures units"]
    places: Int32[np.ndarray, "pictures units"]


def held_bytes(network: Network, layers: Sequence[str]) -> int:
    """How much memory the kept layers of one picture take."""
    shapes = [network.graph.nodes[network.card.layer(name).node].shape for name in layers]
    return sum(4 * int(np.prod(shape)) for shape in shapes)


def pass_size(network: Network, layers: Sequence[str]) -> int:
    """How many pictures go through the network at once; the same on every machine."""
    return max(1, min(_PASS, _PASS_BYTES // held_bytes(network, layers)))


def empty_best(network: Network, layers: Sequence[str], slots: int) -> dict[str, Best]:
    """No candidates yet, for every unit of the layers."""
    return {name: nothing(network.card.layer(name).units, slots) for name in layers}


class Inputs:
    """The memory of a network's input, that one batch of pictures after another is put into.

    The numbers are those of `Preprocessing.normalise`. They lie in memory with the channels last, as pictures
    come and as convolutions like them.
    """

    def __init__(self, preprocessing: Preprocessing, batch: int) -> None:
        high, wide = preprocessing.size
        self._backwards = preprocessing.order == "BGR"
        self._scale = preprocessing.scale
        self._mean, self._std = (
            _with_channels_last(array[::-1] if self._backwards else array, high, wide)
            for array in (preprocessing.means, preprocessing.deviations)
        )
        self._divided = preprocessing.std != (1, 1, 1)
        self._values = torch.zeros(batch, high, wide, 3)

    def filled(
        self, pixels: UInt8[np.ndarray, "pictures height width 3"]
    ) -> Float[Tensor, "batch 3 height width"]:
        """Pictures as the network's input, followed by zeros up to the size of a batch.

        What was given before lies in the same memory, and is overwritten.
        """
        pictures, values = torch.from_numpy(pixels), self._values[: len(pixels)]
        if self._backwards:
            # Channel by channel: several times as fast as turning three numbers round at a time.
            for channel in range(3):
                values[..., channel].copy_(pictures[..., 2 - channel])
        else:
            values.copy_(pictures)
        if self._scale != 1:
            values.mul_(self._scale)
        values.sub_(self._mean)
        if self._divided:
            values.div_(self._std)
        self._values[len(pixels) :] = 0
        return self._values.permute(0, 3, 1, 2)


def _with_channels_last(array: Float[np.ndarray, "3 _ _"], high: int, wide: int) -> Tensor:
    whole = np.broadcast_to(array, (3, high, wide)).transpose(1, 2, 0)
    return torch.from_numpy(np.ascontiguousarray(whole))


def prepared(
    preprocessing: Preprocessing, pixels: UInt8[np.ndarray, "pictures height width 3"]
) -> Float[Tensor, "pictures 3 height width"]:
    """Pictures as the network's input, in memory of their own."""
    return Inputs(preprocessing, len(pixels)).filled(pixels)


class Scanner:
    """Looks through blocks of pictures, one at a time, in passes that share one input."""

    def __init__(self, network: Network, layers: Sequence[str]) -> None:
        self.network = network
        self.size = pass_size(network, layers)
        self.inputs = Inputs(network.preprocessing, self.size)

    @torch.inference_mode()
    def scanned(self, block: PictureBlock, best: Mapping[str, Best], sample: Set[int]) -> Looked:
        """What a block of pictures has for every layer.

        Args:
            block: the pictures.
            best: candidates, by layer; only what is stronger than they are enters.
            sample: the numbers of pictures of which all strengths are wanted.
        """
        if not block.numbers:
            return Looked({}, {})
        rectified = {layer: self.network.card.layer(layer).rectified for layer in best}
        floors = {layer: _floor(candidates, rectified[layer]) for layer, candidates in best.items()}
        passes: dict[str, list[_Strongest]] = {layer: [] for layer in best}
        for start in range(0, len(block.numbers), self.size):
            pixels = block.pixels[start : start + self.size]
            activations = self.network.activations(self.inputs.filled(pixels), best)
            for layer, floor in floors.items():
                passes[layer].append(_strongest(activations[layer][: len(pixels)], floor))
        numbers = np.array(block.numbers, np.int64)
        contents = np.array([int.from_bytes(m.digest[:8], "little", signed=True) for m in block.marks])
        strengths = {layer: np.concatenate([one.strengths for one in passes[layer]]) for layer in best}
        places = {layer: np.concatenate([one.places for one in passes[layer]]) for layer in best}
        return Looked(
            {
                layer: _entering(strengths[layer], places[layer], floors[layer], numbers, contents)
                for layer in best
            },
            {
                number: {layer: strengths[layer][row].copy() for layer in best}
                for row, number in enumerate(block.numbers)
                if number in sample
            },
        )


def taken_in(best: Mapping[str, Best], found: Mapping[str, Entering]) -> dict[str, Best]:
    """The candidates of every layer with what was found in."""
    return {
        layer: improved(candidates, *found[layer]) if layer in found else candidates
        for layer, candidates in best.items()
    }


def _floor(best: Best, rectified: bool) -> Float32[np.ndarray, " units"]:
    """What a picture needs at least to enter each unit's candidates; of a rectified one, more than zero."""
    weakest = best.activation[:, -1]
    return np.maximum(weakest, np.finfo(np.float32).smallest_subnormal) if rectified else weakest


def _strongest(maps: Tensor, floor: Float32[np.ndarray, " units"]) -> _Strongest:
    """The largest number of each map; only where the picture can enter, its place is looked for."""
    if maps.dim() == 2:
        return _Strongest(maps.cpu().numpy(), np.zeros(maps.shape, np.int32))
    # The strongest of each row of a map first: a place is then found in one row and one column of numbers.
    rows = maps.permute(0, 2, 3, 1).amax(2)
    strengths = rows.amax(1).cpu().numpy()
    places = np.zeros(strengths.shape, np.int32)
    entering = np.nonzero(strengths >= floor)
    places[entering] = _places(maps, rows, *(torch.from_numpy(numbers) for numbers in entering))
    return _Strongest(strengths, places)


def _places(
    maps: Float[Tensor, "pictures units height width"],
    rows: Float[Tensor, "pictures height units"],
    picture: Int64[Tensor, " some"],
    unit: Int64[Tensor, " some"],
) -> Int64[np.ndarray, " some"]:
    """Where some pictures' maps of some units are largest, flat; the first in row-major order."""
    row = rows[picture, :, unit].cpu().numpy().argmax(axis=1)
    line = maps[picture, unit, torch.from_numpy(row)]
    places: np.ndarray = row * maps.shape[3] + line.cpu().numpy().argmax(axis=1)
    return places


def _entering(
    strengths: Float32[np.ndarray, "pictures units"],
    places: Int32[np.ndarray, "pictures units"],
    floor: Float32[np.ndarray, " units"],
    numbers: Int64[np.ndarray, " pictures"],
    contents: Int64[np.ndarray, " pictures"],
) -> Entering:
    strengths, places = strengths.T, places.T
    enters = strengths >= floor[:, None]
    units = np.flatnonzero(enters.any(axis=1))
    # Few of a block enter a unit's candidates: only as many columns as some unit needs.
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
