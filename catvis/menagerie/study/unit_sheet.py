"""The best named units of a layer on one sheet: a row for each, with what excites it most.

A crop shows the receptive field of the place where the unit fires strongest, cut from a held-out picture.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from catvis.menagerie.shipped.unit_names import NamedUnit
from catvis.menagerie.study.augment import normalised
from catvis.menagerie.study.dissection import CENTRES
from catvis.menagerie.study.menagerie_net import MenagerieNet, activations
from catvis.menagerie.world.contact_sheet import sheet
from catvis.menagerie.world.drawn_ahead import Pictures
from catvis.networks.embedded import PREPROCESSING

FIELDS = {"conv1": 11, "conv2": 51, "conv3": 99, "conv4": 131, "conv5": 163}
"""Side of a unit's receptive field in pixels."""

_TILE = 96


def unit_sheet(
    network: MenagerieNet,
    pictures: Pictures,
    names: Mapping[str, NamedUnit],
    layer: str,
    rows: int = 12,
    columns: int = 8,
) -> NDArray[np.uint8]:
    """Draw the sheet of a convolutional layer.

    Args:
        network: whose units.
        pictures: where to look for what excites them; no picture is shown twice in a row.
        names: unit → part; units with the highest IoU come first.
        layer: a key of `FIELDS`.
        rows: at most so many units.
        columns: crops for each unit.

    Raises:
        ValueError: no unit of the layer has a name.
    """
    named = sorted(
        (unit for unit in names if unit.startswith(f"{layer}_")), key=lambda unit: -names[unit].iou
    )[:rows]
    peaks, places, side = _peaks(network, pictures, layer)
    tiles = []
    for unit in named:
        index = int(unit.rpartition("_")[2])
        tiles.append(_caption(unit, names[unit]))
        for position in np.argsort(-peaks[:, index], kind="stable")[:columns].tolist():
            row, column = divmod(int(places[position, index]), side)
            tiles.append(_crop(pictures.take(np.array([position]))[0], layer, row, column))
    return sheet(tiles, columns + 1)


@torch.inference_mode()
def _peaks(
    network: MenagerieNet, pictures: Pictures, layer: str
) -> tuple[NDArray[np.float32], NDArray[np.int64], int]:
    """Every unit's strongest activation on every picture, its place in row-major order, and a map's side."""
    peaks, places, side = [], [], 0
    for pixels, _ in pictures.batches(64):
        maps = activations(network, normalised(pixels, PREPROCESSING))[layer]
        side = maps.shape[-1]
        strongest = maps.flatten(2).max(dim=2)
        peaks.append(strongest.values.numpy())
        places.append(strongest.indices.numpy())
    return np.concatenate(peaks), np.concatenate(places), side


def _crop(picture: NDArray[np.uint8], layer: str, row: int, column: int) -> NDArray[np.uint8]:
    first, step = CENTRES[layer]
    half = FIELDS[layer] // 2
    framed = cv2.copyMakeBorder(picture, half, half, half, half, cv2.BORDER_CONSTANT, value=(236, 236, 236))
    top, left = first + step * row, first + step * column
    window = framed[top : top + FIELDS[layer], left : left + FIELDS[layer]]
    return np.asarray(cv2.resize(window, (_TILE, _TILE), interpolation=cv2.INTER_AREA), np.uint8)


def _caption(unit: str, name: NamedUnit) -> NDArray[np.uint8]:
    tile = np.full((_TILE, _TILE, 3), 255, np.uint8)
    for line, text in enumerate((unit, name.part, f"IoU {name.iou:.2f}")):
        cv2.putText(
            tile, text, (4, 34 + 20 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (40, 34, 34), 1, cv2.LINE_AA
        )
    return tile
