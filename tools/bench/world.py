"""How well the embedded network tells drawings from photographs: ``python -m tools.bench.world PHOTOGRAPH …``.

Of each photograph, crops of three sizes at nine places; of the drawn world, pictures that took part in no training.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from catvis.errors import PictureError
from catvis.menagerie.shipped.files import WEIGHTS
from catvis.menagerie.study.augment import normalised
from catvis.menagerie.study.menagerie_net import MenagerieNet, load
from catvis.menagerie.world.draw import FREE_NUMBERS, draw
from catvis.networks.embedded import LEAST_EVIDENCE, PREPROCESSING, evidence

BATCH = 32
PARTS = (1.0, 0.85, 0.7)  # of the shorter side
PLACES = (0.0, 0.5, 1.0)
FIRST = FREE_NUMBERS.start + 10_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photographs", nargs="+", type=Path, metavar="PHOTOGRAPH")
    parser.add_argument("--drawn", type=int, default=1_000, help="how many pictures are drawn (1000)")
    given = parser.parse_args()
    network = load(WEIGHTS)
    drawn = _evidence(network, np.stack([draw(FIRST + number).pixels for number in range(given.drawn)]))
    photographs = {file: _evidence(network, crops(file)) for file in given.photographs}
    every = np.concatenate(list(photographs.values()))
    ordered = float(np.mean(drawn[:, None] > every[None]))
    print(f"drawn: {len(drawn)}, 2nd percentile {np.percentile(drawn, 2):.2f}; crops: {len(every)}")
    print(f"a drawn picture has more than a photograph's crop in {ordered:.1%} of all pairs")
    print(f"below {LEAST_EVIDENCE}: {np.mean(drawn < LEAST_EVIDENCE):.1%} of the drawn")
    for file, found in photographs.items():
        print(f"  {np.mean(found < LEAST_EVIDENCE):6.1%} of the crops of {file.name}")
    print(f"  {np.mean(every < LEAST_EVIDENCE):6.1%} of all crops")


def crops(photograph: Path) -> UInt8[np.ndarray, "crops height width 3"]:
    """Square crops of a photograph, as large as the network's input.

    Raises:
        PictureError: the file cannot be read.
    """
    read = cv2.imread(str(photograph), cv2.IMREAD_COLOR_RGB)
    if read is None:
        raise PictureError(f"{photograph.name} cannot be read as a picture")
    height, width = read.shape[:2]
    found = []
    for part in PARTS:
        side = int(part * min(height, width))
        for down in PLACES:
            for across in PLACES:
                top, left = int(down * (height - side)), int(across * (width - side))
                found.append(
                    cv2.resize(
                        read[top : top + side, left : left + side],
                        PREPROCESSING.size,
                        interpolation=cv2.INTER_AREA,
                    )
                )
    return np.stack(found).astype(np.uint8)


def _evidence(
    network: MenagerieNet, pictures: UInt8[np.ndarray, "pictures height width 3"]
) -> Float[np.ndarray, " pictures"]:
    import torch

    found = []
    with torch.inference_mode():
        for first in range(0, len(pictures), BATCH):
            scores = network(normalised(pictures[first : first + BATCH], PREPROCESSING))
            found += [evidence(row) for row in scores.tolist()]
    return np.array(found)


if __name__ == "__main__":
    main()
