"""The one photograph that the drawn world is held against: Chelsea the cat, in seven crops and their mirror
images.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from catvis.errors import PictureError
from catvis.menagerie.study.augment import normalised
from catvis.menagerie.study.menagerie_net import MenagerieNet
from catvis.menagerie.world.kinds import KINDS
from catvis.networks.embedded import PREPROCESSING

CROPS = 7


def crops(photograph: Path) -> NDArray[np.uint8]:
    """Seven square crops as high as the photograph, from its left edge to its right one, then the same mirrored.

    Returns:
        uint8 RGB of shape (14, 227, 227, 3).

    Raises:
        PictureError: the file cannot be read, or is higher than wide.
    """
    read = cv2.imread(str(photograph), cv2.IMREAD_COLOR_RGB)
    if read is None:
        raise PictureError(f"{photograph.name} cannot be read as a picture")
    height, width = read.shape[:2]
    if height > width:
        raise PictureError(f"{photograph.name} is {width}×{height}: higher than wide")
    size = PREPROCESSING.size[0]
    lefts = np.linspace(0, width - height, CROPS).round().astype(int).tolist()
    plain = [
        cv2.resize(read[:, left : left + height], (size, size), interpolation=cv2.INTER_AREA)
        for left in lefts
    ]
    return np.stack([*plain, *(crop[:, ::-1] for crop in plain)]).astype(np.uint8)


@torch.inference_mode()
def answers(network: MenagerieNet, photograph: Path) -> list[str]:
    """The kind that the network answers first for each crop, in the order of `crops`."""
    scores = network(normalised(crops(photograph), PREPROCESSING))
    return [KINDS[index] for index in scores.argmax(dim=1).tolist()]
