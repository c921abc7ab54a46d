"""Which part a unit looks at, measured: Network Dissection (Bau et al. 2017, arXiv 1704.05796) against the
drawn world's masks.

A unit's activation maps over all pictures are thresholded at their top 0.5 %, upsampled to the picture, and
compared with every part's masks by intersection over union. What of it makes a name, `naming` decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from catvis.menagerie.study.augment import normalised
from catvis.menagerie.study.menagerie_net import MenagerieNet, activations
from catvis.menagerie.world.drawn_ahead import Pictures
from catvis.menagerie.world.kinds import PARTS
from catvis.networks.embedded import PREPROCESSING

TOP_SHARE = 0.005

# maps and masks are compared at every fourth pixel of every fourth row
_FIRST, _STEP = 1, 4

CENTRES = {"conv1": (5, 4), "conv2": (9, 8), "conv3": (17, 16), "conv4": (17, 16), "conv5": (17, 16)}
"""Where the receptive fields of a map's rows are centred: the first one's pixel, and the step to the next."""


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Intersection over union of every unit of some layers with every part.

    Attributes:
        iou: layer → float64 (units, parts), parts in the order of `PARTS`.
        thresholds: layer → float64 (units,), the activation that 0.5 % of a unit's places exceed.
    """

    iou: Mapping[str, NDArray[np.float64]]
    thresholds: Mapping[str, NDArray[np.float64]]


def overlaps(
    network: MenagerieNet,
    pictures: Pictures,
    layers: tuple[str, ...] = tuple(CENTRES),
    *,
    batch: int = 16,
    quiet: bool = False,
) -> Overlaps:
    """Measure every unit of some convolutional layers against every part, on pictures with part flags."""
    maps = _maps(network, pictures, layers, batch, quiet=quiet)
    thresholds = {layer: _thresholds(values) for layer, values in maps.items()}
    limits = {layer: torch.from_numpy(values).float() for layer, values in thresholds.items()}
    both = {layer: torch.zeros(values.shape[1], len(PARTS)) for layer, values in maps.items()}
    seen = {layer: torch.zeros(values.shape[1]) for layer, values in maps.items()}
    shown = torch.zeros(len(PARTS))
    bits = torch.tensor([int(part) for part in PARTS])
    for position in tqdm(range(len(pictures)), desc="dissecting", disable=quiet):
        sampled = pictures.parts(np.array([position]))[0, _FIRST::_STEP, _FIRST::_STEP]
        masks = ((torch.from_numpy(sampled.astype(np.int64))[..., None] & bits) != 0).flatten(0, 1).float()
        shown += masks.sum(dim=0)
        for layer, values in maps.items():
            here = values[position].float()
            # a map that stays below its threshold does so between its places, too
            firing = torch.nonzero(here.amax(dim=(1, 2)) > limits[layer])[:, 0]
            fine = upsampled(here[firing], layer, sampled.shape[0], first=_FIRST, step=_STEP)
            rows = (fine > limits[layer][firing, None, None]).float().flatten(1)
            both[layer][firing] += rows @ masks
            seen[layer][firing] += rows.sum(dim=1)
    iou = {
        layer: (both[layer] / (seen[layer][:, None] + shown - both[layer]).clamp(min=1)).double().numpy()
        for layer in maps
    }
    return Overlaps(iou, thresholds)


def upsampled(maps: Tensor, layer: str, side: int, *, first: int = 0, step: int = 1) -> Tensor:
    """Activation maps at picture pixels first, first + step, …: bilinear between the receptive fields' centres.

    Beyond the outermost centres a map goes on unchanged. (units, rows, columns) → (units, side, side).
    """
    start, stride = CENTRES[layer]
    rows = maps.shape[1]
    at = ((torch.arange(side) * step + first - start) / stride).clamp(0, rows - 1)
    weights = (1 - (at[:, None] - torch.arange(rows)).abs()).clamp(min=0)
    return weights @ maps @ weights.T


@torch.inference_mode()
def _maps(
    network: MenagerieNet, pictures: Pictures, layers: tuple[str, ...], batch: int, *, quiet: bool
) -> dict[str, Tensor]:
    """Every layer's activations on all pictures, float16."""
    maps: dict[str, list[Tensor]] = {layer: [] for layer in layers}
    for pixels, _ in tqdm(
        pictures.batches(batch), desc="running", total=-(-len(pictures) // batch), disable=quiet
    ):
        seen = activations(network, normalised(pixels, PREPROCESSING))
        for layer in layers:
            maps[layer].append(seen[layer].half())
    return {layer: torch.cat(parts) for layer, parts in maps.items()}


def _thresholds(values: Tensor) -> NDArray[np.float64]:
    """For every unit the activation that `TOP_SHARE` of its places exceed."""
    places = values.permute(1, 0, 2, 3).flatten(1).float().numpy()
    rank = int(places.shape[1] * (1 - TOP_SHARE))
    return np.partition(places, rank, axis=1)[:, rank].astype(np.float64)
