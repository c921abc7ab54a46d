"""How strongly units fire on pictures of a collection: one number for each unit and picture.

The pictures are a sample in an order that is the same every time, so that a beginning of it is one, too.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from catvis.exemplars.collection import Collection, Entry
from catvis.exemplars.decode import Numbered
from catvis.exemplars.scan.feed import decoded
from catvis.exemplars.scan.forward import BLOCK, Inputs, pass_size
from catvis.networks.network import Network
from catvis.progress import Progress, steps, unseen

SAMPLE = 320
"""So many pictures of a collection are looked at, at most."""


class Sampled(NamedTuple):
    """A sample of a collection.

    Attributes:
        names: of the pictures.
        layers: by layer, how strongly each unit fires on each of them.
    """

    names: tuple[str, ...]
    layers: dict[str, Float32[np.ndarray, "pictures units"]]


def strengths(
    network: Network, collection: Collection, layers: Sequence[str], *, progress: Progress = unseen
) -> Sampled:
    """The largest number of each unit's map on each picture of a sample; the number itself where it is one.

    Args:
        network: the network.
        collection: the pictures; those that cannot be read are left out.
        layers: whose units.
        progress: is told how many pictures are looked at.
    """
    blocks = list(_blocks(collection.listing().entries))
    size = pass_size(network, layers)
    inputs = Inputs(network.preprocessing, size)
    found: dict[str, list[Tensor]] = {layer: [] for layer in layers}
    numbers: list[int] = []
    feed = decoded(collection, network.preprocessing, blocks, len(os.sched_getaffinity(0)), largest=BLOCK)
    advance = steps(progress, "pictures compared", sum(map(len, blocks)))
    with contextlib.closing(feed), torch.inference_mode():
        for block in feed:
            for pixels in np.split(block.pixels, range(size, len(block.pixels), size)):
                activations = network.activations(inputs.filled(pixels), layers)
                for layer, values in activations.items():
                    found[layer].append(_largest(values[: len(pixels)]).cpu())
            numbers += block.numbers
            advance(len(block.numbers) + len(block.unreadable))
    names = {number: entry.name for block in blocks for number, entry in block}
    return Sampled(
        tuple(names[number] for number in numbers),
        {layer: torch.cat(parts).numpy() for layer, parts in found.items()},
    )


def _blocks(entries: Sequence[Entry]) -> Iterator[Numbered]:
    order = np.random.default_rng(0).permutation(len(entries))[:SAMPLE]
    for start in range(0, len(order), BLOCK):
        yield [(int(number), entries[number]) for number in order[start : start + BLOCK]]


def _largest(values: Tensor) -> Tensor:
    return values.flatten(2).amax(2) if values.dim() == 4 else values.clone()
